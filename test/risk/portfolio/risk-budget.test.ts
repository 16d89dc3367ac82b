import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { at } from '../../../src/math/matrix.ts';
import {
  leastVarianceWeights,
  riskBudgetWeights,
  riskContributions,
} from '../../../src/risk/portfolio/risk-budget.ts';
import { portfolioSpread } from '../../../src/risk/value-at-risk/portfolio-risk.ts';
import { law } from '../../support/law.ts';
import { near } from '../../support/near.ts';
import {
  aCovariance,
  errorIn,
  matrixOf,
  someWeights,
  valueIn,
} from '../../support/risk/samples.ts';

test('contributions to the risk are the budget, whatever its unit', () => {
  law(
    fc.property(aCovariance(8), fc.integer({ min: 0, max: 1e6 }), (covariance, seed) => {
      const budgets = someWeights(covariance.rows, seed).map((each) => 10 * Math.abs(each) + 0.1);
      const total = budgets.reduce((a, b) => a + b, 0);
      const weights = valueIn(riskBudgetWeights(covariance, budgets));
      near(
        weights.reduce((a, b) => a + b, 0),
        1,
      );
      riskContributions(covariance, weights).forEach((share, asset) => {
        near(share, (budgets[asset] as number) / total, 1e-8);
        assert.ok((weights[asset] as number) > 0);
      });
    }),
  );
});

test('no weights that add up to one have less variance', () => {
  law(
    fc.property(aCovariance(6), fc.integer({ min: 0, max: 1e6 }), (covariance, seed) => {
      for (const isLongOnly of [true, false]) {
        const best = valueIn(leastVarianceWeights(covariance, { isLongOnly }));
        near(
          best.reduce((a, b) => a + b, 0),
          1,
          1e-9,
        );
        assert.ok(!isLongOnly || best.every((weight) => weight >= 0));
        const raw = someWeights(covariance.rows, seed).map((each) =>
          isLongOnly ? Math.abs(each) : each,
        );
        const sum = raw.reduce((a, b) => a + b, 0);
        const { sd } = valueIn(
          portfolioSpread(
            covariance,
            raw.map((each) => each / sum),
          ),
        );
        assert.ok(valueIn(portfolioSpread(covariance, best)).sd <= sd * (1 + 1e-9));
      }
    }),
  );
});

test('a hedge so good that the coordinates creep still converges or says that it did not', () => {
  const twins = matrixOf([
    [1, -0.9999999],
    [-0.9999999, 1],
  ]);
  const found = riskBudgetWeights(twins, [1, 3]);
  if (found.ok) near(riskContributions(twins, found.value)[1] as number, 0.75, 1e-3);
  else assert.is(found.error.kind, 'no-convergence');
});

test('budgets that are none and covariances that are singular are refused', () => {
  const unit = matrixOf([
    [1, 0],
    [0, 1],
  ]);
  for (const budget of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.equal(errorIn(riskBudgetWeights(unit, [1, budget])), {
      kind: 'out-of-range',
      asset: 1,
      budget,
    });
  }
  const twins = matrixOf([
    [1, 1],
    [1, 1],
  ]);
  assert.is(errorIn(riskBudgetWeights(twins, [1, 1])).kind, 'not-positive-definite');
  for (const isLongOnly of [true, false]) {
    assert.is(errorIn(leastVarianceWeights(twins, { isLongOnly })).kind, 'not-positive-definite');
  }
  assert.is(at(unit, 0, 0), 1);
});

test.run();
