import type { Bar } from './bar.ts';

const STEP = 0.02;
const STEP_MAX = 0.2;

/**
 * Wilder's parabolic stop and reverse. It begins by the direction of the first move, with the
 * extreme of the first bar, as TA-Lib does; null for that bar.
 *
 * @see Wilder 1978, "New concepts in technical trading systems"
 */
export class ParabolicStop {
  #before: Bar | null = null;
  #isLong = true;
  #stop = Number.NaN;
  #extreme = 0;
  #step = STEP;

  next(bar: Bar): number | null {
    const before = this.#before;
    this.#before = bar;
    if (before === null) return null;
    if (Number.isNaN(this.#stop)) return this.#begin(before, bar);
    return this.#move(before, bar);
  }

  #begin(first: Bar, bar: Bar): number {
    const [up, down] = [bar.high - first.high, first.low - bar.low];
    this.#isLong = !(down > 0 && down > up);
    this.#extreme = this.#isLong ? bar.high : bar.low;
    this.#stop = this.#isLong ? first.low : first.high;
    return this.#move(bar, bar);
  }

  #move(before: Bar, bar: Bar): number {
    const isLong = this.#isLong;
    const isHit = isLong ? bar.low <= this.#stop : bar.high >= this.#stop;
    if (isHit) {
      this.#isLong = !isLong;
      this.#stop = this.#beyond(this.#extreme, before, bar);
      this.#step = STEP;
      this.#extreme = this.#isLong ? bar.high : bar.low;
    } else if (isLong ? bar.high > this.#extreme : bar.low < this.#extreme) {
      this.#extreme = isLong ? bar.high : bar.low;
      this.#step = Math.min(this.#step + STEP, STEP_MAX);
    }
    const told = this.#stop;
    const next = told + this.#step * (this.#extreme - told);
    this.#stop = this.#beyond(next, before, bar);
    return told;
  }

  /** A stop never lies within the last two bars. */
  #beyond(stop: number, before: Bar, bar: Bar): number {
    return this.#isLong
      ? Math.min(stop, before.low, bar.low)
      : Math.max(stop, before.high, bar.high);
  }
}

/** The same as R TTR has it: long at first, with a stop at a given gap below the first low. */
export class GappedParabolicStop {
  readonly #gap: number;
  #before: Bar | null = null;
  #isLong = true;
  #stop = 0;
  #extreme = 0;
  #step = STEP;

  constructor(gap: number) {
    this.#gap = gap;
  }

  next(bar: Bar): number {
    const before = this.#before;
    this.#before = bar;
    if (before === null) {
      this.#extreme = bar.high;
      this.#stop = bar.low - this.#gap;
      return this.#stop;
    }
    const [low, high] = [Math.min(before.low, bar.low), Math.max(before.high, bar.high)];
    const wasLong = this.#isLong;
    const reached = wasLong ? Math.max(high, this.#extreme) : Math.min(low, this.#extreme);
    this.#isLong = wasLong ? bar.low > this.#stop : bar.high >= this.#stop;
    if (this.#isLong !== wasLong) {
      this.#step = STEP;
      this.#stop = reached;
    } else {
      const next = this.#stop + (this.#extreme - this.#stop) * this.#step;
      this.#stop = wasLong ? Math.min(next, low) : Math.max(next, high);
      if (reached !== this.#extreme && this.#step !== STEP_MAX) this.#step += STEP;
    }
    this.#extreme = reached;
    return this.#stop;
  }
}
