import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { nanosOf } from '../../../src/core/units.ts';
import { faultyFiles } from '../../../src/simulation/disk/faulty-files.ts';
import { EventStore } from '../../../src/storage/event-store/event-store.ts';
import { memoryTables } from '../../../src/storage/event-store/memory-tables.ts';
import { decodeRecord } from '../../../src/storage/journal/codec.ts';
import { DrainWords } from '../../../src/storage/journal/drain-words.ts';
import { journalFaultText } from '../../../src/storage/journal/faults.ts';
import { Journal, wholeMs } from '../../../src/storage/journal/journal.ts';
import { openRecordLog } from '../../../src/storage/record-log.ts';
import { readRecords } from '../../../src/storage/record-reader.ts';
import { manualTime } from '../manual-time.ts';
import { temporaryFolder } from '../temporary.ts';
import { submitted } from './events.ts';
import { incident, inlineJournal } from './journals.ts';

const orders = (count: number) =>
  Array.from({ length: count }, (_, at) => submitted({ clientId: `c${at}` }));

test('an event is in the log when append returns, with its stamp', async () => {
  const { journal, segments, time } = await inlineJournal();
  time.advance(7);
  assert.is(journal.append(submitted()), 1);
  const [record] = [...readRecords(nodeFiles, segments, 1)];
  const decoded = decodeRecord(1, record?.payload as Uint8Array);
  assert.equal(decoded, {
    ok: true,
    value: {
      sequence: 1,
      boot: 1,
      monoNs: nanosOf(1007e6),
      wallMs: 1_700_000_001_007,
      event: submitted(),
    },
  });
  assert.is(journal.head, 1);
  await journal.close();
});

test('records are synced together, five milliseconds after the first', async () => {
  const files = faultyFiles(nodeFiles);
  const { journal, time } = await inlineJournal({ files });
  const before = files.count('sync');
  for (const event of orders(20)) journal.append(event);
  time.advance(4);
  assert.is(files.count('sync'), before);
  assert.equal(journal.lag(), { recordsUnsynced: 20, unsyncedMs: 4, recordsBehind: 20 });
  time.advance(1);
  assert.is(files.count('sync'), before + 1);
  assert.equal(journal.lag(), { recordsUnsynced: 0, unsyncedMs: 0, recordsBehind: 0 });
  assert.is(time.pending(), 0);
  await journal.close();
});

test('256 records are synced without waiting for the time', async () => {
  const files = faultyFiles(nodeFiles);
  const { journal } = await inlineJournal({ files }, { segmentBytes: 65_536 });
  const before = files.count('sync');
  for (const event of orders(255)) journal.append(event);
  assert.is(files.count('sync'), before);
  journal.append(submitted({ clientId: 'last' }));
  assert.is(files.count('sync'), before + 1);
  assert.is(journal.lag().recordsUnsynced, 0);
  await journal.close();
});

test('a durable event is on the medium when appendDurable returns', async () => {
  const files = faultyFiles(nodeFiles);
  const { journal } = await inlineJournal({ files });
  const before = files.count('sync');
  assert.is(journal.appendDurable(incident('trip')), 1);
  assert.is(files.count('sync'), before + 1);
  await journal.close();
});

test('a failed sync of a durable event says so and breaks the journal', async () => {
  const files = faultyFiles(nodeFiles);
  const { journal } = await inlineJournal({ files });
  files.fail('sync', 'EIO');
  assert.is(journal.appendDurable(incident('trip')), -1);
  files.heal();
  assert.is(journal.append(incident('after')), -1);
  assert.match(journalFaultText(journal.fault as never), /syncing failed: EIO/);
  await journal.close();
});

test('a failed group sync breaks the journal', async () => {
  const files = faultyFiles(nodeFiles);
  const { journal, time } = await inlineJournal({ files });
  assert.is(journal.append(submitted()), 1);
  files.fail('sync', 'EIO');
  time.advance(5);
  files.heal();
  assert.is(journal.append(submitted({ clientId: 'b' })), -1);
  assert.is(journal.appendDurable(submitted({ clientId: 'b' })), -1);
  assert.match(journalFaultText(journal.fault as never), /segment: syncing failed: EIO/);
  const settled = await journal.settled();
  assert.ok(!settled.ok && settled.error.kind === 'io');
  await journal.close();
});

