import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type BoundedProblem, minimise } from '../../../src/math/optimise/bounded-bfgs.ts';
import { law } from '../../support/law.ts';

const free = (size: number) => ({
  lower: new Array<number>(size).fill(Number.NEGATIVE_INFINITY),
  upper: new Array<number>(size).fill(Number.POSITIVE_INFINITY),
});

/** Rosenbrock's valley in k variables, the usual hard case; its minimum is 0 at (1, …, 1). */
function valley(x: Float64Array, gradient: Float64Array): number {
  let value = 0;
  gradient.fill(0);
  for (let at = 0; at + 1 < x.length; at += 1) {
    const [here, next] = [x[at] as number, x[at + 1] as number];
    const off = next - here * here;
    value += 100 * off * off + (1 - here) ** 2;
    gradient[at] = (gradient[at] as number) - 400 * off * here - 2 * (1 - here);
    gradient[at + 1] = (gradient[at + 1] as number) + 200 * off;
  }
  return value;
}

/** ½ Σ w (x − c)², whose minimum in a box is c clipped to it. */
function bowl(centre: readonly number[], weights: readonly number[]): BoundedProblem['evaluate'] {
  return (x, gradient) => {
    let value = 0;
    x.forEach((at, index) => {
      const [off, weight] = [at - (centre[index] as number), weights[index] as number];
      gradient[index] = weight * off;
      value += 0.5 * weight * off * off;
    });
    return value;
  };
}

test('the end of a curved valley is found to nine digits', () => {
  for (const size of [2, 4, 6]) {
    const start = new Array<number>(size).fill(-1.2);
    const found = minimise({ evaluate: valley, start, ...free(size) });
    assert.ok(found.ok);
    found.value.x.forEach((x) => {
      assert.ok(Math.abs(x - 1) < 1e-6, String(x));
    });
    assert.ok(found.value.value < 1e-12);
    assert.ok(found.value.evaluations < 300, String(found.value.evaluations));
  }
});

test('a bound holds what would leave, and says so', () => {
  const problem = { lower: [-10, -10], upper: [0.5, 10], start: [-1.2, 1] };
  const found = minimise({ evaluate: valley, ...problem });
  assert.ok(found.ok);
  // On x = ½ the valley is lowest at y = x².
  assert.is(found.value.x[0], 0.5);
  assert.ok(Math.abs((found.value.x[1] as number) - 0.25) < 1e-7);
  assert.equal(found.value.held, [true, false]);
});

