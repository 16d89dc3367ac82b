import type { FeedLatencyReport } from './feed-latency.ts';

/** How long messages are under way from a venue, by the clocks' offset; milliseconds. */
export interface OneWay {
  readonly medianMs: number;
  readonly p99Ms: number;
  /** Both may be wrong by this much: half of the round trip that the offset was measured by. */
  readonly errorMs: number;
}

/**
 * Time under way: time stamps alone cannot tell skew from distance, the offset of the clocks can.
 *
 * @param aheadMs how far the venue's clock is ahead of ours
 * @param errorMs how wrong that may be
 */
export function oneWay(
  { leastMs, medianMs, p99ExtraMs }: FeedLatencyReport,
  aheadMs: number,
  errorMs: number,
): OneWay {
  return { medianMs: medianMs + aheadMs, p99Ms: leastMs + p99ExtraMs + aheadMs, errorMs };
}
