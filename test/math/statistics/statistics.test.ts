import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { quantileInPlace, select } from '../../../src/math/statistics/quantile.ts';
import { meanOf, momentsOf } from '../../../src/math/statistics/sample.ts';
import { law } from '../../support/law.ts';
import { near } from '../../support/near.ts';
import { errorIn, normalReturns, valueIn } from '../../support/risk/samples.ts';

const someNumbers = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 60 });

test('a selected number is that of the sorted ones, with nothing larger before it', () => {
  law(
    fc.property(
      someNumbers,
      fc.double({ min: 0, max: 0.999999, noNaN: true }),
      (numbers, share) => {
        const rank = Math.floor(share * numbers.length);
        const values = Float64Array.from(numbers);
        const sorted = Float64Array.from(numbers).sort();
        assert.is(select(values, rank), sorted[rank]);
        const largest = Math.max(...values.subarray(0, rank + 1));
        assert.ok(values.subarray(rank).every((each) => each >= largest));
        assert.equal(Float64Array.from(values).sort(), sorted);
      },
    ),
    500,
  );
});

test('a quantile of type 7 lies between its neighbours by its share', () => {
  const values = (): Float64Array => Float64Array.from([40, 10, 30, 20]);
  assert.is(quantileInPlace(values(), 0), 10);
  assert.is(quantileInPlace(values(), 1), 40);
  assert.is(quantileInPlace(values(), 0.5), 25);
  near(quantileInPlace(values(), 0.4), 22);
  assert.throws(() => select(values(), 4), /rank/);
});

test('moments follow a series that is stretched, shifted and turned over', () => {
  const returns = normalReturns(200, 5).map((each) => each + each * each * 40);
  const plain = valueIn(momentsOf(returns));
  for (const [factor, shift] of [
    [3, 0],
    [1e-60, 0],
    [1e60, 0],
    [-2, 0.5],
  ] as const) {
    const moved = valueIn(momentsOf(returns.map((each) => factor * each + shift)));
    near(moved.mean, factor * plain.mean + shift, 1e-10);
    near(moved.sd, Math.abs(factor) * plain.sd, 1e-10);
    near(moved.skewness, Math.sign(factor) * plain.skewness, 1e-9);
    near(moved.excessKurtosis, plain.excessKurtosis, 1e-9);
  }
});

test('a series that says nothing is refused with what was found', () => {
  assert.equal(errorIn(momentsOf([1])), { kind: 'too-few', found: 1, wanted: 2 });
  assert.equal(errorIn(momentsOf([0.1, 0.1, 0.1])), {
    kind: 'no-variance',
    mean: meanOf([0.1, 0.1, 0.1]),
  });
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1e300, -1e300]) {
    assert.equal(errorIn(momentsOf([1, value])), { kind: 'not-finite', at: 1, value });
  }
});

test('a mean of many tenths is a tenth, and one of nothing is not a number', () => {
  assert.is(meanOf(new Float64Array(10_000).fill(0.1)), 0.1);
  assert.ok(Number.isNaN(meanOf([])));
});

test.run();
