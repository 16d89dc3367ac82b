import { RollingMoments } from './window.ts';

export interface Band {
  readonly low: number;
  readonly middle: number;
  readonly high: number;
}

/** Population deviation of the last values. */
export class RollingDeviation {
  readonly #moments: RollingMoments;

  constructor(periods: number) {
    this.#moments = new RollingMoments(periods);
  }

  next(value: number): number | null {
    return this.#moments.push(value) ? Math.sqrt(this.#moments.variance(0)) : null;
  }
}

/** Bollinger's: the mean, and so many population deviations to both sides. */
export class BollingerBand {
  readonly #moments: RollingMoments;
  readonly #width: number;

  constructor(periods: number, width = 2) {
    this.#moments = new RollingMoments(periods);
    this.#width = width;
  }

  next(value: number): Band | null {
    if (!this.#moments.push(value)) return null;
    const { mean } = this.#moments;
    const reach = this.#width * Math.sqrt(this.#moments.variance(0));
    return { low: mean - reach, middle: mean, high: mean + reach };
  }
}
