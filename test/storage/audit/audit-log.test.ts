import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Signer, VerifierKey } from '../../../src/audit/note/keys.ts';
import { leafHash } from '../../../src/audit/tree/hash.ts';
import { MerkleRange } from '../../../src/audit/tree/merkle-range.ts';
import { decodeEntries } from '../../../src/audit/tree/tiles.ts';
import type { Files } from '../../../src/core/env.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { lossyFiles } from '../../../src/simulation/disk/lossy-files.ts';
import { openAuditLog, STAGED_ENTRIES_MAX } from '../../../src/storage/audit/audit-log.ts';
import { logFaultText } from '../../../src/storage/log-fault.ts';
import { chained } from '../../support/audit/entries.ts';
import { verdictOf } from '../../support/audit/forgeries.ts';
import { aLaterKey, aLogKey } from '../../support/audit/keys.ts';
import { commit, openedLog, stage, writtenLog } from '../../support/audit/logs.ts';
import { temporaryFolder } from '../temporary.ts';

/** Every file below a folder, with a digest. */
function contents(folder: string, below = ''): Record<string, string> {
  return Object.fromEntries(
    readdirSync(join(folder, below))
      .sort()
      .flatMap((name): [string, string][] => {
        const path = join(below, name);
        if (statSync(join(folder, path)).isDirectory()) {
          return Object.entries(contents(folder, path));
        }
        const bytes = readFileSync(join(folder, path));
        return [[path, createHash('sha256').update(bytes).digest('hex')]];
      }),
  );
}

test('a log of 600 entries has the files that tlog-tiles asks for, and no others', () => {
  const folder = temporaryFolder();
  writtenLog(nodeFiles, folder, [1, 99, 300, 200]);
  assert.equal(Object.keys(contents(folder)), [
    'checkpoint',
    'tile/0/000',
    'tile/0/001',
    'tile/0/002.p/88',
    'tile/1/000.p/2',
    'tile/entries/000',
    'tile/entries/001',
    'tile/entries/002.p/88',
  ]);
});

test('however a log is cut into commits and openings, its bytes are the same', () => {
  const [one, two] = [temporaryFolder(), temporaryFolder()];
  writtenLog(nodeFiles, one, [700]);
  for (const commits of [[3, 250], [3], [1, 255, 100], [], [88]])
    writtenLog(nodeFiles, two, commits);
  assert.equal(contents(two), contents(one));
});

test('the checkpoint covers exactly the entries of the bundles', () => {
  const folder = temporaryFolder();
  const { log, recovered } = openedLog(nodeFiles, folder);
  assert.equal(recovered, { entries: 0, droppedBytes: 0, repairedTiles: 0 });
  stage(log, 300);
  assert.is(log.head.size, 0);
  commit(log);
  assert.is(log.head.size, 300);
  assert.is(readFileSync(join(folder, 'checkpoint'), 'utf8'), log.checkpoint);
  const expected = chained(300);
  const range = new MerkleRange();
  for (const entry of expected) range.append(leafHash(entry));
  assert.equal(log.head.root, range.root());
  const second = decodeEntries(readFileSync(join(folder, 'tile/entries/001.p/44')), 44);
  assert.equal(second.ok && second.value.map(String), expected.slice(256).map(String));
  log.close();
});

test('a commit goes to the medium in the order that a crash may cut anywhere', () => {
  const steps: string[] = [];
  const disk = lossyFiles();
  const told = (what: string, path: string) => steps.push(`${what} ${path.slice(4)}`);
  const files: Files = {
    ...disk,
    open(path, mode) {
      const file = disk.open(path, mode);
      if (mode === 'read') return file;
      return {
        ...file,
        write(bytes, offset, length, position) {
          told('write', path);
          file.write(bytes, offset, length, position);
        },
        sync() {
          told('sync', path);
          file.sync();
        },
      };
    },
    rename(from, to) {
      told('rename to', to);
      disk.rename(from, to);
    },
    syncFolder(path) {
      told('sync names of', `${path}/`);
      disk.syncFolder(path);
    },
    replace(path, bytes) {
      told('replace', path);
      disk.replace(path, bytes);
    },
    remove(path) {
      if (disk.list(path).length > 0 || disk.read(path) !== null) told('remove', path);
      disk.remove(path);
    },
  };
  const { log } = openedLog(files, 'log');
  stage(log, 255);
  commit(log);
  steps.length = 0;
  stage(log, 2);
  commit(log);
  assert.equal(steps, [
    'write tile/entries/000.p/255',
    'sync tile/entries/000.p/255',
    'rename to tile/entries/000',
    'write tile/entries/001.p/1',
    'sync tile/entries/001.p/1',
    'write tile/0/000',
    'sync tile/0/000',
    'write tile/0/001.p/1',
    'write tile/1/000.p/1',
    'sync names of tile/entries/',
    'sync names of tile/',
    'sync names of tile/entries/001.p/',
    'sync names of ',
    'sync names of tile/0/',
    'replace checkpoint',
    'remove tile/0/000.p',
  ]);
});

