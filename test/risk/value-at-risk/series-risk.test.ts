import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Result } from '../../../src/core/result.ts';
import { rngOf } from '../../../src/core/rng.ts';
import { normalPdf, normalQuantile } from '../../../src/math/normal.ts';
import { studentQuantile } from '../../../src/math/student-t.ts';
import {
  cornishFisherRisk,
  guardedCornishFisher,
} from '../../../src/risk/value-at-risk/cornish-fisher.ts';
import { historicalRisk, portfolioReturns } from '../../../src/risk/value-at-risk/historical.ts';
import {
  normalRisk,
  studentLawRisk,
  studentRisk,
} from '../../../src/risk/value-at-risk/parametric.ts';
import { fitStudent } from '../../../src/risk/value-at-risk/student-fit.ts';
import { scaledRisk, type TailRisk } from '../../../src/risk/value-at-risk/tail-risk.ts';
import { law } from '../../support/law.ts';
import { near } from '../../support/near.ts';
import { errorIn, normalReturns, valueIn } from '../../support/risk/samples.ts';

const aLevel = fc.double({ min: 0.5, max: 0.999, noNaN: true });
const someReturns = fc.array(fc.double({ min: -0.3, max: 0.3, noNaN: true }), {
  minLength: 2,
  maxLength: 80,
});

/** Every method that takes returns, a fat t among them. */
const METHODS: Readonly<
  Record<string, (returns: readonly number[], level: number) => Result<TailRisk, unknown>>
> = {
  historical: historicalRisk,
  normal: (returns, level) => {
    const mean = returns.reduce((sum, each) => sum + each, 0) / returns.length;
    const sd = Math.sqrt(
      returns.reduce((sum, each) => sum + (each - mean) ** 2, 0) / returns.length,
    );
    return normalRisk({ mean, sd }, level);
  },
  'Cornish-Fisher under its guard': guardedCornishFisher,
};

for (const [name, riskOf] of Object.entries(METHODS)) {
  test(`${name}: the shortfall is at least the value at risk, and both rise with the level`, () => {
    law(
      fc.property(someReturns, aLevel, aLevel, (returns, one, other) => {
        const [low, high] = [
          riskOf(returns, Math.min(one, other)),
          riskOf(returns, Math.max(one, other)),
        ];
        if (!low.ok || !high.ok) return;
        for (const { value } of [low, high]) {
          assert.ok(value.expectedShortfall >= value.valueAtRisk - 1e-12);
        }
        assert.ok(high.value.valueAtRisk >= low.value.valueAtRisk - 1e-12);
        assert.ok(high.value.expectedShortfall >= low.value.expectedShortfall - 1e-12);
      }),
    );
  });

  test(`${name}: a loss scales with the money and does not know the order of the days`, () => {
    law(
      fc.property(
        someReturns,
        aLevel,
        fc.double({ min: 0.001, max: 1000, noNaN: true }),
        (returns, level, factor) => {
          const plain = riskOf(returns, level);
          const turned = riskOf(
            [...returns].reverse().map((each) => factor * each),
            level,
          );
          assert.is(plain.ok, turned.ok);
          if (!plain.ok || !turned.ok) return;
          const expected = scaledRisk(plain.value, factor);
          near(turned.value.valueAtRisk, expected.valueAtRisk, 1e-9, factor * 1e-12);
          near(turned.value.expectedShortfall, expected.expectedShortfall, 1e-9, factor * 1e-12);
        },
      ),
    );
  });
}

test('the historical shortfall is the least of Rockafellar and Uryasev', () => {
  law(
    fc.property(someReturns, aLevel, (returns, level) => {
      const { expectedShortfall } = valueIn(historicalRisk(returns, level));
      const at = (c: number): number =>
        c +
        returns.reduce((sum, each) => sum + Math.max(0, -each - c), 0) /
          returns.length /
          (1 - level);
      near(expectedShortfall, Math.min(...returns.map((each) => at(-each))), 1e-9, 1e-12);
    }),
  );
});

test('a level next to 0 takes every return, and none is lost to rounding', () => {
  const { expectedShortfall } = valueIn(historicalRisk([0.01, -0.03], 1e-17 + Number.EPSILON));
  near(expectedShortfall, 0.01, 1e-9);
  near(valueIn(historicalRisk([0.01, -0.03], 5e-324)).expectedShortfall, 0.01, 1e-9);
});

test('a portfolio of columns is their weighted sum', () => {
  assert.equal(
    Array.from(
      portfolioReturns(
        [
          [1, 2],
          [10, 20],
        ],
        [1, -0.5],
      ),
    ),
    [-4, -8],
  );
  assert.is(portfolioReturns([], []).length, 0);
});

