import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../../src/core/rng.ts';
import { cholesky, choleskyInverse, choleskySolve } from '../../../src/math/linear/cholesky.ts';
import {
  type LinearConstraint,
  quadraticProgramme,
} from '../../../src/math/linear/quadratic-programme.ts';
import { symmetricEigen } from '../../../src/math/linear/symmetric-eigen.ts';
import { at, type Matrix, product, rowsOf, zeros } from '../../../src/math/matrix.ts';
import { law } from '../../support/law.ts';
import { near } from '../../support/near.ts';
import {
  aCovariance,
  covarianceOf,
  errorIn,
  matrixOf,
  someWeights,
  valueIn,
} from '../../support/risk/samples.ts';

function transposed(matrix: Matrix): Matrix {
  return matrixOf(
    Array.from({ length: matrix.columns }, (_, column) =>
      Array.from({ length: matrix.rows }, (_unused, row) => at(matrix, row, column)),
    ),
  );
}

function isNear(left: Matrix, right: Matrix, absolute: number): void {
  left.cells.forEach((cell, place) => {
    near(cell, right.cells[place] as number, 0, absolute);
  });
}

test('a Cholesky factor times its mirror is the matrix, and solves with it', () => {
  law(
    fc.property(aCovariance(8), (covariance) => {
      const lower = valueIn(cholesky(covariance));
      isNear(product(lower, transposed(lower)), covariance, 1e-16);
      const x = someWeights(covariance.rows, 3);
      const right = product(covariance, { rows: x.length, columns: 1, cells: new Float64Array(x) });
      choleskySolve(lower, right.cells).forEach((value, place) => {
        near(value, x[place] as number, 0, 1e-10);
      });
      const back = product(choleskyInverse(lower), right);
      back.cells.forEach((value, place) => {
        near(value, x[place] as number, 0, 1e-10);
      });
    }),
  );
});

test('a matrix that is not positive definite is refused at the row that shows it', () => {
  const twin = matrixOf([
    [1, 2, 2],
    [2, 5, 5],
    [2, 5, 5],
  ]);
  assert.is(errorIn(cholesky(twin)).row, 2);
  assert.equal(errorIn(cholesky(matrixOf([[-1]]))), {
    kind: 'not-positive-definite',
    row: 0,
    pivot: -1,
  });
  const holed = matrixOf([
    [1, Number.NaN],
    [Number.NaN, 1],
  ]);
  const { row, pivot } = errorIn(cholesky(holed));
  assert.is(row, 1);
  assert.ok(Number.isNaN(pivot));
});

test('eigenvectors are orthonormal and give the matrix back, the largest value first', () => {
  law(
    fc.property(aCovariance(8), (covariance) => {
      const { values, vectors } = symmetricEigen(covariance);
      const size = covariance.rows;
      const diagonal = zeros(size, size);
      values.forEach((value, row) => {
        diagonal.cells[row * size + row] = value;
        assert.ok(row === 0 || value <= (values[row - 1] as number));
      });
      isNear(product(product(vectors, diagonal), transposed(vectors)), covariance, 1e-16);
      const ones = zeros(size, size);
      for (let row = 0; row < size; row += 1) ones.cells[row * size + row] = 1;
      isNear(product(vectors, transposed(vectors)), ones, 1e-13);
    }),
  );
});

test('eigenvalues of a matrix with a zero diagonal and of a diagonal one are exact', () => {
  const crossed = matrixOf([
    [0, 2],
    [2, 0],
  ]);
  const { values } = symmetricEigen(crossed);
  near(values[0] as number, 2);
  near(values[1] as number, -2);
  const plain = matrixOf([
    [1, 0],
    [0, 3],
  ]);
  assert.equal(Array.from(symmetricEigen(plain).values), [3, 1]);
});

/** The answer of a programme by trying every set of constraints that may be tight. */
function byEnumeration(
  quadratic: Matrix,
  linear: readonly number[],
  constraints: readonly LinearConstraint[],
): { best: number } {
  const lower = valueIn(cholesky(quadratic));
  let best = Number.POSITIVE_INFINITY;
  for (let set = 0; set < 2 ** constraints.length; set += 1) {
    const tight = constraints.filter((_, place) => set & (1 << place));
    const x = onTight(lower, linear, tight);
    if (x === null) continue;
    const isInside = constraints.every(
      ({ normal, least }) => dotOf(normal, x) >= least - 1e-9 * (1 + Math.abs(least)),
    );
    if (isInside) best = Math.min(best, objective(quadratic, linear, x));
  }
  return { best };
}

/** The minimum on the planes: x = G⁻¹ (a + N u) with Nᵀ x = b. */
function onTight(
  lower: Matrix,
  linear: readonly number[],
  tight: readonly LinearConstraint[],
): number[] | null {
  const free = Array.from(choleskySolve(lower, linear));
  if (tight.length === 0) return free;
  const moved = tight.map(({ normal }) => Array.from(choleskySolve(lower, normal)));
  const gram = matrixOf(tight.map(({ normal }) => moved.map((each) => dotOf(normal, each))));
  const factored = cholesky(gram);
  if (!factored.ok) return null;
  const u = choleskySolve(
    factored.value,
    tight.map(({ normal, least }) => least - dotOf(normal, free)),
  );
  return free.map((value, place) =>
    moved.reduce((sum, each, of) => sum + (each[place] as number) * (u[of] as number), value),
  );
}

function dotOf(left: readonly number[], right: readonly number[]): number {
  return left.reduce((sum, each, place) => sum + each * (right[place] as number), 0);
}

function objective(quadratic: Matrix, linear: readonly number[], x: readonly number[]): number {
  const rows = rowsOf(quadratic);
  return (
    0.5 *
      dotOf(
        x,
        rows.map((line) => dotOf(line, x)),
      ) -
    dotOf(linear, x)
  );
}

test('a quadratic programme is as good as the best of all sets of tight constraints', () => {
  law(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 0, max: 5 }),
      fc.integer({ min: 0, max: 1e9 }),
      (size, count, seed) => {
        const quadratic = covarianceOf(size, seed);
        const rng = rngOf(seed).fork('constraints');
        const linear = Array.from({ length: size }, () => 0.001 * rng.normal());
        const constraints = Array.from({ length: count }, () => ({
          normal: Array.from({ length: size }, () => rng.normal()),
          least: rng.normal(),
        }));
        const { best } = byEnumeration(quadratic, linear, constraints);
        const solved = quadraticProgramme(quadratic, linear, constraints);
        if (!solved.ok) {
          assert.is(solved.error.kind, 'infeasible');
          assert.is(best, Number.POSITIVE_INFINITY);
          return;
        }
        const x = Array.from(solved.value);
        for (const { normal, least } of constraints) {
          assert.ok(dotOf(normal, x) >= least - 1e-8 * (1 + Math.abs(least)));
        }
        near(objective(quadratic, linear, x), best, 1e-6, 1e-9);
      },
    ),
    300,
  );
});

test('constraints that contradict each other, and a flat objective, are refused', () => {
  const unit = matrixOf([[1]]);
  const apart = [
    { normal: [1], least: 1 },
    { normal: [-1], least: 1 },
  ];
  assert.equal(errorIn(quadraticProgramme(unit, [0], apart)), {
    kind: 'infeasible',
    constraint: 1,
  });
  assert.is(errorIn(quadraticProgramme(matrixOf([[0]]), [0], [])).kind, 'not-positive-definite');
});

test.run();
