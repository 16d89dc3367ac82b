import { SortedWindow } from '../../math/sorted-window.ts';

const GAPS_MAX = 64;
const WARN_GAPS = 3;
const WARN_MS_MIN = 250;
const HALT_GAPS = 10;
const HALT_MS_MIN = 2_000;
const HALT_MS_MAX = 10_000;

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

  /** A symbol that was never heard of is as stale as can be. O(1). */
  stateAt(atMs: number): StalenessState {
    const ageMs = atMs - this.#lastMs;
    if (!(ageMs <= HALT_MS_MAX)) return 'hard-halt';
    // Before the second update there is no pace, so the shortest limits hold.
    const gapMs = this.#gaps.size === 0 ? 0 : this.medianGapMs;
    if (ageMs > Math.max(HALT_GAPS * gapMs, HALT_MS_MIN)) return 'halt';
    return ageMs > Math.max(WARN_GAPS * gapMs, WARN_MS_MIN) ? 'warn' : 'ok';
  }
}
