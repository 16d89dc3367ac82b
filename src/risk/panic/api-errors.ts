import { assert } from '../../core/result.ts';

const WINDOW_MS = 30_000;

/** When a venue counts as failing. */
export interface ApiErrorLimits {
  readonly callsMin: number;
  readonly failingFraction: number;
  readonly runToOpen: number;
}

export const API_ERROR_LIMITS: ApiErrorLimits = {
  callsMin: 10,
  failingFraction: 0.5,
  runToOpen: 5,
};
const VENUES_TO_CASCADE = 2;
/** Calls remembered of a venue; more than that in 30 s and the oldest are forgotten early. */
export const CALLS_MAX = 4_096;

/** `429` is told apart from the other 4xx: it means that the venue has had enough of us. */
export type CallOutcome = 'ok' | '4xx' | '429' | '5xx' | 'timeout';

/** In quarters of a failure, so that sums are exact. */
const QUARTERS: Readonly<Record<CallOutcome, number>> = {
  ok: 0,
  '4xx': 1,
  '429': 4,
  '5xx': 4,
  timeout: 4,
};
const WHOLE = 4;

/**
 * Control C28: venues whose API fails. A venue's breaker opens at ten calls or more in 30 s of
 * which half failed by weight, or at five whole failures in a row, however far apart. Two open
 * breakers, or half of the venues, are a cascade, which is a halt of everything. An open breaker
 * stays open until `close`; a cascade until `closeCascade`. An event is O(1) amortised and
 * allocates nothing.
 */
export class ApiErrors {
  readonly #venues: readonly VenueCalls[];
  #cascadeAtMs = Number.NaN;

  /** @param venues how many there are, at least 1 */
  constructor(venues: number) {
    assert(Number.isInteger(venues) && venues >= 1, 'there is at least one venue');
    this.#venues = Array.from({ length: venues }, () => new VenueCalls());
  }

  onCall(venue: number, outcome: CallOutcome, atMs: number, limits = API_ERROR_LIMITS): void {
    this.#of(venue).onCall(QUARTERS[outcome], atMs, limits);
    if (!this.isCascade && this.#isCascading()) this.#cascadeAtMs = atMs;
  }

  /** Failures of the venue among its calls of the last 30 s, by weight; NaN without a call. */
  failingFraction(venue: number): number {
    return this.#of(venue).failingFraction;
  }

  /** When the venue's breaker opened; NaN while it is closed. */
  openedAtMs(venue: number): number {
    return this.#of(venue).openedAtMs;
  }

  get isCascade(): boolean {
    return !Number.isNaN(this.#cascadeAtMs);
  }

  /** When the cascade was seen; NaN while there is none. */
  get cascadeAtMs(): number {
    return this.#cascadeAtMs;
  }

  /** After probation. What was counted before is forgotten. */
  close(venue: number): void {
    this.#of(venue).clear();
  }

  /** By an operator. A cascade that still stands is seen again at the next call. */
  closeCascade(): void {
    this.#cascadeAtMs = Number.NaN;
  }

  #isCascading(): boolean {
    let open = 0;
    for (const { openedAtMs } of this.#venues) if (!Number.isNaN(openedAtMs)) open += 1;
    return open >= VENUES_TO_CASCADE || 2 * open >= this.#venues.length;
  }

  #of(venue: number): VenueCalls {
    const calls = this.#venues[venue];
    assert(calls !== undefined, 'the venue is one of those watched');
    return calls;
  }
}

/** A ring of the calls of one venue in (t − 30 s, t]. */
class VenueCalls {
  readonly #atMs = new Float64Array(CALLS_MAX);
  readonly #quarters = new Uint8Array(CALLS_MAX);
  #first = 0;
  #count = 0;
  #sum = 0;
  #run = 0;
  openedAtMs = Number.NaN;

  get failingFraction(): number {
    return this.#sum / (WHOLE * this.#count);
  }

  onCall(quarters: number, atMs: number, limits: ApiErrorLimits): void {
    while (this.#count > 0 && (this.#atMs[this.#first] as number) <= atMs - WINDOW_MS) this.#drop();
    if (this.#count === CALLS_MAX) this.#drop();
    const at = (this.#first + this.#count) % CALLS_MAX;
    this.#atMs[at] = atMs;
    this.#quarters[at] = quarters;
    this.#count += 1;
    this.#sum += quarters;
    this.#run = quarters === WHOLE ? this.#run + 1 : 0;
    const isFailing =
      this.#count >= limits.callsMin && this.failingFraction >= limits.failingFraction;
    const isNew = Number.isNaN(this.openedAtMs);
    if (isNew && (isFailing || this.#run >= limits.runToOpen)) this.openedAtMs = atMs;
  }

  clear(): void {
    this.#count = 0;
    this.#sum = 0;
    this.#run = 0;
    this.openedAtMs = Number.NaN;
  }

  #drop(): void {
    this.#sum -= this.#quarters[this.#first] as number;
    this.#first = (this.#first + 1) % CALLS_MAX;
    this.#count -= 1;
  }
}
