import { readdirSync, readFileSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeFiles } from '../../src/core/node-files.ts';
import { faultyFiles } from '../../src/simulation/disk/faulty-files.ts';
import { logFaultText } from '../../src/storage/log-fault.ts';
import { openRecordLog } from '../../src/storage/record-log.ts';
import { frameSize, HEADER_BYTES } from '../../src/storage/segment.ts';
import { crashed, opened, record, SMALL, sequences, upTo, write } from './records.ts';
import { temporaryFolder } from './temporary.ts';

const FIRST = '0000000000000001.segment';
const LENGTH = 50;
const FRAME = frameSize(LENGTH);
const PADDING = FRAME - 20 - LENGTH;
const offsetOf = (sequence: number): number => HEADER_BYTES + (sequence - 1) * FRAME;

/** A folder as a crash leaves it: `synced` records on the medium, then `written` more. */
function crashedLog(synced: number, written: number, segmentBytes = SMALL): string {
  const folder = temporaryFolder();
  const { log } = opened(folder, segmentBytes);
  write(log, synced, LENGTH);
  log.sync();
  write(log, written, LENGTH);
  const copy = crashed(folder);
  log.close();
  return copy;
}

function change(path: string, edit: (bytes: Buffer) => void): void {
  const bytes = readFileSync(path);
  edit(bytes);
  writeFileSync(path, bytes);
}

/** What opening says, or the text of its fault. */
function openingOf(folder: string) {
  const result = openRecordLog(nodeFiles, folder, { segmentBytes: SMALL });
  if (!result.ok) return logFaultText(result.error);
  const { head } = result.value.log;
  result.value.log.close();
  return { ...result.value.recovered, head };
}

const tornIn = (folder: string): string[] =>
  readdirSync(folder).filter((name) => name.endsWith('.torn'));

test('a log that was not closed comes back whole', () => {
  const folder = crashedLog(10, 5);
  assert.equal(openingOf(folder), { records: 15, tornBytes: 0, tornRecords: 0, head: 15 });
});

test('cut at any byte of its last records, a log comes back to the last whole one', () => {
  const source = crashedLog(7, 3);
  const bytes = readFileSync(join(source, FIRST));
  for (let cut = offsetOf(8); cut <= offsetOf(11); cut += 1) {
    const folder = temporaryFolder();
    writeFileSync(join(folder, FIRST), bytes.subarray(0, cut));
    // The padding of a frame is not missed.
    const head = Math.floor((cut - HEADER_BYTES + PADDING) / FRAME);
    const torn = bytes.subarray(offsetOf(head + 1), Math.max(cut, offsetOf(head + 1)));
    const stray = torn.findLastIndex((byte) => byte !== 0) + 1;
    const said = { records: head, tornBytes: stray, tornRecords: 0, head };
    assert.equal(openingOf(folder), said, `cut at ${cut}`);
    assert.equal(sequences(folder), upTo(head));
    assert.is(readFileSync(join(folder, FIRST)).length, SMALL);
    const kept = tornIn(folder).map((name) => readFileSync(join(folder, name)));
    assert.equal(kept, stray === 0 ? [] : [torn.subarray(0, stray)]);
    assert.equal(openingOf(folder), { records: head, tornBytes: 0, tornRecords: 0, head });
  }
});

test('zeroed from any byte of its last record on, a log comes back to the one before', () => {
  const source = crashedLog(7, 3);
  for (let from = offsetOf(10) + 1; from < offsetOf(10) + 20 + LENGTH; from += 1) {
    const folder = crashed(source);
    change(join(folder, FIRST), (bytes) => bytes.fill(0, from));
    const opening = openingOf(folder);
    assert.ok(typeof opening === 'object' && opening.head === 9, `zeroed from ${from}`);
  }
});

test('a flipped bit anywhere in a synced record with others behind it stops the start', () => {
  const source = crashedLog(8, 2);
  for (let at = offsetOf(4); at < offsetOf(4) + 20 + LENGTH; at += 1) {
    const folder = crashed(source);
    change(join(folder, FIRST), (bytes) => {
      bytes[at] = (bytes[at] as number) ^ (1 << (at % 8));
    });
    const said = openingOf(folder);
    assert.match(String(said), `${FIRST} at byte ${offsetOf(4)}: record 4 is damaged and 6 valid`);
    assert.match(String(said), /restore this file from a backup/);
    assert.equal(tornIn(folder), []);
  }
});

test('a closed log vouches for all of its records', () => {
  const folder = temporaryFolder();
  const { log } = opened(folder);
  write(log, 10, LENGTH);
  log.close();
  change(join(folder, FIRST), (bytes) => bytes.fill(0xff, offsetOf(5), offsetOf(5) + 30));
  assert.match(String(openingOf(folder)), /record 5 is damaged and 5 valid records follow it/);
  assert.throws(() => sequences(folder), /record 5 is damaged or missing/);
});

test('an opened log vouches for all that it found', () => {
  const folder = crashedLog(0, 10);
  const { log } = opened(folder);
  write(log, 1);
  const copy = crashed(folder);
  log.close();
  change(join(copy, FIRST), (bytes) => bytes.fill(0xff, offsetOf(10), offsetOf(11)));
  assert.match(String(openingOf(copy)), /record 10 is damaged and 1 valid records follow it/);
});

