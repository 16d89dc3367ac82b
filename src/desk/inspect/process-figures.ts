import { Session } from 'node:inspector';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { getHeapStatistics, writeHeapSnapshot } from 'node:v8';
import type { HeapReport, LagReport } from '../../commands/inspect/inspector.ts';
import type { Env } from '../../core/env.ts';
import { err, ok, type Result, reasonOf } from '../../core/result.ts';

/** What the process tells of itself, and the files it can write about itself. */
export interface ProcessFigures {
  lag(windowMs: number): Promise<LagReport>;
  heap(): HeapReport;
  /** Stops the lane for as long as it takes. @returns the file */
  heapSnapshot(): Result<string, string>;
  /** @returns the file */
  cpuProfile(durationMs: number): Promise<Result<string, string>>;
}

/** The sampling timer of the delay; what is below it does not show. */
const RESOLUTION_MS = 5;
/** Samples of a profile; the default of V8 costs several times as much. */
const SAMPLE_MICROSECONDS = 1_000;
const NS_PER_MS = 1e6;

/** @param folder where files go: the data directory, which is private */
export function processFigures(
  env: Pick<Env, 'clock' | 'timers' | 'files'>,
  folder: string,
): ProcessFigures {
  let isProfiling = false;
  const after = (ms: number): Promise<void> =>
    new Promise((resolve) => void env.timers.after(ms, resolve));
  const fileOf = (what: string, ending: string): string =>
    join(folder, `${what}-${env.clock.now()}.${ending}`);
  return {
    async lag(windowMs) {
      const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
      const before = performance.eventLoopUtilization();
      delay.enable();
      await after(windowMs);
      delay.disable();
      const { utilization } = performance.eventLoopUtilization(before);
      // The timer itself is due after its resolution: only what is beyond that is delay.
      const beyond = (ns: number): number => Math.max(0, ns / NS_PER_MS - RESOLUTION_MS);
      const { mean, max } = delay;
      return {
        windowMs,
        utilisation: utilization,
        delayMeanMs: Number.isNaN(mean) ? 0 : beyond(mean),
        delayP99Ms: beyond(delay.percentile(99)),
        delayMaxMs: beyond(max),
      };
    },
    heap() {
      const { used_heap_size, total_heap_size, heap_size_limit } = getHeapStatistics();
      const { external, rss } = process.memoryUsage();
      return {
        usedBytes: used_heap_size,
        totalBytes: total_heap_size,
        limitBytes: heap_size_limit,
        externalBytes: external,
        residentBytes: rss,
      };
    },
    heapSnapshot() {
      try {
        return ok(writeHeapSnapshot(fileOf('heap', 'heapsnapshot')));
      } catch (thrown) {
        return err(reasonOf(thrown));
      }
    },
    async cpuProfile(durationMs) {
      if (isProfiling) return err('a profile is being taken already');
      isProfiling = true;
      const session = new Session();
      try {
        session.connect();
        await post(session, 'Profiler.enable');
        await post(session, 'Profiler.setSamplingInterval', { interval: SAMPLE_MICROSECONDS });
        await post(session, 'Profiler.start');
        await after(durationMs);
        const { profile } = (await post(session, 'Profiler.stop')) as { profile: unknown };
        const file = fileOf('cpu', 'cpuprofile');
        env.files.replace(file, new TextEncoder().encode(JSON.stringify(profile)));
        return ok(file);
      } catch (thrown) {
        return err(reasonOf(thrown));
      } finally {
        session.disconnect();
        isProfiling = false;
      }
    },
  };
}

/** Talks to V8 within the process; no port is opened. */
function post(session: Session, method: string, parameters: object = {}): Promise<unknown> {
  return new Promise((resolve, reject) => {
    session.post(method, parameters, (error, result) => {
      if (error === null) resolve(result);
      else reject(error);
    });
  });
}
