import { assert } from '../../../core/result.ts';
import type { JumpShape } from '../../jumps/jump-overlay.ts';

/** What the actor that follows a market says at the end of each period. */
export interface VolatilityReading {
  /** Of the log return over the next period, season included. */
  readonly variance: number;
  /** Of the log return over the next day: the sum of the forecasts of its periods. */
  readonly dayVariance: number;
  /** Monotonic. */
  readonly atNs: number;
  /** Counts the calibrations; 0 is the stand-in before the first. */
  readonly calibration: number;
}

/** The law that the shocks of a market follow, as its last calibration found it. */
export interface ShockLaw {
  /** Degrees of freedom of the t; null for the normal. */
  readonly nu: number | null;
  /** Null where no jump was found. */
  readonly jumps: JumpShape | null;
}

/**
 * What the desk knows of the volatility of its instruments, written by the actor that follows it
 * and read by whoever decides over orders, in the same lane: no message, no fit, no allocation.
 *
 * What is older than its bound is not known any more: NaN, which every comparison refuses.
 */
export class VolatilityBoard {
  readonly periodMs: number;
  readonly #staleNs: number;
  readonly #readings: (VolatilityReading | null)[];
  readonly #laws: (ShockLaw | null)[];
  #lawsTold = 0;
  #correlations: { readonly cells: Float64Array; readonly atNs: number } | null = null;

  constructor(how: {
    readonly instruments: number;
    readonly periodMs: number;
    readonly staleMs: number;
  }) {
    assert(how.periodMs > 0 && how.staleMs >= how.periodMs, 'stale after a period or more');
    this.periodMs = how.periodMs;
    this.#staleNs = how.staleMs * 1e6;
    this.#readings = new Array<VolatilityReading | null>(how.instruments).fill(null);
    this.#laws = new Array<ShockLaw | null>(how.instruments).fill(null);
  }

  write(instrument: number, reading: VolatilityReading): void {
    const { variance, dayVariance } = reading;
    assert(variance > 0 && Number.isFinite(variance), 'a variance above zero');
    assert(dayVariance > 0 && Number.isFinite(dayVariance), 'a variance of the day above zero');
    this.#readings[this.#placeOf(instrument)] = reading;
  }

  /** The law holds until the next calibration: a tail does not change within minutes. */
  tellLaw(instrument: number, law: ShockLaw): void {
    this.#laws[this.#placeOf(instrument)] = law;
    this.#lawsTold += 1;
  }

  /** Nothing is known of an instrument until the next `write`. */
  forget(instrument: number): void {
    this.#readings[this.#placeOf(instrument)] = null;
  }

  /** Standard deviation of the log return over the next period; NaN where it is not known now. */
  deviation(instrument: number, nowNs: number): number {
    const reading = this.#fresh(instrument, nowNs);
    return reading === null ? Number.NaN : Math.sqrt(reading.variance);
  }

  /** The same over the next day, by a fitted model; NaN where there is none, or not of now. */
  dayDeviation(instrument: number, nowNs: number): number {
    const reading = this.#fresh(instrument, nowNs);
    if (reading === null || reading.calibration === 0) return Number.NaN;
    return Math.sqrt(reading.dayVariance);
  }

  /** Which calibration that comes from; NaN before anything was written. */
  calibration(instrument: number): number {
    return this.#readings[this.#placeOf(instrument)]?.calibration ?? Number.NaN;
  }

  /** Null before the first calibration. */
  law(instrument: number): ShockLaw | null {
    return this.#laws[this.#placeOf(instrument)] ?? null;
  }

  /** How many laws have been told so far: whoever computes from them need not when it stands. */
  get lawsTold(): number {
    return this.#lawsTold;
  }

  /** Correlations of the returns over the next period, n × n. */
  tellCorrelations(cells: Float64Array, atNs: number): void {
    assert(cells.length === this.#readings.length ** 2, 'a correlation of each pair');
    this.#correlations = { cells, atNs };
  }

  /** Null where a model of them is not followed, or its last step is too old. */
  correlations(nowNs: number): Float64Array | null {
    const told = this.#correlations;
    return told !== null && nowNs - told.atNs <= this.#staleNs ? told.cells : null;
  }

  #fresh(instrument: number, nowNs: number): VolatilityReading | null {
    const reading = this.#readings[this.#placeOf(instrument)] ?? null;
    return reading !== null && nowNs - reading.atNs <= this.#staleNs ? reading : null;
  }

  #placeOf(instrument: number): number {
    assert(instrument >= 0 && instrument < this.#readings.length, 'an instrument of the desk');
    return instrument;
  }
}
