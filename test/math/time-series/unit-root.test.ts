import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../../src/core/rng.ts';
import { dickeyFuller } from '../../../src/math/time-series/dickey-fuller.ts';
import { engleGranger } from '../../../src/math/time-series/engle-granger.ts';
import {
  type CriticalValues,
  mackinnonCritical,
  mackinnonP,
} from '../../../src/math/time-series/mackinnon.ts';
import type { Deterministic } from '../../../src/math/time-series/mackinnon-tables.ts';
import { kpss, phillipsPerron } from '../../../src/math/time-series/stationarity.ts';
import { law } from '../../support/law.ts';

/** x_t = a x_{t−1} + e. */
function autoregression(a: number, count: number, seed: number): Float64Array {
  const random = rngOf(seed);
  let x = 0;
  return Float64Array.from({ length: count }, () => {
    x = a * x + random.normal();
    return x;
  });
}

const ALL: readonly Deterministic[] = ['none', 'constant', 'trend', 'quadratic'];

test('a series that comes back has no unit root, and a walk is not said to lack one', () => {
  for (const deterministic of ALL) {
    const back = dickeyFuller(autoregression(0.5, 500, 1), deterministic, { max: 6 });
    assert.ok(back.ok && back.value.p < 0.001, deterministic);
    const walk = dickeyFuller(autoregression(1, 500, 2), deterministic, { max: 6 });
    assert.ok(walk.ok && walk.value.p > 0.05, deterministic);
  }
  const perron = phillipsPerron(autoregression(0.5, 500, 1));
  assert.ok(perron.ok && perron.value.statistic < perron.value.critical.at1);
  const level = kpss(autoregression(0.5, 500, 1), 'level', 8);
  assert.ok(level.ok && level.value.statistic < level.value.critical.at10);
  const walk = kpss(autoregression(1, 500, 2), 'level', 8);
  assert.ok(walk.ok && walk.value.statistic > walk.value.critical.at1);
});

test('neither the unit nor the level of a series changes its test', () => {
  law(
    fc.property(fc.nat(), fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (seed, unit) => {
      const series = autoregression(0.9, 120, seed);
      const moved = series.map((value) => 7 + unit * value);
      const [one, other] = [series, moved].map((each) => dickeyFuller(each, 'constant', 2));
      assert.ok(one?.ok && other?.ok);
      assert.ok(Math.abs(one.value.statistic - other.value.statistic) < 1e-6);
    }),
    30,
  );
});

test('p rises with the statistic, meets its critical values, and ends at 0 and 1', () => {
  for (const deterministic of ALL) {
    let before = 0;
    for (let statistic = -30; statistic < 6; statistic += 0.25) {
      const p = mackinnonP(statistic, deterministic) as number;
      // The two pieces of a surface meet to three digits.
      assert.ok(p >= before - 1e-3, `${deterministic} ${statistic}`);
      before = p;
    }
    assert.is(mackinnonP(-30, deterministic), 0);
    if (deterministic !== 'none') assert.is(mackinnonP(5, deterministic), 1);
    const critical = mackinnonCritical(1e9, deterministic);
    assert.ok(critical !== null);
    const { at1, at5, at10 } = critical as CriticalValues;
    for (const [value, level] of [
      [at1, 0.01],
      [at5, 0.05],
      [at10, 0.1],
    ] as const) {
      assert.ok(Math.abs((mackinnonP(value, deterministic) as number) - level) < 0.003);
    }
  }
});

test('of more series than the tables have nothing is said', () => {
  assert.is(mackinnonP(-3, 'none', 2), null);
  assert.is(mackinnonP(-3, 'constant', 7), null);
  assert.is(mackinnonCritical(100, 'constant', 13), null);
  assert.is(mackinnonCritical(100, 'none', 2), null);
  assert.is.not(mackinnonCritical(100, 'quadratic', 12), null);
});

test('what cannot be tested is refused with the reason', () => {
  const kindOf = (result: { ok: boolean; error?: { kind: string } }): string =>
    result.ok ? 'ok' : (result.error?.kind ?? '');
  const constant = new Float64Array(50).fill(3);
  const broken = Float64Array.of(...autoregression(0.5, 50, 3), Number.NaN);
  const ramp = Float64Array.from({ length: 50 }, (_, at) => at);
  assert.is(kindOf(dickeyFuller(constant, 'constant', 0)), 'collinear');
  assert.is(kindOf(dickeyFuller(broken, 'constant', 0)), 'not-finite');
  assert.is(kindOf(dickeyFuller(ramp, 'constant', 0)), 'no-residual');
  assert.is(kindOf(dickeyFuller([1, 2, 4], 'constant', 2)), 'too-few-rows');
  assert.is(kindOf(dickeyFuller([1, 2, 4], 'constant', { max: 2 })), 'too-few-rows');
  assert.is(kindOf(dickeyFuller([], 'constant', 0)), 'too-few-rows');
  assert.is(kindOf(dickeyFuller(ramp, 'constant', -1)), 'bad-lags');
  assert.is(kindOf(dickeyFuller(ramp, 'constant', { max: 1e9 })), 'bad-lags');
  assert.is(kindOf(kpss(constant, 'level', 4)), 'no-residual');
  assert.is(kindOf(kpss([], 'trend', 0)), 'too-few-rows');
  assert.is(kindOf(kpss(broken, 'trend', 0)), 'not-finite');
  assert.is(kindOf(phillipsPerron(constant)), 'collinear');
  assert.is(kindOf(phillipsPerron(ramp)), 'no-residual');
  assert.is(kindOf(phillipsPerron(broken, 3)), 'not-finite');
  assert.is(kindOf(phillipsPerron([])), 'too-few-rows');
  const how = { deterministic: 'constant', lags: 1 } as const;
  assert.is(kindOf(engleGranger(broken, broken, how)), 'not-finite');
  assert.is(kindOf(engleGranger(autoregression(1, 50, 1), constant, how)), 'collinear');
  assert.is(kindOf(engleGranger(ramp, ramp, how)), 'no-residual');
});

test('a pair that is tied to one walk is cointegrated, and two walks are not', () => {
  const walk = autoregression(1, 800, 5);
  const noise = autoregression(0.3, 800, 6);
  const tied = walk.map((value, at) => 2 + 3 * value + (noise[at] as number));
  const apart = autoregression(1, 800, 7);
  for (const deterministic of ['constant', 'trend'] as const) {
    const found = engleGranger(tied, walk, { deterministic, lags: 1 });
    assert.ok(found.ok && found.value.p < 0.001);
    assert.ok(Math.abs(found.value.beta - 3) < 0.05);
    const none = engleGranger(apart, walk, { deterministic, lags: 1 });
    assert.ok(none.ok && none.value.p > 0.05);
  }
});

test.run();
