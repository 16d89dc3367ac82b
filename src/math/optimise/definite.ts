/**
 * Cholesky factor of a symmetric positive definite matrix, L L' = A, O(k³).
 *
 * @param square k × k, row after row; only its lower half is read
 * @returns L, row after row with zeros above the diagonal; null when A is not positive definite to
 *   working precision, or has a cell that is not finite
 */
export function cholesky(square: ArrayLike<number>, size: number): Float64Array | null {
  const factor = new Float64Array(size * size);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let rest = square[row * size + column] as number;
      for (let inner = 0; inner < column; inner += 1) {
        rest -= (factor[row * size + inner] as number) * (factor[column * size + inner] as number);
      }
      if (column < row)
        factor[row * size + column] = rest / (factor[column * size + column] as number);
      else {
        const whole = Math.abs(square[row * size + row] as number);
        if (!(rest > whole * size * Number.EPSILON && rest < Infinity)) return null;
        factor[row * size + row] = Math.sqrt(rest);
      }
    }
  }
  return factor;
}

/** Replaces b by the x with L L' x = b, O(k²). */
export function choleskySolve(factor: Float64Array, size: number, b: Float64Array): void {
  for (let row = 0; row < size; row += 1) {
    let rest = b[row] as number;
    for (let inner = 0; inner < row; inner += 1) {
      rest -= (factor[row * size + inner] as number) * (b[inner] as number);
    }
    b[row] = rest / (factor[row * size + row] as number);
  }
  for (let row = size - 1; row >= 0; row -= 1) {
    let rest = b[row] as number;
    for (let inner = row + 1; inner < size; inner += 1) {
      rest -= (factor[inner * size + row] as number) * (b[inner] as number);
    }
    b[row] = rest / (factor[row * size + row] as number);
  }
}

/** The inverse of A from its factor, k × k, row after row, exactly symmetric. */
export function choleskyInverse(factor: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  const unit = new Float64Array(size);
  for (let column = 0; column < size; column += 1) {
    unit.fill(0);
    unit[column] = 1;
    choleskySolve(factor, size, unit);
    for (let row = column; row < size; row += 1) {
      inverse[row * size + column] = unit[row] as number;
      inverse[column * size + row] = unit[row] as number;
    }
  }
  return inverse;
}
