import { SimpleAverage } from './averages.ts';
import { type Bar, typicalPrice } from './bar.ts';
import { TrueRanges } from './trend.ts';
import { LastValues, RollingRange, RollingSum } from './window.ts';

export interface StochasticLines {
  /** Where the close is between the lowest low and the highest high, 0 … 1. */
  readonly fast: number;
  /** Its mean, and the mean of that; null until there are enough. */
  readonly slow: number | null;
  readonly slower: number | null;
}

/** @param how.flat what counts where high and low are one: 0 in TA-Lib, ½ in TTR */
export class Stochastic {
  readonly #range: RollingRange;
  readonly #slow: SimpleAverage;
  readonly #slower: SimpleAverage;
  readonly #flat: number;

  constructor(how: {
    readonly range: number;
    readonly slow: number;
    readonly slower: number;
    readonly flat: number;
  }) {
    this.#range = new RollingRange(how.range);
    this.#slow = new SimpleAverage(how.slow);
    this.#slower = new SimpleAverage(how.slower);
    this.#flat = how.flat;
  }

  next({ high, low, close }: Bar): StochasticLines | null {
    if (!this.#range.push(high, low)) return null;
    const fast = this.#range.shareOf(close) ?? this.#flat;
    const slow = this.#slow.next(fast);
    return { fast, slow, slower: slow === null ? null : this.#slower.next(slow) };
  }
}

/** How far the close is from the highest high, as a share of the range; `flat` as above. */
export class WilliamsRange {
  readonly #range: RollingRange;
  readonly #flat: number;

  constructor(periods: number, flat: number) {
    this.#range = new RollingRange(periods);
    this.#flat = flat;
  }

  next({ high, low, close }: Bar): number | null {
    if (!this.#range.push(high, low)) return null;
    const share = this.#range.shareOf(close);
    return share === null ? this.#flat : 1 - share;
  }
}

const LAMBERT = 0.015;

/** Lambert's: the typical price from its mean, in units of 0.015 mean distances; 0 of none. */
export class CommodityChannel {
  readonly #mean: SimpleAverage;
  readonly #last: LastValues;

  constructor(periods: number) {
    this.#mean = new SimpleAverage(periods);
    this.#last = new LastValues(periods);
  }

  next(bar: Bar): number | null {
    const price = typicalPrice(bar);
    this.#last.push(price);
    const mean = this.#mean.next(price);
    if (mean === null) return null;
    const distance = this.#last.meanDistance(mean);
    return distance > 0 ? (price - mean) / (LAMBERT * distance) : 0;
  }
}

/** Williams': shares of the true range that was bought, over three spans, weighted 4, 2 and 1. */
export class UltimateOscillator {
  readonly #ranges = new TrueRanges();
  readonly #spans: readonly {
    readonly bought: RollingSum;
    readonly whole: RollingSum;
    readonly weight: number;
  }[];

  constructor(short: number, middle: number, long: number) {
    this.#spans = [short, middle, long].map((periods, at) => ({
      bought: new RollingSum(periods),
      whole: new RollingSum(periods),
      weight: [4, 2, 1][at] as number,
    }));
  }

  next(bar: Bar): number | null {
    const range = this.#ranges.next(bar);
    if (range === null) return null;
    let sum = 0;
    let isKnown = true;
    for (const { bought, whole, weight } of this.#spans) {
      const part = bought.next(bar.close - range.low);
      const all = whole.next(range.range);
      if (part === null || all === null) isKnown = false;
      else if (all > 0) sum += (weight * part) / all;
    }
    return isKnown ? (100 * sum) / 7 : null;
  }
}
