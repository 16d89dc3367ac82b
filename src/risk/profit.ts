/** Milliseconds of a day; days begin at 00:00 UTC. */
const DAY_MS = 86_400_000;

export function dayOf(nowMs: number): number {
  return Math.floor(nowMs / DAY_MS);
}

/**
 * Profit and loss as an estimate for limits: doubles in quote currency, marked at the mid. The
 * exact figures are the portfolio's.
 */
export class Profit {
  /** Realised less fees, by instrument. */
  readonly #booked: Float64Array;
  readonly #unrealised: Float64Array;
  #day = Number.NaN;
  #atDayStart = 0;

  constructor(instruments: number) {
    this.#booked = new Float64Array(instruments);
    this.#unrealised = new Float64Array(instruments);
  }

  setBooked(instrument: number, realisedLessFees: number): void {
    this.#booked[instrument] = realisedLessFees;
  }

  setUnrealised(instrument: number, worth: number): void {
    this.#unrealised[instrument] = worth;
  }

  /** Of one instrument since the desk began. */
  of(instrument: number): number {
    return (this.#booked[instrument] as number) + (this.#unrealised[instrument] as number);
  }

  /** Total since the desk began. O(instruments). */
  total(): number {
    let total = 0;
    for (const part of this.#booked) total += part;
    for (const part of this.#unrealised) total += part;
    return total;
  }

  /** Takes over a day that was opened before a restart, so that a restart forgives no loss. */
  restoreDay(day: number, atDayStart: number): void {
    this.#day = day;
    this.#atDayStart = atDayStart;
  }

  /** Opens a new day if one has begun. @returns its starting total, or null on the same day */
  roll(nowMs: number): { day: number; atDayStart: number } | null {
    const day = dayOf(nowMs);
    if (day === this.#day) return null;
    this.#day = day;
    this.#atDayStart = this.total();
    return { day, atDayStart: this.#atDayStart };
  }

  /** Loss since the day began, positive when money was lost. */
  lossToday(): number {
    return this.#atDayStart - this.total();
  }
}
