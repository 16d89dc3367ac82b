import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { LevelList } from '../../../src/venues/binance/level-list.ts';
import { MarketDecoder } from '../../../src/venues/binance/market-decoder.ts';
import { frameOf } from '../../support/binance/frames.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

const btc = anInstrument({ index: 0 });
const eth = anInstrument({ index: 1, symbol: 'ETHUSDT', base: 'ETH', lot: '0.0001' });

function decode(frame: object | string, decoder = new MarketDecoder([btc, eth]), of?: typeof btc) {
  const kind = decoder.decode(
    frameOf(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    of,
  );
  return { kind, decoder };
}

const levels = (list: LevelList) =>
  Array.from({ length: list.count }, (_, at) => [list.ticks[at], list.lots[at]]);

const spotDepth = {
  e: 'depthUpdate',
  E: 1_723_161_255_208,
  s: 'BTCUSDT',
  U: 50_093_239_189,
  u: 50_093_239_202,
  b: [['61737.63000000', '0.00000000']],
  a: [
    ['61837.64000000', '1.54698000'],
    ['61838.00000000', '0.00001000'],
  ],
};
const trade = {
  e: 'trade',
  E: 1_723_161_255_343,
  s: 'ETHUSDT',
  t: 3_735_683_259,
  p: '2682.50000000',
  q: '0.02000000',
  b: 1,
  a: 2,
  T: 1_723_161_255_342,
  m: true,
  M: true,
};
const ticker = { u: 7, s: 'BTCUSDT', b: '10.00', B: '1.00000', a: '10.01', A: '0.00002' };

test('a spot diff is decoded, bare or wrapped', () => {
  for (const frame of [spotDepth, { stream: 'btcusdt@depth@100ms', data: spotDepth }]) {
    const { kind, decoder } = decode(frame);
    assert.is(kind, 'depth');
    assert.is(decoder.instrument, btc);
    assert.equal([decoder.firstId, decoder.finalId], [50_093_239_189, 50_093_239_202]);
    assert.equal([decoder.previousId, decoder.eventMs], [-1, 1_723_161_255_208]);
    assert.equal(levels(decoder.bids), [[6_173_763, 0]]);
    assert.equal(levels(decoder.asks), [
      [6_183_764, 154_698],
      [6_183_800, 1],
    ]);
  }
});

test('a futures diff names the diff before it', () => {
  const { kind, decoder } = decode({ ...spotDepth, pu: 50_093_239_180, T: 1_723_161_255_200 });
  assert.equal([kind, decoder.previousId], ['depth', 50_093_239_180]);
});

test('a trade is decoded with the side of its taker', () => {
  const { kind, decoder } = decode(trade);
  assert.is(kind, 'trade');
  assert.is(decoder.instrument, eth);
  assert.equal(
    [decoder.tradeId, decoder.tradeTicks, decoder.tradeLots, decoder.tradeMs],
    [3_735_683_259, 268_250, 200, 1_723_161_255_342],
  );
  assert.is(decoder.isBuyerMaker, true);
  decode({ ...trade, m: false }, decoder);
  assert.is(decoder.isBuyerMaker, false);
});

test('a book ticker is known with and without its name', () => {
  for (const frame of [ticker, { ...ticker, e: 'bookTicker', E: 5, T: 4 }]) {
    const { kind, decoder } = decode(frame);
    assert.is(kind, 'book-ticker');
    const { finalId, bidTicks, bidLots, askTicks, askLots, eventMs } = decoder;
    assert.equal([finalId, bidTicks, bidLots, askTicks, askLots], [7, 1000, 100_000, 1001, 2]);
    assert.is(eventMs, 'E' in frame ? 5 : 0);
  }
});

test('a side of a book ticker may be empty', () => {
  const { kind, decoder } = decode({ ...ticker, b: '0.00', B: '0.00000' });
  assert.equal([kind, decoder.bidTicks, decoder.bidLots], ['book-ticker', 0, 0]);
});

test('a snapshot is decoded for the instrument that was asked for', () => {
  const reply = {
    lastUpdateId: 9,
    bids: [['10.00', '1']],
    asks: [
      ['10.01', '2'],
      ['10.02', '3'],
    ],
  };
  const decoder = new MarketDecoder([btc, eth]);
  assert.is(decode(reply, decoder, eth).kind, 'snapshot');
  assert.is(decoder.instrument, eth);
  assert.equal([decoder.finalId, levels(decoder.bids)], [9, [[1000, 10_000]]]);
  assert.is(decoder.asks.count, 2);
  assert.is(decode(reply, decoder).kind, 'other');
});

test('a snapshot with one side, or with a level that is none, is malformed', () => {
  const decoder = new MarketDecoder([btc]);
  for (const rest of [{ bids: [] }, { asks: [] }, { bids: [], asks: [['1.00', 5]] }]) {
    assert.is(decode({ lastUpdateId: 9, ...rest }, decoder, btc).kind, 'malformed');
    assert.is.not(decoder.fault, '');
  }
});

test('a refusal of the venue in place of a snapshot is no snapshot', () => {
  const decoder = new MarketDecoder([btc]);
  assert.is(decode({ code: -1121, msg: 'Invalid symbol.' }, decoder, btc).kind, 'other');
});

test('what is none of our business is told apart from what is broken', () => {
  for (const frame of [
    {},
    { result: null, id: 1 },
    { stream: 'x', data: null },
    { stream: 'x', data: [{ e: 'trade' }] },
    { e: 'aggTrade', E: 1, s: 'BTCUSDT', a: 5, p: '1', q: '1', f: 1, l: 2, T: 3, m: true, M: true },
    { e: 'kline', E: 1, s: 'BTCUSDT', k: { t: 1, T: 2, s: 'BTCUSDT', i: '1m', o: '1' } },
    { e: '24hrTicker', s: 'BTCUSDT', p: '-0.1', P: '2', b: '1', B: '2', a: '3', A: '4', u: 5 },
    { e: 'forceOrder', E: 1, o: { s: 'BTCUSDT', S: 'SELL', q: '1', p: '1', b: [], a: [] } },
    { s: 5, b: true, a: null, m: 'x', t: 'x', T: [], B: {}, A: 1, p: 2, q: 3 },
  ]) {
    const { kind, decoder } = decode(frame);
    assert.equal([kind, decoder.fault], ['other', ''], JSON.stringify(frame));
  }
});

test('an instrument that we do not trade is told apart by every letter', () => {
  for (const s of ['BTCUSD', 'BTCUSDTX', 'btcusdt', 'BTCUSDX', '', 'ÄTCUSDT']) {
    assert.is(decode({ ...spotDepth, s }).kind, 'unknown-symbol', s);
  }
});

test('two symbols of one hash are two instruments', () => {
  // 32-bit FNV-1a makes 0xa11bf5a3 of both names.
  const one = anInstrument({ symbol: 'EJDKNUSDT', index: 0 });
  const other = anInstrument({ symbol: 'ZVMFWUSDT', index: 1 });
  const decoder = new MarketDecoder([one, other]);
  for (const instrument of [one, other]) {
    assert.is(decode({ ...spotDepth, s: instrument.symbol }, decoder).kind, 'depth');
    assert.is(decoder.instrument, instrument);
  }
  const onlyOne = new MarketDecoder([one]);
  assert.is(decode({ ...spotDepth, s: other.symbol }, onlyOne).kind, 'unknown-symbol');
});

const without = (frame: object, key: string): object =>
  Object.fromEntries(Object.entries(frame).filter(([name]) => name !== key));

const malformed: [frame: object | string, fault: RegExp][] = [
  ['', /^no \{ at byte 0$/],
  ['[]', /^no \{ at byte 0$/],
  ['{"e":"trade"} x', /something behind the value at byte 14/],
  ['{"e":"trade"', /no \} or comma/],
  ['{"e"}', /no colon/],
  ['{e:1}', /no string/],
  ['{"e":5}', /no string/],
  ['{"stream":"x","data":{"e":"trade"}', /no \} or comma/],
  [without(spotDepth, 's'), /^no s at/],
  [without(spotDepth, 'U'), /^no U or u/],
  [without(spotDepth, 'u'), /^no U or u/],
  [without(spotDepth, 'b'), /^no bids or no asks/],
  [without(spotDepth, 'a'), /^no bids or no asks/],
  [{ ...spotDepth, b: '1' }, /^no bids or no asks/],
  [{ ...spotDepth, U: '5' }, /^no whole number/],
  [{ ...spotDepth, E: -1 }, /^no whole number/],
  [{ ...spotDepth, pu: null }, /^no whole number/],
  [{ ...spotDepth, b: [['1.0', 'x']] }, /^a level that is no price and size/],
  [{ ...spotDepth, a: {} }, /^no \[/],
  [{ ...trade, p: 'x' }, /^a price or quantity that is no decimal/],
  [{ ...trade, p: '0.00' }, /^a price or quantity that is no decimal/],
  [{ ...trade, q: '0' }, /^a price or quantity that is no decimal/],
  [{ ...trade, q: '-1' }, /^a price or quantity that is no decimal/],
  [{ ...ticker, A: '' }, /^a price or quantity that is no decimal/],
  [{ ...ticker, e: 'bookTicker', b: '1e3' }, /^a price or quantity that is no decimal/],
  ...['t', 'T', 'p', 'q', 'm'].map((key): [object, RegExp] => [
    without(trade, key),
    /^a trade without t, T, p, q or m/,
  ]),
  [{ ...trade, t: '5' }, /^a trade without t, T, p, q or m/],
  [{ ...trade, m: 'true' }, /^a trade without t, T, p, q or m/],
  ...['u', 'b', 'B', 'a', 'A'].map((key): [object, RegExp] => [
    without({ ...ticker, e: 'bookTicker' }, key),
    /^a book ticker without u, b, B, a or A/,
  ]),
];
for (const [frame, fault] of malformed) {
  const text = typeof frame === 'string' ? frame : JSON.stringify(frame);
  test(`${text === '' ? 'an empty frame' : text} is malformed`, () => {
    // What the frame lacks must not come from the frame before it.
    const { decoder } = decode(trade);
    decode(ticker, decoder);
    assert.is(decode(frame, decoder).kind, 'malformed');
    assert.match(decoder.fault, fault);
  });
}

test('a good frame after a broken one is decoded without a trace of it', () => {
  const { decoder } = decode('{"e":');
  assert.is(decode(spotDepth, decoder).kind, 'depth');
  assert.is(decoder.fault, '');
  assert.is(decode({ ...spotDepth, b: [], a: [] }, decoder).kind, 'depth');
  assert.equal([decoder.bids.count, decoder.asks.count], [0, 0]);
});

test.run();
