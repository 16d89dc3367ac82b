import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { LoopFigures } from '../../risk/watch/risk-watch.ts';

/** The sampling timer; what is below it does not show. */
const RESOLUTION_MS = 5;
const NS_PER_MS = 1e6;

/** Delays of the event loop in nanoseconds, the sampling time included. */
interface DelayHistogram {
  enable(): boolean;
  reset(): void;
  readonly count: number;
  readonly max: number;
  percentile(percent: number): number;
}

const ofThisProcess = (): DelayHistogram => monitorEventLoopDelay({ resolution: RESOLUTION_MS });

/**
 * Measures the event loop from now on. Each answer is about the time since the one before it: a
 * loop that stood still is seen at its next turn, in full.
 */
export function loopMeter(delay: DelayHistogram = ofThisProcess()): () => LoopFigures {
  delay.enable();
  // The timer itself is due after its resolution: only what is beyond that is delay.
  const beyond = (ns: number): number =>
    delay.count === 0 ? 0 : Math.max(0, ns / NS_PER_MS - RESOLUTION_MS);
  return () => {
    const { used_heap_size, heap_size_limit } = getHeapStatistics();
    const figures = {
      delayP99Ms: beyond(delay.percentile(99)),
      delayMaxMs: beyond(delay.max),
      heapFraction: used_heap_size / heap_size_limit,
    };
    delay.reset();
    return figures;
  };
}
