import { nodeClock, nodeTimers } from '../src/core/node-env.ts';
import { LatencyHistogram } from '../src/ops/latency.ts';

/** Measurements of one thing, of which the middle one is reported: others use this machine too. */
export const ROUNDS = 5;
/** What is reported of every distribution. */
export const PERCENTILES = [50, 99, 99.9] as const;

export interface OpenLoop {
  readonly perSecond: number;
  readonly seconds: number;
  /** Sleep between two turns; without it the loop spins, so that nothing waits for a timer. */
  readonly pauseMs?: number;
  /** @param intendedNs when it should have come; waiting for its turn counts as late */
  readonly deliver: (at: number, intendedNs: number) => void;
}

/**
 * Delivers on a fixed schedule, whatever becomes of what came before: somebody who is late has to
 * take all that queued up meanwhile, so no delay is left out of the figures. Each turn of the event
 * loop delivers what was due when it began, so timers and input get their turns as well.
 */
export function openLoop({ perSecond, seconds, pauseMs, deliver }: OpenLoop): Promise<void> {
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
      if (next === count) resolve();
      else if (pauseMs === undefined) setImmediate(turn);
      else nodeTimers.after(pauseMs, turn);
    };
    turn();
  });
}

/** How late the bare event loop is for a schedule; it does nothing but look at the clock. */
export async function idleLateness(perSecond: number, seconds: number): Promise<number[]> {
  const late = new LatencyHistogram();
  const deliver = (_: number, intendedNs: number): void =>
    late.record(nodeClock.mono() - intendedNs);
  await openLoop({ perSecond, seconds, deliver });
  return drained(late);
}

/** The percentiles of a histogram in microseconds; it is empty afterwards. */
export function drained(histogram: LatencyHistogram): number[] {
  const found = PERCENTILES.map((percentile) => histogram.percentileUs(percentile));
  histogram.reset();
  return found.map((value) => {
    if (value === null) throw new Error('nothing was recorded, so nothing was measured');
    return value;
  });
}

/** Measures several times and takes the median of each figure. */
export async function medians(measure: () => number[] | Promise<number[]>): Promise<number[]> {
  const rounds: number[][] = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await measure());
  return (rounds[0] as number[]).map((_, at) => {
    const values = rounds.map((figures) => figures[at] as number);
    return values.sort((left, right) => left - right)[ROUNDS >> 1] as number;
  });
}
