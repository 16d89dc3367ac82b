import { nodeClock } from '../src/core/node-env.ts';
import { LatencyHistogram } from '../src/ops/latency.ts';

export interface OpenLoop {
  readonly perSecond: number;
  readonly seconds: number;
  /** @param intendedNs when it should have come; waiting for its turn counts as late */
  readonly deliver: (at: number, intendedNs: number) => void;
}

/**
 * Delivers on a fixed schedule, whatever becomes of what came before: somebody who is late has to
 * take all that queued up meanwhile, so no delay is left out of the figures. Each turn of the event
 * loop delivers what was due when it began, so timers and input get their turns as well.
 */
export function openLoop({ perSecond, seconds, deliver }: OpenLoop): Promise<void> {
  const count = Math.round(perSecond * seconds);
  const gapNs = 1e9 / perSecond;
  const beganNs = nodeClock.mono();
  let next = 0;
  return new Promise((resolve) => {
    const turn = (): void => {
      const nowNs = nodeClock.mono();
      while (next < count && beganNs + next * gapNs <= nowNs) {
        deliver(next, beganNs + next * gapNs);
        next += 1;
      }
      if (next < count) setImmediate(turn);
      else resolve();
    };
    turn();
  });
}

/** How late the bare event loop is for a schedule; it does nothing but look at the clock. */
export async function idleLateness(perSecond: number, seconds: number): Promise<LatencyHistogram> {
  const late = new LatencyHistogram();
  const deliver = (_: number, intendedNs: number): void =>
    late.record(nodeClock.mono() - intendedNs);
  await openLoop({ perSecond, seconds, deliver });
  return late;
}

/** A percentile in microseconds of a histogram that holds something. */
export function microseconds(histogram: LatencyHistogram, percentile: number): number {
  const value = histogram.percentileUs(percentile);
  if (value === null) throw new Error('nothing was recorded, so nothing was measured');
  return value;
}
