import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { normalCdf, normalPdf, normalQuantile } from '../../src/math/normal.ts';
import { law } from '../support/law.ts';

/** From mpmath 1.3 with 30 digits: erfc(−x/√2)/2. */
const CDF: readonly (readonly [x: number, share: number])[] = [
  [-37, 5.725571222524577e-300],
  [-20, 2.7536241186062337e-89],
  [-8.5, 9.479534822203318e-18],
  [-3.0001, 0.0013494549132607172],
  [-3, 0.0013498980316300946],
  [-2.9999, 0.0013503412829549248],
  [-1, 0.15865525393145705],
  [-0.1, 0.460172162722971],
  [0, 0.5],
  [1e-9, 0.5000000003989423],
  [0.5, 0.6914624612740131],
  [1, 0.8413447460685429],
  [2.9999, 0.998649658717045],
  [3, 0.9986501019683699],
  [3.0001, 0.9986505450867392],
  [6, 0.9999999990134123],
  [9, 1],
];

for (const [x, share] of CDF) {
  test(`the normal distribution below ${x} is that of thirty digits`, () => {
    const found = normalCdf(x);
    assert.ok(Math.abs(found - share) <= Math.min(5e-16, 2e-13 * share), `found ${found}`);
  });
}

const x = fc.double({ min: -40, max: 40, noNaN: true });

test('the normal distribution never falls, and its two tails are one', () => {
  law(
    fc.property(x, x, (left, right) => {
      const [low, high] = [Math.min(left, right), Math.max(left, right)];
      assert.ok(normalCdf(low) <= normalCdf(high) + 5e-16);
      assert.ok(Math.abs(normalCdf(low) + normalCdf(-low) - 1) <= 1e-15);
    }),
  );
});

test('the density is the slope of the distribution', () => {
  for (const at of [-2.5, -1, 0, 0.3, 4]) {
    const slope = (normalCdf(at + 1e-5) - normalCdf(at - 1e-5)) / 2e-5;
    assert.ok(Math.abs(normalPdf(at) - slope) < 1e-9);
  }
});

test('the ends of the line are the ends of the distribution, and NaN is none', () => {
  assert.is(normalCdf(Number.NEGATIVE_INFINITY), 0);
  assert.is(normalCdf(Number.POSITIVE_INFINITY), 1);
  assert.ok(Number.isNaN(normalCdf(Number.NaN)));
});

/** From mpmath 1.3 with 40 digits. */
const QUANTILES: readonly (readonly [p: number, x: number])[] = [
  [1e-300, -37.0470962993612],
  [1e-10, -6.361340902404057],
  [0.001, -3.0902323061678136],
  [0.01, -2.326347874040841],
  [0.05, -1.6448536269514726],
  [0.0999, -1.2821215797087744],
  [0.1001, -1.2809819674733192],
  [0.25, -0.6744897501960817],
  [0.5, 0],
  [0.75, 0.6744897501960817],
  [0.95, 1.6448536269514722],
  [0.99, 2.3263478740408408],
];

for (const [p, at] of QUANTILES) {
  test(`the normal quantile of ${p} is that of forty digits`, () => {
    const found = normalQuantile(p);
    assert.ok(Math.abs(found - at) <= 2e-14 * Math.abs(at), `found ${found}`);
  });
}

test('a normal quantile of a chance that is none is not a number', () => {
  for (const p of [0, 1, -0.1, 1.1, Number.NaN]) assert.ok(Number.isNaN(normalQuantile(p)));
});

test.run();
