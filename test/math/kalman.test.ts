import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { KalmanFilter, type StateSpace, steadyState } from '../../src/math/kalman.ts';
import { smoothed } from '../../src/math/kalman-smoother.ts';
import { law } from '../support/law.ts';

const LEVEL: StateSpace = {
  transition: [1],
  stateNoise: [2],
  observationNoise: 5,
  start: [0],
  startCovariance: [100],
};
const TRACK: StateSpace = {
  transition: [1, 1, 0, 1],
  stateNoise: [0.3, 0.1, 0.1, 0.2],
  observationNoise: 0.5,
  start: [0, 0],
  startCovariance: [10, 0, 0, 10],
};

test('covariances stay symmetric and positive whatever is observed', () => {
  const observation = fc.oneof(fc.double({ min: -1e6, max: 1e6 }), fc.constant(Number.NaN));
  law(
    fc.property(fc.array(observation, { maxLength: 40 }), (series) => {
      const filter = new KalmanFilter(TRACK);
      for (const value of series) {
        filter.step(value, [1, 0]);
        const [a = 0, b = 0, c = 0, d = 0] = filter.covariance;
        assert.ok(a > 0 && d > 0 && Math.abs(b - c) < 1e-9 && a * d - b * c > 0);
      }
    }),
  );
});

test('a local level settles at its steady state', () => {
  const filter = new KalmanFilter(LEVEL);
  for (let at = 0; at < 200; at += 1) filter.step(at % 7, [1]);
  const { predictedVariance, gain } = steadyState(2, 5);
  assert.ok(Math.abs((filter.predictedCovariance[0] as number) - predictedVariance) < 1e-12);
  assert.ok(Math.abs((filter.covariance[0] as number) - (1 - gain) * predictedVariance) < 1e-12);
});

test('nothing is learnt from what is missing', () => {
  const filter = new KalmanFilter(LEVEL);
  filter.step(3, [1]);
  const [level, variance, likelihood] = [
    filter.state[0],
    filter.covariance[0],
    filter.logLikelihood,
  ];
  filter.step(Number.NaN, [1]);
  assert.is(filter.state[0], level);
  assert.is(filter.covariance[0], (variance as number) + 2);
  assert.is(filter.logLikelihood, likelihood);
  assert.ok(Number.isNaN(filter.innovation) && Number.isNaN(filter.surprise));
});

test('smoothing knows at least as much as filtering, and the same at the end', () => {
  law(
    fc.property(
      fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 1, maxLength: 20 }),
      (series) => {
        const filter = new KalmanFilter(TRACK);
        const variances = series.map((value) => {
          filter.step(value, [1, 0]);
          return filter.covariance[0] as number;
        });
        const whole = smoothed(TRACK, series, () => [1, 0]);
        assert.ok(whole.ok);
        if (!whole.ok) return;
        whole.value.forEach(({ covariance }, at) => {
          assert.ok((covariance[0]?.[0] as number) <= (variances[at] as number) + 1e-9);
        });
        assert.equal(whole.value[series.length - 1]?.state, [...filter.state]);
      },
    ),
  );
});

test('a state that is known exactly cannot be smoothed by inversion, and that is said', () => {
  const exact: StateSpace = { ...LEVEL, stateNoise: [0], startCovariance: [0] };
  const answer = smoothed(exact, [1, 2], () => [1]);
  assert.equal(answer, { ok: false, error: { kind: 'singular', step: 1 } });
});

test.run();
