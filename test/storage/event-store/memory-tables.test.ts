import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ok } from '../../../src/core/result.ts';
import { copyOf, memoryTables } from '../../../src/storage/event-store/memory-tables.ts';
import { sequenceKey, TABLES, type Tables } from '../../../src/storage/event-store/tables.ts';

function write(tables: Tables, value: number): void {
  tables.transact(() => {
    for (const name of TABLES) {
      for (let at = 0; at < 300; at += 1) tables.put(name, sequenceKey(at), Uint8Array.of(value));
    }
    return ok(null);
  });
}

test('a copy of tables holds all of them, and stays as they were', () => {
  const tables = memoryTables();
  write(tables, 1);
  const copy = copyOf(tables);
  write(tables, 2);
  for (const name of TABLES) {
    assert.equal(copy.get(name, sequenceKey(299)), Uint8Array.of(1), name);
    assert.equal(tables.get(name, sequenceKey(299)), Uint8Array.of(2), name);
  }
  assert.is(copy.usedBytes(), tables.usedBytes());
});

test.run();
