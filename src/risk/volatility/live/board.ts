import { assert } from '../../../core/result.ts';

/** Cells an instrument: variance of the next period, monotonic time of it, calibrations so far. */
const CELLS = 3;

/**
 * What the desk knows of the volatility of its instruments, written by the actor that follows it
 * and read by whoever decides over orders, in the same lane: no message, no fit, no allocation.
 *
 * What is older than its bound is not known any more: NaN, which every comparison refuses.
 */
export class VolatilityBoard {
  readonly periodMs: number;
  readonly #staleNs: number;
  readonly #cells: Float64Array;

  constructor(how: {
    readonly instruments: number;
    readonly periodMs: number;
    readonly staleMs: number;
  }) {
    assert(how.periodMs > 0 && how.staleMs >= how.periodMs, 'stale after a period or more');
    this.periodMs = how.periodMs;
    this.#staleNs = how.staleMs * 1e6;
    this.#cells = new Float64Array(how.instruments * CELLS).fill(Number.NaN);
  }

  /**
   * @param variance of the log return over the next period, season included
   * @param calibration counts the calibrations; 0 is the stand-in before the first
   */
  write(instrument: number, variance: number, atNs: number, calibration: number): void {
    assert(variance > 0 && Number.isFinite(variance), 'a variance above zero');
    const cell = this.#cellOf(instrument);
    this.#cells[cell] = variance;
    this.#cells[cell + 1] = atNs;
    this.#cells[cell + 2] = calibration;
  }

  /** Nothing is known of an instrument until the next `write`. */
  forget(instrument: number): void {
    this.#cells[this.#cellOf(instrument)] = Number.NaN;
  }

  /** Standard deviation of the log return over the next period; NaN where it is not known now. */
  deviation(instrument: number, nowNs: number): number {
    const cell = this.#cellOf(instrument);
    const age = nowNs - (this.#cells[cell + 1] as number);
    return age <= this.#staleNs ? Math.sqrt(this.#cells[cell] as number) : Number.NaN;
  }

  /** Which calibration that comes from; NaN before anything was written. */
  calibration(instrument: number): number {
    return this.#cells[this.#cellOf(instrument) + 2] as number;
  }

  #cellOf(instrument: number): number {
    const cell = instrument * CELLS;
    assert(cell >= 0 && cell + CELLS <= this.#cells.length, 'an instrument of the desk');
    return cell;
  }
}
