import { err, ok, type Result } from '../../core/result.ts';
import { symmetricEigen } from '../../math/linear/symmetric-eigen.ts';
import { at, type Matrix, put, zeros } from '../../math/matrix.ts';

/** Least eigenvalue of a repaired correlation: enough for a Cholesky factor of hundreds of rows. */
const EIGENVALUE_MIN = 1e-8;
/** Cells of a pair that differ by more, against their variances, are no covariance. */
const ASYMMETRY = 1e-9;

export interface Repaired {
  /** Positive definite, with the variances of what was given. */
  readonly covariance: Matrix;
  /** Directions whose variance was raised; 0 when nothing was wrong. */
  readonly raised: number;
  /** The least eigenvalue of the correlation that was given. */
  readonly leastEigenvalue: number;
}

export type RepairFault =
  | { readonly kind: 'not-finite'; readonly row: number; readonly column: number }
  | { readonly kind: 'not-symmetric'; readonly row: number; readonly column: number }
  | { readonly kind: 'no-variance'; readonly row: number };

/**
 * Makes a covariance of pairs that were estimated apart positive definite: eigenvalues of its
 * correlation below the least are raised to it, and the diagonal is set back to ones. Variances
 * stay as they are. One that is positive definite comes back as it was.
 *
 * @see Rebonato, Jäckel 1999, "The most general methodology to create a valid correlation matrix
 *   for risk management and option pricing purposes", section 2.2
 */
export function repairedCovariance(covariance: Matrix): Result<Repaired, RepairFault> {
  const fault = repairFault(covariance);
  if (fault !== null) return err(fault);
  const size = covariance.rows;
  const sds = Array.from({ length: size }, (_, row) => Math.sqrt(at(covariance, row, row)));
  const correlation = scaled(covariance, (row) => 1 / (sds[row] as number));
  const { values, vectors } = symmetricEigen(correlation);
  const leastEigenvalue = values[size - 1] as number;
  const raised = values.filter((value) => value < EIGENVALUE_MIN).length;
  if (raised === 0) return ok({ covariance, raised, leastEigenvalue });
  const lifted = zeros(size, size);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      let cell = 0;
      for (let of = 0; of < size; of += 1) {
        const value = Math.max(values[of] as number, EIGENVALUE_MIN);
        cell += at(vectors, row, of) * value * at(vectors, column, of);
      }
      put(lifted, row, column, cell);
    }
  }
  const repaired = scaled(lifted, (row) => (sds[row] as number) / Math.sqrt(at(lifted, row, row)));
  return ok({ covariance: repaired, raised, leastEigenvalue });
}

function repairFault(covariance: Matrix): RepairFault | null {
  const size = covariance.rows;
  for (let row = 0; row < size; row += 1) {
    const variance = at(covariance, row, row);
    for (let column = 0; column < row; column += 1) {
      const [one, other] = [at(covariance, row, column), at(covariance, column, row)];
      if (!Number.isFinite(one + other)) return { kind: 'not-finite', row, column };
      const size2 = variance * at(covariance, column, column);
      if ((one - other) ** 2 > ASYMMETRY ** 2 * Math.abs(size2)) {
        return { kind: 'not-symmetric', row, column };
      }
    }
    if (!Number.isFinite(variance)) return { kind: 'not-finite', row, column: row };
    if (!(variance > 0)) return { kind: 'no-variance', row };
  }
  return null;
}

function scaled(matrix: Matrix, by: (row: number) => number): Matrix {
  const result = zeros(matrix.rows, matrix.rows);
  for (let row = 0; row < matrix.rows; row += 1) {
    for (let column = 0; column < matrix.rows; column += 1) {
      put(result, row, column, at(matrix, row, column) * by(row) * by(column));
    }
  }
  return result;
}
