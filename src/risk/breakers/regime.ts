import { assert } from '../../core/result.ts';
import { fadingMean, keptAfter } from '../../math/statistics/fading.ts';
import type { Regime } from './settings.ts';

/** Samples of which the present volatility has its rank: ten minutes of seconds. */
const SAMPLES = 600;
/** Before so many nothing is known, and the market counts as calm. */
const SAMPLES_MIN = 60;
/** What the volatility keeps of itself with each sample: half of it after ten. */
const KEPT = keptAfter(1, 10);
/** A regime is left only this far below where it began, so that it does not flicker. */
const STEP_BACK = 0.05;

export interface RegimeBounds {
  readonly volatileQuantile: number;
  readonly turbulentQuantile: number;
}

/**
 * The regime of one market: where its present volatility stands among those of the last ten
 * minutes. The volatility is an exponentially weighted mean of squared log returns of the mid, one
 * sample a second. A sample costs O(600) and allocates nothing.
 */
export class RegimeMeter {
  readonly #past = new Float64Array(SAMPLES);
  #next = 0;
  #size = 0;
  #mid = 0;
  #variance = Number.NaN;
  #regime: Regime = 'calm';
  /** Fraction of the past that was quieter; 0 while nothing is known. */
  quantile = 0;

  get regime(): Regime {
    return this.#regime;
  }

  /** @param mid 0 when there is no market: the return across the gap is left out */
  sample(mid: number, bounds: RegimeBounds): Regime {
    assert(mid >= 0, 'a mid is a price, or 0 for none');
    if (mid > 0 && this.#mid > 0) this.#take(Math.log(mid / this.#mid) ** 2);
    this.#mid = mid;
    this.#regime = nextRegime(this.#regime, this.quantile, bounds);
    return this.#regime;
  }

  #take(squared: number): void {
    const before = this.#variance;
    this.#variance = Number.isNaN(before) ? squared : fadingMean(before, squared, KEPT);
    let quieter = 0;
    for (let at = 0; at < this.#size; at += 1) {
      if ((this.#past[at] as number) < this.#variance) quieter += 1;
    }
    this.quantile = this.#size < SAMPLES_MIN ? 0 : quieter / this.#size;
    this.#past[this.#next] = this.#variance;
    this.#next = (this.#next + 1) % SAMPLES;
    this.#size = Math.min(this.#size + 1, SAMPLES);
  }
}

/** The regime at a quantile of the volatility, 0 … 1. Up at once, down with a step back. */
export function nextRegime(before: Regime, quantile: number, bounds: RegimeBounds): Regime {
  const { volatileQuantile, turbulentQuantile } = bounds;
  const turbulentFrom = before === 'turbulent' ? turbulentQuantile - STEP_BACK : turbulentQuantile;
  if (quantile >= turbulentFrom) return 'turbulent';
  const volatileFrom = before === 'calm' ? volatileQuantile : volatileQuantile - STEP_BACK;
  return quantile >= volatileFrom ? 'volatile' : 'calm';
}
