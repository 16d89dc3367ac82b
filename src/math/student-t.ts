import betainc from '@stdlib/math-base-special-betainc';
import betaincinv from '@stdlib/math-base-special-betaincinv';
import digammaOf from '@stdlib/math-base-special-digamma';
import { logGamma } from './gamma.ts';

/**
 * Student's t with `nu` degrees of freedom (nu > 0, not necessarily whole). "Standard" is the usual
 * t, whose variance is nu / (nu − 2); `unit*` is scaled to a variance of one, which needs nu > 2.
 * Source: Abramowitz and Stegun 26.7, 26.5.27.
 */

/** Natural logarithm of the density of the standard t. */
export function studentLogDensity(x: number, nu: number): number {
  const norm = logGamma((nu + 1) / 2) - logGamma(nu / 2) - 0.5 * Math.log(nu * Math.PI);
  return norm - ((nu + 1) / 2) * Math.log1p((x * x) / nu);
}

/** P(T ≤ x). The smaller tail keeps its digits. */
export function studentCdf(x: number, nu: number): number {
  const tail = 0.5 * betainc(nu / (nu + x * x), nu / 2, 0.5);
  return x > 0 ? 1 - tail : tail;
}

/** The x with P(T ≤ x) = p, for 0 < p < 1; NaN outside. */
export function studentQuantile(p: number, nu: number): number {
  if (!(p > 0 && p < 1)) return Number.NaN;
  if (p === 0.5) return 0;
  const tail = Math.min(p, 1 - p);
  const share = betaincinv(2 * tail, nu / 2, 0.5);
  const x = Math.sqrt((nu * (1 - share)) / share);
  return p < 0.5 ? -x : x;
}

/** Factor that takes a standard t to a variance of one; NaN at nu ≤ 2, where there is none. */
export function unitVarianceScale(nu: number): number {
  return nu > 2 ? Math.sqrt((nu - 2) / nu) : Number.NaN;
}

/** ψ(x) = d ln Γ(x) / dx. */
export function digamma(x: number): number {
  return digammaOf(x);
}
