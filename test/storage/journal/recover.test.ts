import { copyFileSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { memoryTables } from '../../../src/storage/event-store/memory-tables.ts';
import { openRecordLog } from '../../../src/storage/record-log.ts';
import { readRecords } from '../../../src/storage/record-reader.ts';
import { dumpOf, recordsOf, storeOf } from '../event-store/stores.ts';
import { temporaryFolder } from '../temporary.ts';
import { submitted } from './events.ts';
import { incident, inlineJournal } from './journals.ts';

const orders = (count: number, prefix = 'c') =>
  Array.from({ length: count }, (_, at) => submitted({ clientId: `${prefix}${at}` }));

const failure = (opening: Promise<unknown>): Promise<string> =>
  opening.then(
    () => 'it opened',
    (thrown: Error) => thrown.message,
  );

/** A closed journal that holds so many orders, and its store. */
async function closedJournal(count: number, prefix?: string) {
  const opened = await inlineJournal();
  for (const event of orders(count, prefix)) opened.journal.append(event);
  await opened.journal.close();
  return opened;
}

test('what the store had not taken over is replayed, and nothing else', async () => {
  const { folder } = await closedJournal(300);
  const tables = memoryTables();
  const replayed: number[] = [];
  for (let opening = 0; opening < 2; opening += 1) {
    const { journal, recovered } = await inlineJournal({ folder, tables });
    replayed.push(recovered.replayed);
    assert.is(journal.store.openOrders().length, 300);
    await journal.close();
  }
  assert.equal(replayed, [300, 0]);
});

test('a store that died in the middle ends up like one that did not', async () => {
  const { folder, segments, tables } = await closedJournal(90);
  const all = [...readRecords(nodeFiles, segments, 1)];
  for (const upTo of [1, 40, 89, 90]) {
    const partial = memoryTables();
    const store = storeOf(partial, []);
    assert.ok(store.apply(all.slice(0, upTo)).ok);
    const again = await inlineJournal({ folder, tables: partial });
    assert.is(again.recovered.replayed, 90 - upTo);
    assert.equal(dumpOf(partial), dumpOf(tables));
    await again.journal.close();
  }
});

test('a torn tail is taken off and said, and the journal goes on', async () => {
  const { folder, segments, tables } = await closedJournal(5);
  const path = join(segments, '0000000000000001.segment');
  const bytes = readFileSync(path);
  bytes.set([1, 2, 3], bytes.findLastIndex((byte) => byte !== 0) + 9);
  writeFileSync(path, bytes);
  const again = await inlineJournal({ folder, tables });
  assert.ok(again.recovered.tornBytes > 0);
  assert.is(again.journal.append(incident('after')), 6);
  await again.journal.close();
});

/** Damages the last bytes that are written, and so the last record. */
function damageTail(segments: string, bytesCut: number): void {
  const path = join(segments, '0000000000000001.segment');
  const bytes = readFileSync(path);
  const last = bytes.findLastIndex((byte) => byte !== 0);
  bytes.fill(0, last + 1 - bytesCut, last + 1);
  writeFileSync(path, bytes);
}

test('what is damaged at the end of the log comes back from the store', async () => {
  const { folder, segments, tables } = await closedJournal(5);
  const before = [...readRecords(nodeFiles, segments, 1)];
  damageTail(segments, 3);
  const again = await inlineJournal({ folder, tables });
  assert.is(again.recovered.restored, 1);
  assert.is(again.recovered.replayed, 0);
  assert.equal([...readRecords(nodeFiles, segments, 1)], before);
  assert.is(again.journal.append(incident('after')), 6);
  await again.journal.close();
});

test('what is damaged in the log and not in the store is gone', async () => {
  const { folder, segments } = await closedJournal(5);
  damageTail(segments, 3);
  const again = await inlineJournal({ folder, tables: memoryTables() });
  assert.equal([again.recovered.restored, again.recovered.replayed], [0, 4]);
  await again.journal.close();
});

test('a damaged log takes nothing from the store of another desk', async () => {
  const { tables } = await closedJournal(5, 'x');
  const { folder, segments } = await closedJournal(5);
  damageTail(segments, 3);
  const said = await failure(inlineJournal({ folder, tables }));
  assert.match(said, /the store holds records up to 5, the log only up to 4/);
});

test('a log of which no record is left takes nothing from the store', async () => {
  const { folder, segments, tables } = await closedJournal(1);
  damageTail(segments, 3);
  const said = await failure(inlineJournal({ folder, tables }));
  assert.match(said, /the store holds records up to 1, the log only up to 0/);
});

test('a store that is ahead of the log stops the start', async () => {
  const { folder, segments, tables } = await closedJournal(5);
  rmSync(segments, { recursive: true });
  const said = await failure(inlineJournal({ folder, tables }));
  assert.match(said, /the store holds records up to 5, the log only up to 0: segments are lost/);
});

test('a store of another desk stops the start', async () => {
  const { tables } = await closedJournal(5, 'x');
  const { folder } = await closedJournal(8);
  const said = await failure(inlineJournal({ folder, tables }));
  assert.match(said, /record 5 in the store is not the one in the log/);
});

test('a store older than the oldest segment stops the start', async () => {
  const { folder, segments } = await closedJournal(200);
  const [oldest] = readdirSync(segments);
  rmSync(join(segments, oldest as string));
  const said = await failure(inlineJournal({ folder }));
  assert.match(said, /the store ends at record 0, the log begins at \d+/);
});

test('a store that ends before the oldest segment by nothing goes on', async () => {
  const { folder, segments, tables } = await closedJournal(200);
  const names = readdirSync(segments);
  const second = Number((names[1] as string).slice(0, 16));
  const partial = memoryTables();
  const store = storeOf(partial, []);
  assert.ok(store.apply([...Array(second - 1).keys()].map((at) => payload(tables, at + 1))).ok);
  rmSync(join(segments, names[0] as string));
  const again = await inlineJournal({ folder, tables: partial });
  assert.is(again.journal.store.head(), 200);
  await again.journal.close();
});

function payload(tables: ReturnType<typeof memoryTables>, sequence: number) {
  const found = storeOf(tables, []).payloadAt(sequence);
  return { sequence, payload: found as Uint8Array };
}

test('a boot number that the journal knows stops the start', async () => {
  const { journal, folder, tables } = await inlineJournal({}, { boot: 4 });
  const booted = { kind: 'booted', boot: 4, deskId: 'd', version: 'v', wasClean: true } as const;
  journal.appendDurable(booted);
  await journal.close();
  const said = await failure(inlineJournal({ folder, tables }, { boot: 4 }));
  assert.match(said, /boot 4 is to begin, the journal knows of boot 4: client order ids would rep/);
  const next = await inlineJournal({ folder, tables }, { boot: 5 });
  await next.journal.close();
});

test('a record of a later program stops the start and names what is known', async () => {
  const folder = join(temporaryFolder(), 'journal');
  const opened = openRecordLog(nodeFiles, join(folder, 'segments'), { segmentBytes: 8192 });
  if (!opened.ok) throw new Error('not opened');
  const [known] = recordsOf([submitted()]);
  const unknown = Uint8Array.from(known?.payload as Uint8Array);
  unknown[0] = 250;
  opened.value.log.append(unknown, unknown.length);
  opened.value.log.close();
  const said = await failure(inlineJournal({ folder }));
  assert.match(said, /record 1 is of kind 250 in version 3, this program reads kinds 1, 2/);
  assert.match(said, /start the program that wrote it, or a later one/);
});

test('damage in the log stops the start and names file and offset', async () => {
  const { folder, segments, tables } = await closedJournal(20);
  const path = join(segments, '0000000000000001.segment');
  const bytes = readFileSync(path);
  bytes.fill(0xee, 300, 310);
  writeFileSync(path, bytes);
  const said = await failure(inlineJournal({ folder, tables }));
  assert.match(said, /0000000000000001.segment at byte \d+: record \d+ is damaged/);
});

test('an opening that fails changes no file', async () => {
  const { folder, tables } = await closedJournal(5, 'x');
  const copy = join(temporaryFolder(), 'journal');
  cpSync(folder, copy, { recursive: true });
  const other = await closedJournal(8);
  copyFileSync(
    join(other.segments, '0000000000000001.segment'),
    join(copy, 'segments', '0000000000000001.segment'),
  );
  const before = readFileSync(join(copy, 'segments', '0000000000000001.segment'));
  await failure(inlineJournal({ folder: copy, tables }));
  assert.equal(readFileSync(join(copy, 'segments', '0000000000000001.segment')), before);
});

test.run();
