import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lotsOf } from '../../../src/core/units.ts';
import { EventStore } from '../../../src/storage/event-store/event-store.ts';
import { memoryTables } from '../../../src/storage/event-store/memory-tables.ts';
import { WriteBehind } from '../../../src/storage/event-store/write-behind.ts';
import type { JournalEvent } from '../../../src/storage/journal/event-table.ts';
import { law } from '../../support/law.ts';
import { aFill, anInstrument, submitted } from '../journal/events.ts';
import { dumpOf, ENGINES, recordsOf, storeOf } from './stores.ts';

/** A table that says what is asked of it. */
function aTable(values: Map<string, number>) {
  const asked: string[] = [];
  const table = new WriteBehind<number>({
    read(key) {
      asked.push(`read ${key}`);
      return values.get(key) ?? null;
    },
    write(key, value, before) {
      asked.push(`write ${key} ${value}, was ${before}`);
      values.set(key, value);
    },
  });
  return { table, asked };
}

test('in a batch a value is read once and written once', () => {
  const { table, asked } = aTable(new Map([['a', 1]]));
  table.open();
  assert.is(table.get('a'), 1);
  table.set('a', 2);
  table.set('a', 3);
  table.set('b', 4);
  assert.is(table.get('a'), 3);
  assert.is(table.get('b'), 4);
  assert.is(table.get('c'), null);
  table.flush();
  assert.equal(asked, ['read a', 'read b', 'read c', 'write a 3, was 1', 'write b 4, was null']);
});

test('what has not changed is not written', () => {
  const { table, asked } = aTable(new Map([['a', 1]]));
  table.open();
  table.get('a');
  table.flush();
  table.set('a', 2);
  table.set('a', 1);
  table.flush();
  assert.equal(asked, ['read a', 'read a']);
});

test('outside a batch every look goes to the table, and a batch that failed leaves nothing', () => {
  const values = new Map([['a', 1]]);
  const { table } = aTable(values);
  table.open();
  table.set('a', 2);
  table.close();
  assert.is(table.get('a'), 1);
  values.set('a', 5);
  assert.is(table.get('a'), 5);
  assert.throws(() => table.set('a', 6), /in a batch/);
});

const clientId = fc.constantFrom('a', 'b|', 'c\\');
const reason = fc.constantFrom('', 'late');
const event: fc.Arbitrary<JournalEvent> = fc.oneof(
  clientId.map((id) => submitted({ clientId: id })),
  clientId.map((id): JournalEvent => ({ kind: 'cancel-submitted', clientId: id })),
  fc.record({ kind: fc.constant('order-accepted' as const), clientId, venueOrderId: reason }),
  fc.record({ kind: fc.constant('order-canceled' as const), clientId, reason }),
  fc.record({ kind: fc.constant('order-rejected' as const), clientId, reason }),
  fc.record({ clientId, tradeId: fc.constantFrom('1', '2', '3', '4'), lots: fc.nat(12) }).map(
    ({ clientId: id, tradeId, lots }): JournalEvent => ({
      kind: 'order-filled',
      clientId: id,
      fill: aFill({ tradeId, lots: lotsOf(lots + 1) }),
    }),
  ),
  fc
    .constantFrom('0.001', '0.05')
    .map(
      (lot): JournalEvent => ({ kind: 'instrument-defined', instrument: anInstrument({ lot }) }),
    ),
);

for (const [engine, make] of ENGINES) {
  const runs = engine === 'lmdb' ? 10 : 200;
  test(`${engine}: however records are cut into batches, the tables are the same`, async () => {
    const opened: ReturnType<typeof make>[] = [];
    law(
      fc.property(fc.array(event, { minLength: 1, maxLength: 30 }), fc.nat(9), (events, size) => {
        const [one, many] = [make(), memoryTables()];
        opened.push(one);
        const records = recordsOf(events);
        const store = new EventStore(one);
        for (let at = 0; at < records.length; at += size + 1) {
          assert.ok(store.apply(records.slice(at, at + size + 1)).ok);
        }
        const single = new EventStore(many);
        for (const record of records) assert.ok(single.apply([record]).ok);
        assert.equal(dumpOf(one), dumpOf(many));
        assert.equal(store.openOrders(), single.openOrders());
        assert.ok(store.rebuild().ok);
        assert.equal(dumpOf(one), dumpOf(many));
      }),
      runs,
    );
    for (const tables of opened) await tables.close();
  });
}

test('a batch with a bad record changes nothing, in the tables and in what the store says', () => {
  const tables = memoryTables();
  const store = storeOf(tables, [submitted({ clientId: 'a' })]);
  const before = dumpOf(tables);
  const [good, bad] = recordsOf(
    [{ kind: 'order-canceled', clientId: 'a', reason: '' }, submitted({ clientId: 'b' })],
    2,
  );
  if (good === undefined || bad === undefined) throw new Error('two records were made');
  bad.payload[0] = 255;
  assert.not(store.apply([good, bad]).ok);
  assert.equal(dumpOf(tables), before);
  assert.is(store.order('a')?.record.status, 'submitted');
  assert.is(store.version('order/a'), 1);
  assert.is(store.order('b'), null);
});

test.run();
