import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../../src/core/rng.ts';
import {
  expectedImprovement,
  probabilityOfImprovement,
} from '../../../src/math/bayes/acquisition.ts';
import { GaussianProcess, memoryFor } from '../../../src/math/bayes/gaussian-process.ts';
import {
  BayesianOptimiser,
  DIMENSIONS_MAX,
  EVALUATIONS_MAX,
} from '../../../src/math/bayes/optimiser.ts';
import { kernelsOn } from '../../../src/math/kernels/vector-kernels.ts';
import { law } from '../../support/law.ts';

type Function = (point: Float64Array) => number;

function searched(value: Function, dimensions: number, evaluations: number, seed = 1) {
  const optimiser = new BayesianOptimiser({ dimensions, evaluations, random: rngOf(seed) });
  const asked: number[][] = [];
  const chances: number[] = [];
  while (optimiser.left > 0) {
    const { point, chance } = optimiser.next();
    asked.push([...point]);
    chances.push(chance);
    optimiser.tell(point, value(point));
  }
  return { optimiser, asked, chances };
}

/** The Branin function on its usual square, turned over: three maxima of −0.397887. */
const branin: Function = (point) => {
  const x = 15 * (point[0] as number) - 5;
  const y = 15 * (point[1] as number);
  const a = y - (5.1 / (4 * Math.PI ** 2)) * x * x + (5 / Math.PI) * x - 6;
  return -(a * a + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10);
};

test('the search comes close to a maximum of Branin in 40 evaluations', () => {
  for (const seed of [1, 2, 3]) {
    const best = searched(branin, 2, 40, seed).optimiser.best?.value ?? Number.NaN;
    assert.ok(best > -0.397887 - 0.05, `seed ${seed}: ${best}`);
    assert.ok(best <= -0.397887 + 1e-6);
  }
});

test('the search beats as many points at random in six dimensions', () => {
  const peak: Function = (point) => -point.reduce((sum, x) => sum + (x - 0.3) ** 2, 0);
  const best = searched(peak, 6, 60).optimiser.best?.value ?? Number.NaN;
  const random = rngOf(1);
  const points = Array.from({ length: 60 }, () => Float64Array.from({ length: 6 }, random.next));
  assert.ok(best > -0.05, `${best}`);
  assert.ok(best > Math.max(...points.map(peak)));
});

test('the same seed asks the same points, another one asks others', () => {
  const [one, again, other] = [1, 1, 2].map((seed) => searched(branin, 2, 14, seed).asked);
  assert.equal(one, again);
  assert.not.equal(one, other);
});

test('the first points have a slice of their own on every axis, and all lie in the cube', () => {
  const { asked, chances } = searched(branin, 2, 20);
  const design = asked.slice(0, 6);
  for (const axis of [0, 1]) {
    const slices = design.map((point) => Math.floor(6 * (point[axis] as number)));
    assert.equal(slices.sort(), [0, 1, 2, 3, 4, 5]);
  }
  assert.ok(asked.flat().every((x) => x >= 0 && x <= 1));
  assert.ok(chances.every((chance) => chance >= 0 && chance <= 1));
});

test('a function that is the same everywhere is searched without complaint', () => {
  const { optimiser } = searched(() => 7, 3, 20);
  assert.is(optimiser.best?.value, 7);
});

test('points that were asked twice do not break the fit', () => {
  const optimiser = new BayesianOptimiser({ dimensions: 1, evaluations: 20, random: rngOf(1) });
  const point = Float64Array.of(0.5);
  for (let at = 0; at < 19; at += 1) optimiser.tell(point, at % 2);
  assert.ok(optimiser.next().point[0] !== undefined);
});

test('what makes no sense is refused', () => {
  const random = rngOf(1);
  const make = (dimensions: number, evaluations: number) => () =>
    new BayesianOptimiser({ dimensions, evaluations, random });
  assert.throws(make(0, 10), /dimensions/);
  assert.throws(make(DIMENSIONS_MAX + 1, 10), /dimensions/);
  assert.throws(make(1, 1), /evaluations/);
  assert.throws(make(1, EVALUATIONS_MAX + 1), /evaluations/);
  const optimiser = make(1, 2)();
  assert.is(optimiser.best, null);
  assert.throws(() => optimiser.tell(Float64Array.of(0), Number.NaN), /finite/);
  for (let at = 0; at < 2; at += 1) optimiser.tell(Float64Array.of(at), at);
  assert.throws(() => optimiser.next(), /left/);
  assert.throws(() => optimiser.tell(Float64Array.of(0), 0), /left/);
});

