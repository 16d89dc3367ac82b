import { assert } from '../../core/result.ts';
import { SortedWindow } from '../../math/sorted-window.ts';

/** What a feed's time stamps say, in milliseconds. */
export interface FeedLatencyReport {
  readonly samples: number;
  /**
   * Local minus venue time of the fastest message: the clocks' difference plus the least time under
   * way. Negative means that the local clock is behind, whatever the way takes.
   */
  readonly leastMs: number;
  readonly medianMs: number;
  /** Median and 99th percentile above the least: time under way beyond the best there was. */
  readonly medianExtraMs: number;
  readonly p99ExtraMs: number;
  /** The local clock is provably behind the venue's, so a raw latency means nothing. */
  readonly isSkewed: boolean;
}

/**
 * Time from a venue's stamp to our receipt over a window of messages. One-way times alone cannot
 * tell skew from distance, so what is reported is the excess over the fastest message of the
 * window; with the offset of `VenueClock` (least round trip, error at most half of it) the rest can
 * be told too.
 */
export class FeedLatency {
  readonly #window: SortedWindow;

  /** @param window messages, at least 2; adding is O(window) */
  constructor(window: number) {
    assert(Number.isInteger(window) && window >= 2, 'a window of at least two messages');
    this.#window = new SortedWindow(window);
  }

  /** @param localMs, venueMs wall clocks; what is not finite is left out */
  add(localMs: number, venueMs: number): void {
    const apart = localMs - venueMs;
    if (Number.isFinite(apart)) this.#window.add(apart);
  }

  /** Local minus venue time of the fastest message of the window; NaN before there was one. */
  get leastMs(): number {
    return this.#window.quantile(0);
  }

  /**
   * @returns null before the first message
   */
  report(): FeedLatencyReport | null {
    const window = this.#window;
    if (window.size === 0) return null;
    const leastMs = window.quantile(0);
    const medianMs = window.median();
    return {
      samples: window.size,
      leastMs,
      medianMs,
      medianExtraMs: medianMs - leastMs,
      p99ExtraMs: window.quantile(0.99) - leastMs,
      isSkewed: leastMs < 0,
    };
  }
}
