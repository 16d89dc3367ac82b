import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MarketDecoder } from '../../../../src/venues/kraken/market/market-decoder.ts';
import { frameOf } from '../../../support/binance/frames.ts';
import { aPair, bookFrame, type Level } from '../../../support/kraken/pairs.ts';
import { law } from '../../../support/law.ts';

const pair = aPair();
const other = aPair({ index: 1, symbol: 'ETH/USD', base: 'ETH', altname: 'ETHUSD' });
const decoder = new MarketDecoder([pair, other]);
const decode = (text: string) => decoder.decode(frameOf(text));

const bids: Level[] = [['100.1', '0.50000000']];

test('levels are read whatever order the keys come in', () => {
  const usual = bookFrame('update', { bids, checksum: 7 });
  const shuffled =
    '{"data":[{"bids":[{"qty":0.50000000,"price":100.1,"x":1}],"checksum":7,"asks":[],' +
    '"timestamp":"2026-01-01T00:00:00Z","symbol":"BTC/USD"}],"type":"update","channel":"book"}';
  for (const text of [usual, shuffled]) {
    assert.is(decode(text), 'book-update');
    assert.equal([decoder.bids.count, decoder.asks.count, decoder.checksum], [1, 0, 7]);
    assert.equal([decoder.bids.ticks[0], decoder.bids.lots[0]], [1_001, 50_000_000]);
    assert.is(decoder.pair, pair);
  }
  assert.is(decoder.eventMs, Date.UTC(2026, 0, 1));
});

test('an update in another form than the usual one is read the same', () => {
  const level = fc.tuple(fc.integer({ min: 1, max: 9_999_999 }), fc.integer({ min: 0 }));
  const side = fc.array(level, { maxLength: 5 });
  law(
    fc.property(side, side, fc.integer({ min: 0, max: 0xffffffff }), (asked, bid, checksum) => {
      const texts = (levels: [number, number][]): Level[] =>
        levels.map(([tenths, lots]) => [(tenths / 10).toFixed(1), (lots / 1e8).toFixed(8)]);
      const usual = bookFrame('update', { asks: texts(asked), bids: texts(bid), checksum });
      const read = (text: string) => {
        assert.is(decode(text), 'book-update');
        const { bids: b, asks: a } = decoder;
        return [
          decoder.pair,
          decoder.checksum,
          decoder.eventMs,
          [...b.ticks.slice(0, b.count), ...b.lots.slice(0, b.count)],
          [...a.ticks.slice(0, a.count), ...a.lots.slice(0, a.count)],
        ];
      };
      assert.equal(read(usual), read(usual.replaceAll('":', '": ')));
    }),
    200,
  );
});

test('a snapshot is told from an update, and the time has microseconds', () => {
  assert.is(decode(bookFrame('snapshot', { bids, checksum: 7 })), 'book-snapshot');
  assert.is(decoder.eventMs, Date.UTC(2026, 0, 1) + 123.456);
});

const aTrade = (over: Record<string, string> = {}): string => {
  const members = {
    symbol: '"BTC/USD"',
    side: '"buy"',
    price: '105944.2',
    qty: '0.00027625',
    ord_type: '"limit"',
    trade_id: '10218208',
    timestamp: '"2023-10-06T17:35:55.440295Z"',
    ...over,
  };
  return `{${Object.entries(members).map(([key, value]) => `"${key}":${value}`)}}`;
};
const trades = (...items: string[]): string =>
  `{"channel":"trade","type":"update","data":[${items}]}`;

