import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Files } from '../../../src/core/env.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { faultyFiles } from '../../../src/simulation/disk/faulty-files.ts';
import { EventStore } from '../../../src/storage/event-store/event-store.ts';
import { memoryTables } from '../../../src/storage/event-store/memory-tables.ts';
import { EventEncoder } from '../../../src/storage/journal/codec.ts';
import { Drain } from '../../../src/storage/journal/drain.ts';
import { DrainWords } from '../../../src/storage/journal/drain-words.ts';
import { journalFaultText } from '../../../src/storage/journal/faults.ts';
import { InlineDrain } from '../../../src/storage/journal/inline-drain.ts';
import { openRecordLog } from '../../../src/storage/record-log.ts';
import { segmentPath } from '../../../src/storage/segment-files.ts';
import { manualTime } from '../manual-time.ts';
import { temporaryFolder } from '../temporary.ts';
import { submitted } from './events.ts';

const SEGMENT_BYTES = 4096;

/** A log, and the parts of a drain that the test moves by hand. */
function parts(segmentBytes = SEGMENT_BYTES) {
  const folder = temporaryFolder();
  const files = faultyFiles(nodeFiles);
  const opened = openRecordLog(nodeFiles, folder, { segmentBytes });
  if (!opened.ok) throw new Error(journalFaultText(opened.error));
  const { log } = opened.value;
  const store = new EventStore(memoryTables());
  const words = new DrainWords();
  words.begin(0, 1, 0);
  const encoder = new EventEncoder();
  const write = (count: number): void => {
    for (let at = 0; at < count; at += 1) {
      const event = submitted({ clientId: `c${log.head}` });
      const length = encoder.encode(event, 1, 0 as never, 0 as never);
      log.append(encoder.bytes, length);
      words.announce(log.head, log.segment, log.head);
    }
  };
  const options = { files, folder, store, words, segmentBytes, keepSegments: 1 };
  return { ...options, log, write, options };
}

test('a round syncs what is announced, and the store follows in the tenth', () => {
  const { options, write, words, store, files } = parts();
  const drain = new Drain({ ...options, isPreparing: false });
  for (let round = 1; round <= 20; round += 1) {
    write(1);
    assert.is(drain.turn(), false);
    assert.is(words.durable(round), round);
    assert.is(files.count('sync'), round);
    assert.is(store.head(), round < 10 ? 0 : round < 20 ? 10 : 20);
  }
  drain.close();
});

test('the store follows at once when somebody waits, and when many records do', () => {
  const { options, write, words, store } = parts(262_144);
  const drain = new Drain({ ...options, isPreparing: false });
  write(3);
  drain.turn();
  assert.is(store.head(), 0);
  words.want();
  drain.turn();
  assert.is(store.head(), 3);
  write(300);
  assert.is(drain.turn(), false);
  assert.ok(store.head() >= 256 + 3);
  write(1_000);
  assert.is(drain.turn(), true);
  drain.close();
});

test('the last round of a drain leaves nothing behind', () => {
  const { options, write, store } = parts();
  const drain = new Drain({ ...options, isPreparing: false });
  write(700);
  let rounds = 1;
  while (drain.turn(true)) rounds += 1;
  assert.is(store.head(), 700);
  assert.ok(rounds >= 3);
  drain.close();
});

test('what is not on the medium does not get into the store', () => {
  const { options, write, words, store, files } = parts();
  const drain = new Drain({ ...options, isPreparing: false });
  write(2);
  assert.is(drain.turn(true), false);
  write(2);
  files.fail('sync', 'EIO');
  assert.is(drain.turn(true), false);
  files.heal();
  assert.is(drain.turn(true), false);
  assert.is(store.head(), 2);
  assert.is(words.durable(0), 2);
  assert.is(words.hasSyncFailed, true);
  assert.match(journalFaultText(drain.syncFault as never), /segment: syncing failed: EIO/);
  drain.close();
});

test('what the lane writes during a sync waits for the next one', () => {
  const { options, write, words, store } = parts();
  const files: Files = {
    ...nodeFiles,
    open(path, mode) {
      const file = nodeFiles.open(path, mode);
      const sync = (): void => {
        file.sync();
        write(2);
      };
      return { ...file, sync };
    },
  };
  const drain = new Drain({ ...options, files, isPreparing: false });
  write(3);
  drain.turn(true);
  assert.equal([store.head(), words.drained(0), words.durable(0), words.head(0)], [3, 3, 3, 5]);
  drain.close();
});

