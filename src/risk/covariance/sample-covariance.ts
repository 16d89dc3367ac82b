import { err, ok, type Result } from '../../core/result.ts';
import { type Matrix, put, zeros } from '../../math/matrix.ts';
import { meanOf, type SampleFault, sampleFault } from '../../math/statistics/sample.ts';

export type CovarianceFault =
  | (SampleFault & { readonly column: number })
  | {
      readonly kind: 'ragged';
      readonly column: number;
      readonly found: number;
      readonly wanted: number;
    };

/** A covariance with what it was made from. */
export interface Centred {
  /** Each column less its mean. */
  readonly columns: readonly Float64Array[];
  readonly rows: number;
  /** Divided by the count of rows. */
  readonly covariance: Matrix;
}

/**
 * Covariance of columns of returns, divided by n − 1, O(n k²).
 *
 * @param columns one an asset, all of the same moments, at least two rows
 */
export function sampleCovariance(
  columns: readonly ArrayLike<number>[],
): Result<Matrix, CovarianceFault> {
  const centred = centre(columns);
  if (!centred.ok) return centred;
  const { rows, covariance } = centred.value;
  const cells = covariance.cells.map((cell) => (cell * rows) / (rows - 1));
  return ok({ ...covariance, cells });
}

/** The columns less their means, and their covariance divided by n. */
export function centre(columns: readonly ArrayLike<number>[]): Result<Centred, CovarianceFault> {
  const rows = columns[0]?.length ?? 0;
  const centred: Float64Array[] = [];
  for (const [column, values] of columns.entries()) {
    const found = values.length;
    if (found !== rows) return err({ kind: 'ragged', column, found, wanted: rows });
    const fault = sampleFault(values, 2);
    if (fault !== null) return err({ ...fault, column });
    const mean = meanOf(values);
    centred.push(lessMean(values, mean));
  }
  const covariance = zeros(columns.length, columns.length);
  centred.forEach((left, row) => {
    centred.slice(0, row + 1).forEach((right, column) => {
      const value = crossOf(left, right) / rows;
      put(covariance, row, column, value);
      put(covariance, column, row, value);
    });
  });
  return ok({ columns: centred, rows, covariance });
}

/** A loop, since `from` with a function takes ten times as long. */
function lessMean(values: ArrayLike<number>, mean: number): Float64Array {
  const rest = new Float64Array(values.length);
  for (let at = 0; at < rest.length; at += 1) rest[at] = (values[at] as number) - mean;
  return rest;
}

/** Four sums that do not wait for each other. */
function crossOf(left: Float64Array, right: Float64Array): number {
  const whole = left.length & ~3;
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let at = 0; at < whole; at += 4) {
    s0 += (left[at] as number) * (right[at] as number);
    s1 += (left[at + 1] as number) * (right[at + 1] as number);
    s2 += (left[at + 2] as number) * (right[at + 2] as number);
    s3 += (left[at + 3] as number) * (right[at + 3] as number);
  }
  let sum = s0 + s2 + (s1 + s3);
  for (let at = whole; at < left.length; at += 1) {
    sum += (left[at] as number) * (right[at] as number);
  }
  return sum;
}
