import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../../src/core/rng.ts';
import {
  ewmaVolatilities,
  filteredHistoricalRisk,
  filteredPathsRisk,
  standardised,
} from '../../../src/risk/value-at-risk/filtered-historical.ts';
import { historicalRisk } from '../../../src/risk/value-at-risk/historical.ts';
import { type CopulaModel, copulaRisk } from '../../../src/risk/value-at-risk/monte-carlo.ts';
import { studentLawRisk } from '../../../src/risk/value-at-risk/parametric.ts';
import { law } from '../../support/law.ts';
import { near } from '../../support/near.ts';
import { errorIn, matrixOf, normalReturns, valueIn } from '../../support/risk/samples.ts';

test('at a volatility that never changes the filtered history is the history', () => {
  const returns = normalReturns(300, 2);
  const past = new Float64Array(300).fill(0.01);
  const filtered = valueIn(filteredHistoricalRisk(returns, { past, forecast: 0.01 }, 0.99));
  near(filtered.valueAtRisk, valueIn(historicalRisk(returns, 0.99)).valueAtRisk, 1e-12);
});

test('a filtered history takes the loss to the volatility of today', () => {
  const returns = [...normalReturns(400, 2, 0.01), ...normalReturns(100, 3, 0.04)];
  const path = valueIn(ewmaVolatilities(returns, 0.94, 30));
  near(path.forecast, 0.04, 0.35);
  const today = valueIn(filteredHistoricalRisk(returns, path, 0.9)).valueAtRisk;
  assert.ok(today > 1.5 * valueIn(historicalRisk(returns, 0.9)).valueAtRisk);
  near(today, 1.28 * path.forecast, 0.2);
});

test('exponential volatilities follow the recursion from the mean square of the seed', () => {
  const { past, forecast } = valueIn(ewmaVolatilities([3, 4, 5], 0.5, 2));
  const expected = [12.5, 10.75, 13.375].map(Math.sqrt);
  past.forEach((each, at) => {
    near(each, expected[at] as number);
  });
  near(forecast, Math.sqrt(0.5 * 13.375 + 12.5));
});

test('paths of one period are the filtered history, and longer ones grow like the root of time', () => {
  const returns = normalReturns(1_000, 9);
  const path = valueIn(ewmaVolatilities(returns, 0.94, 30));
  const shocks = valueIn(standardised(returns, path.past));
  const ahead = (horizon: number): number =>
    valueIn(
      filteredPathsRisk(
        shocks,
        { forecast: 0.01, lambda: 0.94, horizon, paths: 20_000, rng: rngOf(4) },
        0.99,
      ),
    ).valueAtRisk;
  const single = valueIn(
    filteredHistoricalRisk(returns, { past: path.past, forecast: 0.01 }, 0.99),
  ).valueAtRisk;
  near(ahead(1), single, 0.05);
  near(ahead(10), Math.sqrt(10) * single, 0.12);
  assert.is(ahead(3), ahead(3));
});

test('volatilities and counts that are none are refused by name', () => {
  const shocks = new Float64Array([1, -1]);
  const how = { forecast: 1, lambda: 0.9, horizon: 1, paths: 10, rng: rngOf(1) };
  const nameOf = (changed: Partial<typeof how>): unknown =>
    (errorIn(filteredPathsRisk(shocks, { ...how, ...changed }, 0.9)) as { name: string }).name;
  assert.is(nameOf({ forecast: 0 }), 'volatility');
  assert.is(nameOf({ forecast: Number.NaN }), 'volatility');
  assert.is(nameOf({ horizon: 0 }), 'horizon');
  assert.is(nameOf({ horizon: 366 }), 'horizon');
  assert.is(nameOf({ paths: 1.5 }), 'paths');
  assert.is(errorIn(filteredPathsRisk(new Float64Array(0), how, 0.9)).kind, 'too-few');
  const path = { past: [1, 0], forecast: 1 };
  assert.is(errorIn(filteredHistoricalRisk([1, 2], path, 0.9)).kind, 'out-of-range');
  const ahead = { past: [1, 1], forecast: Number.POSITIVE_INFINITY };
  assert.is(errorIn(filteredHistoricalRisk([1, 2], ahead, 0.9)).kind, 'out-of-range');
  assert.is(errorIn(standardised([], [])).kind, 'too-few');
  assert.is(errorIn(ewmaVolatilities([1, 2], 0.9, 3)).kind, 'too-few');
  assert.is(errorIn(ewmaVolatilities([1, 2], 0.9, 0)).kind, 'out-of-range');
  assert.is(errorIn(ewmaVolatilities([0, 0], 0.9, 2)).kind, 'no-variance');
});

function pair(correlation: number, nu: number, marginNu: number): CopulaModel {
  const margin = { location: 0, scale: 0.01, nu: marginNu };
  return {
    correlation: matrixOf([
      [1, correlation],
      [correlation, 1],
    ]),
    nu,
    margins: [margin, margin],
    weights: [0.5, 0.5],
  };
}

const aSimulation = (seed: number): { paths: number; rng: ReturnType<typeof rngOf> } => ({
  paths: 20_000,
  rng: rngOf(seed),
});

test('twins at a correlation of nearly one lose what one of them does', () => {
  for (const nu of [3, 6]) {
    const alone = valueIn(studentLawRisk({ location: 0, scale: 0.01, nu: 6 }, 0.99));
    const both = valueIn(copulaRisk(pair(0.999999, nu, 6), aSimulation(5), 0.99));
    near(both.valueAtRisk, alone.valueAtRisk, 0.06);
    near(both.expectedShortfall, alone.expectedShortfall, 0.08);
  }
});

test('fewer degrees of freedom of the copula make crashes come together', () => {
  const [loose, tight] = [60, 1.5].map((nu) =>
    valueIn(copulaRisk(pair(0.3, nu, 5), aSimulation(8), 0.999)),
  );
  assert.ok((tight?.expectedShortfall as number) > 1.1 * (loose?.expectedShortfall as number));
});

test('a hedge of twins has no loss, and the same seed gives the same loss', () => {
  const hedged = { ...pair(0.9999999, 4, 4), weights: [0.5, -0.5] };
  assert.ok(valueIn(copulaRisk(hedged, aSimulation(1), 0.99)).valueAtRisk < 1e-4);
  const model = pair(0.5, 4, 6);
  assert.equal(copulaRisk(model, aSimulation(3), 0.95), copulaRisk(model, aSimulation(3), 0.95));
});

test('a simulated loss scales with the weights', () => {
  law(
    fc.property(fc.double({ min: 0.1, max: 10, noNaN: true }), (factor) => {
      const model = pair(0.4, 4, 4);
      const runs = (weights: readonly number[]): number =>
        valueIn(copulaRisk({ ...model, weights }, { paths: 500, rng: rngOf(6) }, 0.9)).valueAtRisk;
      near(runs([factor, factor]), factor * runs([1, 1]), 1e-9);
    }),
    20,
  );
});

test('a correlation that is none, and counts out of range, are refused', () => {
  assert.is(errorIn(copulaRisk(pair(2, 4, 4), aSimulation(1), 0.9)).kind, 'not-positive-definite');
  for (const nu of [1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.is(errorIn(copulaRisk(pair(0, nu, 4), aSimulation(1), 0.9)).kind, 'out-of-range');
  }
  for (const paths of [99, 1_000_001, 100.5]) {
    const simulation = { paths, rng: rngOf(1) };
    assert.is(errorIn(copulaRisk(pair(0, 4, 4), simulation, 0.9)).kind, 'out-of-range');
  }
});

test.run();