test('a hole among records that were never synced is cut off, and all of it is kept', () => {
  const folder = crashedLog(6, 5);
  const whole = readFileSync(join(folder, FIRST));
  change(join(folder, FIRST), (bytes) => bytes.fill(0, offsetOf(8), offsetOf(9)));
  const tornBytes = 4 * FRAME - 2;
  assert.equal(openingOf(folder), { records: 7, tornBytes, tornRecords: 3, head: 7 });
  const kept = readFileSync(join(folder, tornIn(folder)[0] as string));
  assert.equal(kept.subarray(FRAME), whole.subarray(offsetOf(9), offsetOf(8) + tornBytes));
});

test('rubbish behind the last record is taken off', () => {
  const folder = crashedLog(3, 0);
  change(join(folder, FIRST), (bytes) => bytes.fill(0xaa, 2000, 2010));
  const tornBytes = 2010 - offsetOf(4);
  assert.equal(openingOf(folder), { records: 3, tornBytes, tornRecords: 0, head: 3 });
});

test('a crash in the middle of the repair leaves both pieces to be found', () => {
  const folder = crashedLog(3, 1);
  change(join(folder, FIRST), (bytes) => bytes.fill(0xaa, 2000, 2010));
  const files = faultyFiles(nodeFiles);
  files.fail('write', 'EIO');
  assert.not.ok(openRecordLog(files, folder, { segmentBytes: SMALL }).ok);
  assert.is(tornIn(folder).length, 1);
  openingOf(folder);
  assert.equal(tornIn(folder), [`${FIRST}.320-1.torn`, `${FIRST}.320-2.torn`]);
});

test('a torn mark in the header costs no record', () => {
  const folder = crashedLog(8, 2);
  change(join(folder, FIRST), (bytes) => bytes.fill(0x77, 8, 20));
  assert.equal(openingOf(folder), { records: 10, tornBytes: 0, tornRecords: 0, head: 10 });
});

test('a file that is no segment stops the start', () => {
  const folder = crashedLog(3, 0);
  change(join(folder, FIRST), (bytes) => bytes.write('flylog99'));
  assert.match(String(openingOf(folder)), /at byte 0: this is not a segment/);
});

/** Three or more segments, closed. */
function longLog(): { folder: string; segments: string[] } {
  const folder = temporaryFolder();
  const { log } = opened(folder);
  write(log, 200, LENGTH);
  log.close();
  return { folder, segments: readdirSync(folder) };
}

test('damage in an earlier segment stops the start, even in its last record', () => {
  const { folder } = longLog();
  change(join(folder, FIRST), (bytes) => bytes.fill(1, offsetOf(56) + 30, offsetOf(56) + 40));
  assert.match(String(openingOf(folder)), /record 56 is damaged and 0 valid records follow it/);
  const reading = (): number[] => sequences(folder);
  assert.throws(reading, /record 56 is damaged or missing/);
});

test('an earlier segment that ends too soon stops the start', () => {
  const { folder } = longLog();
  truncateSync(join(folder, FIRST), offsetOf(50));
  assert.match(String(openingOf(folder)), /records 50 to 56 are missing/);
  assert.throws(() => sequences(folder), /record 50 is damaged or missing/);
});

test('a segment that is missing in the middle stops the start', () => {
  const { folder, segments } = longLog();
  unlinkSync(join(folder, segments[1] as string));
  assert.match(String(openingOf(folder)), /records 57 to 112 are missing/);
});

test('a crash right after a rotation leaves an empty last segment, and nothing is lost', () => {
  const folder = temporaryFolder();
  const { log } = opened(folder);
  while (log.segment === 1) write(log, 1, LENGTH);
  const copy = crashed(folder);
  const { head, segment } = log;
  log.close();
  const last = join(copy, `${String(segment).padStart(16, '0')}.segment`);
  change(last, (bytes) => bytes.fill(0, HEADER_BYTES));
  assert.equal(openingOf(copy), {
    records: head - 1,
    tornBytes: 0,
    tornRecords: 0,
    head: head - 1,
  });
  const again = opened(copy);
  write(again.log, 3);
  again.log.close();
  assert.equal(sequences(copy), upTo(head + 2));
});

test('no damage makes opening throw, and what it accepts is a prefix of what was written', () => {
  const source = crashedLog(20, 20);
  const bytes = readFileSync(join(source, FIRST));
  const hit = fc.record({
    at: fc.integer({ min: 8, max: offsetOf(42) }),
    with: fc.uint8Array({ minLength: 1, maxLength: 100 }),
  });
  fc.assert(
    fc.property(fc.array(hit, { minLength: 1, maxLength: 4 }), (hits) => {
      const folder = temporaryFolder();
      const damaged = Buffer.from(bytes);
      for (const { at, with: rubbish } of hits) damaged.set(rubbish, at);
      writeFileSync(join(folder, FIRST), damaged);
      const opening = openingOf(folder);
      if (typeof opening === 'string') return;
      assert.ok(opening.head <= 40);
      assert.equal(sequences(folder), upTo(opening.head));
    }),
    { numRuns: 150 },
  );
});

test('a segment that vanishes while it is read stops the start', () => {
  const files = { ...nodeFiles, read: () => null };
  const opening = openRecordLog(files, crashedLog(3, 0), { segmentBytes: SMALL });
  assert.ok(!opening.ok && opening.error.kind === 'corrupt');
});

test('a record after a recovery continues the sequence', () => {
  const folder = crashedLog(5, 0);
  truncateSync(join(folder, FIRST), offsetOf(5) + 9);
  const { log, recovered } = opened(folder);
  assert.is(recovered.records, 4);
  assert.is(log.append(record(5), LENGTH), 5);
  log.close();
  assert.equal(sequences(folder), upTo(5));
});

test.run();
