import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Files } from '../../../../src/core/env.ts';
import { recordsOf } from '../../../../src/storage/columns/record.ts';
import { dropWal, walFirsts, walPath } from '../../../../src/storage/columns/wal/wal-files.ts';
import { WalReader } from '../../../../src/storage/columns/wal/wal-reader.ts';
import { openWal } from '../../../../src/storage/columns/wal/wal-writer.ts';
import { temporaryFolder } from '../../temporary.ts';
import { aBlock, aMarket, DICTIONARY, hastyFiles } from '../records.ts';

function open(folder: string, more: { segmentBytes?: number; files?: Files } = {}) {
  const { segmentBytes = 1_000_000, files = hastyFiles } = more;
  const opened = openWal(files, { folder, segmentBytes, dictionary: DICTIONARY });
  assert.ok(opened.ok, JSON.stringify(opened));
  return opened.value;
}

/** Appends blocks of so many records, numbered on by their sequence. */
function append(writer: ReturnType<typeof open>['writer'], counts: readonly number[]): void {
  for (const count of counts) {
    writer.add(aBlock(count, writer.head + 1).words);
    writer.write();
  }
  writer.sync();
}

/** Sequences of everything from a position on, and what was missing. */
function readAll(folder: string, from: number, durable: number) {
  const reader = new WalReader(hastyFiles, folder, from);
  const sequences: number[] = [];
  const missing: [number, number][] = [];
  for (let read = reader.read(durable); read !== null; read = reader.read(durable)) {
    if (read.kind === 'missing') missing.push([read.from, read.to]);
    else {
      const records = recordsOf(read.block);
      assert.is(records[0]?.sequence, read.first);
      sequences.push(...records.map(({ sequence }) => sequence));
    }
  }
  reader.close();
  return { sequences, missing };
}

const upTo = (count: number, from = 1): number[] =>
  Array.from({ length: count }, (_, at) => from + at);

test('what was written is read from any position, over segments and new starts', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 6 }), { maxLength: 4 }),
      fc.nat(),
      (starts, drawn) => {
        const folder = temporaryFolder();
        let head = 0;
        for (const counts of starts) {
          const { writer, recovered } = open(folder, { segmentBytes: 4_000 });
          assert.equal(recovered, { head, tornBytes: 0, lostRecords: 0 });
          append(writer, counts);
          head = writer.durable;
          writer.close();
        }
        const from = (drawn % (head + 1)) + 1;
        const { sequences, missing } = readAll(folder, from, head);
        assert.equal(sequences, upTo(head - from + 1, from));
        assert.equal(missing, []);
      },
    ),
    { numRuns: 20 },
  );
});

test('a log that is cut at any byte of its last block ends with the block before', () => {
  const folder = temporaryFolder();
  const { writer } = open(folder);
  append(writer, [5, 3]);
  const path = walPath(folder, 1);
  const before = (hastyFiles.read(path) as Uint8Array).length;
  append(writer, [2]);
  writer.close();
  const whole = hastyFiles.read(path) as Uint8Array;
  hastyFiles.remove(`${folder}/manifest.json`);
  for (let length = before; length <= whole.length; length += 1) {
    hastyFiles.replace(path, whole.subarray(0, length));
    for (const first of walFirsts(hastyFiles, folder)) {
      if (first > 1) hastyFiles.remove(walPath(folder, first));
    }
    hastyFiles.remove(`${folder}/manifest.json`);
    const { writer: next, recovered } = open(folder);
    const head = length === whole.length ? 10 : 8;
    const tornBytes = length === whole.length ? 0 : length - before;
    assert.equal(recovered, { head, tornBytes, lostRecords: 0 });
    append(next, [1]);
    next.close();
    assert.equal(readAll(folder, 1, head + 1).sequences, upTo(head + 1));
  }
});

test('a byte that turned in the last block takes that block and nothing else', () => {
  const folder = temporaryFolder();
  const { writer } = open(folder);
  append(writer, [4]);
  const path = walPath(folder, 1);
  const before = (hastyFiles.read(path) as Uint8Array).length;
  append(writer, [2]);
  writer.close();
  const whole = hastyFiles.read(path) as Uint8Array;
  for (let at = before; at < whole.length; at += 7) {
    const turned = new Uint8Array(whole);
    turned[at] = (turned[at] as number) ^ 0x40;
    hastyFiles.replace(path, turned);
    hastyFiles.remove(walPath(folder, 5));
    hastyFiles.remove(walPath(folder, 7));
    const { writer: next, recovered } = open(folder);
    // The zero at the end of the header of a block means nothing and is not covered.
    const isCovered = at < before + 20 || at >= before + 24;
    assert.is(recovered.head, 6);
    assert.is(recovered.lostRecords, isCovered ? 2 : 0);
    next.close();
  }
});

