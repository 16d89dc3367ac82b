import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { momentsOf } from '../../../src/math/statistics/sample.ts';
import { fitJumpDiffusion } from '../../../src/risk/value-at-risk/jump-risk.ts';
import { normalRisk } from '../../../src/risk/value-at-risk/parametric.ts';

import { errorIn, normalReturns, valueIn } from '../../support/risk/samples.ts';

const HOUR_MS = 3_600_000;
const START_MS = 1_699_920_000_000;

const hours = (count: number): number[] =>
  Array.from({ length: count }, (_, at) => START_MS + at * HOUR_MS);

test('without a jump the law is the normal of the returns', () => {
  const returns = normalReturns(600, 11);
  const { jumps, returns: law } = valueIn(fitJumpDiffusion(returns, hours(600)));
  assert.is(jumps, 0);
  const moments = valueIn(momentsOf(returns));
  const normal = valueIn(normalRisk(moments, 0.99));
  assert.ok(Math.abs(law.valueAtRisk(0.99) - normal.valueAtRisk) < 1e-9);
  assert.ok(Math.abs(law.moments().mean - moments.mean) < 1e-12);
});

test('jumps are told from the diffusion, and the mean of the whole is kept', () => {
  const returns = normalReturns(600, 11);
  for (const at of [100, 250, 400, 555]) returns[at] = -0.12 - at / 1e5;
  const { jumps, returns: law } = valueIn(fitJumpDiffusion(returns, hours(600)));
  assert.is(jumps, 4);
  const moments = valueIn(momentsOf(returns));
  const found = law.moments();
  // Jumps are found among the returns behind the first window alone: the rate is of those.
  assert.ok(Math.abs(found.mean - moments.mean) < 1e-12);
  assert.ok(found.skewness < -1 && found.excessKurtosis > 3);
  assert.ok(law.expectedShortfall(0.99) > valueIn(normalRisk(moments, 0.99)).expectedShortfall);
});

test('a single jump has a size and no deviation', () => {
  const returns = normalReturns(300, 12);
  returns[200] = 0.2;
  const { jumps, returns: law } = valueIn(fitJumpDiffusion(returns, hours(300)));
  assert.is(jumps, 1);
  assert.ok(law.moments().skewness > 0);
});

test('a part of the day that is always wild holds no jumps', () => {
  const wild = normalReturns(1_200, 13).map((each, at) => (at % 24 === 8 ? 4 * each : each));
  assert.is(valueIn(fitJumpDiffusion(wild, hours(1_200))).jumps, 0);
});

test('one price, gaps and a silent market are faults', () => {
  assert.is(errorIn(fitJumpDiffusion([], [])).kind, 'too-few');
  assert.is(errorIn(fitJumpDiffusion(normalReturns(79, 1), hours(79))).kind, 'too-short');
  assert.is(errorIn(fitJumpDiffusion([0.1, Number.NaN], hours(2))).kind, 'not-finite');
  assert.is(errorIn(fitJumpDiffusion(new Float64Array(200), hours(200))).kind, 'no-variance');
  const steady = new Float64Array(200).fill(0.001);
  steady[150] = 0.1;
  assert.is(errorIn(fitJumpDiffusion(steady, hours(200))).kind, 'no-variance');
  // All that varies is one jump: nothing is left to be the diffusion.
  const once = new Float64Array(200);
  once[150] = 0.1;
  assert.is(errorIn(fitJumpDiffusion(once, hours(200))).kind, 'no-variance');
});

test.run();
