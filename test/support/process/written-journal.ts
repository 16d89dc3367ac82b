import { nodeFiles } from '../../../src/core/node-files.ts';
import { EventStore } from '../../../src/storage/event-store/event-store.ts';
import { memoryTables } from '../../../src/storage/event-store/memory-tables.ts';
import type { JournalRecord } from '../../../src/storage/journal/codec.ts';
import type { JournalEvent } from '../../../src/storage/journal/event-table.ts';
import { LogTail } from '../../../src/storage/record-reader.ts';
import { until } from './until.ts';

type EventOf<K extends JournalEvent['kind']> = Extract<JournalEvent, { readonly kind: K }>;

const RECORDS_AT_ONCE = 1024;

/**
 * The journal as it lies on disk, read behind the desk's back while the desk may be writing it: all
 * records so far, and in memory the state that they lead to.
 */
export class WrittenJournal {
  readonly store = new EventStore(memoryTables());
  readonly records: JournalRecord[] = [];
  readonly #folder: string;

  /** @param folder of the segments */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Reads what has come since; a record that is being written comes with the next call. */
  refresh(): this {
    const before = this.store.head();
    const tail = new LogTail(nodeFiles, this.#folder, before + 1);
    try {
      for (;;) {
        const batch = tail.read(Number.POSITIVE_INFINITY, RECORDS_AT_ONCE);
        if (!batch.ok || batch.value.length === 0) break;
        const copies = batch.value.map(({ sequence, payload }) => ({
          sequence,
          payload: payload.slice(),
        }));
        const applied = this.store.apply(copies);
        if (!applied.ok) throw new Error(JSON.stringify(applied.error));
      }
    } finally {
      tail.close();
    }
    for (const record of this.store.readAll(before + 1)) this.records.push(record);
    return this;
  }

  /** Events of a kind, of the current boot alone when asked. */
  events<K extends JournalEvent['kind']>(kind: K, fromSequence = 1): EventOf<K>[] {
    return this.records
      .filter(({ sequence, event }) => sequence >= fromSequence && event.kind === kind)
      .map(({ event }) => event as EventOf<K>);
  }

  /** Sequence of the last start. */
  bootSequence(): number {
    return this.store.lastBoot()?.record.sequence ?? 0;
  }

  get mode(): string {
    return this.store.mode()?.event.to ?? 'none';
  }

  /** Waits until what the journal holds satisfies somebody. */
  async until(what: string, isSo: (journal: this) => boolean, detail?: () => string) {
    await until(what, () => isSo(this.refresh()), detail ?? (() => `mode ${this.mode}`));
  }

  /** Orders whose bytes may have left and about which the venue has said nothing. */
  unanswered(): string[] {
    return this.store
      .openOrders()
      .filter(({ record }) => record.status === 'submitted' || record.status === 'unknown')
      .map(({ record }) => record.order.clientId);
  }
}
