import { ExponentialAverage } from './averages.ts';
import type { Bar } from './bar.ts';
import { assertPeriods, RollingRange } from './window.ts';

export interface TrueRange {
  readonly high: number;
  readonly low: number;
  readonly range: number;
}

/** The range of a bar and the close before it; null for the first. */
export class TrueRanges {
  #close = Number.NaN;

  next({ high, low, close }: Bar): TrueRange | null {
    const before = this.#close;
    this.#close = close;
    if (Number.isNaN(before)) return null;
    const [top, bottom] = [Math.max(high, before), Math.min(low, before)];
    return { high: top, low: bottom, range: top - bottom };
  }
}

/** Wilder's mean of the true ranges from the second bar on, begun with a simple mean. */
export class AverageTrueRange {
  readonly #ranges = new TrueRanges();
  readonly #mean: ExponentialAverage;

  constructor(periods: number) {
    this.#mean = new ExponentialAverage(periods, 'wilder');
  }

  next(bar: Bar): number | null {
    const range = this.#ranges.next(bar);
    return range === null ? null : this.#mean.next(range.range);
  }
}

export interface DirectionalMovement {
  /** In percent of the true range. */
  readonly plus: number;
  readonly minus: number;
  /** 100 · |plus − minus|/(plus + minus). */
  readonly index: number;
  /** Its mean after Wilder; null until there are enough. */
  readonly average: number | null;
}

/** Wilder's directional movement, with sums s' = s − s/n + new begun with n − 1 values. */
export class DirectionalIndex {
  readonly #periods: number;
  readonly #ranges = new TrueRanges();
  readonly #average: ExponentialAverage;
  readonly #sums = { plus: 0, minus: 0, range: 0 };
  #high = Number.NaN;
  #low = Number.NaN;
  #count = 0;

  constructor(periods: number) {
    assertPeriods(periods);
    this.#periods = periods;
    this.#average = new ExponentialAverage(periods, 'wilder');
  }

  next(bar: Bar): DirectionalMovement | null {
    const [up, down] = [bar.high - this.#high, this.#low - bar.low];
    const range = this.#ranges.next(bar);
    this.#high = bar.high;
    this.#low = bar.low;
    if (range === null) return null;
    this.#count += 1;
    const keep = this.#count < this.#periods ? 1 : 1 - 1 / this.#periods;
    const sums = this.#sums;
    sums.plus = keep * sums.plus + (up > down && up > 0 ? up : 0);
    sums.minus = keep * sums.minus + (down > up && down > 0 ? down : 0);
    sums.range = keep * sums.range + range.range;
    if (this.#count < this.#periods) return null;
    const share = (sum: number): number => (sums.range > 0 ? (100 * sum) / sums.range : 0);
    const [plus, minus] = [share(sums.plus), share(sums.minus)];
    const index = plus + minus > 0 ? (100 * Math.abs(plus - minus)) / (plus + minus) : 0;
    return { plus, minus, index, average: this.#average.next(index) };
  }
}

export interface AroonLines {
  readonly up: number;
  readonly down: number;
}

/**
 * How long ago, of n periods, the highest high and the lowest low were: 100 now, 0 n ago.
 *
 * @param wait bars after which it speaks: n + 1, as TA-Lib has it, left out; n in TTR
 */
export class Aroon {
  readonly #periods: number;
  readonly #range: RollingRange;
  #waits: number;

  constructor(periods: number, wait = periods + 1) {
    this.#periods = periods;
    this.#range = new RollingRange(periods + 1);
    this.#waits = wait;
  }

  next({ high, low }: Bar): AroonLines | null {
    this.#range.push(high, low);
    this.#waits -= 1;
    if (this.#waits > 0) return null;
    const { highAge, lowAge } = this.#range;
    const line = (age: number): number => (100 * (this.#periods - age)) / this.#periods;
    return { up: line(highAge), down: line(lowAge) };
  }
}
