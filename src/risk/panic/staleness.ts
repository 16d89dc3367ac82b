import { SortedWindow } from '../../math/sorted-window.ts';

const GAPS_MAX = 64;

/** When a symbol counts as stale; the configuration may set other numbers for each regime. */
export interface StalenessLimits {
  readonly warnGaps: number;
  readonly warnMs: number;
  readonly haltGaps: number;
  readonly haltMs: number;
  readonly hardHaltMs: number;
}

export const STALENESS_LIMITS: StalenessLimits = {
  warnGaps: 3,
  warnMs: 250,
  haltGaps: 10,
  haltMs: 2_000,
  hardHaltMs: 10_000,
};

/** `hard-halt`: older than any market is slow. */
export type StalenessState = 'ok' | 'warn' | 'halt' | 'hard-halt';

/**
 * Control C12: a symbol whose quotes stopped coming, measured by its own pace: the median gap of
 * its last 64 updates. Warns beyond max(3 gaps, 250 ms), halts beyond max(10 gaps, 2 s) and at the
 * latest beyond 10 s, which is a hard halt; exactly at a limit the milder state holds.
 *
 * Times are milliseconds of one monotonic clock; a time before the last one counts as the last one.
 */
export class Staleness {
  readonly #gaps: SortedWindow;
  #lastMs = Number.NaN;

  /** @param gapsMax how many gaps the median is over */
  constructor(gapsMax = GAPS_MAX) {
    this.#gaps = new SortedWindow(gapsMax);
  }

  /** NaN before the second update. */
  get medianGapMs(): number {
    return this.#gaps.median();
  }

  onUpdate(atMs: number): void {
    if (!Number.isNaN(this.#lastMs)) {
      this.#gaps.add(Math.max(0, atMs - this.#lastMs));
      this.#lastMs = Math.max(this.#lastMs, atMs);
    } else {
      this.#lastMs = atMs;
    }
  }

  /** NaN before the first update. */
  ageMs(atMs: number): number {
    return atMs - this.#lastMs;
  }

  /** A symbol that was never heard of is as stale as can be. O(1). */
  stateAt(atMs: number, limits: StalenessLimits = STALENESS_LIMITS): StalenessState {
    const ageMs = this.ageMs(atMs);
    if (!(ageMs <= limits.hardHaltMs)) return 'hard-halt';
    // Before the second update there is no pace, so the shortest limits hold.
    const gapMs = this.#gaps.size === 0 ? 0 : this.medianGapMs;
    if (ageMs > Math.max(limits.haltGaps * gapMs, limits.haltMs)) return 'halt';
    return ageMs > Math.max(limits.warnGaps * gapMs, limits.warnMs) ? 'warn' : 'ok';
  }
}
