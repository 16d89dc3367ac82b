import { err, ok, type Result } from '../../core/result.ts';
import { normalPdf, normalQuantile } from '../../math/normal.ts';
import { type Moments, momentsOf, type SampleFault } from '../../math/statistics/sample.ts';
import { historicalRisk } from './historical.ts';
import { levelFault, type OutOfRange, type TailRisk } from './tail-risk.ts';

export type FourMoments = Pick<Moments, 'mean' | 'sd' | 'skewness' | 'excessKurtosis'>;

export interface ExpandedRisk extends TailRisk {
  /** Whether the expansion is a quantile at all: it rises with the level everywhere. */
  readonly isValid: boolean;
}

/**
 * Of returns of these moments by the expansion of Cornish and Fisher,
 *
 *   w(z) = z + (z² − 1) S/6 + (z³ − 3z) K/24 − (2z³ − 5z) S²/36
 *
 * VaR = −(m + s w(z_p)); ES = −(m + s/p ∫ w(z) φ(z) dz up to z_p), in closed form: with φ = φ(z_p)
 * the integrals of 1, z, z², z³ are p, −φ, p − z_p φ and −(z_p² + 2) φ.
 *
 * Outside a small region of S and K the expansion is no quantile and its numbers mean nothing:
 * `isValid` says so. What limits are held to is `guardedCornishFisher`.
 *
 * @see Maillard 2012, "A user's guide to the Cornish-Fisher expansion"
 */
export function cornishFisherRisk(
  moments: FourMoments,
  level: number,
): Result<ExpandedRisk, OutOfRange> {
  const fault = levelFault(level);
  return fault === null ? ok(expansion(moments, level)) : err(fault);
}

export interface GuardedRisk extends TailRisk {
  /** What the numbers come from. */
  readonly method: 'cornish-fisher' | 'historical';
}

/** The expansion where it is a quantile, else the history itself; the result says which. */
export function guardedCornishFisher(
  returns: ArrayLike<number>,
  level: number,
): Result<GuardedRisk, SampleFault | OutOfRange> {
  const historical = historicalRisk(returns, level);
  if (!historical.ok) return historical;
  const moments = momentsOf(returns);
  if (!moments.ok) return moments;
  const { isValid, ...expanded } = expansion(moments.value, level);
  return isValid
    ? ok({ ...expanded, method: 'cornish-fisher' })
    : ok({ ...historical.value, method: 'historical' });
}

function expansion(moments: FourMoments, level: number): ExpandedRisk {
  const { mean, sd, skewness: S, excessKurtosis: K } = moments;
  const p = 1 - level;
  const z = normalQuantile(p);
  const phi = normalPdf(z);
  // w(z) = cubic z³ + square z² + slope z − square, sorted by powers.
  const cubic = K / 24 - (S * S) / 18;
  const square = S / 6;
  const slope = 1 - K / 8 + (5 * S * S) / 36;
  const quantile = cubic * z ** 3 + square * (z * z - 1) + slope * z;
  const integral = -cubic * (z * z + 2) * phi - square * z * phi - slope * phi;
  return {
    valueAtRisk: -(mean + sd * quantile),
    expectedShortfall: -(mean + (sd * integral) / p),
    isValid: (S * S) / 9 - 12 * cubic * slope <= 0 && slope > 0,
  };
}
