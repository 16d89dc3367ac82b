import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LivePortfolio } from '../../../src/risk/portfolio/live-portfolio.ts';
import { portfolioSpread } from '../../../src/risk/value-at-risk/portfolio-risk.ts';
import { law } from '../../support/law.ts';
import { near } from '../../support/near.ts';
import { covarianceOf, matrixOf, someWeights } from '../../support/risk/samples.ts';

function bookOf(size: number, seed: number): LivePortfolio {
  const book = new LivePortfolio(size);
  book.accept(covarianceOf(size, seed), 0);
  return book;
}

const aSize = fc.integer({ min: 1, max: 9 });
const fills = fc.array(
  fc.record({
    asset: fc.integer({ min: 0, max: 8 }),
    change: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  }),
  { maxLength: 60 },
);

test('fills one by one leave the risk of the weights that they add up to', () => {
  law(
    fc.property(aSize, fills, fc.integer({ min: 0, max: 1e6 }), (size, trades, seed) => {
      const book = bookOf(size, seed);
      const weights = new Array<number>(size).fill(0);
      let turnover = 0;
      for (const { asset, change } of trades) {
        const place = asset % size;
        const foreseen = book.sdWith(place, change);
        book.fill(place, change);
        weights[place] = (weights[place] as number) + change;
        turnover += Math.abs(change);
        near(book.sd, foreseen, 1e-9, 1e-8 * turnover);
      }
      const scale = 1 + weights.reduce((sum, each) => sum + Math.abs(each), 0);
      book.accept(covarianceOf(size, seed), 1);
      near(book.sd, book.recomputedSd(), 1e-9, 1e-9 * scale);
      const spread = portfolioSpread(covarianceOf(size, seed), weights);
      if (!spread.ok) return;
      near(book.sd, spread.value.sd, 1e-7, 1e-9 * scale);
      const parts = new Float64Array(size);
      book.components(parts);
      parts.forEach((part, asset) => {
        near(part, spread.value.component[asset] as number, 1e-6, 1e-7 * scale);
      });
    }),
  );
});

test('the share of a wish that passes touches the limit, and no more of it passes', () => {
  law(
    fc.property(
      aSize,
      fc.integer({ min: 0, max: 1e6 }),
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.double({ min: 0.1, max: 3, noNaN: true }),
      (size, seed, change, factor) => {
        const book = bookOf(size, seed);
        someWeights(size, seed).forEach((weight, asset) => {
          book.fill(asset, 1e5 * weight);
        });
        const limit = book.sd * factor;
        const share = book.shareWithin(0, change, limit);
        assert.ok(share >= 0 && share <= 1);
        if (share === 1) return assert.ok(book.sdWith(0, change) <= limit);
        if (share > 0) near(book.sdWith(0, change * share), limit, 1e-6);
        for (let part = share; part <= 1; part += 0.05) {
          assert.ok(book.sdWith(0, change * part) >= limit * (1 - 1e-6));
        }
      },
    ),
  );
});

test('a large position that is gone leaves nothing behind', () => {
  const book = bookOf(3, 8);
  book.fill(0, 1e9);
  book.fill(1, 1);
  book.fill(0, -1e9);
  near(book.sd, book.recomputedSd(), 1e-6);
  book.fill(1, -1);
  assert.is(book.sd, 0);
});

test('a new covariance revalues the book, and twins held against each other risk nothing', () => {
  const book = bookOf(2, 1);
  book.fill(0, 100);
  book.fill(1, -100);
  const twins = matrixOf([
    [0.04, 0.04],
    [0.04, 0.04],
  ]);
  book.accept(twins, 5);
  assert.is(book.sd, 0);
  const parts = new Float64Array([9, 9]);
  book.components(parts);
  assert.equal(Array.from(parts), [0, 0]);
  near(book.sdWith(1, 100), 20);
  assert.is(book.weight(1), -100);
});

test('a state without a covariance, or with an old one, may not be decided on', () => {
  const book = new LivePortfolio(1);
  assert.equal(book.fault(0, 100), { kind: 'no-covariance' });
  book.accept(matrixOf([[1]]), 1_000);
  assert.is(book.fault(1_100, 100), null);
  assert.equal(book.fault(1_101, 100), { kind: 'stale', ageMs: 101, limitMs: 100 });
});

test('a book that does not add up, and amounts that are none, are bugs', () => {
  const book = bookOf(2, 3);
  assert.throws(() => book.fill(0, Number.NaN), /finite/);
  assert.throws(() => book.fill(2, 1), /an asset of the book/);
  assert.throws(() => book.weight(-1), /an asset of the book/);
  assert.throws(() => new LivePortfolio(0), /at least one/);
  assert.throws(() => book.accept(matrixOf([[1]]), 0), /of the assets/);
  assert.throws(
    () =>
      book.accept(
        matrixOf([
          [1, Number.NaN],
          [0, 1],
        ]),
        0,
      ),
    /finite numbers/,
  );
  // One half of a pair that differs from the other: the O(1) form and the sum cannot agree.
  book.accept(
    matrixOf([
      [1, 0.9],
      [0, 1],
    ]),
    0,
  );
  book.fill(0, 1);
  book.fill(1, 1);
  assert.throws(() => book.accept(covarianceOf(2, 3), 0), /incremental/);
});

test.run();
