import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../../src/core/rng.ts';
import {
  constrainedKelly,
  excessGrowth,
  type KellyLimits,
  kellyWeights,
  NO_LIMITS,
  type ReturnModel,
} from '../../../src/risk/sizing/kelly-portfolio.ts';
import { law } from '../../support/law.ts';
import { near } from '../../support/near.ts';
import { covarianceOf, errorIn, matrixOf, valueIn } from '../../support/risk/samples.ts';

const LONG_ONLY: KellyLimits = { ...NO_LIMITS, isLongOnly: true, sumMax: 1 };
const LEVERED: KellyLimits = { ...NO_LIMITS, leverageMax: 3 };
const DESK: KellyLimits = { isLongOnly: false, sumMax: 1, leverageMax: 3, assetMax: 0.8 };

function modelOf(size: number, seed: number): ReturnModel {
  const rng = rngOf(seed).fork('means');
  return {
    covariance: covarianceOf(size, seed),
    excess: Array.from({ length: size }, () => 0.002 * rng.normal()),
  };
}

const aModel = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 1e9 }))
  .map(([size, seed]) => modelOf(size, seed));

const grossOf = (weights: readonly number[]): number =>
  weights.reduce((sum, weight) => sum + Math.abs(weight), 0);

function mostOf({ assetMax }: KellyLimits, asset: number): number {
  if (assetMax === null) return Number.POSITIVE_INFINITY;
  return typeof assetMax === 'number' ? assetMax : (assetMax[asset] as number);
}

/** A point within the limits: random weights made small enough. */
function inside(model: ReturnModel, limits: KellyLimits, seed: number): number[] {
  const rng = rngOf(seed).fork('inside');
  const raw = model.excess.map(() => (limits.isLongOnly ? rng.next() : 2 * rng.next() - 1));
  const sum = raw.reduce((a, b) => a + b, 0);
  const most = Math.max(
    grossOf(raw) / (limits.leverageMax ?? Number.POSITIVE_INFINITY),
    sum / (limits.sumMax ?? Number.POSITIVE_INFINITY),
    Math.max(...raw.map((weight, asset) => Math.abs(weight) / mostOf(limits, asset))),
  );
  const scale = rng.next() / Math.max(most, 1e-3);
  return raw.map((weight) => weight * scale);
}

for (const [name, limits] of Object.entries({ LONG_ONLY, LEVERED, DESK })) {
  test(`${name}: the weights keep every limit, and nothing within them grows faster`, () => {
    law(
      fc.property(aModel, fc.integer({ min: 0, max: 1e9 }), (model, seed) => {
        const weights = valueIn(constrainedKelly(model, limits));
        const { isLongOnly, sumMax, leverageMax, assetMax } = limits;
        const slack = 1e-8;
        assert.ok(!isLongOnly || weights.every((weight) => weight >= 0));
        assert.ok(sumMax === null || weights.reduce((a, b) => a + b, 0) <= sumMax + slack);
        assert.ok(leverageMax === null || grossOf(weights) <= leverageMax * (1 + slack));
        assert.ok(
          assetMax === null ||
            weights.every((each, asset) => Math.abs(each) <= mostOf(limits, asset)),
        );
        const other = inside(model, limits, seed);
        assert.ok(excessGrowth(model, other) <= excessGrowth(model, weights) + 1e-10);
      }),
    );
  });
}

test('without limits the constrained weights are the plain ones', () => {
  law(
    fc.property(aModel, (model) => {
      const plain = valueIn(kellyWeights(model));
      const free = valueIn(constrainedKelly(model, NO_LIMITS));
      plain.forEach((weight, at) => {
        near(free[at] as number, weight, 1e-7, 1e-7);
      });
    }),
  );
});

test('assets in another order have the same weights in that order', () => {
  const { covariance, excess } = modelOf(5, 77);
  const order = [3, 1, 4, 0, 2];
  const shuffled: ReturnModel = {
    excess: order.map((from) => excess[from] as number),
    covariance: matrixOf(
      order.map((row) => order.map((column) => covariance.cells[row * 5 + column] as number)),
    ),
  };
  const plain = valueIn(constrainedKelly({ covariance, excess }, DESK));
  valueIn(constrainedKelly(shuffled, DESK)).forEach((weight, at) => {
    near(weight, plain[order[at] as number] as number, 1e-6, 1e-8);
  });
});

test('clipping the answer without limits would grow less than the limits allow', () => {
  const model: ReturnModel = {
    excess: [0.08, 0.05, 0.01],
    covariance: matrixOf([
      [0.04, 0.015, 0.004],
      [0.015, 0.0225, 0.0045],
      [0.004, 0.0045, 0.01],
    ]),
  };
  const limits: KellyLimits = { ...NO_LIMITS, isLongOnly: true, sumMax: 1 };
  const free = valueIn(kellyWeights(model)).map((weight) => Math.max(0, weight));
  const total = free.reduce((a, b) => a + b, 0);
  const clipped = free.map((weight) => weight / Math.max(1, total));
  const kept = valueIn(constrainedKelly(model, limits));
  assert.ok(excessGrowth(model, kept) > excessGrowth(model, clipped) * 1.05);
});

test('singular covariances, means that are none and limits that are none are refused', () => {
  const twins = matrixOf([
    [1, 1],
    [1, 1],
  ]);
  const singular = { excess: [0.1, 0.1], covariance: twins };
  assert.is(errorIn(kellyWeights(singular)).kind, 'not-positive-definite');
  assert.is(errorIn(constrainedKelly(singular, DESK)).kind, 'not-positive-definite');
  const holed = { ...modelOf(2, 1), excess: [0.1, Number.NaN] };
  assert.equal(errorIn(kellyWeights(holed)), { kind: 'not-finite', asset: 1, value: Number.NaN });
  for (const name of ['sumMax', 'leverageMax', 'assetMax'] as const) {
    for (const value of [0, -1, Number.NaN]) {
      const fault = errorIn(constrainedKelly(modelOf(2, 1), { ...NO_LIMITS, [name]: value }));
      assert.equal([fault.kind, (fault as { name: string }).name], ['out-of-range', name]);
    }
  }
});

test.run();
