import { assert } from '../../core/result.ts';

/** What an indicator is at most computed over. */
export const PERIODS_MAX = 10_000;

export function assertPeriods(periods: number): void {
  assert(
    Number.isInteger(periods) && periods >= 1 && periods <= PERIODS_MAX,
    `1 … ${PERIODS_MAX} periods`,
  );
}

/** The last values, a ring. */
export class LastValues {
  readonly #cells: Float64Array;
  #taken = 0;

  constructor(periods: number) {
    assertPeriods(periods);
    this.#cells = new Float64Array(periods);
  }

  get isFull(): boolean {
    return this.#taken >= this.#cells.length;
  }

  /** @returns what falls out; 0 while nothing does */
  push(value: number): number {
    const slot = this.#taken % this.#cells.length;
    const old = this.isFull ? (this.#cells[slot] as number) : 0;
    this.#cells[slot] = value;
    this.#taken += 1;
    return old;
  }

  /** The oldest of a full ring. */
  get oldest(): number {
    return this.#cells[this.#taken % this.#cells.length] as number;
  }

  /** Mean distance from a level. O(n): no sum of them can be carried from one level to another. */
  meanDistance(level: number): number {
    let sum = 0;
    for (const value of this.#cells) sum += Math.abs(value - level);
    return sum / this.#cells.length;
  }
}

/** The sum of the last values, with compensation, so that it does not drift. */
export class RollingSum {
  readonly #last: LastValues;
  #sum = 0;
  #lost = 0;

  constructor(periods: number) {
    this.#last = new LastValues(periods);
  }

  /** Null until as many have come. */
  next(value: number): number | null {
    const old = this.#last.push(value);
    this.#add(value);
    this.#add(-old);
    return this.#last.isFull ? this.#sum : null;
  }

  #add(value: number): void {
    const part = value - this.#lost;
    const sum = this.#sum + part;
    this.#lost = sum - this.#sum - part;
    this.#sum = sum;
  }
}

/** Mean and sum of squares around it of the last values, moved by each of them. */
export class RollingMoments {
  readonly #last: LastValues;
  readonly #periods: number;
  #count = 0;
  #mean = 0;
  #squares = 0;

  constructor(periods: number) {
    this.#last = new LastValues(periods);
    this.#periods = periods;
  }

  /** @returns whether as many have come */
  push(value: number): boolean {
    const wasFull = this.#last.isFull;
    const old = this.#last.push(value);
    const before = this.#mean;
    if (wasFull) {
      this.#mean += (value - old) / this.#periods;
      this.#squares += (value - old) * (value - this.#mean + old - before);
    } else {
      this.#count += 1;
      this.#mean += (value - before) / this.#count;
      this.#squares += (value - before) * (value - this.#mean);
    }
    return this.#last.isFull;
  }

  get mean(): number {
    return this.#mean;
  }

  /** Divided by n − `lost`: 0 for the population, 1 for a sample. */
  variance(lost: 0 | 1): number {
    return Math.max(0, this.#squares) / (this.#periods - lost);
  }
}

/** The highest of the last values and how long ago it was; of equals the latest. O(1) a value. */
export class RollingHighest {
  readonly #periods: number;
  /** Values that nothing later is above, falling, with their times: two rings of one shape. */
  readonly #values: Float64Array;
  readonly #times: Float64Array;
  #head = 0;
  #length = 0;
  #time = -1;

  constructor(periods: number) {
    assertPeriods(periods);
    this.#periods = periods;
    this.#values = new Float64Array(periods);
    this.#times = new Float64Array(periods);
  }

  /** @returns whether as many have come */
  push(value: number): boolean {
    this.#time += 1;
    if (this.#length > 0 && this.age >= this.#periods) {
      this.#head = (this.#head + 1) % this.#periods;
      this.#length -= 1;
    }
    while (this.#length > 0 && (this.#values[this.#place(this.#length - 1)] as number) <= value) {
      this.#length -= 1;
    }
    const place = this.#place(this.#length);
    this.#values[place] = value;
    this.#times[place] = this.#time;
    this.#length += 1;
    return this.#time + 1 >= this.#periods;
  }

  get value(): number {
    return this.#values[this.#head] as number;
  }

  /** Values since then. */
  get age(): number {
    return this.#time - (this.#times[this.#head] as number);
  }

  #place(at: number): number {
    return (this.#head + at) % this.#periods;
  }
}

/** The range of the last bars. */
export class RollingRange {
  readonly #highs: RollingHighest;
  readonly #lows: RollingHighest;

  constructor(periods: number) {
    this.#highs = new RollingHighest(periods);
    this.#lows = new RollingHighest(periods);
  }

  /** @returns whether as many have come */
  push(high: number, low: number): boolean {
    this.#highs.push(high);
    return this.#lows.push(-low);
  }

  get high(): number {
    return this.#highs.value;
  }

  get low(): number {
    return -this.#lows.value;
  }

  /** Bars since the highest high and since the lowest low. */
  get highAge(): number {
    return this.#highs.age;
  }

  get lowAge(): number {
    return this.#lows.age;
  }

  /** Where a price is, 0 at the low, 1 at the high; null where high and low are one. */
  shareOf(price: number): number | null {
    const width = this.high - this.low;
    return width > 0 ? (price - this.low) / width : null;
  }
}
