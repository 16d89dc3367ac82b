import { assert } from '../../core/result.ts';
import { at, type Matrix, put, zeros } from '../matrix.ts';

/** Sweeps converge quadratically; eight are enough for a hundred rows. The rest is a bound. */
const SWEEPS_MAX = 50;

export interface Eigen {
  /** Eigenvalues, the largest first. */
  readonly values: Float64Array;
  /** Orthonormal eigenvectors, a column each, in the order of the values. */
  readonly vectors: Matrix;
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix of finite numbers, by cyclic rotations, O(n³)
 * a sweep: small eigenvalues keep their digits. For work off the hot path.
 *
 * @see Golub, Van Loan 2013, "Matrix Computations", section 8.5 (Jacobi's method)
 */
export function symmetricEigen(symmetric: Matrix): Eigen {
  const size = symmetric.rows;
  assert(size === symmetric.columns, 'a square matrix has eigenvalues');
  assert(symmetric.cells.every(Number.isFinite), 'a matrix of finite numbers is rotated');
  const work = { ...symmetric, cells: Float64Array.from(symmetric.cells) };
  const vectors = zeros(size, size);
  for (let row = 0; row < size; row += 1) put(vectors, row, row, 1);
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep += 1) {
    let isDone = true;
    for (let one = 0; one < size; one += 1) {
      for (let other = one + 1; other < size; other += 1) {
        if (rotate(work, vectors, one, other)) isDone = false;
      }
    }
    if (isDone) break;
  }
  return sorted(work, vectors);
}

/** Makes one pair of cells zero; false when they are nothing beside the diagonal already. */
function rotate(work: Matrix, vectors: Matrix, one: number, other: number): boolean {
  const cell = at(work, one, other);
  const [a, b] = [at(work, one, one), at(work, other, other)];
  if (Math.abs(cell) <= Number.EPSILON * Math.sqrt(Math.abs(a)) * Math.sqrt(Math.abs(b))) {
    return false;
  }
  const theta = (b - a) / (2 * cell);
  const sign = theta < 0 ? -1 : 1;
  const tangent = sign / (Math.abs(theta) + Math.hypot(theta, 1));
  const cosine = 1 / Math.hypot(tangent, 1);
  const turn = { one, other, cosine, sine: tangent * cosine };
  turnColumns(work, turn);
  turnRows(work, turn);
  turnColumns(vectors, turn);
  put(work, one, other, 0);
  put(work, other, one, 0);
  // A pair that a rotation does not change any more is as good as it gets.
  return at(work, one, one) !== a || at(work, other, other) !== b;
}

interface Turn {
  readonly one: number;
  readonly other: number;
  readonly cosine: number;
  readonly sine: number;
}

function turnColumns(matrix: Matrix, { one, other, cosine, sine }: Turn): void {
  for (let row = 0; row < matrix.rows; row += 1) {
    const [left, right] = [at(matrix, row, one), at(matrix, row, other)];
    put(matrix, row, one, cosine * left - sine * right);
    put(matrix, row, other, sine * left + cosine * right);
  }
}

function turnRows(matrix: Matrix, { one, other, cosine, sine }: Turn): void {
  for (let column = 0; column < matrix.columns; column += 1) {
    const [upper, lower] = [at(matrix, one, column), at(matrix, other, column)];
    put(matrix, one, column, cosine * upper - sine * lower);
    put(matrix, other, column, sine * upper + cosine * lower);
  }
}

function sorted(work: Matrix, vectors: Matrix): Eigen {
  const size = work.rows;
  const order = Array.from({ length: size }, (_, row) => row);
  order.sort((one, other) => at(work, other, other) - at(work, one, one));
  const columns = zeros(size, size);
  order.forEach((from, to) => {
    for (let row = 0; row < size; row += 1) put(columns, row, to, at(vectors, row, from));
  });
  return { values: Float64Array.from(order, (row) => at(work, row, row)), vectors: columns };
}