const anOption = { shape: 'matern52', variance: 1, length: 0.5, noise: 0 } as const;

test('a process without noise knows the points that it has seen', () => {
  const coordinate = fc.integer({ min: 0, max: 20 }).map((x) => x / 10);
  law(
    fc.property(
      fc.uniqueArray(coordinate, { minLength: 1, maxLength: 8 }),
      fc.infiniteStream(fc.double({ min: -3, max: 3, noNaN: true })),
      (xs, heights) => {
        const points = xs.map((x) => Float64Array.of(x));
        const values = Float64Array.from(xs, () => heights.next().value as number);
        const kernels = kernelsOn('js', memoryFor(xs.length));
        const process = new GaussianProcess(points, values, anOption, kernels);
        points.forEach((point, at) => {
          process.predict(point);
          assert.ok(Math.abs(process.mean - (values[at] as number)) < 1e-6);
          assert.ok(process.deviation < 1e-4);
        });
        process.predict(Float64Array.of(100));
        assert.ok(Math.abs(process.mean) < 1e-9 && Math.abs(process.deviation - 1) < 1e-9);
      },
    ),
  );
});

test('a process is the same on every rung, to the last bit', () => {
  const random = rngOf(3);
  const points = Array.from({ length: 30 }, () => Float64Array.of(random.next(), random.next()));
  const values = Float64Array.from(points, branin);
  const found = (['simd', 'scalar', 'js'] as const).map((rung) => {
    const kernels = kernelsOn(rung, memoryFor(30));
    const process = new GaussianProcess(points, values, { ...anOption, noise: 1e-4 }, kernels);
    process.predict(Float64Array.of(0.4, 0.6));
    return [process.mean, process.deviation, process.logLikelihood];
  });
  assert.equal(found[0], found[1]);
  assert.equal(found[1], found[2]);
});

test('a covariance that is singular is said to be so, and nothing is predicted from it', () => {
  const same = [Float64Array.of(1), Float64Array.of(1)];
  const process = new GaussianProcess(
    same,
    Float64Array.of(0, 1),
    anOption,
    kernelsOn('js', memoryFor(2)),
  );
  assert.is(process.logLikelihood, Number.NEGATIVE_INFINITY);
  assert.throws(() => process.predict(Float64Array.of(1)), /could be fitted/);
});

test('a process without points, or with a memory that is too small, is refused', () => {
  const one = [Float64Array.of(1)];
  const make = (points: Float64Array[], values: number[], option: object, doubles: number) => () =>
    new GaussianProcess(
      points,
      Float64Array.from(values),
      { ...anOption, ...option },
      kernelsOn('js', doubles),
    );
  assert.throws(make([], [], {}, 10), /points with values/);
  assert.throws(make(one, [1, 2], {}, 10), /points with values/);
  assert.throws(make(one, [1], { length: 0 }, 10), /above 0/);
  assert.throws(make(one, [1], { variance: -1 }, 10), /above 0/);
  assert.throws(make(one, [1], { noise: -1 }, 10), /above 0/);
  assert.throws(make(one, [1], {}, memoryFor(1) - 1), /memory holds/);
});

test('expected improvement grows with the mean and with what is not known', () => {
  const unit = fc.double({ min: 0, max: 3, noNaN: true });
  law(
    fc.property(unit, unit, unit, unit, (mean, deviation, best, more) => {
      const prospect = { mean, deviation, best, margin: 0.01 };
      const gain = expectedImprovement(prospect);
      assert.ok(gain >= -1e-12);
      assert.ok(expectedImprovement({ ...prospect, mean: mean + more }) >= gain - 1e-12);
      assert.ok(expectedImprovement({ ...prospect, deviation: deviation + more }) >= gain - 1e-9);
      const chance = probabilityOfImprovement(prospect);
      assert.ok(chance >= 0 && chance <= 1);
    }),
  );
  const sure = { mean: 1, deviation: 0, best: 1, margin: 0 };
  assert.equal([probabilityOfImprovement(sure), expectedImprovement(sure)], [0, 0]);
});

test.run();
