import { Vpin } from './vpin.ts';

/** Trades of so long are watched before there is a bucket. */
export const CALIBRATION_MS = 300_000;
/** A bucket holds what was traded in so long while that was watched. */
const BUCKET_MS = 60_000;
/** Buckets of one VPIN, earlier values that it is ranked among, and those that it takes. */
const BUCKETS = { buckets: 50, history: 1_440, historyMin: 200 };

/**
 * VPIN of a market whose usual volume nobody has stated: a bucket is the volume of a minute, taken
 * from the first five minutes of trades, with the sides that the venue names. Its rank is known
 * after 250 buckets, some four hours of a usual market; before, nothing is claimed.
 */
export class LiveVpin {
  #vpin: Vpin | null = null;
  #sinceMs = Number.NaN;
  #lots = 0;

  /** @param nowMs monotonic, in which the calibration is timed */
  onTrade(lots: number, isBought: boolean, nowMs: number): void {
    if (this.#vpin === null) this.#calibrate(lots, nowMs);
    else this.#vpin.onTrade(lots, isBought ? 1 : 0);
  }

  /** Rank of the last value among the earlier ones, inside 0 … 1; NaN before it is known. */
  get quantile(): number {
    return this.#vpin === null ? Number.NaN : this.#vpin.quantile;
  }

  #calibrate(lots: number, nowMs: number): void {
    if (Number.isNaN(this.#sinceMs)) this.#sinceMs = nowMs;
    if (lots > 0 && Number.isFinite(lots)) this.#lots += lots;
    const elapsedMs = nowMs - this.#sinceMs;
    if (elapsedMs < CALIBRATION_MS || this.#lots === 0) return;
    this.#vpin = new Vpin({ bucketVolume: (this.#lots * BUCKET_MS) / elapsedMs, ...BUCKETS });
  }
}
