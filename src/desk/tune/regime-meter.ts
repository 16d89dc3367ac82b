import { SortedWindow } from '../../math/sorted-window.ts';

export const REGIMES = ['calm', 'volatile', 'turbulent'] as const;
export type Regime = (typeof REGIMES)[number];

const SAMPLES = 600;
const SAMPLES_MIN = 60;
const HALF_LIFE = 10;
const VOLATILE_QUANTILE = 0.8;
const TURBULENT_QUANTILE = 0.98;

/** Where the present volatility of a market stands among those of the last ten minutes. */
export class RegimeMeter {
  readonly #past = new SortedWindow(SAMPLES);
  #mid = 0;
  #variance = Number.NaN;

  /** @param mid one a second */
  sample(mid: number): Regime {
    const squared = this.#mid > 0 ? Math.log(mid / this.#mid) ** 2 : 0;
    this.#mid = mid;
    const weight = 1 - 0.5 ** (1 / HALF_LIFE);
    const before = this.#variance;
    this.#variance = Number.isNaN(before) ? squared : before + weight * (squared - before);
    const quantile = this.#past.size < SAMPLES_MIN ? 0 : this.#past.rankOf(this.#variance);
    this.#past.add(this.#variance);
    if (quantile >= TURBULENT_QUANTILE) return 'turbulent';
    return quantile >= VOLATILE_QUANTILE ? 'volatile' : 'calm';
  }
}
