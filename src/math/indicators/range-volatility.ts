import { assert } from '../../core/result.ts';
import type { Bar } from './bar.ts';
import { RollingMoments, RollingSum } from './window.ts';

export type RangeEstimator = 'garman-klass' | 'parkinson' | 'rogers-satchell';

/**
 * Volatility a year from the ranges of the last bars: a bar says more of it than a close.
 *
 * @see Parkinson 1980; Garman, Klass 1980; Rogers, Satchell 1991
 */
export class RangeVolatility {
  readonly #sum: RollingSum;
  readonly #scale: number;
  readonly #termOf: (bar: Bar) => number;

  constructor(estimator: RangeEstimator, periods: number, periodsAYear: number) {
    this.#sum = new RollingSum(periods);
    this.#termOf = TERMS[estimator];
    this.#scale = periodsAYear / periods;
  }

  next(bar: Bar): number | null {
    const sum = this.#sum.next(this.#termOf(bar));
    return sum === null ? null : Math.sqrt(this.#scale * Math.max(0, sum));
  }
}

const TERMS: Readonly<Record<RangeEstimator, (bar: Bar) => number>> = {
  'garman-klass': ({ open, high, low, close }) =>
    0.5 * Math.log(high / low) ** 2 - (2 * Math.LN2 - 1) * Math.log(close / open) ** 2,
  parkinson: ({ high, low }) => Math.log(high / low) ** 2 / (4 * Math.LN2),
  'rogers-satchell': rogersSatchell,
};

function rogersSatchell({ open, high, low, close }: Bar): number {
  return (
    Math.log(high / close) * Math.log(high / open) + Math.log(low / close) * Math.log(low / open)
  );
}

/**
 * Yang and Zhang's: of the night, of the day and of the ranges, so that neither a drift nor a jump
 * at the open is in the way.
 *
 * @see Yang, Zhang 2000, "Drift-independent volatility estimation based on high, low, open and
 *   close prices"
 */
export class YangZhangVolatility {
  readonly #nights: RollingMoments;
  readonly #days: RollingMoments;
  readonly #ranges: RollingSum;
  readonly #periods: number;
  readonly #periodsAYear: number;
  #close = Number.NaN;

  constructor(periods: number, periodsAYear: number) {
    assert(periods >= 2, 'a variance of two');
    this.#nights = new RollingMoments(periods);
    this.#days = new RollingMoments(periods);
    this.#ranges = new RollingSum(periods);
    this.#periods = periods;
    this.#periodsAYear = periodsAYear;
  }

  next(bar: Bar): number | null {
    const night = Math.log(bar.open / this.#close);
    this.#close = bar.close;
    this.#days.push(Math.log(bar.close / bar.open));
    const ranges = this.#ranges.next(rogersSatchell(bar));
    if (Number.isNaN(night) || !this.#nights.push(night) || ranges === null) return null;
    const n = this.#periods;
    const share = 0.34 / (1.34 + (n + 1) / (n - 1));
    const variance =
      this.#nights.variance(1) +
      share * this.#days.variance(1) +
      (1 - share) * Math.max(0, ranges / n);
    return Math.sqrt(this.#periodsAYear * variance);
  }
}

/** Of the log returns of the closes of so many bars: one return less. */
export class CloseVolatility {
  readonly #moments: RollingMoments;
  readonly #periodsAYear: number;
  #close = Number.NaN;

  constructor(periods: number, periodsAYear: number) {
    assert(periods >= 3, 'a variance of two returns');
    this.#moments = new RollingMoments(periods - 1);
    this.#periodsAYear = periodsAYear;
  }

  next({ close }: Bar): number | null {
    const move = Math.log(close / this.#close);
    this.#close = close;
    if (Number.isNaN(move) || !this.#moments.push(move)) return null;
    return Math.sqrt(this.#periodsAYear * this.#moments.variance(1));
  }
}
