import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { aggregatorActor } from '../../../actors/market-data/aggregator.ts';
import type { AggregatorMessage } from '../../../actors/market-data/aggregator-message.ts';
import { refByPath } from '../../../actors/runtime/ref.ts';
import type { ControlEvent } from '../../../src/control/events.ts';
import type { AggregationReport } from '../../../src/market/aggregation/aggregation.ts';
import type { BarClosed, BucketClosed } from '../../../src/market/aggregation/market-series.ts';
import { aggregationSection } from '../../../src/market/aggregation/settings.ts';
import { Book } from '../../../src/market/book.ts';
import { BookShelf } from '../../../src/market/consolidated/book-shelf.ts';
import { aBranch } from '../../support/actors/listeners.ts';
import { aLog } from '../../support/actors/logs.ts';
import { aLane } from '../../support/lanes.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

const AGGREGATOR = 'market-data/aggregator';
const RISK = 'trading/risk';
const STRATEGY = 'trading/strategies/strategy:mm';
const self = refByPath<AggregatorMessage>(AGGREGATOR);
const strategy = refByPath<BarClosed | BucketClosed>(STRATEGY);

async function anAggregator() {
  const tested = aLane();
  const { log, lines } = aLog();
  const journaled: ControlEvent[] = [];
  const shelf = new BookShelf();
  const instrument = anInstrument();
  const book = new Book();
  book.bids.set(99, 1);
  book.asks.set(101, 1);
  shelf.follow({ instrument, book, isLive: true, eventMs: 0, queueOf: () => null });
  const start = () =>
    aggregatorActor({
      markets: [{ instrument, venue: 0, contract: 'spot', takerFeeFraction: 0 }],
      ...{ venues: ['binance'], shelf, settings: aggregationSection.parse({ barTrades: 1 }) },
      staleMs: () => 2_000,
      listeners: { bars: () => [strategy], buckets: () => [strategy] },
      journal: (event) => void journaled.push(event),
      log,
    });
  const heard = await aBranch(tested, { [AGGREGATOR]: start }, [RISK, STRATEGY]);
  const quote = (bidTicks: number, askTicks: number, receivedNs = 0): void => {
    const sizes = { bidLots: 1, askLots: 1, updateId: 1, receivedNs };
    tested.lane.ingest(self, {
      kind: 'quote-updated',
      instrument: 0,
      bidTicks,
      askTicks,
      ...sizes,
    });
  };
  const told = (path: string) => heard[path] as readonly { readonly kind: string }[];
  const report = async (): Promise<AggregationReport> => {
    const asked = tested.lane.ask(self, (reply) => ({ kind: 'report' as const, reply }), 1_000);
    await tested.env.settle();
    return asked as Promise<AggregationReport>;
  };
  return { ...tested, quote, told, report, journaled, lines };
}

test('C13: a book that no venue can have meant is told to risk, and is one incident', async () => {
  const { quote, told, journaled, lines, env } = await anAggregator();
  for (const [bid, ask] of [
    [101, 100],
    [99, 101],
    [101, 100],
    [100, 100],
  ] as const) {
    quote(bid, ask);
  }
  assert.equal(told(RISK), [
    { kind: 'quote-lost', instrument: 0, reason: 'crossed' },
    { kind: 'quote-lost', instrument: 0, reason: 'crossed' },
    { kind: 'quote-lost', instrument: 0, reason: 'locked' },
  ]);
  const detail = 'the book of BTCUSDT at binance is crossed';
  assert.equal(journaled, [{ kind: 'incident', what: 'book-unsound', where: AGGREGATOR, detail }]);
  assert.is(lines.length, 1);
  await env.advance(10_000);
  quote(99, 101);
  quote(101, 100);
  assert.is(journaled.length, 2, 'ten seconds later it is one again');
});

test('a strategy hears of bars and buckets by the port that gives it quotes', async () => {
  const { lane, quote, told } = await anAggregator();
  lane.ingest(self, {
    ...{ kind: 'trade-printed', instrument: 0, ticks: 100, lots: 2, takerSide: 'buy' },
    ...{ tradeId: 1, venueMs: 5, receivedNs: 0 },
  });
  quote(99, 101, 1e6);
  quote(99, 101, 2e6);
  quote(99, 103, 20e6);
  const kinds = told(STRATEGY).map(({ kind }) => kind);
  assert.equal(kinds, ['bar-closed', 'bar-closed', 'bucket-closed']);
});

test('how a venue answers and what it announces decides whether it is chosen', async () => {
  const { lane, quote, report } = await anAggregator();
  quote(99, 101);
  lane.ingest(self, { kind: 'clock-measured', venue: 0, offsetMs: 1, errorMs: 7 });
  const [well] = (await report()).venues;
  assert.equal([well?.health, well?.roundTripMs], ['up', 14]);
  for (const outcome of ['ok', '4xx', 'timeout', '5xx', 'timeout'] as const) {
    const call = { venue: 0, outcome, isBan: false, retryAfterMs: 0 };
    lane.ingest(self, { kind: 'api-answered', ...call });
  }
  assert.equal((await report()).venues[0]?.reasons, ['errors 0.6']);
  lane.ingest(self, { kind: 'venue-announced', venue: 'binance', status: 'cancel-only' });
  lane.ingest(self, { kind: 'balances-differed', venue: 0, differences: [] });
  assert.ok((await report()).venues[0]?.reasons.includes('announced cancel-only'));
});

test.run();
