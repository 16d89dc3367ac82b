import { readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeFiles } from '../../src/core/node-files.ts';
import { faultyFiles } from '../../src/simulation/disk/faulty-files.ts';
import { logFaultText } from '../../src/storage/log-fault.ts';
import { openRecordLog } from '../../src/storage/record-log.ts';
import { dropSegments, LogTail, readRecords } from '../../src/storage/record-reader.ts';
import { SegmentPreparation } from '../../src/storage/segment-files.ts';
import { opened, record, SMALL, sequences, upTo, write } from './records.ts';
import { temporaryFolder } from './temporary.ts';

const segmentsIn = (folder: string): string[] =>
  readdirSync(folder).filter((name) => name.endsWith('.segment'));

test('records come back in order, across segments and openings', () => {
  const folder = temporaryFolder();
  const { log, recovered } = opened(folder);
  assert.is(recovered.records, 0);
  write(log, 100);
  log.close();
  assert.ok(segmentsIn(folder).length > 1);
  const again = opened(folder);
  assert.equal(again.recovered, { records: 100, tornBytes: 0, tornRecords: 0 });
  assert.is(again.log.head, 100);
  write(again.log, 50);
  again.log.close();
  assert.equal(sequences(folder), upTo(150));
  assert.equal(sequences(folder, 77)[0], 77);
  assert.equal(sequences(folder, 151), []);
});

test('a log of records of any length reads back what was written', () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(lengths, (all) => {
      const folder = temporaryFolder();
      const { log } = opened(folder, 1024);
      for (const [at, length] of all.entries()) {
        assert.is(log.append(record(at + 1, length), length), at + 1);
      }
      assert.equal(sequences(folder), upTo(all.length));
      log.close();
      const again = opened(folder, 1024);
      assert.is(again.log.head, all.length);
      again.log.close();
    }),
    { numRuns: 40 },
  );
});

test('the longest record fills a segment alone, and a longer one is a bug', () => {
  const folder = temporaryFolder();
  const { log } = opened(folder, 1024);
  const most = log.recordBytesMax;
  write(log, 3, most);
  assert.throws(() => log.append(new Uint8Array(most + 1), most + 1), /fits into a segment/);
  assert.throws(() => log.append(new Uint8Array(1), 0), /fits into a segment/);
  assert.is(segmentsIn(folder).length, 3);
  assert.equal(sequences(folder), [1, 2, 3]);
  log.close();
});

test('an append is one write', () => {
  const files = faultyFiles(nodeFiles);
  const { log } = opened(temporaryFolder(), SMALL, files);
  const before = [files.count('write'), files.count('sync'), files.count('read')];
  write(log, 20);
  const after = [files.count('write'), files.count('sync'), files.count('read')];
  assert.equal(after, [(before[0] as number) + 20, before[1], before[2]]);
  log.close();
});

test('a segment is written to its full size before it is used', () => {
  const folder = temporaryFolder();
  const { log } = opened(folder);
  for (let at = 0; at < 3; at += 1) {
    for (const name of segmentsIn(folder)) {
      assert.is(readFileSync(join(folder, name)).length, SMALL);
    }
    write(log, 60);
  }
  log.close();
});

test('rotation takes the segment that was prepared ahead', () => {
  const folder = temporaryFolder();
  const files = faultyFiles(nodeFiles);
  const { log } = opened(folder, SMALL, files);
  const preparation = new SegmentPreparation(nodeFiles, folder, SMALL, 'ahead');
  assert.ok(preparation.step());
  const before = files.count('write');
  while (log.segment === 1) write(log, 1);
  assert.is(segmentsIn(folder).length, 2);
  assert.is(files.count('write'), before + log.head);
  assert.not.ok(readdirSync(folder).some((name) => name.startsWith('next.')));
  log.close();
});

test('a preparation goes on in pieces of 1 MiB', () => {
  const folder = temporaryFolder();
  const preparation = new SegmentPreparation(nodeFiles, folder, 2.5 * 1_048_576, 'ahead');
  assert.equal([preparation.step(), preparation.step(), preparation.step()], [false, false, true]);
  assert.is(readFileSync(join(folder, 'next.prepared')).length, 2.5 * 1_048_576);
});

test('what an earlier process had prepared is cleared away', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'next.prepared'), 'x');
  writeFileSync(join(folder, 'next.draft-log'), 'x');
  opened(folder).log.close();
  assert.equal(readdirSync(folder), ['0000000000000001.segment']);
});

test('a tail follows a log while it is written and never looks past what is announced', () => {
  const folder = temporaryFolder();
  const { log } = opened(folder, 1024);
  const tail = new LogTail(nodeFiles, folder, 1);
  const seen: number[] = [];
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 9 }), (count, max) => {
      write(log, count);
      while (seen.length < log.head) {
        const batch = tail.read(log.head, max);
        assert.ok(batch.ok && batch.value.length > 0 && batch.value.length <= max);
        if (!batch.ok) return;
        for (const { sequence, payload } of batch.value) {
          assert.equal(payload, record(sequence));
          seen.push(sequence);
        }
      }
      assert.equal(tail.read(log.head, max), { ok: true, value: [] });
    }),
    { numRuns: 60 },
  );
  assert.equal(seen, upTo(log.head));
  tail.close();
  log.close();
});

