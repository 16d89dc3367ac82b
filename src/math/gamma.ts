import incompleteGamma from '@stdlib/math-base-special-gammainc';
import gammaln from '@stdlib/math-base-special-gammaln';

/** ln Γ(x) for x > 0. */
export function logGamma(x: number): number {
  return gammaln(x);
}

/**
 * The chance that a χ² variable is above `x`, exact far into the tail.
 *
 * @param x at least 0
 * @param degrees of freedom, above 0
 */
export function chiSquareTail(x: number, degrees: number): number {
  return x === 0 ? 1 : incompleteGamma(x / 2, degrees / 2, true, true);
}