test('a failed write breaks the journal', async () => {
  const files = faultyFiles(nodeFiles);
  const { journal } = await inlineJournal({ files });
  files.fail('write', 'ENOSPC');
  assert.is(journal.append(submitted()), -1);
  files.heal();
  assert.is(journal.append(submitted()), -1);
  assert.is(journal.fault?.kind, 'full');
  await journal.close();
});

test('the store follows, and settled waits for it', async () => {
  const { journal } = await inlineJournal();
  for (const event of orders(600)) journal.append(event);
  assert.equal(await journal.settled(), { ok: true, value: undefined });
  assert.is(journal.store.head(), 600);
  assert.is(journal.store.openOrders().length, 600);
  assert.is(journal.lag().recordsBehind, 0);
  await journal.close();
});

test('a store that is full stops following, is reported, and loses nothing', async () => {
  const { journal, folder, time } = await inlineJournal({ tables: memoryTables(20_000) });
  for (const event of orders(400)) assert.ok(journal.append(event) > 0);
  time.advance(50);
  assert.is(journal.fault, null);
  assert.is(journal.storeFault?.kind, 'store-full');
  assert.ok(journal.lag().recordsBehind > 0);
  assert.is(journal.lag().recordsUnsynced, 0);
  const settled = await journal.settled();
  assert.ok(!settled.ok && settled.error.kind === 'store-full');
  assert.ok(journal.append(submitted({ clientId: 'later' })) > 0);
  await journal.close();
  const again = await inlineJournal({ folder });
  assert.is(again.recovered.replayed, 401);
  assert.is(again.journal.store.head(), 401);
  await again.journal.close();
});

/** A journal whose drain does nothing by itself; the test plays its part through the words. */
function undrained() {
  const time = manualTime();
  const opened = openRecordLog(nodeFiles, temporaryFolder(), { segmentBytes: 8192 });
  if (!opened.ok) throw new Error(journalFaultText(opened.error));
  const words = new DrainWords();
  words.begin(0, 1, wholeMs(time.clock.mono()));
  const rings: number[] = [];
  const drain = {
    appended: (unsynced: number) => rings.push(unsynced),
    hurry: () => words.want(),
    syncFault: null,
    storeFault: null,
    stop: () => Promise.resolve(),
  };
  const store = new EventStore(memoryTables());
  const parts = { log: opened.value.log, store, words, drain, ...time, boot: 1, budgetBytes: 1e9 };
  return { journal: new Journal(parts), words, time, rings, log: opened.value.log };
}

test('a store that does not get there in time is said to be behind', async () => {
  const { journal, time, words } = undrained();
  journal.append(submitted());
  const settled = journal.settled(50);
  assert.is(words.takeWanted(), true);
  time.advance(60);
  const error = { kind: 'not-settled', head: 1, drained: 0, waitedMs: 50 } as const;
  assert.equal(await settled, { ok: false, error });
  assert.is(journalFaultText(error), 'the store is at record 0 of 1 after 50 ms');
  await journal.close();
});

test('settled waits for what was written before it, and no longer', async () => {
  const { journal, time, words } = undrained();
  journal.append(submitted());
  const settled = journal.settled();
  journal.append(submitted({ clientId: 'b' }));
  words.drainedTo(1);
  time.advance(1);
  assert.is((await settled).ok, true);
  await journal.close();
});

test('under load the age of the unsynced is counted from the last sync', async () => {
  const { journal, time, words } = undrained();
  for (let at = 0; at < 20; at += 1) {
    journal.append(submitted({ clientId: `c${at}` }));
    time.advance(2);
    const { appendedMs } = words;
    if (at > 0) words.synced(at, appendedMs - 2);
  }
  assert.equal(journal.lag(), { recordsUnsynced: 1, unsyncedMs: 4, recordsBehind: 20 });
  await journal.close();
});

