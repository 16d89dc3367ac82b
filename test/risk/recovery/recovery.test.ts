/**
 * Simulate with known parameters, fit, and see how often what was put in is within what the fit
 * says of itself. A few seeds by default, two hundred with FLYBALL_SEEDS=200 (`test:recovery`).
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../../src/core/rng.ts';
import { fitOrnsteinUhlenbeck } from '../../../src/math/time-series/ornstein-uhlenbeck.ts';
import { jumpTests } from '../../../src/risk/jumps/jump-tests.ts';
import { fitCorrelations } from '../../../src/risk/volatility/dcc.ts';
import { fitVolatility } from '../../../src/risk/volatility/fit.ts';
import { MODELS, simulated, usual } from '../volatility/series.ts';

const SEEDS = Number(process.env['FLYBALL_SEEDS'] ?? 20);
/** Normal deviations of an interval that covers 95 %. */
const WIDTH = 1.96;
/** Fits near a bound say less of themselves than they should: no more than this share of them. */
const SHORTFALL = 0.03;

/** The share is 95 %, less what is granted and four standard errors of a share of so many. */
function covers(within: number, tried: number, name: string): void {
  const least = 0.95 - SHORTFALL - 4 * Math.sqrt((0.95 * 0.05) / tried);
  assert.ok(within / tried >= least, `${name}: ${within} of ${tried}, wanted ${least}`);
}

for (const model of MODELS) {
  const name = `${model.variance} ${model.innovations.kind}`;
  test(`intervals of ${name} hold what made the returns as often as they say`, () => {
    const wanted = usual(model);
    const counts = new Map<string, { within: number; tried: number }>();
    let converged = 0;
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const fit = fitVolatility(simulated(model, 4_000, 1_000 + seed), model);
      if (!fit.ok) continue;
      converged += 1;
      const { errors, parameters } = fit.value;
      errors.names.forEach((parameter, at) => {
        const error = errors.hessian[at] ?? null;
        if (error === null) return;
        const count = counts.get(parameter) ?? { within: 0, tried: 0 };
        const off = Math.abs((parameters[parameter] as number) - (wanted[parameter] as number));
        count.tried += 1;
        if (off <= WIDTH * error) count.within += 1;
        counts.set(parameter, count);
      });
    }
    assert.ok(converged >= 0.98 * SEEDS, `${converged} of ${SEEDS} converged`);
    for (const [parameter, { within, tried }] of counts) covers(within, tried, parameter);
  });
}

test('the persistence of a process that comes back is found as often as its error says', () => {
  const [b, count] = [0.95, 4_000];
  let within = 0;
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const random = rngOf(seed);
    let x = 0;
    const path = Array.from({ length: count }, () => {
      x = b * x + random.normal();
      return x;
    });
    const fit = fitOrnsteinUhlenbeck(path, 1);
    assert.ok(fit.ok);
    if (Math.abs(fit.value.persistence - b) <= WIDTH * Math.sqrt((1 - b * b) / count)) within += 1;
  }
  covers(within, SEEDS, 'persistence');
});

test('a and b of moving correlations are found, on average, within four errors of the mean', () => {
  const [a, b] = [0.05, 0.9];
  const fits = Math.max(8, Math.round(SEEDS / 5));
  const found = Array.from({ length: fits }, (_, seed) => {
    const fit = fitCorrelations(movingShocks(a, b, seed + 1), 2);
    assert.ok(fit.ok);
    return [fit.value.a, fit.value.a + fit.value.b] as const;
  });
  [a, a + b].forEach((wanted, at) => {
    const values = found.map((each) => each[at] as number);
    const mean = values.reduce((sum, value) => sum + value, 0) / fits;
    const spread = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (fits - 1);
    // Below one the sum is biased down by some 1/T of its inverse distance.
    const bias = at === 0 ? 0.005 : 0.02;
    const off = Math.abs(mean - wanted);
    assert.ok(off <= bias + 4 * Math.sqrt(spread / fits), `${at}: ${mean}, wanted ${wanted}`);
  });
});

/** Two shocks whose correlation follows Q' = (1 − a − b) Q̄ + a zz' + b Q with a mean of 0.4. */
function movingShocks(a: number, b: number, seed: number): Float64Array {
  const random = rngOf(seed);
  const length = 2_000;
  const shocks = new Float64Array(2 * length);
  let one = 1;
  let other = 1;
  let cross = 0.4;
  for (let time = 0; time < length; time += 1) {
    const correlation = cross / Math.sqrt(one * other);
    const first = random.normal();
    const second = correlation * first + Math.sqrt(1 - correlation * correlation) * random.normal();
    shocks[2 * time] = first;
    shocks[2 * time + 1] = second;
    one = 1 - a - b + a * first * first + b * one;
    other = 1 - a - b + a * second * second + b * other;
    cross = (1 - a - b) * 0.4 + a * first * second + b * cross;
  }
  return shocks;
}

test('jumps of eight deviations are found, and calm series have one in a hundred', () => {
  let [found, planted, wrong] = [0, 0, 0];
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const random = rngOf(seed);
    const returns = Float64Array.from({ length: 1_200 }, () => random.normal());
    const calm = jumpTests(returns, { window: 100, significance: 0.01 });
    assert.ok(calm.ok);
    if (calm.value.jumps.length > 0) wrong += 1;
    for (const at of [300, 700, 1_100]) returns[at] = (returns[at] as number) + 8;
    const jumps = jumpTests(returns, { window: 100, significance: 0.01 });
    assert.ok(jumps.ok);
    planted += 3;
    found += [300, 700, 1_100].filter((at) => jumps.value.jumps.includes(at)).length;
  }
  assert.ok(found >= 0.95 * planted, `${found} of ${planted}`);
  // A local volatility of a hundred returns is uncertain itself: up to 5 % where 1 % is asked for.
  assert.ok(wrong <= 0.05 * SEEDS + 4 * Math.sqrt(0.05 * SEEDS), `${wrong} of ${SEEDS}`);
});

test.run();
