import fc from 'fast-check';
import type { Result } from '../../../src/core/result.ts';
import { rngOf } from '../../../src/core/rng.ts';
import { type Matrix, put, zeros } from '../../../src/math/matrix.ts';

/** The value of a result that is expected to be there. @throws with its error */
export function valueIn<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(`found ${JSON.stringify(result.error)}`);
  return result.value;
}

/** The error of a result that is expected to be one. @throws with its value */
export function errorIn<E>(result: Result<unknown, E>): E {
  if (result.ok) throw new Error(`found ${JSON.stringify(result.value)}`);
  return result.error;
}

/** Normal returns of about one per cent, the same for the same seed. */
export function normalReturns(count: number, seed: number, sd = 0.01): number[] {
  const rng = rngOf(seed);
  return Array.from({ length: count }, () => sd * rng.normal());
}

/** A square matrix from its rows. */
export function matrixOf(rows: readonly (readonly number[])[]): Matrix {
  const matrix = zeros(rows.length, rows[0]?.length ?? 0);
  rows.forEach((line, row) => {
    for (const [column, cell] of line.entries()) put(matrix, row, column, cell);
  });
  return matrix;
}

/**
 * Covariances of 1 … `most` assets that are positive definite: A Aᵀ and a little on the diagonal.
 */
export function aCovariance(most = 6): fc.Arbitrary<Matrix> {
  return fc
    .tuple(fc.integer({ min: 1, max: most }), fc.integer({ min: 0, max: 1e9 }))
    .map(([size, seed]) => covarianceOf(size, seed));
}

/** Covariance of a size, the same for the same seed; deviations of about 1 … 5 %. */
export function covarianceOf(size: number, seed: number): Matrix {
  const rng = rngOf(seed);
  const factors = Array.from({ length: size }, () =>
    Array.from({ length: size + 2 }, () => 0.01 * rng.normal()),
  );
  return matrixOf(
    factors.map((left, row) =>
      factors.map((right, column) => {
        const product = left.reduce((sum, each, at) => sum + each * (right[at] as number), 0);
        return product + (row === column ? 1e-5 : 0);
      }),
    ),
  );
}

/** Weights of both signs. */
export function someWeights(size: number, seed: number): number[] {
  const rng = rngOf(seed);
  return Array.from({ length: size }, () => 2 * rng.next() - 1);
}
