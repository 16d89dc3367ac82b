import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EventStore } from '../../../src/storage/event-store/event-store.ts';
import { lmdbFault, openLmdbTables } from '../../../src/storage/event-store/lmdb-tables.ts';
import { memoryTables } from '../../../src/storage/event-store/memory-tables.ts';
import type { Tables, TablesFault } from '../../../src/storage/event-store/tables.ts';
import type { JournalEvent } from '../../../src/storage/journal/event-table.ts';
import { temporaryFolder } from '../temporary.ts';
import { dumpOf, LIMIT_BYTES, lmdbTables, recordsOf, storeOf } from './stores.ts';

const tick: JournalEvent = { kind: 'incident', what: 't', where: 'w', detail: 'd'.repeat(5000) };
const MIB = 1_048_576;

/** Applies batches until the store refuses one. */
function fill(tables: Tables): { store: EventStore; fault: TablesFault; head: number } {
  const store = new EventStore(tables);
  for (let batches = 0; batches < 10_000; batches += 1) {
    const events = Array.from({ length: 20 }, () => tick);
    const applied = store.apply(recordsOf(events, store.head() + 1));
    if (!applied.ok) {
      return { store, fault: applied.error as TablesFault, head: store.head() };
    }
  }
  throw new Error('the store never became full');
}

test('what was committed is there after reopening', async () => {
  const folder = join(temporaryFolder(), 'store');
  const first = lmdbTables(folder);
  storeOf(first, [tick, tick]);
  const dump = dumpOf(first);
  await first.close();
  const second = lmdbTables(folder);
  assert.equal(dumpOf(second), dump);
  assert.is(new EventStore(second).head(), 2);
  await second.close();
});

test('a store at its bound refuses records, keeps what it has and can still be read', async () => {
  const folder = join(temporaryFolder(), 'store');
  const tables = lmdbTables(folder, 8 * MIB);
  const { store, fault, head } = fill(tables);
  assert.is(fault.kind, 'store-full');
  assert.match(fault.kind === 'store-full' ? fault.detail : '', /bytes are in use and 8388608 are/);
  assert.is([...store.readAll(0)].length, head);
  assert.ok(tables.usedBytes() <= 8 * MIB);
  assert.ok(readFileSync(join(folder, 'data.mdb')).length <= 8 * MIB);
  await tables.close();
  const larger = lmdbTables(folder, LIMIT_BYTES);
  assert.is(new EventStore(larger).apply(recordsOf([tick], head + 1)).ok, true);
  await larger.close();
});

test('a memory store at its bound refuses records the same way', () => {
  const { store, fault, head } = fill(memoryTables(2 * MIB));
  assert.is(fault.kind, 'store-full');
  assert.is([...store.readAll(0)].length, head);
  assert.is(store.apply([]).ok, true);
});

test('a file that is not LMDB is refused with a reason instead of a crash', () => {
  const folder = temporaryFolder();
  for (const rubbish of [Buffer.alloc(8192, 9), Buffer.from('short'), Buffer.alloc(200)]) {
    writeFileSync(join(folder, 'data.mdb'), rubbish);
    const opened = openLmdbTables(folder, { limitBytes: LIMIT_BYTES });
    assert.ok(!opened.ok && opened.error.kind === 'store-corrupt');
    assert.equal(readFileSync(join(folder, 'data.mdb')), rubbish);
  }
});

test('an empty data file is one that was never written', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'data.mdb'), '');
  const tables = lmdbTables(folder);
  assert.is(new EventStore(tables).head(), 0);
  await tables.close();
});

test('a folder that cannot be made or read is a fault', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'file'), 'x');
  const inFile = openLmdbTables(join(folder, 'file'), { limitBytes: LIMIT_BYTES });
  assert.ok(!inFile.ok && inFile.error.kind === 'store-io');
  const below = openLmdbTables(join(folder, 'file', 'store'), { limitBytes: LIMIT_BYTES });
  assert.ok(!below.ok && below.error.kind === 'store-io');
  mkdirSync(join(folder, 'store', 'data.mdb'), { recursive: true });
  const isFolder = openLmdbTables(join(folder, 'store'), { limitBytes: LIMIT_BYTES });
  assert.ok(!isFolder.ok && isFolder.error.kind === 'store-io');
});

test('F29: a call of lmdb that fails is told by its number, and a bug passes through', () => {
  const kindOf = (code: unknown): string =>
    lmdbFault(Object.assign(new Error('said'), { code }), temporaryFolder(), 'committing').kind;
  assert.equal(['ENOSPC', 28, -30_792].map(kindOf), ['store-full', 'store-full', 'store-full']);
  assert.equal([5, 13, 'EACCES'].map(kindOf), ['store-io', 'store-io', 'store-io']);
  assert.throws(() => kindOf('ERR_INVALID_ARG_TYPE'), /said/);
  assert.throws(() => lmdbFault('text', '/', 'committing'));
});

/** Whether a process may mount a small file system of its own here. */
const canMount = spawnSync('unshare', ['-Urm', 'true']).status === 0;

test('a disk that is full is a fault of the store, and what was committed stays', () => {
  if (!canMount) {
    process.stdout.write('\nSKIPPED: no user namespaces here, so no small disk to fill\n');
    return;
  }
  const script = fileURLToPath(new URL('./full-disk-process.js', import.meta.url));
  const mount = temporaryFolder();
  const run = 'mount -t tmpfs -o size=6m none "$1" && exec "$2" "$3" "$1"';
  const child = spawnSync(
    'unshare',
    ['-Urm', 'sh', '-c', run, 'sh', mount, process.execPath, script],
    { encoding: 'utf8', timeout: 30_000 },
  );
  assert.is(child.status, 0, child.stderr);
  const said = JSON.parse(child.stdout);
  assert.is(said.fault.kind, 'store-full');
  assert.ok(said.head > 0);
  assert.is(said.read, said.head);
  assert.is(said.log.kind, 'full');
  assert.is(said.logRead, said.logHead);
});

test.run();
