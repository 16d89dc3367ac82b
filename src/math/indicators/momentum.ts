import { type Average, ExponentialAverage, SimpleAverage } from './averages.ts';
import { assertPeriods, LastValues } from './window.ts';

/** Null until there is a value so many periods before. */
export class Change {
  readonly #last: LastValues;

  constructor(periods: number) {
    this.#last = new LastValues(periods);
  }

  /** @returns the value that many periods ago */
  next(value: number): number | null {
    const from = this.#last.isFull ? this.#last.oldest : null;
    this.#last.push(value);
    return from;
  }
}

/** In percent: (value/then − 1) · 100. */
export class RateOfChange {
  readonly #change: Change;

  constructor(periods: number) {
    this.#change = new Change(periods);
  }

  next(value: number): number | null {
    const from = this.#change.next(value);
    return from === null ? null : (value / from - 1) * 100;
  }
}

/**
 * 100 · ups/(ups + downs), of the mean rise and the mean fall; after Wilder both are exponential,
 * after Cutler simple. 50 … of a price that never moved it is 0, as TA-Lib has it.
 */
export class RelativeStrength {
  readonly #ups: Average;
  readonly #downs: Average;
  #before = Number.NaN;

  constructor(periods: number, means: 'wilder' | 'simple' = 'wilder') {
    const mean = (): Average =>
      means === 'wilder' ? new ExponentialAverage(periods, 'wilder') : new SimpleAverage(periods);
    this.#ups = mean();
    this.#downs = mean();
  }

  next(value: number): number | null {
    const change = value - this.#before;
    this.#before = value;
    if (Number.isNaN(change)) return null;
    const up = this.#ups.next(Math.max(change, 0));
    const down = this.#downs.next(Math.max(-change, 0));
    if (up === null || down === null) return null;
    return up + down > 0 ? (100 * up) / (up + down) : 0;
  }
}

export interface Macd {
  readonly line: number;
  /** Null until there are enough lines. */
  readonly signal: number | null;
}

/**
 * The distance between a quick and a slow exponential average, and its own average. `isAligned`
 * begins both averages with the same bar, as TA-Lib does for the line; else each begins with its
 * own first bars, as TA-Lib does for the same in percent.
 */
export class MovingAverageDivergence {
  readonly #fast: ExponentialAverage;
  readonly #slow: ExponentialAverage;
  readonly #signal: ExponentialAverage;
  readonly #isPercent: boolean;
  /** Values that the quick one has to wait for. */
  #waits: number;

  constructor(how: {
    readonly fast: number;
    readonly slow: number;
    readonly signal: number;
    readonly isAligned: boolean;
    readonly isPercent: boolean;
  }) {
    assertPeriods(how.slow - how.fast);
    this.#fast = new ExponentialAverage(how.fast);
    this.#slow = new ExponentialAverage(how.slow);
    this.#signal = new ExponentialAverage(how.signal);
    this.#isPercent = how.isPercent;
    this.#waits = how.isAligned ? how.slow - how.fast : 0;
  }

  next(value: number): Macd | null {
    const slow = this.#slow.next(value);
    this.#waits -= 1;
    const fast = this.#waits >= 0 ? null : this.#fast.next(value);
    if (fast === null || slow === null) return null;
    const line = this.#isPercent ? 100 * (fast / slow - 1) : fast - slow;
    return { line, signal: this.#signal.next(line) };
  }
}

/** Slope of the least squares line through the last values, per period. */
export class RegressionSlope {
  readonly #last: LastValues;
  readonly #periods: number;
  #count = 0;
  #sum = 0;
  /** Σ x y, x = 0 for the oldest. */
  #along = 0;

  constructor(periods: number) {
    this.#last = new LastValues(periods);
    this.#periods = periods;
  }

  next(value: number): number | null {
    const periods = this.#periods;
    const old = this.#last.push(value);
    if (this.#count === periods) {
      // Each one that stays moves by one towards the oldest.
      this.#sum -= old;
      this.#along += (periods - 1) * value - this.#sum;
    } else {
      this.#along += this.#count * value;
      this.#count += 1;
    }
    this.#sum += value;
    if (this.#count < periods) return null;
    const middle = (periods - 1) / 2;
    return (this.#along - middle * this.#sum) / ((periods * (periods * periods - 1)) / 12);
  }
}