test('a record vouches for what the drain has synced before it', async () => {
  const { journal, words, log, rings } = undrained();
  journal.append(submitted({ clientId: 'a' }));
  journal.append(submitted({ clientId: 'b' }));
  assert.is(log.durable, 0);
  words.synced(2, words.appendedMs);
  journal.append(submitted({ clientId: 'c' }));
  assert.is(log.durable, 2);
  assert.equal(rings, [1, 2, 1]);
  await journal.close();
});

test('a drain that failed before its reason arrived is a fault already', async () => {
  const { journal, words } = undrained();
  words.failDrain();
  assert.is(journal.fault, null);
  assert.equal(journal.storeFault, { kind: 'drain-died', detail: 'the store failed' });
  words.failSync();
  assert.equal(journal.fault, { kind: 'drain-died', detail: 'a sync failed' });
  assert.is(journal.append(submitted()), -1);
  await journal.close();
});

test('wholly drained segments go, but for those that are kept', async () => {
  const { journal, segments, time } = await inlineJournal({}, { keepSegments: 2 });
  const count = (): number => readdirSync(segments).length;
  for (const event of orders(700)) {
    journal.append(event);
    time.advance(5);
  }
  await journal.settled();
  assert.ok(count() <= 5, `${count()} segments`);
  assert.is([...journal.store.readAll(1)].length, 700);
  await journal.close();
  const again = await inlineJournal({ folder: join(segments, '..'), tables: memoryTables() }).then(
    () => 'opened',
    (thrown: Error) => thrown.message,
  );
  assert.match(again, /the store ends at record 0, the log begins at \d+: restore a newer backup/);
});

test('a journal above its budget says so', async () => {
  const { journal, time } = await inlineJournal({}, { budgetBytes: 1_048_576 });
  journal.append(submitted());
  time.advance(5);
  assert.is(journal.overBudget(), null);
  await journal.close();
  const tight = await inlineJournal({}, { budgetBytes: 10_000 });
  tight.journal.append(submitted());
  tight.time.advance(5);
  const over = tight.journal.overBudget();
  assert.equal(over, { kind: 'journal-budget', usedBytes: 1_048_576, budgetBytes: 10_000 });
  assert.match(journalFaultText(over as never), /takes 1048576 bytes of the 10000 it may have/);
  await tight.journal.close();
});

test('the age of what is unsynced follows the last sync, not the first record', async () => {
  const files = faultyFiles(nodeFiles);
  const time = manualTime();
  const { journal } = await inlineJournal({ files, time });
  time.advance(1e6);
  journal.append(submitted({ clientId: 'a' }));
  time.advance(3);
  journal.append(submitted({ clientId: 'b' }));
  assert.is(journal.lag().unsyncedMs, 3);
  time.advance(2);
  assert.is(journal.lag().unsyncedMs, 0);
  time.advance(1e6);
  journal.append(submitted({ clientId: 'c' }));
  assert.equal(journal.lag(), { recordsUnsynced: 1, unsyncedMs: 0, recordsBehind: 1 });
  await journal.close();
});

test('the same events at the same times are the same bytes and the same chain', async () => {
  const run = async () => {
    const { journal, segments, time } = await inlineJournal();
    for (const event of orders(300)) {
      journal.append(event);
      time.advance(3);
    }
    await journal.settled();
    const chain = journal.store.chain();
    const payloads = [...readRecords(nodeFiles, segments, 1)].map(({ payload }) =>
      Buffer.from(payload).toString('hex'),
    );
    await journal.close();
    return { chain, payloads };
  };
  assert.equal(await run(), await run());
});

test('closing brings everything into the store', async () => {
  const folder = join(temporaryFolder(), 'journal');
  const { journal, tables } = await inlineJournal({ folder });
  for (const event of orders(30)) journal.append(event);
  await journal.close();
  assert.is(journal.append(submitted()), -1);
  const again = await inlineJournal({ folder, tables });
  const { records, tornBytes, replayed, restored } = again.recovered;
  assert.equal([records, tornBytes, replayed, restored], [30, 0, 0, 0]);
  await again.journal.close();
});

test.run();
