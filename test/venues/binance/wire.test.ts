import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  amountIn,
  arrayIn,
  decodeWire,
  fillIn,
  flagOf,
  objectIn,
  RETRY_MS_MAX,
  retryMs,
  sideOf,
  textOf,
  WireFault,
  wholeOf,
} from '../../../src/venues/binance/wire.ts';
import { STRANGE } from '../../support/binance/strange.ts';
import { law } from '../../support/law.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

const faultOf = (read: () => unknown): string => {
  try {
    read();
  } catch (thrown) {
    if (thrown instanceof WireFault) return thrown.message;
    throw thrown;
  }
  return 'no fault';
};

test('what a decoder finds wrong is its second answer, and a bug is thrown on', () => {
  assert.equal(
    decodeWire('{"a":1}', (value) => value),
    { a: 1 },
  );
  const noJson = decodeWire('{"a":', () => 1);
  assert.ok(noJson instanceof WireFault);
  const fault = decodeWire('[]', (value) => objectIn(value, 'frame'));
  assert.ok(fault instanceof WireFault && fault.name === 'WireFault');
  assert.throws(() => decodeWire('{}', () => missing()), ReferenceError);
});

function missing(): never {
  throw new ReferenceError('a bug');
}

test('a value of another kind is named with where it stood and what was wanted', () => {
  const cases: [read: () => unknown, said: string][] = [
    [() => objectIn([], 'frame'), 'frame: found an array, wanted an object'],
    [() => objectIn(null, 'frame'), 'frame: found null, wanted an object'],
    [() => objectIn('x', 'frame'), 'frame: found string, wanted an object'],
    [() => arrayIn({}, 'levels'), 'levels: found object, wanted an array'],
    [() => textOf({ s: 5 }, 's'), 's: found number, wanted a text'],
    [() => textOf({}, 's'), 's: found undefined, wanted a text'],
    [() => wholeOf({ i: 1.5 }, 'i'), 'i: found 1.5, wanted a whole number'],
    [() => wholeOf({ i: 'x' }, 'i'), 'i: found x, wanted a whole number'],
    [() => wholeOf({ i: [5] }, 'i'), 'i: found an array, wanted a whole number'],
    [() => flagOf({ m: 'true' }, 'm'), 'm: found string, wanted true or false'],
    [() => sideOf({ S: 'HOLD' }, 'S'), 'S: found HOLD, wanted BUY or SELL'],
    [() => amountIn({ n: '1e3' }, 'n'), 'n: found 1e3, wanted a decimal of at most 8 places'],
  ];
  for (const [read, said] of cases) assert.is(faultOf(read), said);
});

test('a whole number may come as text, and nothing else passes for one', () => {
  law(
    fc.property(fc.maxSafeInteger(), (value) => {
      assert.is(wholeOf({ i: value }, 'i'), value);
      assert.is(wholeOf({ i: String(value) }, 'i'), value);
    }),
  );
  const almost = STRANGE.filter((value) => value !== -1);
  for (const value of [...almost, undefined, 2 ** 53, '9007199254740992', '1.0', '1e3', '+1']) {
    assert.match(
      faultOf(() => wholeOf({ i: value }, 'i')),
      /wanted a whole number$/,
    );
  }
});

test('a flag is a boolean and a side one of two words', () => {
  assert.equal([flagOf({ m: true }, 'm'), flagOf({ m: false }, 'm')], [true, false]);
  assert.equal([sideOf({ S: 'BUY' }, 'S'), sideOf({ S: 'SELL' }, 'S')], ['buy', 'sell']);
});

test('amounts are exact to eight places', () => {
  assert.is(amountIn({ d: '-100.00000001' }, 'd'), -10_000_000_001n);
  assert.is(amountIn({ d: '48.000012' }, 'd'), 4_800_001_200n);
});

test('a wait lies between none and the longest ban', () => {
  law(
    fc.property(fc.double(), (asked) => {
      const waited = retryMs(asked);
      assert.ok(waited >= 0 && waited <= RETRY_MS_MAX);
      if (asked >= 0 && asked <= RETRY_MS_MAX) assert.ok(waited === asked);
    }),
  );
});

const instrument = anInstrument({ tick: '0.01', lot: '0.001', quote: 'USDT' });
const FIELDS = {
  tradeId: 't',
  price: 'L',
  quantity: 'l',
  quote: 'Y',
  fee: 'n',
  feeAsset: 'N',
  isMaker: 'm',
  time: 'T',
};
const report = { t: 5, L: '10.50', l: '2.000', Y: '21.0', n: '0.1', N: 'BNB', m: true, T: 7 };

test('a fill is read exactly', () => {
  assert.equal(fillIn(report, FIELDS, instrument), {
    tradeId: '5',
    ticks: 1050,
    lots: 2000,
    quote: 2_100_000_000n,
    fee: 10_000_000n,
    feeAsset: 'BNB',
    isMaker: true,
    venueMs: 7,
  });
});

test('a fee of nothing needs no asset', () => {
  const fill = fillIn({ ...report, n: '0', N: null }, FIELDS, instrument);
  assert.equal([fill.fee, fill.feeAsset], [0n, 'USDT']);
  assert.match(
    faultOf(() => fillIn({ ...report, N: null }, FIELDS, instrument)),
    /^N: found null/,
  );
});

test('a fill off the grid or of nothing is refused', () => {
  for (const parts of [{ L: '10.505' }, { l: '0.0001' }, { L: '0.00' }, { l: '0' }, { l: '-1' }]) {
    const said = faultOf(() => fillIn({ ...report, ...parts }, FIELDS, instrument));
    assert.match(said, /^BTCUSDT: .* at .* is off the grid$/);
  }
});

test.run();
