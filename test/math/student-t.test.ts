import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  digamma,
  studentCdf,
  studentLogDensity,
  studentQuantile,
  unitVarianceScale,
} from '../../src/math/student-t.ts';

/** From mpmath 1.3 with 40 digits: the regularised incomplete beta function, and ln Γ. */
const ROWS: readonly (readonly [x: number, nu: number, share: number, logDensity: number])[] = [
  [-30, 3, 4.0676402135819796e-5, -12.415109379121262],
  [-4, 4, 0.008065044950046266, -5.004424034096977],
  [-2, 2.5, 0.078695747878983, -2.6887846222584635],
  [-0.3, 8, 0.38591224084124937, -1.0004509644077706],
  [0, 5, 0.5, -0.9686195890547241],
  [1.5, 4.2, 0.8976596079371644, -2.093321654912599],
  [3, 30, 0.9973050179671741, -4.993916424624957],
  [-6, 100, 1.5862457514014284e-8, -16.449415828815017],
];

function near(found: number, expected: number, relative: number): void {
  const off = Math.abs(found - expected);
  assert.ok(off <= relative * Math.max(Math.abs(expected), 1e-300), `${found} for ${expected}`);
}

for (const [x, nu, share, logDensity] of ROWS) {
  test(`Student's t at ${x} with ${nu} degrees of freedom is that of forty digits`, () => {
    near(studentCdf(x, nu), share, 1e-13);
    near(studentLogDensity(x, nu), logDensity, 1e-13);
    near(studentQuantile(share, nu), x, 1e-12);
  });
}

test('a quantile of a chance that is none is not a number', () => {
  for (const p of [0, 1, -0.1, 1.1, Number.NaN]) assert.ok(Number.isNaN(studentQuantile(p, 4)));
});

test('the scale to a variance of one needs more than two degrees of freedom', () => {
  near(unitVarianceScale(4), Math.SQRT1_2, 1e-15);
  assert.ok(Number.isNaN(unitVarianceScale(2)));
});

test('the slope of ln Γ is that of forty digits', () => {
  near(digamma(2.5), 0.7031566406452432, 1e-14);
  near(digamma(0.1), -10.423754940411076, 1e-14);
});

test.run();