/** ∫ w(z) φ(z) dz up to z_p, by Simpson's rule. */
function byQuadrature(skewness: number, kurtosis: number, level: number): number {
  const top = normalQuantile(1 - level);
  const [steps, from] = [20_000, -12];
  const width = (top - from) / steps;
  let sum = 0;
  for (let step = 0; step <= steps; step += 1) {
    const z = from + step * width;
    const w =
      z +
      ((z * z - 1) * skewness) / 6 +
      ((z ** 3 - 3 * z) * kurtosis) / 24 -
      ((2 * z ** 3 - 5 * z) * skewness * skewness) / 36;
    const weight = step === 0 || step === steps ? 1 : step % 2 === 1 ? 4 : 2;
    sum += weight * w * normalPdf(z);
  }
  return (sum * width) / 3;
}

test('the shortfall of Cornish and Fisher is the integral of their quantile', () => {
  for (const [skewness, kurtosis, level] of [
    [-0.96, 12.4, 0.99],
    [0.4, 1, 0.975],
    [0, 0, 0.9],
  ] as const) {
    const moments = { mean: 0, sd: 1, skewness, excessKurtosis: kurtosis };
    const { expectedShortfall } = valueIn(cornishFisherRisk(moments, level));
    near(expectedShortfall, -byQuadrature(skewness, kurtosis, level) / (1 - level), 1e-9);
  }
});

test('without skewness and kurtosis Cornish and Fisher are the normal, which is valid', () => {
  const moments = { mean: 0.001, sd: 0.02, skewness: 0, excessKurtosis: 0 };
  const { isValid, ...risk } = valueIn(cornishFisherRisk(moments, 0.99));
  const normal = valueIn(normalRisk(moments, 0.99));
  assert.ok(isValid);
  near(risk.valueAtRisk, normal.valueAtRisk);
  near(risk.expectedShortfall, normal.expectedShortfall);
});

test('the guard of Cornish and Fisher says yes exactly where the quantile rises', () => {
  law(
    fc.property(
      fc.integer({ min: -30, max: 30 }),
      fc.integer({ min: -20, max: 120 }),
      (tenthsOfSkewness, tenthsOfKurtosis) => {
        const [skewness, excessKurtosis] = [tenthsOfSkewness / 10, tenthsOfKurtosis / 10];
        const moments = { mean: 0, sd: 1, skewness, excessKurtosis };
        const { isValid } = valueIn(cornishFisherRisk(moments, 0.9));
        const slope = (z: number): number =>
          1 +
          (z * skewness) / 3 +
          ((3 * z * z - 3) * excessKurtosis) / 24 -
          ((6 * z * z - 5) * skewness * skewness) / 36;
        let least = Number.POSITIVE_INFINITY;
        for (let z = -4000; z <= 4000; z += 0.25) least = Math.min(least, slope(z));
        if (least > 1e-3) assert.ok(isValid);
        if (least < -1e-3) assert.not.ok(isValid);
      },
    ),
    60,
  );
});

test('outside its region the guarded expansion is the history, and says so', () => {
  const calm = normalReturns(500, 1);
  assert.is(valueIn(guardedCornishFisher(calm, 0.99)).method, 'cornish-fisher');
  const crashed = [...calm, -0.3];
  assert.equal(valueIn(guardedCornishFisher(crashed, 0.99)), {
    ...valueIn(historicalRisk(crashed, 0.99)),
    method: 'historical',
  });
});

test('a t of unit variance has the quantiles that are printed, and the normal as its limit', () => {
  const spread = { mean: 0, sd: 1 };
  near(valueIn(studentRisk(spread, 4, 0.95)).valueAtRisk, 1.5074, 1e-4);
  near(valueIn(studentRisk(spread, 4, 0.99)).valueAtRisk, 2.6495, 1e-4);
  const normal = valueIn(normalRisk(spread, 0.99));
  near(valueIn(studentRisk(spread, 1e6, 0.99)).valueAtRisk, normal.valueAtRisk, 1e-4);
  near(valueIn(studentRisk(spread, 1e6, 0.99)).expectedShortfall, normal.expectedShortfall, 1e-4);
});

/** Draws of a t by the inverse of its distribution. */
function studentReturns(count: number, nu: number, seed: number): number[] {
  const rng = rngOf(seed);
  return Array.from({ length: count }, () => studentQuantile(rng.next() * (1 - 2e-9) + 1e-9, nu));
}

