/** Recorded frames of other venues as records, against the figures of ../shared/data/README.md. */
import { writeFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { foreignVenueOf } from '../../../../src/simulation/replay/foreign/foreign-venue.ts';
import { readRaw } from '../../../../src/simulation/replay/formats/raw-frames.ts';
import { BookPlayback } from '../../../../src/simulation/replay/playback/book-playback.ts';
import { gridText } from '../../../../src/storage/columns/dictionary.ts';
import { FLAG, kindName, type MarketRecord, SIDE } from '../../../../src/storage/columns/record.ts';
import { recordsIn } from '../../../storage/columns/records.ts';
import { temporaryFolder } from '../../../storage/temporary.ts';
import { sharedPath } from '../../../support/shared.ts';

function aFile(frames: readonly unknown[]): string {
  const path = `${temporaryFolder()}/VENUE.ws.1.0`;
  const lines = frames.map((frame, at) => {
    const text = typeof frame === 'string' ? frame : JSON.stringify(frame);
    return `1618677817.${String(at).padStart(6, '0')}: ${text}`;
  });
  writeFileSync(path, `wss://venue <-> 1618677816.84\n${lines.join('\n')}\n`);
  return path;
}

const shortly = (records: readonly MarketRecord[]) =>
  records.map(({ kind, side, price, quantity, flags }) => [
    kindName(kind),
    side,
    price,
    quantity,
    flags,
  ]);

test('whose frames they are is told by what only one venue sends', () => {
  for (const [frame, venue] of [
    ['[336,{"b":[]},"book-10","XBT/USD"]', 'kraken-v1'],
    ['{"connectionID":1,"event":"systemStatus"}', 'kraken-v1'],
    ['{"feed":"book","product_id":"PI_XBTUSD"}', 'kraken-futures'],
    ['{"jsonrpc":"2.0","method":"subscription"}', 'deribit'],
    ['{"type":"match","product_id":"BTC-USD"}', 'coinbase-exchange'],
    ['{"stream":"btcusdt@trade","data":{}}', 'binance'],
    ['{"event":"heartbeat"}', null],
    ['[1,2]', null],
    ['7', null],
    ['no JSON', null],
  ] as const) {
    assert.is(foreignVenueOf(frame), venue, frame);
  }
});

const COINBASE = [
  { type: 'subscriptions', channels: [] },
  {
    type: 'snapshot',
    product_id: 'BTC-USD',
    bids: [['100.10', '2.5']],
    asks: [['100.20', '1']],
  },
  {
    type: 'l2update',
    product_id: 'BTC-USD',
    time: '2021-04-17T16:43:38.123456Z',
    changes: [
      ['buy', '100.10', '0'],
      ['sell', '100.15', '0.25'],
    ],
  },
  {
    type: 'match',
    product_id: 'BTC-USD',
    trade_id: 9,
    side: 'buy',
    price: '100.15',
    size: '0.25',
    time: '2021-04-17T16:43:39.000000Z',
  },
  {
    type: 'ticker',
    product_id: 'BTC-USD',
    best_bid: '100.05',
    best_bid_size: '1',
    best_ask: '100.15',
    best_ask_size: '2',
  },
  { type: 'never-heard-of', product_id: 'BTC-USD' },
  'half a frame {',
];

test('frames of Coinbase Exchange become a book, changes and a trade', async () => {
  const source = await readRaw(aFile(COINBASE), null);
  const records = await recordsIn(source);
  assert.equal(shortly(records), [
    ['clear', SIDE.none, 0, 0, 0],
    ['snapshot', SIDE.buy, 10_010, 250, 0],
    ['snapshot', SIDE.sell, 10_020, 100, FLAG.frameEnd],
    ['depth', SIDE.buy, 10_010, 0, 0],
    ['depth', SIDE.sell, 10_015, 25, FLAG.frameEnd],
    ['trade', SIDE.sell, 10_015, 25, FLAG.frameEnd],
    ['bbo', SIDE.buy, 10_005, 100, 0],
    ['bbo', SIDE.sell, 10_015, 200, FLAG.frameEnd],
  ]);
  assert.equal(
    [records[0]?.tsExchange, records[3]?.tsExchange, records[5]?.sequence],
    [0, Date.UTC(2021, 3, 17, 16, 43, 38) * 1_000 + 123_456, 9],
  );
  assert.equal(source.dictionary.venues, ['coinbase-exchange']);
  assert.equal(source.skipped, { subscriptions: 1, 'never-heard-of': 1, malformed: 1 });
});

const FUTURES = [
  { event: 'subscribed', feed: 'book', product_ids: ['PI_XBTUSD'] },
  {
    feed: 'book_snapshot',
    product_id: 'PI_XBTUSD',
    timestamp: 1_626_994_927_000,
    seq: 5,
    bids: [{ price: 30_000.5, qty: 10 }],
    asks: [{ price: 30_001, qty: 20 }],
  },
  {
    feed: 'book',
    product_id: 'PI_XBTUSD',
    side: 'sell',
    seq: 7,
    price: 30_001,
    qty: 0,
    timestamp: 1_626_994_928_000,
  },
  {
    feed: 'ticker',
    product_id: 'PI_XBTUSD',
    time: 1_626_994_928_500,
    bid: 30_000.5,
    bid_size: 10,
    ask: 30_001,
    ask_size: 20,
    last: 30_000,
    index: 30_002.25,
    markPrice: 30_003.5,
    openInterest: 1_234,
    funding_rate: -0.000_1,
    next_funding_rate_time: 1_626_998_400_000,
  },
];

test('a gap in frames of Kraken Futures empties the book; a ticker tells facts', async () => {
  const source = await readRaw(aFile(FUTURES), 'krakenf');
  assert.equal(shortly(await recordsIn(source)), [
    ['clear', SIDE.none, 0, 0, 0],
    ['snapshot', SIDE.buy, 300_005, 10, 0],
    ['snapshot', SIDE.sell, 300_010, 20, FLAG.frameEnd],
    ['clear', SIDE.none, 0, 0, 0],
    ['depth', SIDE.sell, 300_010, 0, FLAG.frameEnd],
    ['mark', SIDE.none, 3_000_350_000_000, 0, 0],
    ['index', SIDE.none, 3_000_225_000_000, 0, 0],
    ['funding', SIDE.none, -100_000_000, 1_626_998_400_000, 0],
    ['openInterest', SIDE.none, 0, 1_234, FLAG.frameEnd],
    ['bbo', SIDE.buy, 300_005, 10, 0],
    ['bbo', SIDE.sell, 300_010, 20, FLAG.frameEnd],
  ]);
  assert.equal(source.dictionary.venues, ['krakenf']);
  assert.equal(source.skipped, { 'event subscribed': 1 });
});

test('a book of Kraken v1 whose checksum does not agree is emptied and counted', async () => {
  const level = (price: string) => [price, '1.00000000', '1618678132.500000'];
  const source = await readRaw(
    aFile([
      { event: 'heartbeat' },
      { connectionID: 1, event: 'systemStatus' },
      [1, { as: [level('5.10000')], bs: [level('5.00000')] }, 'book-10', 'A/B'],
      [1, { a: [level('5.20000')], c: '7' }, 'book-10', 'A/B'],
      [1, { b: [level('4.90000')], c: '7' }, 'book-10', 'A/B'],
      [1, [['5.05000', '2.00000000', '1618678133.25', 's', 'm', '']], 'trade', 'A/B'],
      [1, { a: ['1', '1', '1'], b: ['1', '1', '1'], c: ['1', '1'] }, 'ticker', 'A/B'],
      [1, { x: 1 }, 'spread', 'A/B'],
      [1, 'broken', 'book-10', 'A/B'],
    ]),
    null,
  );
  const records = await recordsIn(source);
  assert.equal(shortly(records), [
    ['clear', SIDE.none, 0, 0, 0],
    ['snapshot', SIDE.buy, 500_000, 100_000_000, 0],
    ['snapshot', SIDE.sell, 510_000, 100_000_000, FLAG.frameEnd],
    ['clear', SIDE.none, 0, 0, FLAG.frameEnd],
    ['trade', SIDE.sell, 505_000, 200_000_000, FLAG.frameEnd],
  ]);
  assert.is(records[4]?.tsExchange, 1_618_678_133_250_000);
  assert.equal(source.skipped, {
    'event heartbeat': 1,
    'event systemStatus': 1,
    'book-checksum': 1,
    'book-ignored': 1,
    ticker: 1,
    other: 1,
    malformed: 1,
  });
});

/** Best bid and ask and levels a side, of README. */
const LAST: Readonly<Record<string, readonly [string, string, number]>> = {
  'SKL-USD': ['0.7902', '0.7911', 816 + 1_341],
  'DASH-BTC': ['0.00619316', '0.00619947', 436 + 541],
  'YFI-BTC': ['0.82553', '0.82696', 203 + 458],
  'CRV-EUR': ['3.2956', '3.3010', 389 + 297],
  'NMR-EUR': ['66.9257', '67.0210', 633 + 310],
  'BAND-BTC': ['0.00033388', '0.00033421', 323 + 825],
  'SKL-BTC': ['0.00001303', '0.00001305', 225 + 407],
  'SKL-GBP': ['0.5747', '0.5768', 102 + 175],
  'NU-GBP': ['0.4388', '0.4393', 118 + 450],
  'BAND-GBP': ['14.7366', '14.7664', 148 + 162],
};

async function played(path: string) {
  const source = await readRaw(path, null);
  const playback = new BookPlayback(source.dictionary);
  for await (const block of source.blocks) playback.play(block);
  return { source, markets: playback.markets() };
}

const raw = (...path: string[]) => sharedPath('data', 'market', 'raw', ...path);
const coinbase = raw('coinbase', 'COINBASE.ws.28.0.gz');
const krakenBooks = raw('kraken', 'KRAKEN.ws.50.0.gz');
const krakenTrades = raw('kraken', 'KRAKEN.ws.48.0.gz');
const futures = raw('kraken-futures', 'KRAKEN_FUTURES.ws.1.0.gz');

if (coinbase !== null) {
  test('ten recorded markets of Coinbase end where the venue has them', async () => {
    const { source, markets } = await played(coinbase);
    for (const [symbol, [bid, ask, levels]] of Object.entries(LAST)) {
      const rules = source.dictionary.markets.find((each) => each.symbol === symbol);
      const market = markets.find((each) => each.symbol === symbol);
      const text = (ticks = 0) => Number(gridText(ticks, rules?.priceDecimals ?? 0));
      assert.equal(
        [text(market?.bidTicks), text(market?.askTicks), market?.levels, market?.crossed],
        [Number(bid), Number(ask), levels, 0],
        symbol,
      );
    }
    assert.is(
      markets.reduce((sum, { trades }) => sum + trades, 0),
      97,
    );
    assert.equal(source.skipped, { subscriptions: 3, last_match: 10 });
  });
}

if (krakenBooks !== null && krakenTrades !== null) {
  test('4,269 recorded checksums of Kraken agree on the way, and no book is crossed', async () => {
    const { source, markets } = await played(krakenBooks);
    assert.is(markets.length, 10);
    assert.ok(markets.every(({ crossed, levels }) => crossed === 0 && levels > 100));
    const names = Object.keys(source.skipped).sort();
    assert.equal(names, ['event heartbeat', 'event subscriptionStatus', 'event systemStatus']);
  });

  test('a recording of trades alone is read as well', async () => {
    const { markets } = await played(krakenTrades);
    assert.ok(markets.length > 0 && markets.every(({ trades, events }) => trades === events));
  });
}

if (futures !== null) {
  test('7,014 recorded updates of Kraken Futures never cross a book', async () => {
    const { source, markets } = await played(futures);
    assert.is(markets.length, 10);
    assert.ok(markets.every(({ crossed }) => crossed === 0));
    assert.is(
      markets.reduce((sum, { trades }) => sum + trades, 0),
      3,
    );
    assert.is(source.skipped['malformed'], undefined);
  });
}

test.run();
