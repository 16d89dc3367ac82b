import { assert } from '../../core/result.ts';
import { JUMPS_EXPECTED_MAX, type JumpDiffusion, JumpDiffusionReturns } from './merton.ts';

/** What is left for the diffusion at least: the jumps found may be all there was. */
const DIFFUSION_SHARE_MIN = 0.05;
/** The mixture is computed at this deviation, where a return and its logarithm are the same. */
const UNIT = 0.01;

/** How often a market jumps, and how much of its movement that is. */
export interface JumpShape {
  /** Expected in a day, above 0. */
  readonly perDay: number;
  /** Of the variance of the returns, 0 … 1. */
  readonly share: number;
}

/**
 * The shape of jumps that were found in returns.
 *
 * @param jumps rows of the returns, of `jumpTests`
 * @returns null where there is none
 */
export function jumpShape(
  returns: ArrayLike<number>,
  jumps: readonly number[],
  periodsADay: number,
): JumpShape | null {
  if (jumps.length === 0) return null;
  let [all, jumped] = [0, 0];
  for (let at = 0; at < returns.length; at += 1) all += (returns[at] as number) ** 2;
  for (const at of jumps) jumped += (returns[at] as number) ** 2;
  const perDay = (jumps.length * periodsADay) / returns.length;
  return { perDay: Math.min(perDay, JUMPS_EXPECTED_MAX), share: jumped / all };
}

/**
 * The log return over a day of a market that jumps, brought to mean zero and variance one: a
 * diffusion of variance 1 − s, and jumps of mean zero and variance s/λ at a rate of λ a day. It
 * overlays the law of the shocks, since a fit of the variance takes a jump for volatility: where
 * jumps are rare and large, its tail is fatter than that of any normal or t of the same variance.
 *
 * No multiple of it passes √(level/(1 − level)), 9.95 at 99 %: the bound of any law of variance one
 * (Cantelli).
 */
export class UnitJumpReturns {
  readonly #returns: JumpDiffusionReturns;

  constructor({ perDay, share }: JumpShape) {
    assert(perDay > 0 && share >= 0 && share <= 1, 'a rate above zero and a share');
    const jumped = Math.min(share, 1 - DIFFUSION_SHARE_MIN);
    const diffusion = UNIT * UNIT * (1 - jumped);
    const jumpVariance = (UNIT * UNIT * jumped) / perDay;
    const model: JumpDiffusion = {
      // What makes the mean of the log return zero.
      drift: diffusion / 2 + perDay * Math.expm1(jumpVariance / 2),
      volatility: Math.sqrt(diffusion),
      jumpRate: perDay,
      jumpMean: 0,
      jumpDeviation: Math.sqrt(jumpVariance),
    };
    this.#returns = new JumpDiffusionReturns(model, 1);
  }

  /** In standard deviations. */
  valueAtRisk(level: number): number {
    return this.#returns.valueAtRisk(level) / UNIT;
  }

  expectedShortfall(level: number): number {
    return this.#returns.expectedShortfall(level) / UNIT;
  }
}