test('a tail reports a record that is announced and not there', () => {
  const folder = temporaryFolder();
  const { log } = opened(folder);
  write(log, 3);
  const tail = new LogTail(nodeFiles, folder, 1);
  assert.is(tail.read(3, 10).ok, true);
  const beyond = tail.read(4, 10);
  assert.ok(!beyond.ok && /record 4 is damaged or missing/.test(logFaultText(beyond.error)));
  tail.close();
  log.close();
});

test('whole segments below a sequence are dropped, the last one never', () => {
  const folder = temporaryFolder();
  const { log } = opened(folder);
  write(log, 300);
  const firsts = segmentsIn(folder).map((name) => Number(name.slice(0, 16)));
  const second = firsts[1] as number;
  assert.is(dropSegments(nodeFiles, folder, second - 1), 0);
  assert.is(dropSegments(nodeFiles, folder, second), 1);
  assert.is(sequences(folder)[0], second);
  assert.is(dropSegments(nodeFiles, folder, 1_000_000), firsts.length - 2);
  write(log, 1);
  log.close();
  const again = opened(folder);
  assert.is(again.log.head, 301);
  again.log.close();
  assert.equal(sequences(folder, 1), upTo(301).slice((firsts.at(-1) as number) - 1));
});

for (const code of ['ENOSPC', 'EIO'] as const) {
  test(`${code} on a write breaks the log for good`, () => {
    const folder = temporaryFolder();
    const files = faultyFiles(nodeFiles);
    const { log } = opened(folder, SMALL, files);
    write(log, 5);
    files.fail('write', code);
    assert.is(log.append(record(6), 50), -1);
    files.heal();
    assert.is(log.append(record(6), 50), -1);
    assert.is(log.fault?.kind, code === 'ENOSPC' ? 'full' : 'io');
    assert.is(log.head, 5);
    log.sync();
    log.close();
    assert.equal(sequences(folder), upTo(5));
  });

  test(`${code} on the next segment breaks the log and loses nothing`, () => {
    const folder = temporaryFolder();
    const files = faultyFiles(nodeFiles);
    const { log } = opened(folder, SMALL, files);
    while (log.segment === 1) {
      files.fail('rename', code);
      if (log.append(record(log.head + 1), 50) === -1) break;
    }
    assert.is(log.fault?.kind, code === 'ENOSPC' ? 'full' : 'io');
    const written = log.head;
    files.heal();
    log.close();
    const again = opened(folder);
    assert.is(again.log.head, written);
    again.log.close();
    assert.equal(sequences(folder), upTo(written));
  });
}

test('EIO on a sync breaks the log: a second sync is not tried', () => {
  const files = faultyFiles(nodeFiles);
  const { log } = opened(temporaryFolder(), SMALL, files);
  write(log, 2);
  files.fail('sync', 'EIO');
  log.sync();
  files.heal();
  const syncs = files.count('sync');
  log.sync();
  log.close();
  assert.is(files.count('sync'), syncs);
  assert.is(log.durable, 0);
  assert.match(logFaultText(log.fault as never), /segment: syncing failed: EIO/);
});

test('EIO on the last sync of a log is seen after the close', () => {
  const files = faultyFiles(nodeFiles);
  const { log } = opened(temporaryFolder(), SMALL, files);
  write(log, 2);
  files.fail('sync', 'EIO');
  log.close();
  assert.match(logFaultText(log.fault as never), /closing failed: EIO/);
});

test('a closed log refuses records', () => {
  const { log } = opened(temporaryFolder());
  log.close();
  assert.is(log.append(record(1), 50), -1);
  assert.match(logFaultText(log.fault as never), /the log is closed/);
});

test('a folder that cannot be used is a fault, not an exception', () => {
  const files = faultyFiles(nodeFiles);
  files.fail('write', 'ENOSPC');
  const result = openRecordLog(files, temporaryFolder(), { segmentBytes: SMALL });
  assert.ok(
    !result.ok && /opening the log failed: no space is left/.test(logFaultText(result.error)),
  );
});

test('a bug in the files passes through as it is', () => {
  const files = {
    ...nodeFiles,
    list: (): string[] => {
      throw new TypeError('not a system error');
    },
  };
  assert.throws(() => openRecordLog(files, temporaryFolder(), { segmentBytes: SMALL }), TypeError);
});

test('a segment that is missing in the middle ends a reading with a fault', () => {
  const folder = temporaryFolder();
  const { log } = opened(folder);
  write(log, 200);
  log.close();
  unlinkSync(join(folder, segmentsIn(folder)[1] as string));
  assert.throws(() => sequences(folder), /record 57 is damaged or missing/);
});

test('a folder without a log reads as nothing', () => {
  assert.equal(sequences(join(temporaryFolder(), 'none')), []);
});

test('an unreadable file ends a reading with a fault', () => {
  const folder = temporaryFolder();
  const { log } = opened(folder);
  write(log, 2);
  log.close();
  const files = faultyFiles(nodeFiles);
  files.fail('read', 'EIO');
  assert.throws(() => [...readRecords(files, folder, 1)], /reading failed: EIO/);
});

test.run();
