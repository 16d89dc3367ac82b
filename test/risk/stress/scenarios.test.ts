import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { reverseStress, tailHedge } from '../../../src/risk/stress/reverse-stress.ts';
import {
  SCENARIOS,
  type StressedHolding,
  stressTable,
} from '../../../src/risk/stress/scenarios.ts';
import { law } from '../../support/law.ts';
import { near } from '../../support/near.ts';
import { covarianceOf, errorIn, someWeights, valueIn } from '../../support/risk/samples.ts';

const LONG: StressedHolding = {
  quantity: 2,
  price: 1_000,
  gamma: 0,
  assetClass: 'btc',
  closingCost: 0.001,
};

test('a long book loses most in the worst crash, and a short one where everything rises', () => {
  const long = valueIn(stressTable([LONG]));
  assert.match(long[0]?.scenario as string, /covid/);
  near(long[0]?.loss as number, 1_000 + 2_000 * 0.5 * 0.01);
  const short = valueIn(stressTable([{ ...LONG, quantity: -2 }]));
  assert.match(short[0]?.scenario as string, /rises/);
  assert.is(long.length, SCENARIOS.length);
  for (let at = 1; at < long.length; at += 1) {
    assert.ok((long[at]?.loss as number) <= (long[at - 1]?.loss as number));
  }
});

test('where nobody quotes nothing moves and closing costs, but never more than everything', () => {
  const quiet = SCENARIOS.filter(({ name }) => name === 'nobody quotes');
  const [row] = valueIn(stressTable([LONG], quiet));
  near(row?.closing as number, 100);
  near(row?.total as number, 0, 0, 1e-12);
  const [dear] = valueIn(stressTable([{ ...LONG, closingCost: 0.5 }], quiet));
  near(dear?.loss as number, 2_000);
});

test('a scenario that is none, and a holding that is none, end the table', () => {
  const [first] = SCENARIOS;
  const wrong = {
    ...(first as (typeof SCENARIOS)[0]),
    shocks: { btc: -2, eth: 0, 'other-coin': 0, stablecoin: 0 },
  };
  assert.is(errorIn(stressTable([LONG], [wrong])).kind, 'below-zero');
  assert.is(errorIn(stressTable([{ ...LONG, price: Number.NaN }])).kind, 'not-finite');
});

test('the likeliest move that loses a sum loses it, and no other that does is nearer', () => {
  law(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 1e6 }), (size, seed) => {
      const covariance = covarianceOf(size, seed);
      const weights = someWeights(size, seed).map((each) => 1_000 * each);
      const { moves, distance, normalChance } = valueIn(reverseStress(covariance, weights, 50));
      near(
        weights.reduce((sum, w, asset) => sum + w * (moves[asset] as number), 0),
        -50,
        1e-9,
      );
      assert.ok(distance > 0 && normalChance < 0.5);
      near(valueIn(reverseStress(covariance, weights, 100)).distance, 2 * distance, 1e-9);
      near(
        valueIn(
          reverseStress(
            covariance,
            weights.map((w) => 2 * w),
            50,
          ),
        ).distance,
        distance / 2,
        1e-9,
      );
    }),
  );
  const one = covarianceOf(1, 1);
  for (const loss of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.is(errorIn(reverseStress(one, [1], loss)).kind, 'out-of-range');
  }
  assert.is(errorIn(reverseStress(one, [0], 1)).kind, 'flat');
});

const HEDGED = { loss: 1_000, bearable: 400, payoff: 60, price: 2, budget: 100 };

test('a hedge brings the loss to what is bearable, as far as the budget goes', () => {
  assert.equal(valueIn(tailHedge(HEDGED)), { units: 10, cost: 20, residual: 400, rule: 'target' });
  const poor = valueIn(tailHedge({ ...HEDGED, budget: 10 }));
  assert.equal(poor, { units: 5, cost: 10, residual: 700, rule: 'budget' });
  assert.is(valueIn(tailHedge({ ...HEDGED, budget: -5 })).units, 0);
  const fine = valueIn(tailHedge({ ...HEDGED, loss: -50 }));
  assert.equal(fine, { units: 0, cost: 0, residual: -50, rule: 'not-needed' });
});

test('a hedge that pays or costs nothing, and sums that are none, are refused by name', () => {
  for (const [name, values] of [
    ['payoff', [0, -1, Number.NaN]],
    ['price', [0, Number.POSITIVE_INFINITY]],
    ['loss', [Number.NaN]],
    ['bearable', [Number.POSITIVE_INFINITY]],
    ['budget', [Number.NaN]],
  ] as const) {
    for (const value of values) {
      assert.is(errorIn(tailHedge({ ...HEDGED, [name]: value })).name, name);
    }
  }
});

test.run();
