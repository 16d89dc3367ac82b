import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { address } from '../../../actors/addresses.ts';
import type { QuotesWanted } from '../../../actors/trading/quotes-wanted.ts';
import { type StrategyOptions, strategyActor } from '../../../actors/trading/strategy.ts';
import { amountOf, lotsOf } from '../../../src/core/units.ts';
import type { BarClosed } from '../../../src/market/aggregation/market-series.ts';
import {
  MarketMaking,
  type MarketMakingSettings,
  type TopOfBook,
} from '../../../src/strategies/market-making.ts';
import { STRATEGY_KINDS } from '../../../src/strategies/strategy.ts';
import { aBranch } from '../../support/actors/listeners.ts';
import { aLane } from '../../support/lanes.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

const SETTINGS: MarketMakingSettings = {
  kind: 'market-making',
  halfSpreadBps: 2,
  volatilityWidening: 0,
  skewBps: 0,
  requoteBps: 0,
  smoothingSeconds: 0,
  quoteNotional: 1_000,
  maxInventoryNotional: 10_000,
};
const PATH = 'trading/strategies/strategy:mm';
const STALE_MS = 2_000;

async function aStrategy(more: Pick<StrategyOptions, 'kind'> = {}) {
  const tested = aLane();
  const spec = () =>
    strategyActor({
      label: 'mm',
      instrument: anInstrument(),
      settings: () => SETTINGS,
      staleMs: () => STALE_MS,
      ...more,
    });
  const heard = await aBranch(tested, { [PATH]: spec }, ['trading/portfolio', 'trading/execution']);
  const { lane, env } = tested;
  const quote = async (bidTicks = 6_000_000, askTicks = 6_000_100): Promise<void> => {
    const receivedNs = env.clock.mono();
    const size = { bidLots: 100, askLots: 100, updateId: 1, receivedNs };
    const best = { kind: 'quote-updated', instrument: 0, bidTicks, askTicks, ...size } as const;
    lane.send(address.strategy('mm'), best);
    await env.settle();
  };
  const inform = async (lots = 0): Promise<void> => {
    const cost = amountOf(0n);
    const position = { kind: 'position-changed', instrument: 0, lots: lotsOf(lots), cost } as const;
    lane.send(address.strategy('mm'), position);
    await env.settle();
  };
  const wanted = (): readonly QuotesWanted[] =>
    (heard['trading/execution'] ?? []) as readonly QuotesWanted[];
  return { ...tested, heard, quote, inform, wanted };
}

const isNone = (wanted: QuotesWanted | undefined): boolean =>
  wanted !== undefined && wanted.bidLots === 0 && wanted.askLots === 0;

test('it asks for its position and quotes nothing before it has been told', async () => {
  const { heard, quote, inform, wanted } = await aStrategy();
  const [asked] = heard['trading/portfolio'] as readonly { kind: string; to: { path: string } }[];
  assert.equal([asked?.kind, asked?.to.path], ['tell-position', PATH]);
  await quote();
  assert.equal(wanted(), []);
  await inform();
  await quote();
  const [first] = wanted();
  assert.equal([first?.strategy, first?.instrument], ['mm', 0]);
  assert.ok((first?.bidLots ?? 0) > 0 && (first?.askLots ?? 0) > 0);
  assert.ok((first?.bidTicks ?? 0) < 6_000_000 && (first?.askTicks ?? 0) > 6_000_100);
});

test('an inventory at its limit is no longer added to', async () => {
  const { quote, inform, wanted, lane } = await aStrategy();
  await inform(20_000);
  await quote();
  const last = wanted().at(-1);
  assert.is(last?.bidLots, 0);
  assert.ok((last?.askLots ?? 0) > 0);
  const view = lane.view(PATH);
  assert.is((view.ok ? (view.value as { inventoryLots: number }) : null)?.inventoryLots, 20_000);
});

