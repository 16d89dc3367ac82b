import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { LoopFigures } from '../../risk/watch/risk-watch.ts';

/** The sampling timer; what is below it does not show. */
const RESOLUTION_MS = 5;
const NS_PER_MS = 1e6;

/**
 * Measures the event loop of this process from now on. Each answer is about the time since the one
 * before it. The samples are taken beside the loop, so that a loop that stands still is seen at its
 * next turn, in full.
 */
export function loopMeter(): () => LoopFigures {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  // The timer itself is due after its resolution: only what is beyond that is delay.
  const beyond = (ns: number): number => Math.max(0, ns / NS_PER_MS - RESOLUTION_MS);
  return () => {
    const { used_heap_size, heap_size_limit } = getHeapStatistics();
    const figures = {
      delayP99Ms: delay.count === 0 ? 0 : beyond(delay.percentile(99)),
      delayMaxMs: delay.count === 0 ? 0 : beyond(delay.max),
      heapFraction: used_heap_size / heap_size_limit,
    };
    delay.reset();
    return figures;
  };
}
