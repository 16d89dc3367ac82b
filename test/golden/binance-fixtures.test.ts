/** Frames and replies that other projects collected, as inputs of our codecs. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ok, type Result } from '../../src/core/result.ts';
import { lotsOf } from '../../src/core/units.ts';
import { Book } from '../../src/market/book.ts';
import { DepthSync } from '../../src/venues/binance/depth-sync.ts';
import { instrumentsIn } from '../../src/venues/binance/exchange-info.ts';
import { MarketDecoder } from '../../src/venues/binance/market-decoder.ts';
import { binanceQueries } from '../../src/venues/binance/queries.ts';
import { binanceSession } from '../../src/venues/binance/session.ts';
import type { Query, VenueFrame } from '../../src/venues/port.ts';
import { aKey } from '../support/binance/api-keys.ts';
import { frameOf } from '../support/binance/frames.ts';
import { recordedPath, recordings } from '../support/edge/recordings.ts';
import { anInstrument } from '../support/trade/instruments.ts';

const recordedTest = recordings === null ? test.skip : test;
const SPOT = 'fixtures/nautilus/binance/spot';
const textOf = (path: string): string => readFileSync(recordedPath(path), 'utf8');
const jsonOf = (path: string) => JSON.parse(textOf(path));

const named = (symbol: string, base: string, quote: string) =>
  anInstrument({ symbol, base, quote, tick: '0.00000001', lot: '0.001', notionalMin: '0' });
const instruments = [
  named('ETHUSDT', 'ETH', 'USDT'),
  named('ETHBTC', 'ETH', 'BTC'),
  named('BNBBTC', 'BNB', 'BTC'),
  named('LTCBTC', 'LTC', 'BTC'),
];
const [, , bnb, ltc] = instruments as [
  never,
  never,
  (typeof instruments)[0],
  (typeof instruments)[0],
];
const session = binanceSession('wss://venue', aKey(), 5000, instruments);
const access = { url: 'https://venue', key: aKey(), receiveWindowMs: 5000, timeoutMs: 1 };
const queries = binanceQueries(access, instruments);

const decodeEvent = (name: string): VenueFrame => {
  const frame = jsonOf(`${SPOT}/user_data_json/${name}.json`);
  const wrapped = 'event' in frame ? frame : { subscriptionId: 0, event: frame };
  return session.decode(frameOf(JSON.stringify(wrapped)));
};
const clientId = 'x-TD67BGP9-T0000000000000';
const events: [name: string, expected: VenueFrame][] = [
  ['account_position', { kind: 'other' }],
  ['account_position_wrapped', { kind: 'other' }],
  ['list_status_wrapped', { kind: 'other' }],
  [
    'balance_update',
    {
      kind: 'reports',
      reports: [
        {
          kind: 'transferred',
          transferId: 'BTC:1709654400000:100000',
          asset: 'BTC',
          amount: 100_000n as never,
        },
      ],
    },
  ],
  [
    'execution_report_new',
    { kind: 'reports', reports: [{ kind: 'accepted', clientId, venueOrderId: '12345678' }] },
  ],
  [
    'execution_report_canceled',
    {
      kind: 'reports',
      reports: [
        { kind: 'ended', clientId, how: 'canceled', reason: 'canceled', filledLots: lotsOf(0) },
      ],
    },
  ],
  [
    'execution_report_expired',
    {
      kind: 'reports',
      reports: [
        {
          kind: 'ended',
          clientId,
          how: 'expired',
          reason: 'INSUFFICIENT_LIQUIDITY',
          filledLots: lotsOf(0),
        },
      ],
    },
  ],
  [
    'execution_report_wrapped',
    {
      kind: 'reports',
      reports: [{ kind: 'accepted', clientId: 'mUvoqJxFIILMdfAW5iGSOW', venueOrderId: '4293153' }],
    },
  ],
];
for (const [name, expected] of events) {
  recordedTest(`the event ${name} is understood`, () => {
    assert.equal(decodeEvent(name), expected);
  });
}

recordedTest('no collected frame or reply of any kind throws past a codec', () => {
  const folder = recordedPath('fixtures');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => name.endsWith('.json'));
  const decoder = new MarketDecoder(instruments);
  assert.ok(files.length > 90);
  for (const file of files) {
    const body = readFileSync(join(folder, file), 'utf8');
    const reply = ok({ status: 200, headers: {}, body });
    const asked: Query<unknown>[] = [
      queries.serverTime(),
      queries.openOrders(0),
      queries.balances(0),
      queries.trades(bnb, '0', 0),
      queries.order({ clientId }, bnb, 0),
    ];
    for (const query of asked) assert.type(query.decode(reply).ok, 'boolean');
    session.decode(frameOf(body));
    session.decode(frameOf(`{"event":${body}}`));
    decoder.decode(frameOf(body));
    decoder.decode(frameOf(body), bnb);
    instrumentsIn(body, 'binance', ['ETHBTC']);
  }
});

const answer = <T>(query: Query<T>, name: string): Result<T, unknown> => {
  const body = textOf(`${SPOT}/http_json/${name}.json`);
  return query.decode(ok({ status: 200, headers: {}, body }));
};

recordedTest('the replies of the documentation are understood', () => {
  assert.equal(answer(queries.serverTime(), 'server_time_response'), ok(1_499_827_319_559));
  const open = answer(queries.openOrders(0), 'open_orders_response');
  const order = {
    clientId: 'myOrder1',
    venueOrderId: '1',
    symbol: 'LTCBTC',
    state: 'open',
    side: 'buy',
    kind: 'limit',
    ticks: 10_000_000,
    lots: 1000,
    filledLots: 0,
  };
  assert.equal(open, ok([order]));
  const trades = answer(queries.trades(bnb, '0', 0), 'account_trades_response');
  assert.ok(trades.ok);
  const [trade] = trades.value;
  assert.equal([trade?.venueOrderId, trade?.side], ['100234', 'buy']);
  assert.equal([trade?.fill.ticks, trade?.fill.lots], [400_000_100, 12_000]);
  assert.equal([trade?.fill.quote, trade?.fill.fee], [4_800_001_200n, 1_010_000_000n]);
});

recordedTest('a snapshot of the documentation is understood, rules without filters are not', () => {
  const decoder = new MarketDecoder(instruments);
  const body = textOf(`${SPOT}/http_json/depth_response.json`);
  assert.is(decoder.decode(frameOf(body), ltc), 'snapshot');
  assert.equal([decoder.finalId, decoder.bids.ticks[0]], [1_027_024, 400_000_000]);
  const rules = textOf(`${SPOT}/http_json/exchange_info_response.json`);
  const found = instrumentsIn(rules, 'binance', ['ETHBTC']);
  assert.ok(!found.ok && /^ETHBTC.PRICE_FILTER: found undefined/.test(found.error));
});

type Change = { price: number; amount: number };
interface Pair {
  readonly message: { readonly stream: string; readonly data: Record<string, never> };
  readonly expected: readonly Record<string, never>[];
}

recordedTest('frames are normalised as tardis-node normalises them', () => {
  const pairs: Pair[] = textOf('pairs/tardis-node/binance.jsonl')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  const symbols = ['BNBBTC', 'BTCUSDT', 'BTCUSDC', 'GNTBTC'];
  const known = symbols.map((symbol) => named(symbol, 'X', 'Y'));
  const decoder = new MarketDecoder(known);
  const syncs = new Map(symbols.map((symbol) => [symbol, new DepthSync(new Book(), 'spot')]));
  const price = (ticks: number) => Number((ticks * 1e-8).toFixed(8));
  const amount = (lots: number) => Number((lots * 1e-3).toFixed(8));
  let compared = 0;
  for (const { message, expected } of pairs) {
    const symbol = (message.stream.split('@')[0] as string).toUpperCase();
    const of = known.find((instrument) => instrument.symbol === symbol);
    const kind = decoder.decode(frameOf(JSON.stringify(message)), of);
    const sync = syncs.get(symbol);
    for (const event of expected) {
      compared += 1;
      if (kind === 'trade') {
        const side = decoder.isBuyerMaker ? 'sell' : 'buy';
        assert.equal([String(decoder.tradeId), side], [event['id'], event['side']]);
        const figures = [price(decoder.tradeTicks), amount(decoder.tradeLots)];
        assert.equal(figures, [event['price'], event['amount']]);
        assert.is(new Date(decoder.tradeMs).toISOString(), event['timestamp']);
      } else if (kind === 'book-ticker') {
        const { bidTicks, bidLots, askTicks, askLots } = decoder;
        assert.equal([price(bidTicks), amount(bidLots)], [event['bidPrice'], event['bidAmount']]);
        assert.equal([price(askTicks), amount(askLots)], [event['askPrice'], event['askAmount']]);
      }
    }
    if (kind === 'depth') sync?.onDiff(decoder);
    if (kind !== 'snapshot') continue;
    assert.is(sync?.onSnapshot(decoder), 'live');
    for (const [side, ladder] of [
      ['bids', sync?.book.bids],
      ['asks', sync?.book.asks],
    ] as const) {
      // The snapshot is told with the diffs replayed that it had overtaken.
      for (const change of (expected[0]?.[side] ?? []) as Change[]) {
        const ticks = Math.round(change.price * 1e8);
        assert.is(amount(ladder?.lotsOn(ticks) ?? Number.NaN), change.amount);
      }
    }
  }
  assert.is(compared, 7);
});

test.run();
