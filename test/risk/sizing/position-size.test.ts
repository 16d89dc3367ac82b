import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { liquidityAdjusted, liquidSize } from '../../../src/risk/sizing/liquidity.ts';
import {
  DEFAULT_SIZING,
  positionSize,
  type SizingCase,
} from '../../../src/risk/sizing/position-size.ts';
import { notionalShareOf } from '../../../src/risk/sizing/shares.ts';
import { law } from '../../support/law.ts';
import { near } from '../../support/near.ts';
import { errorIn, valueIn } from '../../support/risk/samples.ts';

/** An edge so small that no cap binds: a quarter of 0.16 is 4 % of equity. */
function aCase(changed: Partial<SizingCase> = {}): SizingCase {
  return {
    kelly: notionalShareOf(0.16),
    edgeShare: 1,
    lossFraction: 0.02,
    volatility: 0.03,
    valueAtRisk95: 0.05,
    valueAtRisk99: 0.075,
    leverageUsed: 0,
    liquidityMax: 10,
    regime: 'calm',
    ...changed,
  };
}

/** Every rule, and the case that makes it the one that binds. */
const RULES: readonly (readonly [string, Partial<SizingCase>, notional: number])[] = [
  ['kelly-fraction', {}, 0.04],
  ['no-edge', { kelly: notionalShareOf(-1) }, 0],
  ['no-edge', { edgeShare: 0 }, 0],
  ['kelly-fraction', { edgeShare: 0.5 }, 0.02],
  ['kelly-fraction', { regime: 'volatile' }, 0.02],
  ['kelly-fraction', { regime: 'turbulent' }, 0.01],
  ['volatility-target', { volatility: 0.5 }, 0.02],
  ['value-at-risk-95', { valueAtRisk95: 1 }, 0.02],
  ['value-at-risk-99', { valueAtRisk99: 1 }, 0.03],
  ['leverage', { leverageUsed: 2.97 }, 0.03],
  ['liquidity', { liquidityMax: 0.03 }, 0.03],
  ['symbol', { kelly: notionalShareOf(12.5) }, 0.05],
  ['minimum', { kelly: notionalShareOf(0.016) }, 0],
  ['minimum', { leverageUsed: 3.5 }, 0],
  ['minimum', { liquidityMax: -1 }, 0],
  ['kelly-fraction', { valueAtRisk95: 0, valueAtRisk99: -0.1 }, 0.04],
];

for (const [rule, changed, notional] of RULES) {
  test(`a size is made by ${rule} with ${JSON.stringify(changed)}`, () => {
    const size = valueIn(positionSize(aCase(changed)));
    assert.is(size.rule, rule);
    near(size.notional, notional, 1e-9);
    near(size.atRisk, notional * 0.02, 1e-9);
  });
}

const aFraction = fc.double({ min: 0.0001, max: 2, noNaN: true });
const anyCase = fc.record({
  kelly: fc.double({ min: -5, max: 50, noNaN: true }).map(notionalShareOf),
  edgeShare: fc.double({ min: 0, max: 1, noNaN: true }),
  lossFraction: aFraction,
  volatility: aFraction,
  valueAtRisk95: fc.double({ min: -0.1, max: 2, noNaN: true }),
  valueAtRisk99: fc.double({ min: -0.1, max: 2, noNaN: true }),
  leverageUsed: fc.double({ min: 0, max: 5, noNaN: true }),
  liquidityMax: fc.double({ min: -1, max: 5, noNaN: true }),
  regime: fc.constantFrom('calm', 'volatile', 'turbulent'),
});

test('whatever the case, a size is never negative, never above a cap, and 0 or worth its fees', () => {
  law(
    fc.property(anyCase, (of) => {
      const { notional, atRisk } = valueIn(positionSize(of));
      const policy = DEFAULT_SIZING;
      assert.ok(notional === 0 || notional >= policy.notionalMin);
      const most = 1 + 1e-12;
      assert.ok(notional <= policy.symbolMax * most);
      assert.ok(notional + of.leverageUsed <= policy.leverageMax * most || notional === 0);
      assert.ok(notional * of.valueAtRisk95 <= policy.valueAtRisk95Max * most);
      assert.ok(notional * of.valueAtRisk99 <= policy.valueAtRisk99Max * most);
      assert.ok(notional * of.volatility <= policy.volatilityTarget * most);
      assert.ok(notional <= Math.max(0, of.liquidityMax) || notional === 0);
      assert.ok(of.kelly > 0 || notional === 0);
      near(atRisk, notional * of.lossFraction);
    }),
    1_000,
  );
});

test('a size never grows with the risk of the case', () => {
  law(
    fc.property(anyCase, fc.double({ min: 1, max: 5, noNaN: true }), (of, factor) => {
      const size = (changed: Partial<SizingCase>): number =>
        valueIn(positionSize({ ...of, ...changed })).notional;
      assert.ok(size({ volatility: of.volatility * factor }) <= size({}));
      assert.ok(size({ leverageUsed: of.leverageUsed * factor }) <= size({}));
      assert.ok(size({ edgeShare: of.edgeShare / factor }) <= size({}));
      assert.ok(size({ regime: 'turbulent' }) <= size({ regime: 'volatile' }));
      assert.ok(size({ regime: 'volatile' }) <= size({ regime: 'calm' }));
    }),
  );
});

test('a case with a number that is none is refused by its name', () => {
  const numbers = Object.entries(aCase()).filter(([, value]) => typeof value === 'number');
  assert.is(numbers.length, 8);
  for (const [name] of numbers) {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.is(errorIn(positionSize(aCase({ [name]: value }))).name, name);
    }
  }
  assert.is(errorIn(positionSize(aCase({ lossFraction: 0 }))).name, 'lossFraction');
  assert.is(errorIn(positionSize(aCase({ volatility: -1 }))).name, 'volatility');
  for (const edgeShare of [-0.1, 1.1]) {
    assert.is(errorIn(positionSize(aCase({ edgeShare }))).name, 'edgeShare');
  }
});

const MARKET = { volume: 900, participation: 0.1, horizon: 5 };

test('what can be closed in time is our share of what the others trade', () => {
  near(valueIn(liquidSize(MARKET)), 500);
  assert.is(valueIn(liquidSize({ ...MARKET, volume: 0 })), 0);
});

test('a position that takes longer to close risks more, by the root of the time', () => {
  near(valueIn(liquidityAdjusted(10, 50, MARKET)), 10);
  near(valueIn(liquidityAdjusted(10, -400, MARKET)), 20);
  const dead = { ...MARKET, volume: 0 };
  assert.is(valueIn(liquidityAdjusted(10, 1, dead)), Number.POSITIVE_INFINITY);
  assert.is(valueIn(liquidityAdjusted(0, 0, dead)), 0);
});

test('a market that is none is refused by name', () => {
  for (const [name, values] of [
    ['volume', [-1, Number.NaN, Number.POSITIVE_INFINITY]],
    ['participation', [0, 1, Number.NaN]],
    ['horizon', [0, -1, Number.NaN, Number.POSITIVE_INFINITY]],
  ] as const) {
    for (const value of values) {
      const market = { ...MARKET, [name]: value };
      assert.is(errorIn(liquidSize(market)).name, name);
      assert.is(errorIn(liquidityAdjusted(1, 1, market)).name, name);
    }
  }
});

test.run();
