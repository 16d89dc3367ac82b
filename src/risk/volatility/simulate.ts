import { assert } from '../../core/result.ts';
import type { Rng } from '../../core/rng.ts';
import { MEAN_ABSOLUTE_NORMAL, type VolatilityModel, type VolatilityParameters } from './model.ts';

/** A path allocates two numbers a period. */
export const PERIODS_MAX = 10_000_000;

export interface SimulatedReturns {
  readonly returns: Float64Array;
  /** h of each of them. */
  readonly variances: Float64Array;
}

/**
 * Returns as the model makes them, from a variance that is given: the same seed, the same returns.
 *
 * @param how.next h of the first period, above 0
 */
export function simulateReturns(
  { variance }: Pick<VolatilityModel, 'variance'>,
  parameters: VolatilityParameters,
  how: { readonly periods: number; readonly next: number; readonly random: Rng },
): SimulatedReturns {
  const { periods, next, random } = how;
  assert(Number.isInteger(periods) && periods >= 0 && periods <= PERIODS_MAX, 'periods in range');
  assert(next > 0, 'a variance above zero');
  const { mu, omega, alpha, gamma, beta, nu } = parameters;
  const returns = new Float64Array(periods);
  const variances = new Float64Array(periods);
  let h = next;
  for (let at = 0; at < periods; at += 1) {
    const z = nu === null ? random.normal() : studentOf(random, nu);
    const shock = Math.sqrt(h) * z;
    variances[at] = h;
    returns[at] = mu + shock;
    if (variance === 'egarch') {
      const log = alpha * (Math.abs(z) - MEAN_ABSOLUTE_NORMAL) + gamma * z + beta * Math.log(h);
      h = Math.exp(omega + log);
    } else {
      h = omega + (alpha + (shock < 0 ? gamma : 0)) * shock * shock + beta * h;
    }
  }
  return { returns, variances };
}

/** Student's t with a variance of one: z √((ν − 2)/χ²_ν). */
function studentOf(random: Rng, nu: number): number {
  return random.normal() * Math.sqrt((nu - 2) / (2 * gammaOf(random, nu / 2)));
}

/**
 * A gamma variable of a shape above 1/3 and scale 1.
 *
 * @see Marsaglia, Tsang 2000, "A simple method for generating gamma variables"
 */
function gammaOf(random: Rng, shape: number): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    // 1 − next() is above 0, so that its logarithm is a number.
    if (Math.log(1 - random.next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}
