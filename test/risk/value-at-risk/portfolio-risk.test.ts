import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { portfolioSpread } from '../../../src/risk/value-at-risk/portfolio-risk.ts';
import { law } from '../../support/law.ts';
import { near } from '../../support/near.ts';
import {
  covarianceOf,
  errorIn,
  matrixOf,
  someWeights,
  valueIn,
} from '../../support/risk/samples.ts';

const aPortfolio = fc
  .tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 1e9 }))
  .map(([size, seed]) => ({
    covariance: covarianceOf(size, seed),
    weights: someWeights(size, seed),
  }));

test('components add up to the whole, shares to one, and together never beat their sum', () => {
  law(
    fc.property(aPortfolio, ({ covariance, weights }) => {
      const spread = valueIn(portfolioSpread(covariance, weights));
      const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
      near(sum(spread.component), spread.sd, 1e-10);
      near(sum(spread.share), 1, 1e-10);
      assert.ok(spread.diversificationRatio >= 1 - 1e-12);
    }),
  );
});

test('a portfolio turned over has the same risk, and a larger one more by its factor', () => {
  law(
    fc.property(aPortfolio, ({ covariance, weights }) => {
      const { sd, component, incremental } = valueIn(portfolioSpread(covariance, weights));
      const turned = valueIn(
        portfolioSpread(
          covariance,
          weights.map((each) => -3 * each),
        ),
      );
      near(turned.sd, 3 * sd, 1e-12);
      turned.component.forEach((each, at) => {
        near(each, 3 * (component[at] as number), 1e-9, 1e-14);
        near(turned.incremental[at] as number, 3 * (incremental[at] as number), 1e-7, 1e-9);
      });
    }),
  );
});

test('the marginal is the slope of the risk, and the incremental what is gone without it', () => {
  const covariance = covarianceOf(4, 3);
  const weights = someWeights(4, 3);
  const { sd, marginal, incremental } = valueIn(portfolioSpread(covariance, weights));
  weights.forEach((_, at) => {
    const moved = (by: number): number =>
      valueIn(
        portfolioSpread(
          covariance,
          weights.map((each, of) => (of === at ? each + by : each)),
        ),
      ).sd;
    near(marginal[at] as number, (moved(1e-6) - moved(-1e-6)) / 2e-6, 1e-6);
    const without = valueIn(
      portfolioSpread(
        covariance,
        weights.map((each, of) => (of === at ? 0 : each)),
      ),
    );
    near(incremental[at] as number, sd - without.sd, 1e-9);
  });
});

test('what is no covariance, no number or no position is refused', () => {
  const unit = matrixOf([[0.01]]);
  assert.equal(errorIn(portfolioSpread(unit, [0])), { kind: 'flat', gross: 0 });
  const twins = matrixOf([
    [0.01, 0.01],
    [0.01, 0.01],
  ]);
  assert.equal(errorIn(portfolioSpread(twins, [1, -1])), { kind: 'flat', gross: 2 });
  const holed = matrixOf([
    [0.01, 0],
    [Number.NaN, 0.01],
  ]);
  assert.equal(errorIn(portfolioSpread(holed, [1, 1])), { kind: 'not-finite', row: 1, column: 0 });
  assert.equal(errorIn(portfolioSpread(unit, [Number.NaN])), {
    kind: 'not-finite',
    row: 0,
    column: -1,
  });
  const beyond = matrixOf([
    [1, -3],
    [-3, 1],
  ]);
  assert.equal(errorIn(portfolioSpread(beyond, [1, 1])), {
    kind: 'not-positive-semidefinite',
    variance: -4,
  });
  near(valueIn(portfolioSpread(unit, [2])).incremental[0] as number, 0.2);
});

test.run();
