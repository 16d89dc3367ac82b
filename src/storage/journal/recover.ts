import type { Env, Files } from '../../core/env.ts';
import { assert, err, ok, type Result } from '../../core/result.ts';
import { EventStore } from '../event-store/event-store.ts';
import { openLmdbTables } from '../event-store/lmdb-tables.ts';
import type { LogFault } from '../log-fault.ts';
import { openRecordLog, type RecordLog, type RecoveredLog } from '../record-log.ts';
import { LogTail } from '../record-reader.ts';
import { segmentFirsts } from '../segment-files.ts';
import { DrainWords } from './drain-words.ts';
import type { DrainFault, RecoverFault } from './faults.ts';
import { InlineDrain } from './inline-drain.ts';
import { Journal, wholeMs } from './journal.ts';
import { startWorkerDrain } from './worker-drain.ts';

export interface JournalOptions {
  /** Folder of the journal; made when there is none. */
  readonly folder: string;
  /** Number of this start, durable already. */
  readonly boot: number;
  /** The real store in its own thread, or a store of the caller's that is drained on the lane. */
  readonly store: 'lmdb' | EventStore;
  readonly segmentBytes?: number;
  /** Segments that stay though the store has all of their records. */
  readonly keepSegments?: number;
  /** More than this of the disk, segments and store together, and `overBudget` says so. */
  readonly budgetBytes?: number;
  /** The store refuses records when it is as large as this. */
  readonly storeBytesMax?: number;
  /** Whether an audit log follows, so that no segment may go before it has had its records. */
  readonly isAudited?: boolean;
}

/** At 150 bytes an event, about 110,000 events a segment; written in about 20 ms. */
export const SEGMENT_BYTES = 16_777_216;
export const KEEP_SEGMENTS = 4;
export const STORE_BYTES_MAX = 16 * 1_073_741_824;
/** The store, the segments that are kept, and a day of a drain that stands still. */
export const BUDGET_BYTES = STORE_BYTES_MAX + 1_073_741_824;

export interface OpenedJournal {
  readonly journal: Journal;
  readonly recovered: Recovered;
}

export type Recovered = RecoveredLog['recovered'] & {
  /** Records that the store did not have yet. */
  readonly replayed: number;
  /** Records of a damaged tail that were written again from the store. */
  readonly restored: number;
};

/**
 * Opens the journal of a data directory: takes off a torn tail, brings the store up to the head of
 * the log, and starts the drain. Nothing may trade before this has returned.
 */
export async function openJournal(
  env: Pick<Env, 'files' | 'clock' | 'timers'>,
  options: JournalOptions,
): Promise<Result<OpenedJournal, RecoverFault>> {
  const { files, clock, timers } = env;
  const {
    boot,
    segmentBytes = SEGMENT_BYTES,
    keepSegments = KEEP_SEGMENTS,
    budgetBytes = BUDGET_BYTES,
    storeBytesMax = STORE_BYTES_MAX,
  } = options;
  const folder = `${options.folder}/segments`;
  const storeFolder = `${options.folder}/store`;
  const opened =
    options.store === 'lmdb' ? lmdbStore(storeFolder, storeBytesMax) : ok(options.store);
  if (!opened.ok) return opened;
  const store = opened.value;
  const recovery = recoverJournal({ files, folder, store, segmentBytes, boot });
  if (!recovery.ok) {
    await store.close();
    return recovery;
  }
  const { log, recovered } = recovery.value;
  const words = new DrainWords();
  words.begin(log.head, log.segment, wholeMs(clock.mono()));
  if (options.isAudited === true) words.awaitAudit();
  const shape = { folder, segmentBytes, keepSegments };
  const started =
    options.store === 'lmdb'
      ? await startWorkerDrain(
          { ...shape, shared: words.shared, storeFolder, storeBytesMax },
          timers,
        )
      : ok(new InlineDrain({ ...shape, files, store, words }, timers));
  if (!started.ok) {
    log.close();
    await store.close();
    return started;
  }
  const drain = started.value;
  const parts = { log, store, words, drain, clock, timers, boot, budgetBytes };
  return ok({ journal: new Journal(parts), recovered });
}

