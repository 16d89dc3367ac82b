import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Timers } from '../../../src/core/env.ts';
import { nodeClock, nodeTimers } from '../../../src/core/node-env.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { DrainWords } from '../../../src/storage/journal/drain-words.ts';
import { journalFaultText } from '../../../src/storage/journal/faults.ts';
import type { Journal } from '../../../src/storage/journal/journal.ts';
import { type JournalOptions, openJournal } from '../../../src/storage/journal/recover.ts';
import { startWorkerDrain } from '../../../src/storage/journal/worker-drain.ts';
import { until } from '../../support/process/until.ts';
import { LIMIT_BYTES } from '../event-store/stores.ts';
import { temporaryFolder } from '../temporary.ts';
import { aFill, anInstrument, submitted } from './events.ts';
import { incident } from './journals.ts';

const env = { files: nodeFiles, clock: nodeClock, timers: nodeTimers };

async function workerJournal(folder: string, boot: number, over: Partial<JournalOptions> = {}) {
  const sizes = { segmentBytes: 65_536, storeBytesMax: LIMIT_BYTES };
  const opened = await openJournal(env, { folder, boot, store: 'lmdb', ...sizes, ...over });
  if (!opened.ok) throw new Error(journalFaultText(opened.error));
  return opened.value;
}

const eventually = (isSo: () => boolean, what: string): Promise<true> => until(what, isSo);

const settle = async (journal: Journal): Promise<void> => {
  const settled = await journal.settled();
  if (!settled.ok) throw new Error(journalFaultText(settled.error));
};

test('a thread takes the log over into LMDB while the lane writes', async () => {
  const folder = join(temporaryFolder(), 'journal');
  const { journal } = await workerJournal(folder, 1);
  const events = [{ kind: 'instrument-defined' as const, instrument: anInstrument() }];
  journal.append(events[0] as never);
  for (let at = 0; at < 3000; at += 1) {
    assert.is(journal.append(submitted({ clientId: `c${at}` })), 2 * at + 2);
    const fill = aFill({ tradeId: `t${at}` });
    journal.append({ kind: 'order-filled', clientId: `c${at}`, fill });
    if (at % 500 === 0) await settle(journal);
  }
  await settle(journal);
  assert.is(journal.store.head(), 6001);
  assert.is(journal.store.openOrders().length, 3000);
  assert.is(journal.store.positions()[0]?.position.lots, 12_000);
  assert.is(journal.store.integrity().size, 0);
  await eventually(() => journal.lag().recordsUnsynced === 0, 'everything synced');
  assert.equal(journal.lag(), { recordsUnsynced: 0, unsyncedMs: 0, recordsBehind: 0 });
  assert.is(journal.fault, null);
  assert.is(journal.storeFault, null);
  const chain = journal.store.chain();
  await journal.close();

  const again = await workerJournal(folder, 2);
  assert.is(again.recovered.replayed, 0);
  assert.is(again.journal.store.chain(), chain);
  await again.journal.close();
});

test('the thread follows without being asked', async () => {
  const folder = join(temporaryFolder(), 'journal');
  const { journal } = await workerJournal(folder, 1);
  journal.append(submitted());
  await eventually(() => journal.lag().recordsBehind === 0, 'the store follows');
  journal.store.refresh();
  assert.is(journal.store.head(), 1);
  await journal.close();
});

test('the thread prepares the next segment, drops old ones and counts the bytes', async () => {
  const folder = join(temporaryFolder(), 'journal');
  const { journal } = await workerJournal(folder, 1, { keepSegments: 1 });
  const segments = (): string[] => readdirSync(join(folder, 'segments'));
  await eventually(() => segments().includes('next.prepared'), 'a segment is prepared');
  for (let at = 0; at < 4000; at += 1) journal.append(submitted({ clientId: `c${at}` }));
  await eventually(() => segments().length <= 4, 'old segments are dropped');
  assert.not.ok(segments().includes('0000000000000001.segment'));
  assert.is(journal.overBudget(), null);
  await settle(journal);
  assert.is([...journal.store.readAll(1)].length, 4000);
  await journal.close();
});

