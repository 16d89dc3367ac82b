import { join } from 'node:path';
import { millisOf, nanosOf } from '../../../src/core/units.ts';
import { EventStore } from '../../../src/storage/event-store/event-store.ts';
import { openLmdbTables } from '../../../src/storage/event-store/lmdb-tables.ts';
import { memoryTables } from '../../../src/storage/event-store/memory-tables.ts';
import {
  entriesOf,
  LAST_KEY,
  TABLES,
  type Tables,
} from '../../../src/storage/event-store/tables.ts';
import { EventEncoder } from '../../../src/storage/journal/codec.ts';
import type { JournalEvent } from '../../../src/storage/journal/event-table.ts';
import type { LogRecord } from '../../../src/storage/record-reader.ts';
import { temporaryFolder } from '../temporary.ts';

export const LIMIT_BYTES = 64 * 1_048_576;

export function lmdbTables(folder = join(temporaryFolder(), 'store'), limitBytes = LIMIT_BYTES) {
  const tables = openLmdbTables(folder, { limitBytes });
  if (!tables.ok) throw new Error(JSON.stringify(tables.error));
  return tables.value;
}

/** The engines that pass one suite. */
export const ENGINES: readonly [name: string, make: () => Tables][] = [
  ['memory', memoryTables],
  ['lmdb', lmdbTables],
];

const encoder = new EventEncoder();

/** The events as records of the log, from a sequence on. */
export function recordsOf(events: readonly JournalEvent[], from = 1): LogRecord[] {
  return events.map((event, at) => {
    const sequence = from + at;
    const length = encoder.encode(event, 1, nanosOf(sequence), millisOf(1_700_000_000_000));
    return { sequence, payload: Uint8Array.from(encoder.bytes.subarray(0, length)) };
  });
}

/** A store that holds the events. */
export function storeOf(tables: Tables, events: readonly JournalEvent[]): EventStore {
  const store = new EventStore(tables);
  const applied = store.apply(recordsOf(events));
  if (!applied.ok) throw new Error(JSON.stringify(applied.error));
  return store;
}

/** Everything in the tables, as text. */
export function dumpOf(tables: Tables): string[] {
  return TABLES.flatMap((table) =>
    [...entriesOf(tables, table, Uint8Array.of(0), LAST_KEY)].map(({ key, value }) => {
      const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
      return `${table} ${hex(key)} ${hex(value)}`;
    }),
  );
}
