import { assert } from '../core/result.ts';

/** A dense matrix, row after row, for work off the hot path. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly cells: Float64Array;
}

export function zeros(rows: number, columns: number): Matrix {
  return { rows, columns, cells: new Float64Array(rows * columns) };
}

export function at(matrix: Matrix, row: number, column: number): number {
  return matrix.cells[row * matrix.columns + column] as number;
}

export function put(matrix: Matrix, row: number, column: number, value: number): void {
  matrix.cells[row * matrix.columns + column] = value;
}

export function product(left: Matrix, right: Matrix): Matrix {
  assert(left.columns === right.rows, 'the inner dimensions of a product agree');
  const result = zeros(left.rows, right.columns);
  for (let row = 0; row < left.rows; row += 1) {
    for (let inner = 0; inner < left.columns; inner += 1) {
      const factor = at(left, row, inner);
      if (factor === 0) continue;
      for (let column = 0; column < right.columns; column += 1) {
        result.cells[row * right.columns + column] =
          at(result, row, column) + factor * at(right, inner, column);
      }
    }
  }
  return result;
}

/** Rows of numbers, as they are printed. */
export function rowsOf({ rows, columns, cells }: Matrix): number[][] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from(cells.subarray(row * columns, (row + 1) * columns)),
  );
}

/**
 * Solves A X = B by elimination with row exchanges, O(n³).
 *
 * @returns X, or null when A is singular to working precision
 */
export function solve(square: Matrix, right: Matrix): Matrix | null {
  const size = square.rows;
  assert(size === square.columns && size === right.rows, 'a square system and its right side');
  const left = Float64Array.from(square.cells);
  const answer = Float64Array.from(right.cells);
  const width = right.columns;
  const scale = left.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (let step = 0; step < size; step += 1) {
    const pivot = pivotRow(left, size, step);
    const head = left[pivot * size + step] as number;
    if (!(Math.abs(head) > scale * size * Number.EPSILON)) return null;
    exchange(left, size, step, pivot);
    exchange(answer, width, step, pivot);
    for (let row = 0; row < size; row += 1) {
      if (row === step) continue;
      const factor = (left[row * size + step] as number) / head;
      if (factor === 0) continue;
      subtract(left, size, row, step, factor);
      subtract(answer, width, row, step, factor);
    }
  }
  for (let row = 0; row < size; row += 1) {
    const head = left[row * size + row] as number;
    for (let column = 0; column < width; column += 1) {
      answer[row * width + column] = (answer[row * width + column] as number) / head;
    }
  }
  return { rows: size, columns: width, cells: answer };
}

function pivotRow(cells: Float64Array, size: number, step: number): number {
  let best = step;
  for (let row = step + 1; row < size; row += 1) {
    const [found, most] = [cells[row * size + step], cells[best * size + step]] as number[];
    if (Math.abs(found as number) > Math.abs(most as number)) best = row;
  }
  return best;
}

function exchange(cells: Float64Array, width: number, one: number, other: number): void {
  if (one === other) return;
  for (let column = 0; column < width; column += 1) {
    const kept = cells[one * width + column] as number;
    cells[one * width + column] = cells[other * width + column] as number;
    cells[other * width + column] = kept;
  }
}

function subtract(
  cells: Float64Array,
  width: number,
  row: number,
  step: number,
  factor: number,
): void {
  for (let column = 0; column < width; column += 1) {
    const from = cells[step * width + column] as number;
    cells[row * width + column] = (cells[row * width + column] as number) - factor * from;
  }
}