test('a fitted t finds its own parameters, whatever the unit and the place', () => {
  const returns = studentReturns(3_000, 4, 7);
  const plain = valueIn(fitStudent(returns));
  near(plain.nu, 4, 0.15);
  near(plain.scale, 1, 0.06);
  const moved = valueIn(fitStudent(returns.map((each) => 0.01 * each + 5)));
  near(moved.nu, plain.nu, 1e-3);
  near(moved.scale, 0.01 * plain.scale, 1e-4);
  near(moved.location, 0.01 * plain.location + 5, 1e-6);
});

test('no law near the fitted t is likelier', () => {
  const returns = studentReturns(400, 5, 11);
  const best = valueIn(fitStudent(returns));
  const likelihoodOf = (location: number, scale: number, nu: number): number =>
    valueIn(fitStudent(returns)).logLikelihood +
    logDensities(returns, location, scale, nu) -
    logDensities(returns, best.location, best.scale, best.nu);
  for (const [dLocation, byScale, byNu] of [
    [0.01, 1, 1],
    [-0.01, 1, 1],
    [0, 1.01, 1],
    [0, 0.99, 1],
    [0, 1, 1.05],
    [0, 1, 0.95],
  ] as const) {
    const near = likelihoodOf(best.location + dLocation, best.scale * byScale, best.nu * byNu);
    assert.ok(near < best.logLikelihood, `${near} against ${best.logLikelihood}`);
  }
});

function logDensities(
  returns: readonly number[],
  location: number,
  scale: number,
  nu: number,
): number {
  return returns.reduce(
    (sum, each) => sum - ((nu + 1) / 2) * Math.log(1 + ((each - location) / scale) ** 2 / nu),
    returns.length * (normOf(nu) - Math.log(scale)),
  );
}

/** ln Γ((ν+1)/2) − ln Γ(ν/2) − ½ ln ν, by its own series: differences only, so π is left out. */
function normOf(nu: number): number {
  const stirling = (x: number): number => {
    let [shifted, shift] = [x, 0];
    while (shifted < 20) {
      shift -= Math.log(shifted);
      shifted += 1;
    }
    return (
      shift +
      (shifted - 0.5) * Math.log(shifted) -
      shifted +
      1 / (12 * shifted) -
      1 / (360 * shifted ** 3)
    );
  };
  return stirling((nu + 1) / 2) - stirling(nu / 2) - 0.5 * Math.log(nu);
}

test('a t is not fitted to what has no tail, no spread or no numbers', () => {
  assert.equal(errorIn(fitStudent([1])), { kind: 'too-few', found: 1, wanted: 2 });
  assert.equal(errorIn(fitStudent(normalReturns(29, 1))), {
    kind: 'too-few',
    found: 29,
    wanted: 30,
  });
  // More than half of the returns are one number: the likelihood has no maximum.
  const stuck = [...new Array<number>(60).fill(0), ...normalReturns(20, 3)];
  assert.is(errorIn(fitStudent(stuck)).kind, 'no-variance');
  assert.equal(errorIn(fitStudent(normalReturns(60, 1), 2)), { kind: 'no-convergence', rounds: 2 });
});

const LEVELS = [0, 1, -0.5, 2, Number.NaN];

test('a level that is none, and parameters out of their range, are refused by name', () => {
  const moments = { mean: 0, sd: 1, skewness: 0, excessKurtosis: 0 };
  for (const level of LEVELS) {
    const all = [
      historicalRisk([1, 2], level),
      normalRisk(moments, level),
      cornishFisherRisk(moments, level),
      guardedCornishFisher([0.1, 0.2, 0.4], level),
      studentRisk(moments, 4, level),
    ];
    for (const each of all) {
      const { kind, name } = errorIn(each as Result<unknown, { kind: string; name: string }>);
      assert.equal([kind, name], ['out-of-range', 'level']);
    }
  }
  const named = (result: Result<unknown, unknown>): unknown =>
    (errorIn(result) as { name: string }).name;
  assert.is(named(normalRisk({ mean: Number.NaN, sd: 1 }, 0.9)), 'mean');
  for (const sd of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.is(named(normalRisk({ mean: 0, sd }, 0.9)), 'sd');
  }
  for (const nu of [2, 0, Number.NaN]) assert.is(named(studentRisk(moments, nu, 0.9)), 'nu');
  for (const nu of [1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.is(named(studentLawRisk({ location: 0, scale: 1, nu }, 0.9)), 'nu');
  }
  assert.equal(errorIn(historicalRisk([0.1], 0.9)), { kind: 'too-few', found: 1, wanted: 2 });
  assert.is(errorIn(historicalRisk([0.1, Number.NaN], 0.9)).kind, 'not-finite');
  assert.is(errorIn(guardedCornishFisher([0.1, 0.1], 0.9)).kind, 'no-variance');
});

test.run();