test('acknowledged records that are gone are said, and their positions stay theirs', () => {
  const folder = temporaryFolder();
  const { writer } = open(folder);
  append(writer, [4, 4]);
  writer.close();
  const path = walPath(folder, 1);
  const whole = hastyFiles.read(path) as Uint8Array;
  hastyFiles.replace(path, whole.subarray(0, whole.length - 1));
  const { writer: next, recovered } = open(folder);
  assert.is(recovered.lostRecords, 4);
  assert.is(recovered.head, 8);
  append(next, [2]);
  next.close();
  const { sequences, missing } = readAll(folder, 1, 10);
  assert.equal(sequences, [1, 2, 3, 4, 9, 10]);
  assert.equal(missing, [[5, 8]]);
});

test('a damaged block inside the log is passed over up to the next segment', () => {
  const folder = temporaryFolder();
  const { writer } = open(folder, { segmentBytes: 1_000 });
  append(writer, [20, 20, 20, 20]);
  writer.close();
  const second = walFirsts(hastyFiles, folder)[1] as number;
  const path = walPath(folder, second);
  const bytes = new Uint8Array(hastyFiles.read(path) as Uint8Array);
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1;
  hastyFiles.replace(path, bytes);
  const { sequences, missing } = readAll(folder, 1, 80);
  assert.is(missing.length, 1);
  const [from, to] = missing[0] as [number, number];
  assert.equal(
    sequences,
    upTo(80).filter((each) => each < from || each > to),
  );
});

test('a segment whose header never got whole is as if it had not been begun', () => {
  const folder = temporaryFolder();
  const { writer } = open(folder);
  append(writer, [3]);
  writer.close();
  hastyFiles.replace(walPath(folder, 4), new Uint8Array(10));
  const { writer: next, recovered } = open(folder);
  assert.equal(recovered, { head: 3, tornBytes: 10, lostRecords: 0 });
  append(next, [1]);
  next.close();
  assert.equal(readAll(folder, 1, 4).sequences, [1, 2, 3, 4]);
});

test('a segment with acknowledged records and a damaged header is laid aside', () => {
  const folder = temporaryFolder();
  const { writer } = open(folder);
  append(writer, [3]);
  writer.close();
  hastyFiles.replace(walPath(folder, 1), new Uint8Array(100));
  const { recovered } = open(folder);
  assert.is(recovered.lostRecords, 3);
  assert.ok(hastyFiles.list(folder).includes('0000000000000001.wal.damaged'));
});

test('segments go when everybody is past them, and never the one that is written', () => {
  const folder = temporaryFolder();
  const { writer } = open(folder, { segmentBytes: 1_000 });
  append(writer, [20, 20, 20]);
  const firsts = walFirsts(hastyFiles, folder);
  assert.equal(firsts, [1, 21, 41]);
  assert.is(dropWal(hastyFiles, folder, 40), 0 + sizeOf(folder, [1], firsts));
  assert.equal(walFirsts(hastyFiles, folder), [21, 41]);
  dropWal(hastyFiles, folder, 1_000);
  assert.equal(walFirsts(hastyFiles, folder), [41]);
  assert.equal(readAll(folder, 1, 60).missing, [[1, 40]]);
  writer.close();
});

function sizeOf(folder: string, gone: readonly number[], firsts: readonly number[]): number {
  const kept = hastyFiles.read(walPath(folder, firsts[1] as number)) as Uint8Array;
  return gone.length * kept.length;
}

test('a disk that fails breaks the log for good, and nothing of it is acknowledged', () => {
  const folder = temporaryFolder();
  let isFull = false;
  const files: Files = {
    ...hastyFiles,
    open(path, mode) {
      const file = hastyFiles.open(path, mode);
      return {
        ...file,
        write(bytes, offset, length, position) {
          if (isFull) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
          file.write(bytes, offset, length, position);
        },
      };
    },
  };
  const { writer } = open(folder, { files });
  append(writer, [2]);
  isFull = true;
  append(writer, [2]);
  assert.is(writer.fault?.kind, 'full');
  assert.is(writer.durable, 2);
  isFull = false;
  append(writer, [2]);
  assert.is(writer.durable, 2);
  assert.equal(readAll(folder, 1, 2).sequences, [1, 2]);
});

test('a segment ends when it is asked to, and an empty one does not', () => {
  const folder = temporaryFolder();
  const { writer } = open(folder);
  writer.roll();
  append(writer, [2]);
  writer.roll();
  writer.roll();
  append(writer, [1]);
  assert.equal(walFirsts(hastyFiles, folder), [1, 3]);
  assert.is(writer.segment, 3);
  writer.close();
});

test('each start writes under its own dictionary', () => {
  const folder = temporaryFolder();
  const { writer } = open(folder);
  append(writer, [1]);
  writer.close();
  const other = { ...DICTIONARY, markets: [aMarket({ symbol: 'SOLUSDT' })] };
  const opened = openWal(hastyFiles, { folder, segmentBytes: 10_000, dictionary: other });
  assert.ok(opened.ok);
  append(opened.value.writer, [1]);
  const reader = new WalReader(hastyFiles, folder, 1);
  const symbols = [1, 2].map(() => {
    const read = reader.read(2);
    return read?.kind === 'block' ? read.dictionary.markets[0]?.symbol : null;
  });
  assert.equal(symbols, ['BTCUSDT', 'SOLUSDT']);
  reader.close();
  opened.value.writer.close();
});

test.run();
