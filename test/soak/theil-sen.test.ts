import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { POINTS_MAX, theilSen } from '../support/soak/theil-sen.ts';

const TWELVE = Array.from({ length: 12 }, (_, at) => at);

/** Slope and interval as scipy 1.17.1 has them: scipy.stats.theilslopes(ys, xs, 0.95). */
const GOLDEN = [
  { name: 'two points', xs: [0, 1], ys: [1, 3], slope: 2, low: 2, high: 2 },
  { name: 'a line', xs: [0, 1, 2, 3, 4, 5], ys: [1, 3, 5, 7, 9, 11], slope: 2, low: 2, high: 2 },
  {
    name: 'noise',
    xs: TWELVE,
    ys: [3.46, 8.22, 3.3, -13.03, 9.05, 4.46, -5.37, 5.81, 3.65, 2.94, 0.28, 5.47],
    ...{ slope: -0.0825, low: -1.08, high: 0.675 },
  },
  {
    name: 'a rise with an outlier',
    xs: TWELVE,
    ys: [-0.74, 0.34, 0.52, 2.1, 52.04, 2.21, 2.22, 3.24, 4.01, 4.22, 6.29, 6.51],
    ...{ slope: 0.5858333333333334, low: 0.4675, high: 0.816 },
  },
  {
    name: 'ties in both',
    xs: [0, 0, 1, 1, 2, 2, 3, 3],
    ys: [1, 2, 2, 2, 3, 5, 3, 3],
    ...{ slope: 0.5, low: 0, high: 1 },
  },
  {
    name: 'a fall at unequal steps',
    xs: [0, 1, 3, 4, 7, 8, 10.5],
    ys: [9, 8.5, 8.1, 7, 6.2, 4, 4.1],
    ...{ slope: -0.5, low: -0.75, high: -0.3 },
  },
  { name: 'nothing but ties', xs: [0, 1, 2], ys: [7, 7, 7], slope: 0, low: 0, high: 0 },
];

const isNear = (found: number, wanted: number): boolean => Math.abs(found - wanted) < 1e-12;

for (const { name, xs, ys, slope, low, high } of GOLDEN) {
  test(`the trend of ${name} is that of an independent implementation`, () => {
    const found = theilSen(xs, ys);
    assert.ok(isNear(found.slope, slope), `slope ${found.slope}, wanted ${slope}`);
    assert.ok(isNear(found.low, low), `low ${found.low}, wanted ${low}`);
    assert.ok(isNear(found.high, high), `high ${found.high}, wanted ${high}`);
  });
}

test('the interval holds the slope, and a steeper line shifts all three alike', () => {
  const points = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 3, maxLength: 40 });
  fc.assert(
    fc.property(points, fc.integer({ min: -50, max: 50 }), (ys, steeper) => {
      const xs = ys.map((_, at) => at);
      const plain = theilSen(xs, ys);
      assert.ok(plain.low <= plain.slope && plain.slope <= plain.high);
      const tilted = theilSen(
        xs,
        ys.map((y, at) => y + steeper * at),
      );
      assert.ok(Math.abs(tilted.slope - plain.slope - steeper) < 1e-9);
    }),
  );
});

test('points that have no slope are refused', () => {
  assert.throws(() => theilSen([1, 1], [1, 2]), /two points have different x/);
  assert.throws(() => theilSen([1], [1, 2]), /every x has its y/);
  const many = Array.from({ length: POINTS_MAX + 1 }, (_, at) => at);
  assert.throws(() => theilSen(many, many), /so many points/);
});

test.run();