function lmdbStore(folder: string, limitBytes: number): Result<EventStore, DrainFault> {
  const tables = openLmdbTables(folder, { limitBytes });
  return tables.ok ? ok(new EventStore(tables.value)) : tables;
}

/** Records in one transaction of the replay. */
const BATCH_RECORDS = 1024;

/**
 * Opens the log, checks that log and store are of one piece, and replays into the store what it
 * does not have. Side effects have no place here: the projections are pure.
 */
export function recoverJournal(options: {
  readonly files: Files;
  readonly folder: string;
  readonly store: EventStore;
  readonly segmentBytes: number;
  readonly boot: number;
}): Result<{ readonly log: RecordLog; readonly recovered: Recovered }, RecoverFault> {
  const { files, folder, store, boot } = options;
  const opened = openRecordLog(files, folder, options);
  if (!opened.ok) return opened;
  const { log, recovered } = opened.value;
  const before = store.head();
  const found = log.head;
  const fault =
    (recovered.tornBytes > 0 ? restoreTail(files, folder, log, store) : null) ??
    mismatch(files, folder, log, store) ??
    replay(files, folder, log, store);
  const journaled = store.lastBoot()?.record.event.boot ?? 0;
  if (fault === null && journaled < boot) {
    const restored = Math.max(0, before - found);
    return ok({ log, recovered: { ...recovered, replayed: log.head - before, restored } });
  }
  log.close();
  return err(fault ?? { kind: 'boot-repeated', boot, journaled });
}

/**
 * What is damaged at the end of the log and whole in the store is written again, byte for byte. A
 * store of another history is left for `mismatch` to tell.
 */
function restoreTail(
  files: Files,
  folder: string,
  log: RecordLog,
  store: EventStore,
): RecoverFault | null {
  const common = Math.min(log.head, store.head());
  // Without a record that both have, nothing shows that they belong together.
  if (common < (segmentFirsts(files, folder)[0] as number)) return null;
  const same = isSameAt(files, folder, store, common);
  if (!same.ok) return same.error;
  if (!same.value) return null;
  for (let sequence = log.head + 1; sequence <= store.head(); sequence += 1) {
    const payload = store.payloadAt(sequence);
    assert(payload !== null, 'the store has every record up to its head');
    if (log.append(payload, payload.length) < 0) return log.fault;
  }
  log.sync();
  return log.fault;
}

/** Why a log and a store cannot be of the same desk and time; null when they can. */
function mismatch(
  files: Files,
  folder: string,
  log: RecordLog,
  store: EventStore,
): RecoverFault | null {
  const storeHead = store.head();
  if (storeHead > log.head) return { kind: 'store-ahead', storeHead, logHead: log.head };
  // An opened log has a segment.
  const logFirst = segmentFirsts(files, folder)[0] as number;
  if (logFirst > storeHead + 1) return { kind: 'records-missing', storeHead, logFirst };
  if (storeHead < logFirst) return null;
  const same = isSameAt(files, folder, store, storeHead);
  if (!same.ok) return same.error;
  return same.value ? null : { kind: 'store-differs', sequence: storeHead };
}

/** Whether log and store hold the same bytes at a sequence that the log has. */
function isSameAt(
  files: Files,
  folder: string,
  store: EventStore,
  sequence: number,
): Result<boolean, LogFault> {
  const tail = new LogTail(files, folder, sequence);
  const last = tail.read(sequence, 1);
  tail.close();
  if (!last.ok) return last;
  const isSame = last.value.every(({ sequence: at, payload }) => {
    const stored = store.payloadAt(at);
    return stored !== null && Buffer.compare(payload, stored) === 0;
  });
  return ok(isSame);
}

function replay(
  files: Files,
  folder: string,
  log: RecordLog,
  store: EventStore,
): LogFault | DrainFault | null {
  const tail = new LogTail(files, folder, store.head() + 1);
  try {
    while (store.head() < log.head) {
      const records = tail.read(log.head, BATCH_RECORDS);
      const applied = records.ok ? store.apply(records.value) : records;
      if (!applied.ok) return applied.error;
    }
    return null;
  } finally {
    tail.close();
  }
}
