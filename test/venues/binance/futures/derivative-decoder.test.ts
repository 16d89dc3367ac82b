import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DerivativeDecoder } from '../../../../src/venues/binance/futures/derivative-decoder.ts';
import { frameOf } from '../../../support/binance/frames.ts';
import { anInstrument } from '../../../support/trade/instruments.ts';

const BTC = anInstrument({ tick: '0.10', lot: '0.001' });
const ETH = anInstrument({ index: 1, symbol: 'ETHUSDT', base: 'ETH', tick: '0.01', lot: '0.001' });
const aDecoder = () => new DerivativeDecoder([BTC, ETH]);
const decoded = (value: unknown) => {
  const decoder = aDecoder();
  const kind = decoder.decode(frameOf(JSON.stringify(value)));
  return { kind, decoder };
};

const MARK = {
  e: 'markPriceUpdate',
  E: 1_562_305_380_000,
  s: 'BTCUSDT',
  p: '11794.15000000',
  ap: '11794.00000000',
  i: '11784.62659091',
  P: '11784.25641265',
  r: '-0.00038167',
  T: 1_562_306_400_000,
};
const FORCED = {
  e: 'forceOrder',
  E: 1_568_014_460_893,
  o: {
    ...{ s: 'BTCUSDT', S: 'SELL', o: 'LIMIT', f: 'IOC', q: '0.014', p: '9910', ap: '9911.5' },
    ...{ X: 'FILLED', l: '0.014', z: '0.010', T: 1_568_014_460_890 },
  },
};
const TRADE = {
  ...{ e: 'aggTrade', E: 1_626_992_741_575, a: 16_599_292, s: 'ETHUSDT', p: '1800.01' },
  ...{ q: '10', f: 1, l: 2, T: 1_626_992_741_421, m: true },
};
const CANDLE = {
  e: 'kline',
  E: 1_638_747_660_000,
  s: 'BTCUSDT',
  k: {
    ...{ t: 1_638_747_600_000, T: 1_638_747_659_999, s: 'BTCUSDT', i: '1m', f: 100, L: 200 },
    ...{ o: '50000.1', c: '50010', h: '50020.5', l: '49990', v: '12.5', n: 100, x: true },
    ...{ q: '1.0', V: '5', Q: '0.5', B: '0' },
  },
};

test('a mark price comes with its index, a signed funding rate and when it is paid', () => {
  const { kind, decoder } = decoded(MARK);
  assert.is(kind, 'mark-price', decoder.fault);
  assert.is(decoder.instrument, BTC);
  assert.ok(Math.abs(decoder.markTicks - 117_941.5) < 1e-6);
  assert.ok(Math.abs(decoder.indexTicks - 117_846.2659091) < 1e-6);
  assert.equal(
    [decoder.fundingRate, decoder.nextFundingMs, decoder.eventMs],
    [-38_167, 1_562_306_400_000, 1_562_305_380_000],
  );
});

test('a dated future has a mark price and pays no funding', () => {
  const { kind, decoder } = decoded({ ...MARK, r: '', T: 0 });
  assert.is(kind, 'mark-price', decoder.fault);
  assert.equal([decoder.fundingRate, decoder.nextFundingMs], [0, 0]);
});

test('a forced order says what was filled, at what average, and which side was closed', () => {
  const { kind, decoder } = decoded(FORCED);
  assert.is(kind, 'liquidation', decoder.fault);
  assert.equal(
    [decoder.tradeTicks, decoder.tradeLots, decoder.isSale, decoder.tradeMs],
    [99_115, 10, true, 1_568_014_460_890],
  );
  const unfilled = decoded({ ...FORCED, o: { ...FORCED.o, S: 'BUY', ap: '0', z: '0' } });
  assert.is(unfilled.kind, 'liquidation', unfilled.decoder.fault);
  assert.equal(
    [unfilled.decoder.tradeTicks, unfilled.decoder.tradeLots, unfilled.decoder.isSale],
    [99_100, 0, false],
  );
});

test('an aggregated trade is read, wrapped or bare', () => {
  for (const frame of [TRADE, { stream: 'ethusdt@aggTrade', data: TRADE }]) {
    const { kind, decoder } = decoded(frame);
    assert.is(kind, 'aggregate-trade', decoder.fault);
    assert.is(decoder.instrument, ETH);
    assert.equal(
      [decoder.tradeId, decoder.tradeTicks, decoder.tradeLots, decoder.isSale],
      [16_599_292, 180_001, 10_000, true],
    );
  }
});

test('a candle is read with its range and whether it is complete', () => {
  const { kind, decoder } = decoded(CANDLE);
  assert.is(kind, 'candle', decoder.fault);
  assert.equal(
    [decoder.openTicks, decoder.highTicks, decoder.lowTicks, decoder.closeTicks],
    [500_001, 500_205, 499_900, 500_100],
  );
  assert.equal(
    [decoder.candleLots, decoder.isClosed, decoder.tradeMs],
    [12_500, true, 1_638_747_600_000],
  );
});

test('frames of other kinds and of other markets are told apart', () => {
  assert.is(decoded({ result: null, id: 1 }).kind, 'other');
  assert.is(decoded({ e: 'depthUpdate', s: 'BTCUSDT', b: [['1', '2']] }).kind, 'other');
  assert.is(decoded({}).kind, 'other');
  assert.is(decoded({ ...MARK, s: 'XRPUSDT' }).kind, 'unknown-symbol');
});

test('what is missing or no number is malformed, and the fault says where', () => {
  const frames: object[] = [
    { ...MARK, s: undefined },
    { ...MARK, p: undefined },
    { ...MARK, r: '0.1.2' },
    { ...MARK, T: '5' },
    { ...MARK, E: -1 },
    { ...MARK, i: 'x' },
    { ...MARK, s: 5 },
    { ...FORCED, o: { ...FORCED.o, S: 'HOLD' } },
    { ...FORCED, o: { ...FORCED.o, z: null } },
    { ...TRADE, m: 'yes' },
    { ...TRADE, m: null },
    { ...TRADE, q: '0' },
    { ...TRADE, a: undefined },
    { ...CANDLE, k: { ...CANDLE.k, h: '1' } },
    { ...CANDLE, k: { ...CANDLE.k, x: 1 } },
  ];
  for (const frame of frames) {
    const { kind, decoder } = decoded(frame);
    assert.is(kind, 'malformed', JSON.stringify(frame));
    assert.match(decoder.fault, / at byte \d+$/);
  }
});

test('no beginning of a frame is a frame, and whatever is written into one never throws', () => {
  const decoder = aDecoder();
  for (const frame of [MARK, FORCED, TRADE, CANDLE]) {
    const bytes = frameOf(JSON.stringify(frame));
    for (let end = 0; end < bytes.length; end += 1) {
      assert.is(decoder.decode(bytes.subarray(0, end)), 'malformed');
    }
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const broken = bytes.slice();
        for (const [index, byte] of changes) broken[index] = byte;
        decoder.decode(broken);
      }),
      { numRuns: 200 },
    );
  }
});

test('keys may come in any order', () => {
  const reversed = Object.fromEntries(Object.entries(MARK).reverse());
  assert.is(decoded(reversed).kind, 'mark-price');
});

test.run();
