import { constants, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Files } from '../../core/env.ts';
import { assert, err, ok, type Result, reasonOf } from '../../core/result.ts';
import { EventStore } from '../../storage/event-store/event-store.ts';
import { openLmdbTables } from '../../storage/event-store/lmdb-tables.ts';
import { journalFaultText } from '../../storage/journal/faults.ts';
import { STORE_BYTES_MAX } from '../../storage/journal/recover.ts';
import { logFaultText } from '../../storage/log-fault.ts';
import { type LogRecord, LogTail } from '../../storage/record-reader.ts';
import { segmentFirsts } from '../../storage/segment-files.ts';

const BATCH_RECORDS = 1024;

/**
 * The journal of a data directory that nobody runs. Not a byte there is changed and no lock is
 * taken: the store is worked on in a copy, segments are only read.
 */
export class RecordedJournal {
  /** The state behind the last record. */
  readonly store: EventStore;
  /** `whole`, or what is wrong with the tail. */
  readonly ends: string;
  readonly segments: string;
  readonly #files: Files;
  readonly #scratch: Scratch;

  constructor(files: Files, segments: string, scratch: Scratch, store: EventStore, ends: string) {
    this.#files = files;
    this.segments = segments;
    this.#scratch = scratch;
    this.store = store;
    this.ends = ends;
  }

  get head(): number {
    return this.store.head();
  }

  /** A store of its own with the records up to a sequence. The caller closes it. */
  storeAt(sequence: number): Result<EventStore, string> {
    const opened = this.#scratch.store();
    if (!opened.ok) return opened;
    const store = opened.value;
    while (store.head() < sequence) {
      const from = store.head() + 1;
      const count = Math.min(BATCH_RECORDS, sequence - store.head());
      const applied = store.apply(
        Array.from({ length: count }, (_, at) => this.#recordAt(from + at)),
      );
      if (!applied.ok) return err(journalFaultText(applied.error));
    }
    return ok(store);
  }

  /** What the segments hold, oldest first, as far as it can be read. */
  *logRecords(): Generator<LogRecord> {
    const first = segmentFirsts(this.#files, this.segments)[0];
    if (first === undefined) return;
    const tail = new LogTail(this.#files, this.segments, first);
    try {
      for (;;) {
        const batch = tail.read(Number.POSITIVE_INFINITY, BATCH_RECORDS);
        if (!batch.ok || batch.value.length === 0) return;
        yield* batch.value;
      }
    } finally {
      tail.close();
    }
  }

  async close(): Promise<void> {
    await this.store.close();
    this.#scratch.remove();
  }

  #recordAt(sequence: number): LogRecord {
    const payload = this.store.payloadAt(sequence);
    assert(payload !== null, 'a store has every record up to its head');
    return { sequence, payload };
  }
}

/** Opens the journal of a data directory, or of a copy of one. */
export async function openRecorded(
  files: Files,
  folder: string,
): Promise<Result<RecordedJournal, string>> {
  const segments = join(folder, 'journal', 'segments');
  const data = join(folder, 'journal', 'store', 'data.mdb');
  const firsts = segmentFirsts(files, segments);
  const first = firsts[0];
  if (first === undefined) {
    return err(`${folder}: found no journal, wanted a data directory with journal/segments in it`);
  }
  const scratch = new Scratch();
  // A whole log says everything, so the store is asked only for what is in no segment any more.
  const opened = scratch.store(first > 1 && existsSync(data) ? data : null);
  const filled = opened.ok ? fill(files, segments, opened.value, first) : opened;
  if (opened.ok && filled.ok) {
    return ok(new RecordedJournal(files, segments, scratch, opened.value, filled.value));
  }
  if (opened.ok) await opened.value.close();
  scratch.remove();
  return err(`${folder}: ${filled.ok ? '' : filled.error}`);
}

/** Applies what the log has and the store has not. @returns how the log ends */
function fill(
  files: Files,
  segments: string,
  store: EventStore,
  first: number,
): Result<string, string> {
  const from = store.head() + 1;
  if (first > from) {
    return err(
      journalFaultText({ kind: 'records-missing', storeHead: store.head(), logFirst: first }),
    );
  }
  const tail = new LogTail(files, segments, from);
  try {
    for (;;) {
      const batch = tail.read(Number.POSITIVE_INFINITY, BATCH_RECORDS);
      if (!batch.ok) {
        // A start cuts off a write that was not finished, and refuses what is damaged otherwise.
        return ok(`damaged behind record ${store.head()}: ${logFaultText(batch.error)}`);
      }
      if (batch.value.length === 0) return ok('whole');
      const applied = store.apply(batch.value);
      if (!applied.ok) return err(journalFaultText(applied.error));
    }
  } finally {
    tail.close();
  }
}

/** A folder of this process for copies, gone when the process is. */
class Scratch {
  readonly #folder = mkdtempSync(join(tmpdir(), 'flyball-recorded-'));
  readonly #onExit = (): void => rmSync(this.#folder, { recursive: true, force: true });
  #stores = 0;

  constructor() {
    process.on('exit', this.#onExit);
  }

  /** @param data to begin with a copy of; null for an empty store */
  store(data: string | null = null): Result<EventStore, string> {
    this.#stores += 1;
    const folder = join(this.#folder, String(this.#stores));
    try {
      if (data !== null) {
        mkdirSync(folder);
        copyFileSync(data, join(folder, 'data.mdb'), constants.COPYFILE_FICLONE);
      }
      const tables = openLmdbTables(folder, { limitBytes: STORE_BYTES_MAX });
      return tables.ok ? ok(new EventStore(tables.value)) : err(journalFaultText(tables.error));
    } catch (thrown) {
      return err(reasonOf(thrown));
    }
  }

  remove(): void {
    process.off('exit', this.#onExit);
    this.#onExit();
  }
}
