import { RateBudget } from '../../../src/core/rate-budget.ts';
import type { Hop } from './hop-log.ts';

/** What a trace may take at most. Every field is a hard limit. */
export interface TapLimits {
  /** Records in all, 1 … `TAP_RECORDS_MAX`. */
  readonly records: number;
  /** Records a second, 1 … `TAP_RATE_MAX`; what exceeds it is counted and left out. */
  readonly perSecond: number;
  /** 1 … `TAP_MS_MAX`. */
  readonly durationMs: number;
}

export const TAP_RECORDS_MAX = 1_000;
export const TAP_RATE_MAX = 500;
export const TAP_MS_MAX = 300_000;
/** Records of so long may come at once: to follow an event costs the lane something. */
const BURST_SECONDS = 0.1;
/** Traces that are on at a time on one lane. */
export const TAPS_MAX = 8;

export type TapFault =
  | { readonly kind: 'out-of-range'; readonly field: keyof TapLimits; readonly detail: string }
  | { readonly kind: 'too-many-traces'; readonly detail: string };

/** What is wrong with the limits of a trace, or null. */
export function tapFault(limits: TapLimits): TapFault | null {
  const ranges: readonly (readonly [keyof TapLimits, number])[] = [
    ['records', TAP_RECORDS_MAX],
    ['perSecond', TAP_RATE_MAX],
    ['durationMs', TAP_MS_MAX],
  ];
  for (const [field, max] of ranges) {
    const found = limits[field];
    if (found >= 1 && found <= max) continue;
    return { kind: 'out-of-range', field, detail: `found ${found}, wanted 1 … ${max}` };
  }
  return null;
}

/** Records of the messages of one path, until one of its limits is reached. */
export class Tap {
  readonly path: string;
  /** Messages that the rate left out, of whatever kind. */
  skipped = 0;
  isOver = false;
  readonly #kind: string | null;
  readonly #limits: TapLimits;
  readonly #budget: RateBudget;
  readonly #onOver: () => void;
  #waiting: Hop[] = [];
  #taken = 0;

  /**
   * @param kind what its messages must be called; null for all
   * @param onOver called once, when it has taken as many records as it may or is ended
   */
  constructor(
    path: string,
    kind: string | null,
    limits: TapLimits,
    nowNs: number,
    onOver: () => void,
  ) {
    this.path = path;
    this.#kind = kind;
    this.#limits = limits;
    const { perSecond: ratePerSecond } = limits;
    const burst = Math.ceil(ratePerSecond * BURST_SECONDS);
    this.#budget = new RateBudget({ ratePerSecond, burst }, nowNs / 1e6);
    this.#onOver = onOver;
  }

  /** Whether its rate leaves room for a record now. */
  mayTake(nowNs: number): boolean {
    return this.#budget.available(nowNs / 1e6) >= 1;
  }

  /** @returns whether it was recorded */
  take(hop: Hop): boolean {
    if (this.isOver || (this.#kind !== null && hop.kind !== this.#kind)) return false;
    if (!this.#budget.take((hop.atNs + hop.tookNs) / 1e6)) {
      this.skipped += 1;
      return false;
    }
    this.#waiting.push({ ...hop });
    this.#taken += 1;
    if (this.#taken >= this.#limits.records) this.end();
    return true;
  }

  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#onOver();
  }

  /** Takes the records that nobody has fetched yet. */
  fetch(): Hop[] {
    const records = this.#waiting;
    this.#waiting = [];
    return records;
  }
}
