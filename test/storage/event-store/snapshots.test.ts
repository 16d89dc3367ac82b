import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EventStore } from '../../../src/storage/event-store/event-store.ts';
import type { Fold } from '../../../src/storage/event-store/snapshots.ts';
import { entriesOf, LAST_KEY, type Tables } from '../../../src/storage/event-store/tables.ts';
import type { JournalEvent } from '../../../src/storage/journal/event-table.ts';
import { ENGINES, recordsOf, storeOf } from './stores.ts';

/** Counts the events of a stream and keeps their sequences together. */
interface Count {
  readonly events: number;
  readonly sum: number;
}
const counting: Fold<Count> = {
  initial: { events: 0, sum: 0 },
  schema: 3,
  next: ({ events, sum }, { sequence }) => ({ events: events + 1, sum: sum + sequence }),
  encode: ({ events, sum }) => Buffer.from(JSON.stringify([events, sum])),
  decode: (bytes) => {
    const [events, sum] = JSON.parse(Buffer.from(bytes).toString()) as [number, number];
    return events < 0 ? null : { events, sum };
  },
};
const policy = { every: 10, keep: 2 };
const tick: JournalEvent = { kind: 'incident', what: 'tick', where: 'desk', detail: '' };

function grow(store: EventStore, count: number): void {
  const events = Array.from({ length: count }, () => tick);
  assert.ok(store.apply(recordsOf(events, store.head() + 1)).ok);
}

const snapshotsIn = (tables: Tables) => [
  ...entriesOf(tables, 'snapshots', Uint8Array.of(0), LAST_KEY),
];

function spoil(tables: Tables, nth: number): void {
  const { key, value } = snapshotsIn(tables)[nth] as { key: Uint8Array; value: Uint8Array };
  value[value.length - 1] = (value.at(-1) as number) ^ 1;
  tables.transact(() => {
    tables.put('snapshots', key, value);
    return { ok: true, value: null };
  });
}

for (const [engine, make] of ENGINES) {
  test(`${engine}: a snapshot is taken every n events, the newest two stay`, async () => {
    const tables = make();
    const store = storeOf(tables, []);
    const taken: number[] = [];
    for (let at = 0; at < 45; at += 1) {
      grow(store, 1);
      const saved = store.snapshots.take('desk', counting, policy);
      if (saved.ok && saved.value) taken.push(store.head());
    }
    assert.equal(taken, [10, 20, 30, 40]);
    assert.is(snapshotsIn(tables).length, 2);
    const folded = store.snapshots.stateOf('desk', counting);
    assert.equal(folded, { state: { events: 45, sum: 1035 }, version: 45, replayed: 5 });
    await tables.close();
  });

  test(`${engine}: a corrupt snapshot falls back to the older, then to the log`, async () => {
    const tables = make();
    const store = storeOf(tables, []);
    for (let at = 0; at < 2; at += 1) {
      grow(store, 10);
      store.snapshots.take('desk', counting, policy);
    }
    grow(store, 1);
    const expected = { state: { events: 21, sum: 231 }, version: 21 };
    const stateOf = (fold = counting) => store.snapshots.stateOf('desk', fold);
    assert.equal(stateOf(), { ...expected, replayed: 1 });
    spoil(tables, 1);
    assert.equal(stateOf(), { ...expected, replayed: 11 });
    spoil(tables, 0);
    assert.equal(stateOf(), { ...expected, replayed: 21 });
    await tables.close();
  });

  test(`${engine}: a snapshot of another schema, or no state, is not used`, async () => {
    const tables = make();
    const store = storeOf(tables, []);
    grow(store, 10);
    store.snapshots.take('desk', counting, policy);
    assert.is(store.snapshots.stateOf('desk', { ...counting, schema: 4 }).replayed, 10);
    assert.is(store.snapshots.stateOf('desk', { ...counting, decode: () => null }).replayed, 10);
    assert.is(store.snapshots.stateOf('desk', counting).replayed, 0);
    assert.is(store.snapshots.stateOf('control', counting).version, 0);
    await tables.close();
  });
}

test.run();
