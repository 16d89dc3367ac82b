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
  const cells = new Float64Array(columns.length * rows);
  for (const [column, values] of columns.entries()) {
    const found = values.length;
    if (found !== rows) return err({ kind: 'ragged', column, found, wanted: rows });
    const fault = sampleFault(values, 2);
    if (fault !== null) return err({ ...fault, column });
    lessMean(values, cells.subarray(column * rows, (column + 1) * rows));
  }
  return ok({
    columns: columns.map((_, column) => cells.subarray(column * rows, (column + 1) * rows)),
    rows,
    covariance: crossProducts(cells, rows),
  });
}

/** A loop, since `map` with a function takes ten times as long. */
function lessMean(values: ArrayLike<number>, into: Float64Array): void {
  const mean = meanOf(values);
  for (let at = 0; at < into.length; at += 1) into[at] = (values[at] as number) - mean;
}

/**
 * Σ x x' / n of columns that lie one after the other, two of them against two at a time: what is
 * read serves two products, and the four sums do not wait for each other.
 */
function crossProducts(cells: Float64Array, rows: number): Matrix {
  const size = cells.length / rows;
  const products = zeros(size, size);
  const sums = new Float64Array(4);
  for (let row = 0; row < size; row += 2) {
    // The last of an odd count is paired with itself.
    const below = Math.min(row + 1, size - 1);
    for (let column = 0; column <= row; column += 2) {
      const beside = Math.min(column + 1, size - 1);
      sumProducts(cells, rows, [row, below, column, beside], sums);
      putBoth(products, row, column, (sums[0] as number) / rows);
      putBoth(products, row, beside, (sums[1] as number) / rows);
      putBoth(products, below, column, (sums[2] as number) / rows);
      putBoth(products, below, beside, (sums[3] as number) / rows);
    }
  }
  return products;
}

/** Puts one·third, one·fourth, second·third and second·fourth into `sums`. */
function sumProducts(
  cells: Float64Array,
  rows: number,
  of: readonly [number, number, number, number],
  sums: Float64Array,
): void {
  // One by one: from a destructured list they would be boxed, and the loop take twice as long.
  const one = of[0] * rows;
  const second = of[1] * rows;
  const third = of[2] * rows;
  const fourth = of[3] * rows;
  let oneThird = 0;
  let oneFourth = 0;
  let secondThird = 0;
  let secondFourth = 0;
  for (let at = 0; at < rows; at += 1) {
    const a = cells[one + at] as number;
    const b = cells[second + at] as number;
    const c = cells[third + at] as number;
    const d = cells[fourth + at] as number;
    oneThird += a * c;
    oneFourth += a * d;
    secondThird += b * c;
    secondFourth += b * d;
  }
  sums[0] = oneThird;
  sums[1] = oneFourth;
  sums[2] = secondThird;
  sums[3] = secondFourth;
}

function putBoth(square: Matrix, row: number, column: number, value: number): void {
  put(square, row, column, value);
  put(square, column, row, value);
}