test('whoever verifies the log while it is written finds it right at every step', () => {
  const disk = lossyFiles();
  let looks = 0;
  const look = (): void => {
    if (disk.read('log/checkpoint') === null) return;
    looks += 1;
    assert.is(verdictOf(disk), 'verified', `step ${looks}`);
  };
  const files: Files = {
    ...disk,
    open(path, mode) {
      const file = disk.open(path, mode);
      look();
      return {
        ...file,
        write(bytes, offset, length, position) {
          // A write may be seen when only a part of it is there.
          file.write(bytes, offset, Math.floor(length / 2), position);
          look();
          file.write(bytes, offset, length, position);
          look();
        },
      };
    },
    rename(from, to) {
      disk.rename(from, to);
      look();
    },
    replace(path, bytes) {
      disk.replace(path, bytes);
      look();
    },
    remove(path) {
      disk.remove(path);
      look();
    },
  };
  writtenLog(files, 'log', [3, 250, 5, 260, 1]);
  assert.ok(looks > 50, `${looks} looks`);
});

test('no more is staged than a commit may bring to disk', () => {
  const { log } = openedLog(lossyFiles(), 'log');
  stage(log, STAGED_ENTRIES_MAX);
  assert.throws(() => stage(log, 1), /"kind":"staged-full","entries":4096/);
  assert.is(log.staged, STAGED_ENTRIES_MAX);
  assert.is(log.last?.seq, STAGED_ENTRIES_MAX);
  commit(log);
  assert.is(log.staged, 0);
  stage(log, 1);
});

test('an entry that is none is refused and leaves the log as it was', () => {
  const { log } = openedLog(lossyFiles(), 'log');
  assert.throws(() => stage(log, 1, () => ({ payload: { size: Number.NaN } })), /"bad-entry"/);
  stage(log, 1);
  commit(log);
  assert.is(log.head.size, 1);
  const foreign = aLaterKey('another.log');
  const event = { seq: 2, monoNs: 1n, wallNs: 1n, boot: 1, epoch: 0, actor: 'audit' };
  assert.throws(() => log.rotate(event, foreign), /one of the same log/);
  assert.not(log.rotate({ ...event, seq: 9 }, aLaterKey()).ok);
});

test('a log that was closed takes nothing', () => {
  const { log } = openedLog(lossyFiles(), 'log');
  log.close();
  assert.throws(() => stage(log, 1), /the log is closed/);
  assert.not(log.commit().ok);
});

test('a commit of nothing writes nothing', () => {
  const { log } = openedLog(lossyFiles(), 'log');
  const before = log.checkpoint;
  commit(log);
  assert.is(log.checkpoint, before);
});

test('a log is opened after a rotation by its new key, if the old checkpoint is accepted', () => {
  const files = lossyFiles();
  writtenLog(files, 'log', [3]);
  const before = files.read('log/checkpoint') as Uint8Array;
  const { log } = openedLog(files, 'log');
  const event = { seq: 4, monoNs: 4_000_000n, wallNs: 1n, boot: 1, epoch: 0, actor: 'audit' };
  assert.ok(log.rotate(event, aLaterKey()).ok);
  log.close();
  // The crash came after the entry and before the checkpoint that both keys sign.
  files.replace('log/checkpoint', before);
  const signer = aLaterKey();
  assert.not(openAuditLog(files, 'log', { signer }).ok);
  const opened = openAuditLog(files, 'log', { signer, accepted: [aLogKey().key] });
  assert.ok(opened.ok);
  assert.is(opened.value.recovered.entries, 1);
  assert.is(verdictOf(files), 'verified');
});

test('a log is not opened by a key that it was not handed to, nor by one that gave it away', () => {
  const files = lossyFiles();
  writtenLog(files, 'log', [3]);
  const refusal = (signer: Signer, accepted: readonly VerifierKey[]): string => {
    const result = openAuditLog(files, 'log', { signer, accepted });
    return result.ok ? 'opened' : logFaultText(result.error);
  };
  assert.match(
    refusal(aLaterKey(), [aLogKey().key]),
    /not in the hands of .*; open it with its own/,
  );
  const { log } = openedLog(files, 'log');
  const event = { seq: 4, monoNs: 4_000_000n, wallNs: 1n, boot: 1, epoch: 0, actor: 'audit' };
  assert.ok(log.rotate(event, aLaterKey()).ok);
  log.close();
  assert.match(refusal(aLogKey(), []), /not in the hands of/);
  assert.is(refusal(aLaterKey(), []), 'opened');
  const next = openedLog(files, 'log', aLaterKey());
  stage(next.log, 1);
  commit(next.log);
  assert.match(refusal(aLogKey(), []), /it must be one of/);
  assert.is(verdictOf(files), 'verified');
});

test.run();
