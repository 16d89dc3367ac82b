import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../../src/core/rng.ts';
import {
  type JumpDiffusion,
  JumpDiffusionReturns,
  mertonCall,
} from '../../../src/risk/jumps/merton.ts';
import { law } from '../../support/law.ts';

const between = (min: number, max: number): fc.Arbitrary<number> =>
  fc.double({ min, max, noNaN: true });

const anyModel: fc.Arbitrary<JumpDiffusion> = fc.record({
  drift: between(-0.5, 0.5),
  volatility: between(0.05, 1.5),
  jumpRate: between(0, 60),
  jumpMean: between(-0.1, 0.1),
  jumpDeviation: between(0, 0.2),
});

const NO_JUMPS: JumpDiffusion = {
  ...{ drift: 0.05, volatility: 0.2, jumpRate: 0, jumpMean: -0.1, jumpDeviation: 0.1 },
};

test('the quantile is the inverse of the distribution, and rises with the level', () => {
  law(
    fc.property(anyModel, between(0.001, 0.999), between(0.001, 0.999), (model, one, other) => {
      const returns = new JumpDiffusionReturns(model, 1 / 365);
      const [low, high] = [Math.min(one, other), Math.max(one, other)];
      assert.ok(Math.abs(returns.cdf(returns.quantile(one)) - one) < 1e-10);
      assert.ok(returns.quantile(low) <= returns.quantile(high));
    }),
    60,
  );
});

test('the shortfall is above the value at risk', () => {
  law(
    fc.property(anyModel, between(0.9, 0.999), (model, level) => {
      const returns = new JumpDiffusionReturns(model, 1 / 365);
      assert.ok(returns.expectedShortfall(level) >= returns.valueAtRisk(level));
    }),
    60,
  );
});

test('without jumps it is the normal, and the value of a call that of Black and Scholes', () => {
  const returns = new JumpDiffusionReturns(NO_JUMPS, 1);
  const { mean, variance, skewness, excessKurtosis } = returns.moments();
  assert.ok(Math.abs(mean - 0.03) < 1e-15 && Math.abs(variance - 0.04) < 1e-15);
  assert.equal([skewness + 0, excessKurtosis], [0, 0]);
  assert.ok(Math.abs(returns.valueAtRisk(0.99) - (0.2 * 2.3263478740408408 - 0.03)) < 1e-12);
  // Hull's example: 10.4506 for S = K = 100, r = 5 %, σ = 20 %, a year.
  const call = mertonCall({ spot: 100, strike: 100, time: 1, model: NO_JUMPS });
  assert.ok(Math.abs(call - 10.450583572185565) < 1e-10, String(call));
});

test('moments are those of simulated returns', () => {
  const model = { ...NO_JUMPS, jumpRate: 12, jumpMean: -0.03, jumpDeviation: 0.05 };
  const time = 1 / 12;
  const random = rngOf(4);
  const { mean, variance } = new JumpDiffusionReturns(model, time).moments();
  const growth = Math.expm1(-0.03 + 0.05 ** 2 / 2);
  let [sum, squares] = [0, 0];
  const paths = 40_000;
  for (let path = 0; path < paths; path += 1) {
    let value = (0.05 - 0.02 - 12 * growth) * time + 0.2 * Math.sqrt(time) * random.normal();
    for (let left = 1 - random.exponential(); left > 0; left -= random.exponential()) {
      value += -0.03 + 0.05 * random.normal();
    }
    sum += value / paths;
    squares += value ** 2 / paths;
  }
  const error = Math.sqrt(variance / paths);
  assert.ok(Math.abs(sum - mean) < 4 * error, `${sum} for ${mean} ± ${error}`);
  assert.ok(Math.abs(squares - sum ** 2 - variance) < 0.04 * variance);
});

test('more jumps than can be summed, and times that are none, throw', () => {
  assert.throws(() => new JumpDiffusionReturns({ ...NO_JUMPS, jumpRate: 2_000 }, 1), /jumps/);
  assert.throws(() => new JumpDiffusionReturns(NO_JUMPS, 0), /time/);
  assert.throws(() => new JumpDiffusionReturns(NO_JUMPS, 1).quantile(1), /share/);
  const many = new JumpDiffusionReturns({ ...NO_JUMPS, jumpRate: 1_000 }, 1);
  assert.ok(Math.abs(many.cdf(many.quantile(0.5)) - 0.5) < 1e-9);
});

test.run();
