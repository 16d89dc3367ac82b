import { assert } from '../../core/result.ts';
import type { VolatilityParameters } from './model.ts';

/** Returns whose mean square is where the recursion begins. */
export const SEED_RETURNS = 30;

/**
 * The exponentially weighted variance λ h + (1 − λ) r² as a `garch` with ω = 0 and μ = 0: it needs
 * no fit, so that it stands in until there is one. It has no variance in the long run, and its
 * forecast is the same for every period ahead.
 *
 * @param lambda above 0, below 1; 0.94 for days and 0.99 for minutes are usual
 */
export function ewmaParameters(lambda: number): VolatilityParameters {
  assert(lambda > 0 && lambda < 1, 'a weight between 0 and 1');
  return { mu: 0, omega: 0, alpha: 1 - lambda, gamma: 0, beta: lambda, nu: null };
}
