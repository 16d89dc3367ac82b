import { readdirSync, readFileSync } from 'node:fs';

/** Numbers that the system gives the threads of this process. */
export type Threads = ReadonlySet<string>;

const TASKS = '/proc/self/task';

/** The threads there are; none where the system has no such list. */
export function threads(): Threads {
  try {
    return new Set(readdirSync(TASKS));
  } catch {
    return new Set();
  }
}

/** Those that have come since. */
export function newThreads(before: Threads): Threads {
  return new Set([...threads()].filter((thread) => !before.has(thread)));
}

/**
 * Processor time of threads so far, in microseconds: what each has run, waiting and sleeping not
 * counted. NaN when there are none, so that no figure is made of it. One that has ended counts 0.
 */
export function cpuUs(of: Threads): number {
  if (of.size === 0) return Number.NaN;
  let ranNs = 0;
  for (const thread of of) {
    try {
      // The first of its three numbers, see the kernel's sched-stats.
      ranNs += Number(readFileSync(`${TASKS}/${thread}/schedstat`, 'latin1').split(' ')[0]);
    } catch {
      // It has ended in between.
    }
  }
  return ranNs / 1_000;
}
