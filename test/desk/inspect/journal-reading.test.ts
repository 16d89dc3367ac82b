import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeClock, nodeTimers } from '../../../src/core/node-env.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { journalTail, verifyJournal } from '../../../src/desk/inspect/journal-reading.ts';
import { EventStore } from '../../../src/storage/event-store/event-store.ts';
import { memoryTables } from '../../../src/storage/event-store/memory-tables.ts';
import { journalFaultText } from '../../../src/storage/journal/faults.ts';
import { openJournal } from '../../../src/storage/journal/recover.ts';
import { temporaryFolder } from '../../storage/temporary.ts';

const env = { clock: nodeClock, timers: nodeTimers, files: nodeFiles };
const EVENTS = 400;
const SEGMENT_BYTES = 16_384;

/** A journal of several segments on disk, closed. */
async function aJournal(): Promise<{ readonly folder: string; readonly head: number }> {
  const folder = temporaryFolder();
  const store = new EventStore(memoryTables());
  const options = { folder, boot: 1, store, segmentBytes: SEGMENT_BYTES, keepSegments: 99 };
  const opened = await openJournal(env, options);
  if (!opened.ok) throw new Error(journalFaultText(opened.error));
  const { journal } = opened.value;
  for (let n = 1; n <= EVENTS; n += 1) {
    journal.append({ kind: 'command-given', by: 'ann', command: `mode manual ${n}` });
  }
  const { head } = journal;
  await journal.close();
  return { folder, head };
}

function segments(folder: string): string[] {
  const within = join(folder, 'segments');
  return readdirSync(within)
    .filter((name) => name.endsWith('.segment'))
    .sort()
    .map((name) => join(within, name));
}

test('a whole journal is verified over its segments, and twice the same', async () => {
  const { folder, head } = await aJournal();
  const first = await verifyJournal(env, folder, head);
  assert.ok(first.ok, first.ok ? '' : first.error);
  if (!first.ok) return;
  assert.equal([first.value.from, first.value.to, first.value.records], [1, EVENTS, EVENTS]);
  assert.equal([first.value.isWhole, first.value.segments], [true, segments(folder).length]);
  assert.ok(first.value.segments > 1);
  assert.match(first.value.hash, /^[0-9a-f]{64}$/);
  const second = await verifyJournal(env, folder, head);
  assert.equal(second, first);
});

test('every bit that changes in a record is found, with file and place', async () => {
  const { folder, head } = await aJournal();
  const [file = ''] = segments(folder);
  const bytes = readFileSync(file);
  for (const at of [40, 60, 1_000, 9_999]) {
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] as number) ^ 4;
    writeFileSync(file, damaged);
    const found = await verifyJournal(env, folder, head);
    assert.ok(!found.ok, `byte ${at}`);
    assert.match(found.ok ? '' : found.error, /\.segment at byte \d+: record \d+ is damaged/);
  }
});

test('a segment that is gone is found, and so is a journal of nothing', async () => {
  const { folder, head } = await aJournal();
  const [, second = ''] = segments(folder);
  nodeFiles.remove(second);
  const found = await verifyJournal(env, folder, head);
  assert.ok(!found.ok);
  const empty = await verifyJournal(env, temporaryFolder(), 0);
  assert.match(empty.ok ? '' : empty.error, /there are no segments$/);
});

test('the tail is the last events, and of a short journal all of them', async () => {
  const { folder, head } = await aJournal();
  const tail = await journalTail(env, folder, head, 3);
  assert.ok(tail.ok);
  if (!tail.ok) return;
  assert.equal(
    tail.value.map(({ sequence, kind, boot }) => [sequence, kind, boot]),
    [398, 399, 400].map((sequence) => [sequence, 'command-given', 1]),
  );
  assert.is(tail.value[2]?.detail, '{"by":"ann","command":"mode manual 400"}');
  const all = await journalTail(env, folder, head, 10_000);
  assert.is(all.ok && all.value.length, EVENTS);
});

test.run();
