import { assert, err, ok, type Result } from '../../core/result.ts';
import { at, type Matrix, put, zeros } from '../matrix.ts';

/** Found a direction without variance, or with a negative one, at this row. */
export interface NotPositiveDefinite {
  readonly kind: 'not-positive-definite';
  readonly row: number;
  /** What is left of the row's variance; NaN where a cell is no number. */
  readonly pivot: number;
}

/**
 * The lower triangular L with L Lᵀ = A, O(n³). Only the lower half of A is read.
 *
 * @returns the factor, or the first row that depends on those before it to working precision
 */
export function cholesky(square: Matrix): Result<Matrix, NotPositiveDefinite> {
  const size = square.rows;
  assert(size === square.columns, 'a square matrix is factored');
  const lower = zeros(size, size);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < row; column += 1) {
      put(lower, row, column, rest(square, lower, row, column) / at(lower, column, column));
    }
    const pivot = rest(square, lower, row, row);
    const whole = at(square, row, row);
    // Written so that NaN is refused as well.
    if (!(pivot > size * Number.EPSILON * whole && pivot < Number.POSITIVE_INFINITY)) {
      return err({ kind: 'not-positive-definite', row, pivot });
    }
    put(lower, row, row, Math.sqrt(pivot));
  }
  return ok(lower);
}

/** The x with L Lᵀ x = b, for a factor of `cholesky`. O(n²). */
export function choleskySolve(lower: Matrix, right: ArrayLike<number>): Float64Array {
  return backward(lower, forward(lower, right));
}

/** A⁻¹ of A = L Lᵀ, exactly symmetric. O(n³). */
export function choleskyInverse(lower: Matrix): Matrix {
  const size = lower.rows;
  const inverse = zeros(size, size);
  const unit = new Float64Array(size);
  for (let column = 0; column < size; column += 1) {
    unit.fill(0);
    unit[column] = 1;
    const solved = choleskySolve(lower, unit);
    for (let row = column; row < size; row += 1) {
      put(inverse, row, column, solved[row] as number);
      put(inverse, column, row, solved[row] as number);
    }
  }
  return inverse;
}

/** The x with L x = b. */
export function forward(lower: Matrix, right: ArrayLike<number>): Float64Array {
  const size = lower.rows;
  const answer = new Float64Array(size);
  for (let row = 0; row < size; row += 1) {
    let sum = right[row] as number;
    for (let column = 0; column < row; column += 1) {
      sum -= at(lower, row, column) * (answer[column] as number);
    }
    answer[row] = sum / at(lower, row, row);
  }
  return answer;
}

/** The x with Lᵀ x = b. */
export function backward(lower: Matrix, right: ArrayLike<number>): Float64Array {
  const size = lower.rows;
  const answer = new Float64Array(size);
  for (let row = size - 1; row >= 0; row -= 1) {
    let sum = right[row] as number;
    for (let below = row + 1; below < size; below += 1) {
      sum -= at(lower, below, row) * (answer[below] as number);
    }
    answer[row] = sum / at(lower, row, row);
  }
  return answer;
}

/** What a cell of A leaves after the columns before it. */
function rest(square: Matrix, lower: Matrix, row: number, column: number): number {
  let sum = at(square, row, column);
  for (let before = 0; before < column; before += 1) {
    sum -= at(lower, row, before) * at(lower, column, before);
  }
  return sum;
}
