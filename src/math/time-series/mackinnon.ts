import { assert } from '../../core/result.ts';
import { normalCdf } from '../normal.ts';
import { CRITICAL_CURVES, type Deterministic, TAILS } from './mackinnon-tables.ts';

/** What a statistic has to be below, for a rejection at each level. */
export interface CriticalValues {
  readonly at1: number;
  readonly at5: number;
  readonly at10: number;
}

/**
 * The chance of a test statistic as low as this where there is a unit root, or no cointegration of
 * so many series. Asymptotic.
 *
 * @param series 1 for a unit root, 2 … 6 for the residuals of a regression among so many
 * @returns 0 or 1 beyond the range of the surface; null where there is no table
 */
export function mackinnonP(
  statistic: number,
  deterministic: Deterministic,
  series = 1,
): number | null {
  const tail = TAILS[deterministic][series - 1];
  if (tail === undefined) return null;
  if (statistic > tail.most) return 1;
  if (statistic < tail.least) return 0;
  const coefficients = statistic <= tail.split ? tail.left : tail.right;
  return normalCdf(polynomial(coefficients, statistic));
}

/**
 * Critical values for a sample of so many observations.
 *
 * @param series as above, up to 12
 * @returns null where there is no table
 */
export function mackinnonCritical(
  observations: number,
  deterministic: Deterministic,
  series = 1,
): CriticalValues | null {
  assert(observations > 0, 'a sample of something');
  const curves = CRITICAL_CURVES[deterministic][series - 1];
  if (curves === undefined) return null;
  const [at1, at5, at10] = curves;
  const inverse = 1 / observations;
  return {
    at1: polynomial(at1, inverse),
    at5: polynomial(at5, inverse),
    at10: polynomial(at10, inverse),
  };
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);
}
