import { LatencyHistogram } from './latency.ts';

/** Counters and latencies of one desk, written on the lane as plain fields. */
export class DeskMetrics {
  /** Orders whose intent was journaled. */
  orders = 0;
  cancels = 0;
  /** Amendments whose terms were journaled. */
  amends = 0;
  fills = 0;
  /** Orders that the venue rejected. */
  rejects = 0;
  /** Orders that were refused before anything was sent, by reason. */
  readonly refusals = new Map<string, number>();
  /** Socket callback to approved order. */
  readonly decision = new LatencyHistogram();
  /** Approved order to socket write, journal and signature included. */
  readonly submission = new LatencyHistogram();

  refused(reason: string): void {
    this.refusals.set(reason, (this.refusals.get(reason) ?? 0) + 1);
  }
}
