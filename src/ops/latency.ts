import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** Longer than this is recorded as this: ten seconds. */
const NANOS_MAX = 1e10;

/** Durations in logarithmic buckets; recording costs some 40 ns and allocates nothing. */
export class LatencyHistogram {
  readonly #histogram: RecordableHistogram = createHistogram({ lowest: 1, highest: NANOS_MAX });

  /** @param nanos a duration; values below 1 count as 1 */
  record(nanos: number): void {
    this.#histogram.record(Math.min(NANOS_MAX, Math.max(1, Math.round(nanos))));
  }

  get count(): number {
    return this.#histogram.count;
  }

  /** A percentile in microseconds, rounded to 0.1; null while nothing was recorded. */
  percentileUs(percentile: number): number | null {
    if (this.#histogram.count === 0) return null;
    return Math.round(this.#histogram.percentile(percentile) / 100) / 10;
  }

  reset(): void {
    this.#histogram.reset();
  }
}
