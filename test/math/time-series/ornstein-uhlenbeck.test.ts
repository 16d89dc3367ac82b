import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../../src/core/rng.ts';
import { fitOrnsteinUhlenbeck } from '../../../src/math/time-series/ornstein-uhlenbeck.ts';
import { law } from '../../support/law.ts';
import { near } from '../../support/near.ts';
import { errorIn, valueIn } from '../../support/risk/samples.ts';

/** A path of the exact recursion, x₊ = μ + (x − μ) b + s z. */
function pathOf(seed: number, count: number, b = 0.9): number[] {
  const rng = rngOf(seed);
  const path = [1];
  while (path.length < count) path.push(1 + ((path.at(-1) as number) - 1) * b + 0.1 * rng.normal());
  return path;
}

test('a long path gives its own parameters back', () => {
  const fit = valueIn(fitOrnsteinUhlenbeck(pathOf(3, 20_000), 0.5));
  near(fit.persistence, 0.9, 0.01);
  near(fit.theta, -Math.log(0.9) / 0.5, 0.1);
  near(fit.mu, 1, 0.02);
  near(fit.stationarySd, 0.1 / Math.sqrt(1 - 0.81), 0.05);
  assert.ok(fit.halfLifeStepsRegression > fit.halfLifeSteps);
});

test('the unit of time moves the rate alone, a shift and a stretch place and size', () => {
  law(
    fc.property(
      fc.integer({ min: 0, max: 1e6 }),
      fc.double({ min: 0.01, max: 9, noNaN: true }),
      (seed, by) => {
        const path = pathOf(seed, 60, 0.5);
        const plain = fitOrnsteinUhlenbeck(path, 1);
        if (!plain.ok) return;
        const slower = valueIn(fitOrnsteinUhlenbeck(path, by));
        near(slower.theta, plain.value.theta / by, 1e-9);
        near(slower.stationarySd, plain.value.stationarySd, 1e-9);
        const moved = valueIn(
          fitOrnsteinUhlenbeck(
            path.map((x) => by * x + 3),
            1,
          ),
        );
        near(moved.mu, by * plain.value.mu + 3, 1e-7);
        near(moved.theta, plain.value.theta, 1e-6);
        near(moved.sigma, by * plain.value.sigma, 1e-6);
      },
    ),
  );
});

test('a series that does not return, has no noise or is none is refused', () => {
  const away = Array.from({ length: 30 }, (_, at) => 1.1 ** at + 0.01 * Math.sin(at));
  const found = errorIn(fitOrnsteinUhlenbeck(away, 1));
  assert.is(found.kind, 'not-mean-reverting');
  assert.is(
    errorIn(fitOrnsteinUhlenbeck([1, -1, 1.1, -1, 0.9, -1.2], 1)).kind,
    'not-mean-reverting',
  );
  assert.is(errorIn(fitOrnsteinUhlenbeck([8, 4, 2, 1, 0.5], 1)).kind, 'no-noise');
  assert.is(errorIn(fitOrnsteinUhlenbeck([2, 2, 2, 2], 1)).kind, 'collinear');
  assert.is(errorIn(fitOrnsteinUhlenbeck([1, 2], 1)).kind, 'too-few');
  assert.is(errorIn(fitOrnsteinUhlenbeck([1, 2, Number.NaN, 1], 1)).kind, 'not-finite');
  for (const dt of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.is(errorIn(fitOrnsteinUhlenbeck(pathOf(1, 9), dt)).kind, 'out-of-range');
  }
});

test.run();