test('a store that is full is reported by the thread, and the log goes on', async () => {
  const folder = join(temporaryFolder(), 'journal');
  const { journal } = await workerJournal(folder, 1, { storeBytesMax: 6 * 1_048_576 });
  const long = incident('d'.repeat(10_000));
  for (let at = 0; at < 400; at += 1) assert.ok(journal.append(long) > 0);
  const settled = await journal.settled();
  assert.ok(!settled.ok && ['store-full', 'drain-died'].includes(settled.error.kind));
  await eventually(() => journal.storeFault?.kind === 'store-full', 'the reason arrives');
  assert.is(journal.fault, null);
  await eventually(() => journal.lag().recordsUnsynced === 0, 'everything is synced all the same');
  assert.ok(journal.append(long) > 0);
  await journal.close();
  const larger = await workerJournal(folder, 2);
  assert.ok(larger.recovered.replayed > 0);
  assert.is(larger.journal.store.head(), 401);
  await larger.journal.close();
});

test('a medium that goes away under the thread breaks the journal', async () => {
  const folder = join(temporaryFolder(), 'journal');
  const { journal } = await workerJournal(folder, 1);
  renameSync(join(folder, 'segments'), join(folder, 'gone'));
  journal.append(submitted());
  await eventually(() => journal.append(submitted()) === -1, 'the journal refuses');
  await eventually(() => journal.fault?.kind === 'io', 'the reason arrives');
  assert.match(journalFaultText(journal.fault as never), /syncing failed: ENOENT/);
  renameSync(join(folder, 'gone'), join(folder, 'segments'));
  await journal.close();
});

test('a store that cannot be opened is a fault of the start', async () => {
  const folder = join(temporaryFolder(), 'journal');
  mkdirSync(join(folder, 'store'), { recursive: true });
  writeFileSync(join(folder, 'store', 'data.mdb'), Buffer.alloc(9000, 1));
  const opened = await openJournal(env, { folder, boot: 1, store: 'lmdb' });
  assert.ok(!opened.ok && opened.error.kind === 'store-corrupt');
});

const job = (storeFolder: string) => ({
  shared: new DrainWords().shared,
  folder: temporaryFolder(),
  storeFolder,
  storeBytesMax: LIMIT_BYTES,
  segmentBytes: 8192,
  keepSegments: 1,
});

test('a thread that cannot open the store says so and ends', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'data.mdb'), Buffer.alloc(9000, 1));
  const started = await startWorkerDrain(job(folder), nodeTimers);
  assert.ok(!started.ok && started.error.kind === 'store-corrupt');
});

test('a thread that throws is a drain that has died', async () => {
  const started = await startWorkerDrain(job(5 as never), nodeTimers);
  assert.ok(!started.ok && started.error.kind === 'drain-died');
  assert.match(journalFaultText(started.ok ? (null as never) : started.error), /has ended/);
});

/** Timers that, once impatient, end every wait at once. */
function hasty() {
  const state = { isHasty: false };
  const timers: Timers = {
    ...nodeTimers,
    after(delayMs, run) {
      if (!state.isHasty) return nodeTimers.after(delayMs, run);
      run();
      return { cancel() {} };
    },
  };
  return { state, timers };
}

test('a thread that does not come up in time is given up', async () => {
  const folder = join(temporaryFolder(), 'journal');
  const { state, timers } = hasty();
  state.isHasty = true;
  const opened = await openJournal({ ...env, timers }, { folder, boot: 1, store: 'lmdb' });
  assert.ok(!opened.ok && opened.error.kind === 'drain-died');
  assert.match(journalFaultText((opened as never as { error: never }).error), /not up after 10000/);
});

test('a thread that does not end in time is let go', async () => {
  const folder = temporaryFolder();
  const { state, timers } = hasty();
  const started = await startWorkerDrain(job(folder), timers);
  if (!started.ok) throw new Error(journalFaultText(started.error));
  state.isHasty = true;
  await started.value.stop();
  assert.match(journalFaultText(started.value.syncFault as never), /still busy after 10000 ms/);
});

test('a log that cannot be opened closes the store again', async () => {
  const folder = join(temporaryFolder(), 'journal');
  const { journal } = await workerJournal(folder, 1);
  journal.append(submitted());
  await journal.close();
  rmSync(join(folder, 'segments'), { recursive: true });
  const opened = await openJournal(env, { folder, boot: 2, store: 'lmdb' });
  assert.ok(!opened.ok && opened.error.kind === 'store-ahead');
});

test.run();