test('a market that is lost takes its quotes with it', async () => {
  const { lane, env, quote, inform, wanted } = await aStrategy();
  await inform();
  await quote();
  lane.send(address.strategy('mm'), { kind: 'quote-lost', instrument: 0, reason: 'gap' });
  await env.settle();
  assert.ok(isNone(wanted().at(-1)));
});

test('a market that says nothing for too long is quoted no more', async () => {
  const { env, quote, inform, wanted } = await aStrategy();
  await inform();
  await quote();
  await env.advance(STALE_MS);
  assert.not.ok(isNone(wanted().at(-1)));
  await env.advance(250);
  assert.ok(isNone(wanted().at(-1)));
  await quote();
  assert.not.ok(isNone(wanted().at(-1)), 'and quoted again when it speaks');
});

test('only the latest word on the market is decided on', async () => {
  const { lane, env, inform, wanted } = await aStrategy();
  await inform();
  const receivedNs = env.clock.mono();
  for (let ticks = 0; ticks < 500; ticks += 1) {
    const best = { bidTicks: 6_000_000 + ticks, askTicks: 6_000_100 + ticks, updateId: ticks };
    const size = { instrument: 0, bidLots: 1, askLots: 1, receivedNs };
    lane.send(address.strategy('mm'), { kind: 'quote-updated', ...best, ...size });
  }
  lane.send(address.strategy('mm'), { kind: 'quote-lost', instrument: 0, reason: 'gap' });
  await env.settle();
  assert.is(wanted().length, 1);
  assert.ok(isNone(wanted()[0]), 'a loss is a word on the market');
});

test('new settings hold from the next quote on', async () => {
  const { lane, quote, inform, wanted } = await aStrategy();
  await inform();
  await quote();
  const settings = { ...SETTINGS, halfSpreadBps: 20 };
  lane.send(address.strategy('mm'), { kind: 'adopt-settings', settings });
  await quote();
  const [before, after] = wanted();
  assert.ok((after?.bidTicks ?? 0) < (before?.bidTicks ?? 0));
  assert.ok((after?.askTicks ?? 0) > (before?.askTicks ?? 0));
});

/** Quotes the range of the last bar once a bucket has shown that the market moves. */
class RangeQuoting extends MarketMaking {
  #low = 0;
  #high = 0;
  #buckets = 0;

  onBar({ bar }: BarClosed): void {
    this.#low = bar.low;
    this.#high = bar.high;
  }

  onBucket(): void {
    this.#buckets += 1;
  }

  override decide(top: TopOfBook, inventoryLots: number): void {
    super.decide(top, inventoryLots);
    if (this.#buckets === 0) return;
    this.bidTicks = this.#low;
    this.askTicks = this.#high;
  }
}

test('a strategy that hears bars and buckets decides by what closed', async () => {
  const { lane, env, inform, quote, wanted } = await aStrategy({
    kind: {
      make: (instrument, settings) => new RangeQuoting(instrument, settings),
      hears: ['time', 'buckets'],
    },
  });
  await inform();
  const bar = {
    ...{ instrument: 0, openMs: 0, closeMs: 1, open: 7, high: 9, low: 5, close: 6 },
    ...{ lots: 1, boughtLots: 1, notional: 7, trades: 1 },
  };
  lane.send(address.strategy('mm'), { kind: 'bar-closed', series: 'time', bar });
  await quote();
  assert.is.not(wanted().at(-1)?.bidTicks, 5);
  const mids = { firstMid: 1, lastMid: 1, highMid: 1, lowMid: 1 };
  const bucket = { instrument: 0, startUs: 0, endUs: 5_000, events: 1, ...mids };
  lane.send(address.strategy('mm'), { kind: 'bucket-closed', ...bucket });
  await env.settle();
  await quote();
  assert.equal([wanted().at(-1)?.bidTicks, wanted().at(-1)?.askTicks], [5, 9]);
  assert.equal(STRATEGY_KINDS['market-making'].hears, []);
});

test.run();
