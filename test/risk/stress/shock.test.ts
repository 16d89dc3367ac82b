import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cholesky } from '../../../src/math/linear/cholesky.ts';
import { at } from '../../../src/math/matrix.ts';
import { propagatedShock, shocked } from '../../../src/risk/stress/shock.ts';
import { law } from '../../support/law.ts';
import { near } from '../../support/near.ts';
import { aCovariance, errorIn, matrixOf, valueIn } from '../../support/risk/samples.ts';

test('a book without gamma gains by a shock what it loses by the opposite one', () => {
  const aHolding = fc.record({
    quantity: fc.double({ min: -100, max: 100, noNaN: true }),
    price: fc.double({ min: 0.01, max: 1e5, noNaN: true }),
    gamma: fc.constant(0),
  });
  law(
    fc.property(
      fc.array(aHolding, { maxLength: 6 }),
      fc.double({ min: -1, max: 1, noNaN: true }),
      (book, by) => {
        const all = (shock: number): number =>
          valueIn(
            shocked(
              book,
              book.map(() => shock),
            ),
          ).total;
        near(all(by), -all(-by), 1e-12, 1e-9);
      },
    ),
  );
});

test('a shock that no price can take, or that is no number, is refused with its place', () => {
  const one = { quantity: 1, price: 100, gamma: 0 };
  assert.equal(errorIn(shocked([one, one], [0, -1.01])), {
    kind: 'below-zero',
    at: 1,
    shock: -1.01,
  });
  assert.is(valueIn(shocked([one], [-1])).total, -100);
  assert.is(errorIn(shocked([one], [Number.NaN])).kind, 'not-finite');
  assert.is(errorIn(shocked([{ ...one, price: 1e300 }], [1e300])).kind, 'not-finite');
});

test('what is left of the others is a covariance, and a factor alone has no others', () => {
  law(
    fc.property(aCovariance(6), fc.double({ min: -1, max: 1, noNaN: true }), (covariance, by) => {
      const { expected, covariance: rest } = valueIn(propagatedShock(covariance, 0, by));
      assert.is(expected.length, covariance.rows - 1);
      assert.ok(cholesky(rest).ok);
      expected.forEach((move, place) => {
        near(move, (by * at(covariance, 0, place + 1)) / at(covariance, 0, 0), 1e-12, 1e-300);
        assert.ok(at(rest, place, place) <= at(covariance, place + 1, place + 1) * (1 + 1e-12));
      });
    }),
  );
});

test('a factor that does not move, and covariances that are none, cannot be shocked', () => {
  const still = matrixOf([
    [0, 0],
    [0, 1],
  ]);
  assert.equal(errorIn(propagatedShock(still, 0, 0.1)), { kind: 'no-variance', factor: 0 });
  assert.is(errorIn(propagatedShock(still, 1, Number.NaN)).kind, 'not-finite');
  const holed = matrixOf([
    [1, Number.NaN],
    [0, 1],
  ]);
  assert.equal(errorIn(propagatedShock(holed, 0, 0.1)), {
    kind: 'not-finite',
    at: 1,
    value: Number.NaN,
  });
});

test.run();