test('a segment that has begun behind the head needs no sync: the lane has synced the old', () => {
  const { options, write, words, log, files } = parts();
  const drain = new Drain({ ...options, isPreparing: false });
  while (log.segment === 1) write(1);
  // The lane has rotated and written, and is about to announce the record.
  words.announce(log.head - 1, log.segment, 0);
  const before = files.count('sync');
  drain.turn(true);
  assert.is(files.count('sync'), before);
  assert.is(words.durable(0), log.head - 1);
  words.announce(log.head, log.segment, 0);
  drain.turn(true);
  assert.is(files.count('sync'), before + 1);
  assert.is(files.count('syncFolder'), 1);
  drain.close();
});

test('damage met on the way stops the store, and the syncing goes on', () => {
  const { options, write, words, store, folder } = parts();
  const drain = new Drain({ ...options, isPreparing: false });
  write(1);
  drain.turn(true);
  write(5);
  const path = segmentPath(folder, 1);
  const bytes = readFileSync(path);
  bytes.fill(0xee, 300, 320);
  writeFileSync(path, bytes);
  while (drain.turn(true)) {}
  assert.match(journalFaultText(drain.storeFault as never), /record 3 is damaged or missing/);
  assert.is(store.head(), 2);
  write(4);
  drain.turn(true);
  assert.is(words.durable(0), 10);
  assert.is(words.hasSyncFailed, false);
  drain.close();
});

test('a disk that is full shows in the preparation of a segment before the lane meets it', () => {
  const { options, write, words, files, log } = parts();
  const drain = new Drain({ ...options, isPreparing: true });
  files.fail('write', 'ENOSPC');
  write(1);
  drain.turn();
  assert.is(words.hasDrainFailed, true);
  assert.match(
    journalFaultText(drain.storeFault as never),
    /preparing the next segment failed: no space is left/,
  );
  assert.is(log.fault, null);
  drain.close();
});

test('a store that has failed does not keep the next segment from being prepared', () => {
  const { options, write, words, store } = parts();
  const drain = new Drain({ ...options, isPreparing: true });
  write(1);
  assert.ok(store.apply([]).ok);
  words.failDrain();
  drain.turn(true);
  assert.is(store.head(), 0);
  assert.is(nodeFiles.read(join(options.folder, 'next.prepared'))?.length, SEGMENT_BYTES);
  assert.ok(words.usedBytes > 0);
  drain.close();
});

test('one segment is prepared for each that begins, in pieces', () => {
  const { options, write, log } = parts(2 * 1_048_576);
  const drain = new Drain({ ...options, isPreparing: true });
  const prepared = join(options.folder, 'next.prepared');
  const size = (): number | null => nodeFiles.read(prepared)?.length ?? null;
  drain.turn();
  assert.is(size(), null);
  drain.turn();
  assert.is(size(), 2 * 1_048_576);
  drain.turn();
  while (log.segment === 1) write(1);
  assert.is(size(), null);
  drain.turn();
  drain.turn();
  assert.is(size(), 2 * 1_048_576);
  drain.close();
});

test('on the lane the drain runs while something waits, and rests', () => {
  const { options, write, store } = parts(262_144);
  const time = manualTime();
  const drain = new InlineDrain(options, time.timers);
  write(600);
  drain.appended(1);
  drain.appended(2);
  assert.is(time.pending(), 1);
  time.advance(5);
  assert.is(store.head() < 600, true);
  assert.is(time.pending(), 1);
  time.advance(50);
  assert.is(store.head(), 600);
  assert.is(time.pending(), 0);
});

test('words keep their numbers beyond 2^32', () => {
  const words = new DrainWords();
  for (const sequence of [2 ** 31, 2 ** 32 + 5, 2 ** 45 + 123]) {
    words.begin(sequence, sequence - 9, sequence * 3);
    assert.is(words.head(sequence - 1000), sequence);
    assert.is(words.durable(sequence + 1000), sequence);
    assert.is(words.segment(sequence), sequence - 9);
    assert.is(words.msSinceSynced(sequence * 3 + 17), 17);
  }
});

test.run();
