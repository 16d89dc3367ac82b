import { jumpThreshold } from '../../jumps/jump-tests.ts';
import { DAY_MS } from './seasonality.ts';

/** The chance of any jump found in a day of returns without one. */
export const JUMP_SIGNIFICANCE = 0.01;
const WINDOW_MIN = 16;
const WINDOW_MAX = 2_048;

/**
 * Returns that a local volatility is taken from: √(periods a year), the least that Lee and Mykland
 * allow, since jumps in it have to be rare.
 *
 * @see Lee, Mykland 2008, "Jumps in financial markets", section 1.3
 */
export function jumpWindow(periodMs: number): number {
  const periodsAYear = (365 * DAY_MS) / periodMs;
  return Math.min(Math.max(Math.ceil(Math.sqrt(periodsAYear)), WINDOW_MIN), WINDOW_MAX);
}

/** A return that was no diffusion. */
export interface JumpFound {
  /** L, the return in local standard deviations; its sign is that of the return. */
  readonly statistic: number;
  readonly threshold: number;
}

/**
 * The test of Lee and Mykland on one return after the other, which are without the season of the
 * day: the same statistic as `jumpTests` has for a whole series. A missing return breaks the chain
 * of neighbours no more than a calm one would: it is left out.
 *
 * A return costs O(window), some µs: the sum is taken anew, since a running one would keep the
 * rounding of every jump.
 */
export class JumpWatch {
  readonly #threshold: number;
  /** |r| of the last returns, a ring. */
  readonly #sizes: Float64Array;
  #taken = 0;

  constructor(periodMs: number) {
    this.#sizes = new Float64Array(jumpWindow(periodMs) - 1);
    this.#threshold = jumpThreshold(Math.max(2, DAY_MS / periodMs), JUMP_SIGNIFICANCE).threshold;
  }

  /** @param value a finite return; null where it is no jump, or too little is known */
  take(value: number): JumpFound | null {
    const count = this.#sizes.length;
    const bipower = this.#taken >= count ? this.#bipower() : 0;
    this.#sizes[this.#taken % count] = Math.abs(value);
    this.#taken += 1;
    if (!(bipower > 0)) return null;
    const statistic = value / Math.sqrt(bipower);
    const threshold = this.#threshold;
    return Math.abs(statistic) > threshold ? { statistic, threshold } : null;
  }

  /** Σ |r_j||r_{j−1}| / (K − 2) over the K − 1 returns before. */
  #bipower(): number {
    const sizes = this.#sizes;
    const count = sizes.length;
    let at = this.#taken % count;
    let before = sizes[at] as number;
    let sum = 0;
    for (let step = 1; step < count; step += 1) {
      at = at + 1 === count ? 0 : at + 1;
      const size = sizes[at] as number;
      sum += size * before;
      before = size;
    }
    return sum / (count - 1);
  }
}
