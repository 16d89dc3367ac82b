/**
 * Powers of two among the sizes of trees. Logarithms of doubles round just below and just above
 * large powers, and bit operations know 32 bits only; these are exact for every safe integer.
 */

/** Level of the largest complete subtree that fits into `size` leaves; `size` is at least 1. */
export function levelWithin(size: number): number {
  let level = 0;
  for (let width = 2; width <= size; width *= 2) level += 1;
  return level;
}

export function isPowerOfTwo(size: number): boolean {
  return size >= 1 && 2 ** levelWithin(size) === size;
}

/** Half of a number, rounded down. */
export function half(value: number): number {
  return Math.floor(value / 2);
}