test('the minimum of a bowl in a box is its centre clipped to the box', () => {
  const cell = fc.double({ min: -5, max: 5, noNaN: true });
  const weight = fc.double({ min: -4, max: 4, noNaN: true }).map((power) => 10 ** power);
  const one = fc.record({
    centre: cell,
    one: cell,
    other: cell,
    weight,
    start: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  law(
    fc.property(fc.array(one, { minLength: 1, maxLength: 6 }), (cells) => {
      const lower = cells.map((at) => Math.min(at.one, at.other));
      const upper = cells.map((at) => Math.max(at.one, at.other));
      const start = cells.map((at, index) => {
        const [low, high] = [lower[index] as number, upper[index] as number];
        return Math.min(Math.max(low + at.start * (high - low), low), high);
      });
      const centre = cells.map((at) => at.centre);
      const weights = cells.map((at) => at.weight);
      const found = minimise({ evaluate: bowl(centre, weights), start, lower, upper });
      assert.ok(found.ok, JSON.stringify(found));
      found.value.x.forEach((x, at) => {
        const [low, high] = [lower[at] as number, upper[at] as number];
        const wanted = Math.min(Math.max(centre[at] as number, low), high);
        // What is left is worth less than rounding of the value.
        const worth = 0.5 * (weights[at] as number) * (x - wanted) ** 2;
        assert.ok(x >= low && x <= high);
        assert.ok(worth <= 1e-9 * (1 + found.value.value), `${x} for ${wanted}`);
      });
    }),
  );
});

test('the units of the variables do not matter where the curvature is in the same units', () => {
  const plain = minimise({
    evaluate: valley,
    start: [-1.2, 1],
    ...free(2),
    curvature: [400, 0, 0, 400],
  });
  const units = [2 ** 20, 2 ** -14] as const;
  const scaled = minimise({
    evaluate: (x, gradient) => {
      const value = valley(
        Float64Array.of((x[0] as number) * units[0], (x[1] as number) * units[1]),
        gradient,
      );
      gradient[0] = (gradient[0] as number) * units[0];
      gradient[1] = (gradient[1] as number) * units[1];
      return value;
    },
    start: [-1.2 / units[0], 1 / units[1]],
    ...free(2),
    curvature: [400 * units[0] ** 2, 0, 0, 400 * units[1] ** 2],
  });
  assert.ok(plain.ok && scaled.ok);
  // Powers of two scale without rounding: the same steps are gone.
  assert.is((scaled.value.x[0] as number) * units[0], plain.value.x[0]);
  assert.is(scaled.value.evaluations, plain.value.evaluations);
});

test('a step into a place without a value is taken back', () => {
  // x − ln x has its minimum at 1 and no value at or below 0, where the first step leads.
  const found = minimise({
    evaluate: (x, gradient) => {
      const at = x[0] as number;
      gradient[0] = 1 - 1 / at;
      return at > 0 ? at - Math.log(at) : Number.NaN;
    },
    start: [9],
    ...free(1),
    curvature: [0.01],
  });
  assert.ok(found.ok);
  assert.ok(Math.abs((found.value.x[0] as number) - 1) < 1e-6);
});

test('a step to where the slope is no number is taken back', () => {
  const found = minimise({
    evaluate: (x, gradient) => {
      const at = x[0] as number;
      gradient[0] = at > 1.2 ? Number.NaN : 2 * (at - 1);
      return (at - 1) ** 2;
    },
    start: [0],
    ...free(1),
    curvature: [1.5],
  });
  assert.ok(found.ok);
  assert.ok(Math.abs((found.value.x[0] as number) - 1) < 1e-6);
});

test('a curvature that says nothing is not trusted', () => {
  const found = minimise({
    evaluate: bowl([-1, 2], [1, 3]),
    start: [0, 0],
    lower: [0, -10],
    upper: [10, 10],
    curvature: [0, 0, 0, 0],
  });
  assert.ok(found.ok);
  assert.is(found.value.x[0], 0);
  assert.ok(Math.abs((found.value.x[1] as number) - 2) < 1e-6);
});

test('a curvature that is not positive definite is not trusted', () => {
  const found = minimise({
    evaluate: bowl([1, 2], [1, 3]),
    start: [0, 0],
    ...free(2),
    curvature: [1, 2, 2, 1],
  });
  assert.ok(found.ok);
  assert.ok(Math.abs((found.value.x[1] as number) - 2) < 1e-6);
});

test('a minimum that rounding hides is one', () => {
  // Of the value nothing can be seen; the model still promises more than its floor.
  const found = minimise({
    evaluate: (_x, gradient) => {
      gradient[0] = 1e-6;
      return 1;
    },
    start: [0],
    ...free(1),
    curvature: [1],
  });
  assert.ok(found.ok);
  assert.is(found.value.x[0], 0);
});

test('a curvature that is far too small is forgotten', () => {
  // Its first step leads where the function is not, however short it is made.
  const found = minimise({
    evaluate: (x, gradient) => {
      const at = x[0] as number;
      gradient[0] = 2 * (at - 1);
      return Math.abs(at) > 10 ? Number.NaN : (at - 1) ** 2;
    },
    start: [0],
    ...free(1),
    curvature: [1e-150],
  });
  assert.ok(found.ok);
  assert.ok(Math.abs((found.value.x[0] as number) - 1) < 1e-6);
});

test('a slope that is no number is followed nowhere', () => {
  const found = minimise({
    evaluate: (_x, gradient) => {
      gradient.fill(Number.NaN);
      return 1;
    },
    start: [0, 0],
    ...free(2),
  });
  assert.not(found.ok);
});

test('what has no value at its start is an error', () => {
  const found = minimise({ evaluate: () => Number.NaN, start: [0], ...free(1) });
  assert.equal(found, { ok: false, error: { kind: 'no-value-at-start', found: Number.NaN } });
});

test('what does not end in its iterations is an error with its slope', () => {
  const found = minimise({ evaluate: valley, start: [-1.2, 1], ...free(2), iterationsMax: 3 });
  assert.ok(!found.ok && found.error.kind === 'no-convergence');
  assert.is(found.error.iterations, 3);
  assert.ok(found.error.gradientMax > 0.1);
});

test('a gradient that lies is no convergence', () => {
  const found = minimise({
    evaluate: (x, gradient) => {
      gradient[0] = -2 * (x[0] as number);
      return (x[0] as number) ** 2;
    },
    start: [1],
    ...free(1),
  });
  assert.ok(!found.ok && found.error.kind === 'no-convergence');
});

test.run();