test('trades of several pairs come in one frame, and those of strangers are passed over', () => {
  const frame = trades(
    aTrade(),
    aTrade({ symbol: '"NOT/OURS"' }),
    aTrade({ symbol: '"ETH/USD"', side: '"sell"', trade_id: '9' }),
  );
  assert.is(decode(frame), 'trades');
  const { count, pairs, ticks, lots, ids, ms, isSell } = decoder.trades;
  assert.equal([count, decoder.strangers], [2, 1]);
  assert.equal(pairs.slice(0, 2), [pair, other]);
  assert.equal([ticks[0], lots[0], ids[0], isSell[0]], [1_059_442, 27_625, 10_218_208, 0]);
  assert.equal([ids[1], isSell[1]], [9, 1]);
  assert.is(ms[0], Date.UTC(2023, 9, 6, 17, 35, 55) + 440.295);
});

test('a ticker brings the best prices and the last', () => {
  const ticker =
    '{"channel":"ticker","type":"snapshot","data":[{"symbol":"BTC/USD","bid":105944.2,' +
    '"bid_qty":2.5,"ask":105944.3,"ask_qty":3.2,"last":105899.4,"volume":163.28908096}]}';
  assert.is(decode(ticker), 'ticker');
  const { bidTicks, bidLots, askTicks, askLots, lastTicks } = decoder;
  assert.equal([bidTicks, askTicks, lastTicks], [1_059_442, 1_059_443, 1_058_994]);
  assert.equal([bidLots, askLots], [250_000_000, 320_000_000]);
});

test('what comes seldom is left to another reader', () => {
  for (const text of [
    '{"channel":"status","type":"update","data":[]}',
    '{"method":"subscribe","result":{"channel":"book"},"success":true}',
    '{}',
  ]) {
    assert.is(decode(text), 'rare');
  }
  assert.is(decode('{"channel":"heartbeat"}'), 'heartbeat');
});

test('a frame about nobody we know is told apart from one that is broken', () => {
  assert.is(decode(bookFrame('update', { bids, checksum: 7, symbol: 'A/B' })), 'unknown-symbol');
  assert.is(decode(trades(aTrade({ symbol: '"A/B"' }))), 'unknown-symbol');
});

const broken: [name: string, text: string, fault: string][] = [
  ['a book without data', '{"channel":"book","type":"update"}', 'no data'],
  ['a book of nothing', '{"channel":"book","type":"update","data":[]}', 'no data'],
  ['a book without symbol', '{"channel":"book","type":"update","data":[{"x":1}]}', 'symbol'],
  [
    'a book without checksum',
    '{"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[]}]}',
    'checksum',
  ],
  [
    'two books in one frame',
    bookFrame('update', { bids, checksum: 7 }).replace('}]}', '},{"symbol":"BTC/USD"}]}'),
    'second item',
  ],
  ['a price of words', bookFrame('update', { bids: [['x', '1']], checksum: 7 }), 'price'],
  ['a price of 0', bookFrame('update', { bids: [['0', '1']], checksum: 7 }), 'price'],
  ['a size below 0', bookFrame('update', { bids: [['1', '-1']], checksum: 7 }), 'price'],
  ['an exponent', bookFrame('update', { bids: [['1', '1e-8']], checksum: 7 }), 'price'],
  ['a checksum below 0', bookFrame('update', { bids, checksum: -7 }), 'whole number'],
  ['a trade without a price', trades(aTrade({ price: '0' })), 'price'],
  ['a trade without a side', trades(aTrade({ side: '"both"' })), 'side'],
  ['a trade at no time', trades(aTrade({ timestamp: '"yesterday"' })), 'timestamp'],
  [
    'a ticker without prices',
    '{"channel":"ticker","type":"update","data":[{"symbol":"BTC/USD"}]}',
    'bid',
  ],
  ['half a frame', '{"channel":"book","type":"upd', 'without end'],
  ['two frames', '{} {}', 'behind'],
  ['no object', '[]', 'no {'],
  ['nothing', '', 'no {'],
];
for (const [name, text, fault] of broken) {
  test(`${name} is malformed, and the fault says why`, () => {
    assert.is(decode(text), 'malformed');
    assert.match(decoder.fault, fault);
  });
}

test.run();
