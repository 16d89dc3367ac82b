/**
 * The thread of the drain. It sleeps on a word of shared memory instead of in the event loop, so a
 * round begins within the pause whatever else the process does.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { nodeFiles } from '../../core/node-files.ts';
import { assert } from '../../core/result.ts';
import { EventStore } from '../event-store/event-store.ts';
import { openLmdbTables } from '../event-store/lmdb-tables.ts';
import { Drain, GROUP_COMMIT_MS } from './drain.ts';
import { DrainWords } from './drain-words.ts';
import type { DrainFault } from './faults.ts';
import type { DrainJob, DrainNews } from './worker-drain.ts';

assert(parentPort !== null, 'this file runs in a thread');
const say = (news: DrainNews): void => parentPort?.postMessage(news);

const job = workerData as DrainJob;
const told = new Set<DrainNews['kind']>();
const words = new DrainWords(job.shared);
const tables = openLmdbTables(job.storeFolder, { limitBytes: job.storeBytesMax });
if (tables.ok) {
  const store = new EventStore(tables.value);
  const drain = new Drain({ ...job, files: nodeFiles, words, store, isPreparing: true });
  say({ kind: 'ready' });
  run(drain);
  drain.close();
  await store.close();
} else {
  say({ kind: 'store-failed', fault: tables.error });
}

function run(drain: Drain): void {
  for (;;) {
    const bell = words.bell;
    const isLast = words.isStopping;
    const isMore = drain.turn(isLast);
    tell('sync-failed', drain.syncFault);
    tell('store-failed', drain.storeFault);
    if (isMore) continue;
    if (isLast) return;
    words.sleep(bell, GROUP_COMMIT_MS);
  }
}

/** Passes a fault on, once. */
function tell(kind: 'sync-failed' | 'store-failed', fault: DrainFault | null): void {
  if (fault === null || told.has(kind)) return;
  told.add(kind);
  say({ kind, fault });
}
