import { assertPeriods, LastValues, RollingSum } from './window.ts';

/** Every average: null until it has seen enough. */
export interface Average {
  readonly next: (value: number) => number | null;
}

export class SimpleAverage implements Average {
  readonly #sum: RollingSum;
  readonly #periods: number;

  constructor(periods: number) {
    this.#sum = new RollingSum(periods);
    this.#periods = periods;
  }

  next(value: number): number | null {
    const sum = this.#sum.next(value);
    return sum === null ? null : sum / this.#periods;
  }
}

/** The weight of the latest: 2/(n + 1) as usual, or 1/n after Wilder. */
export type Smoothing = 'usual' | 'wilder';

/** Begun with the mean of the first n, as TA-Lib has it. */
export class ExponentialAverage implements Average {
  readonly #periods: number;
  readonly #weight: number;
  #count = 0;
  #value = 0;

  constructor(periods: number, smoothing: Smoothing = 'usual') {
    assertPeriods(periods);
    this.#periods = periods;
    this.#weight = smoothing === 'wilder' ? 1 / periods : 2 / (periods + 1);
  }

  next(value: number): number | null {
    this.#count += 1;
    if (this.#count <= this.#periods) {
      this.#value += value;
      if (this.#count < this.#periods) return null;
      this.#value /= this.#periods;
    } else this.#value += this.#weight * (value - this.#value);
    return this.#value;
  }
}

/** Weights 1 … n, the latest the largest. */
export class WeightedAverage implements Average {
  readonly #last: LastValues;
  readonly #sum: RollingSum;
  readonly #periods: number;
  #count = 0;
  #weighted = 0;
  #before = 0;

  constructor(periods: number) {
    this.#last = new LastValues(periods);
    this.#sum = new RollingSum(periods);
    this.#periods = periods;
  }

  next(value: number): number | null {
    this.#last.push(value);
    const sum = this.#sum.next(value);
    this.#count += 1;
    if (this.#count <= this.#periods) this.#weighted += this.#count * value;
    else this.#weighted += this.#periods * value - this.#before;
    if (sum === null) return null;
    // What all but the latest weigh falls by one when the next one comes.
    this.#before = sum;
    return this.#weighted / ((this.#periods * (this.#periods + 1)) / 2);
  }
}

/** Averages of averages, which take out of a lag what one of them shows of it. */
class Chain {
  readonly #averages: readonly ExponentialAverage[];

  constructor(periods: number, depth: number) {
    this.#averages = Array.from({ length: depth }, () => new ExponentialAverage(periods));
  }

  /** Each of the average before; null where any has too little. */
  next(value: number): readonly number[] | null {
    const found: number[] = [];
    let last = value;
    for (const average of this.#averages) {
      const next = average.next(last);
      if (next === null) return null;
      found.push(next);
      last = next;
    }
    return found;
  }
}

/** 2 e − e(e). @see Mulloy 1994 */
export class DoubleExponential implements Average {
  readonly #chain: Chain;

  constructor(periods: number) {
    this.#chain = new Chain(periods, 2);
  }

  next(value: number): number | null {
    const found = this.#chain.next(value);
    if (found === null) return null;
    const [one, two] = found as [number, number];
    return 2 * one - two;
  }
}

/** 3 e − 3 e(e) + e(e(e)). @see Mulloy 1994 */
export class TripleExponential implements Average {
  readonly #chain: Chain;

  constructor(periods: number) {
    this.#chain = new Chain(periods, 3);
  }

  next(value: number): number | null {
    const found = this.#chain.next(value);
    if (found === null) return null;
    const [one, two, three] = found as [number, number, number];
    return 3 * one - 3 * two + three;
  }
}

/** Change in percent of an average of an average of an average. */
export class Trix implements Average {
  readonly #chain: Chain;
  #before: number | null = null;

  constructor(periods: number) {
    this.#chain = new Chain(periods, 3);
  }

  next(value: number): number | null {
    const last = this.#chain.next(value)?.[2] ?? null;
    const before = this.#before;
    this.#before = last;
    return last === null || before === null ? null : (last / before - 1) * 100;
  }
}

const KAMA_FAST = 2 / 3;
const KAMA_SLOW = 2 / 31;

/**
 * Kaufman's: quick where the way is straight, slow where it goes to and fro. The weight is the
 * square of what lies between 2/31 and 2/3 by |way| over the sum of the steps.
 */
export class AdaptiveAverage implements Average {
  readonly #last: LastValues;
  readonly #steps: RollingSum;
  #before = Number.NaN;
  #value = Number.NaN;

  constructor(periods: number) {
    this.#last = new LastValues(periods);
    this.#steps = new RollingSum(periods);
  }

  next(value: number): number | null {
    const before = this.#before;
    this.#before = value;
    const from = this.#last.isFull ? this.#last.oldest : Number.NaN;
    this.#last.push(value);
    if (Number.isNaN(before)) return null;
    const steps = this.#steps.next(Math.abs(value - before));
    if (steps === null) return null;
    const way = Math.abs(value - from);
    const straightness = steps <= way || steps <= 0 ? 1 : way / steps;
    const weight = (straightness * (KAMA_FAST - KAMA_SLOW) + KAMA_SLOW) ** 2;
    const last = Number.isNaN(this.#value) ? before : this.#value;
    this.#value = last + weight * (value - last);
    return this.#value;
  }
}
