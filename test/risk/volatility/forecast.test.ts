import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../../src/core/rng.ts';
import { studentCdf, unitVarianceScale } from '../../../src/math/student-t.ts';
import { ewmaParameters } from '../../../src/risk/volatility/ewma.ts';
import { forecastVariances, varianceOver } from '../../../src/risk/volatility/forecast.ts';
import { longRunVariance, persistenceOf } from '../../../src/risk/volatility/model.ts';
import { simulateReturns } from '../../../src/risk/volatility/simulate.ts';
import { law } from '../../support/law.ts';
import { aModel, MODELS, STUDENT, usual } from './series.ts';

/** P(|t| > 1) of a t with a variance of one. */
function unitTail(nu: number): number {
  return 2 * studentCdf(-1 / unitVarianceScale(nu), nu);
}

const AHEAD = 6;
const PATHS = 20_000;
const NEXT = 2.5;

/** Mean and standard error of the mean of h, so many periods ahead. */
function simulatedMean(model: (typeof MODELS)[number], ahead: number) {
  const random = rngOf(99);
  let [sum, squares] = [0, 0];
  for (let path = 0; path < PATHS; path += 1) {
    const { variances } = simulateReturns(model, usual(model), {
      ...{ periods: ahead, next: NEXT, random },
    });
    const h = variances[ahead - 1] as number;
    sum += h;
    squares += h * h;
  }
  const mean = sum / PATHS;
  return { mean, error: Math.sqrt((squares / PATHS - mean * mean) / PATHS) };
}

for (const model of MODELS) {
  const name = `${model.variance} ${model.innovations.kind}`;

  test(`forecasts of ${name} are the mean of what is simulated`, () => {
    const forecasts = forecastVariances(model, usual(model), NEXT, AHEAD);
    assert.is(forecasts[0], NEXT);
    const last = forecasts[AHEAD - 1] as number | null;
    if (model.variance === 'egarch' && model.innovations.kind === 't') {
      assert.is(last, null);
      return;
    }
    const { mean, error } = simulatedMean(model, AHEAD);
    assert.ok(Math.abs((last as number) - mean) < 4 * error, `${last} for ${mean} ± ${error}`);
  });
}

test('forecasts go to the long run where there is one, and grow where there is none', () => {
  const model = aModel();
  const parameters = usual(model);
  const far = forecastVariances(model, parameters, NEXT, 10_000).at(-1) as number;
  assert.ok(Math.abs(far - (longRunVariance(model, parameters) as number)) < 1e-9);
  const growing = { ...parameters, beta: 0.95 };
  assert.is(longRunVariance(model, growing), null);
  const ahead = forecastVariances(model, growing, NEXT, 3) as [number, number, number];
  assert.ok(ahead[2] > ahead[1] && ahead[1] > ahead[0]);
});

test('a logarithmic variance without shocks is known as far ahead as one likes', () => {
  const model = aModel({ variance: 'egarch', innovations: STUDENT });
  const calm = { ...usual(model), alpha: 0, gamma: 0, omega: 0.1, beta: 0.5 };
  const far = forecastVariances(model, calm, 1, 100).at(-1) as number;
  assert.ok(Math.abs(far - (longRunVariance(model, calm) as number)) < 1e-12);
  assert.is(persistenceOf(model, calm), 0.5);
});

test('a horizon that is none throws', () => {
  for (const horizon of [0, 1.5, 10_001]) {
    assert.throws(() => forecastVariances(aModel(), usual(aModel()), 1, horizon), /horizon/);
  }
});

test('the exponential average forecasts what it is', () => {
  const parameters = ewmaParameters(0.94);
  const ahead = forecastVariances(aModel(), parameters, NEXT, 5) as number[];
  for (const h of ahead) assert.ok(Math.abs(h - NEXT) < 1e-12);
  assert.throws(() => ewmaParameters(1), /weight/);
});

test('simulated shocks have a variance of one and the tail that was asked for', () => {
  const still = { mu: 0, omega: 1, alpha: 0, gamma: 0, beta: 0, nu: 8 };
  const { returns } = simulateReturns(aModel(), still, {
    ...{ periods: 200_000, next: 1, random: rngOf(5) },
  });
  let [second, fourth] = [0, 0];
  for (const value of returns) {
    second += value ** 2 / returns.length;
    fourth += value ** 4 / returns.length;
  }
  assert.ok(Math.abs(second - 1) < 0.015, String(second));
  // The kurtosis of t₈ is 3 + 6/(8 − 4).
  assert.ok(Math.abs(fourth / second ** 2 - 4.5) < 0.4, String(fourth));
});

test('the fattest tail that is allowed is simulated as well', () => {
  const still = { mu: 0, omega: 1, alpha: 0, gamma: 0, beta: 0, nu: 2.05 };
  const { returns } = simulateReturns(aModel(), still, {
    ...{ periods: 5_000, next: 1, random: rngOf(6) },
  });
  assert.ok(returns.every((value) => Number.isFinite(value)));
  const beyond = returns.filter((value) => Math.abs(value) > 1).length;
  // Four standard errors of a share.
  assert.ok(Math.abs(beyond / 5_000 - unitTail(2.05)) < 0.012, String(beyond));
});

test('the same seed simulates the same returns', () => {
  const model = MODELS[3] as (typeof MODELS)[number];
  const [one, other] = [1, 1].map(
    (seed) =>
      simulateReturns(model, usual(model), { periods: 50, next: 1, random: rngOf(seed) }).returns,
  );
  assert.equal(one, other);
});

test('the variance of many periods is the sum of their forecasts', () => {
  const model = { variance: 'gjr', innovations: { kind: 'normal' }, mean: 'zero' } as const;
  const persistences = fc.constantFrom(0, 0.5, 0.99, 1 - 1e-6, 1 - 1e-12, 1);
  law(
    fc.property(
      persistences,
      fc.double({ min: 0.01, max: 9, noNaN: true }),
      (persistence, next) => {
        const gamma = 0.02 * persistence;
        const beta = persistence - gamma / 2;
        const parameters = { mu: 0, omega: 0.01, alpha: 0, gamma, beta, nu: null };
        const sum = forecastVariances(model, parameters, next, 1_440).reduce(
          (whole: number, h) => whole + (h as number),
          0,
        );
        const found = varianceOver(model, parameters, next, 1_440);
        assert.ok(Math.abs(found / sum - 1) < 1e-8, `${found} ${sum}`);
      },
    ),
  );
});

test('over many periods what explodes is taken to stand, and egarch to stay at its larger', () => {
  const garch = { variance: 'garch' } as const;
  const parameters = { mu: 0, omega: 0, alpha: 0.2, gamma: 0, beta: 0.9, nu: null };
  assert.is(varianceOver(garch, parameters, 2, 10), 20);
  const egarch = { variance: 'egarch' } as const;
  const settled = { ...parameters, omega: 0.1, beta: 0.9 };
  assert.is(varianceOver(egarch, settled, 1, 10), 10 * Math.exp(0.1 / (1 - 0.9)));
  assert.is(varianceOver(egarch, settled, 9, 10), 90);
  assert.is(varianceOver(egarch, { ...settled, beta: 1 }, 2, 10), 20);
});

test.run();
