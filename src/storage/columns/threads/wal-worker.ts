/**
 * The thread that writes the market log: it moves records from the ring to the disk and does
 * nothing else, so that nothing else makes them wait. It sleeps on a word of shared memory.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { nodeFiles } from '../../../core/node-files.ts';
import { assert } from '../../../core/result.ts';
import { SlotRing } from '../../../core/slot-ring.ts';
import type { LogFault } from '../../log-fault.ts';
import type { Dictionary } from '../dictionary.ts';
import { RECORD_WORDS } from '../record.ts';
import { BLOCK_RECORDS_MAX } from '../wal/wal-format.ts';
import type { WalRecovery } from '../wal/wal-recovery.ts';
import { openWal, type WalWriter } from '../wal/wal-writer.ts';
import { StoreWords } from './store-words.ts';

export interface WalJob {
  readonly ring: SharedArrayBuffer;
  readonly ringSlots: number;
  readonly words: SharedArrayBuffer;
  readonly folder: string;
  readonly segmentBytes: number;
  readonly dictionary: Dictionary;
}

export type WalNews =
  | { readonly kind: 'ready'; readonly recovered: WalRecovery }
  | { readonly kind: 'failed'; readonly fault: LogFault };

/** Time that records may wait for others before they are put on the medium together. */
const GROUP_MS = 2;
/** Blocks between two syncs at most, 24 MB: a backlog is acknowledged piece by piece. */
const BLOCKS_A_SYNC = 64;
/** Rounds between two notes of the position in the manifest: about once a second. */
const ROUNDS_A_NOTE = 500;

assert(parentPort !== null, 'this file runs in a thread');
const say = (news: WalNews): void => parentPort?.postMessage(news);

const job = workerData as WalJob;
const ring = new SlotRing(job.ring, job.ringSlots, RECORD_WORDS);
const words = new StoreWords(job.words);
const opened = openWal(nodeFiles, job);
if (opened.ok) {
  const { writer, recovered } = opened.value;
  words.durableTo(recovered.head);
  say({ kind: 'ready', recovered });
  run(writer);
  writer.close();
} else {
  say({ kind: 'failed', fault: opened.error });
}

function run(writer: WalWriter): void {
  for (let round = 1; ; round += 1) {
    const isLast = words.isLogStopping;
    let blocks = 0;
    while (blocks < BLOCKS_A_SYNC && moveBlock(writer)) blocks += 1;
    writer.sync();
    if (words.takeRoll()) writer.roll();
    if (round % ROUNDS_A_NOTE === 0) writer.note();
    words.durableTo(writer.durable);
    if (writer.fault !== null) {
      say({ kind: 'failed', fault: writer.fault });
      return;
    }
    if (blocks === BLOCKS_A_SYNC) continue;
    if (isLast) return;
    words.sleep(GROUP_MS);
  }
}

/** Writes what is in the ring, at most a block of it. @returns whether there was anything */
function moveBlock(writer: WalWriter): boolean {
  let left = BLOCK_RECORDS_MAX;
  // Twice, since what is in the ring may go on at its beginning.
  for (let piece = 0; piece < 2 && left > 0; piece += 1) {
    const run = ring.run(left);
    const from = ring.front;
    writer.add(ring.words.subarray(from, from + run * RECORD_WORDS));
    ring.take(run);
    left -= run;
  }
  writer.write();
  return left < BLOCK_RECORDS_MAX;
}
