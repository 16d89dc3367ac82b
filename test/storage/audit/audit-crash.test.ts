import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { signCheckpoint } from '../../../src/audit/note/checkpoint.ts';
import { hashText, leafHash } from '../../../src/audit/tree/hash.ts';
import { MerkleRange } from '../../../src/audit/tree/merkle-range.ts';
import { encodeEntries, wholeEntries } from '../../../src/audit/tree/tiles.ts';
import type { Files } from '../../../src/core/env.ts';
import { rngOf } from '../../../src/core/rng.ts';
import { type FileOperation, faultyFiles } from '../../../src/simulation/disk/faulty-files.ts';
import { lossyFiles } from '../../../src/simulation/disk/lossy-files.ts';
import { openAuditLog } from '../../../src/storage/audit/audit-log.ts';
import { bundleFile } from '../../../src/storage/audit/growing-bundle.ts';
import { readTile } from '../../../src/storage/audit/tile-files.ts';
import { logFaultText } from '../../../src/storage/log-fault.ts';
import { chained } from '../../support/audit/entries.ts';
import { aForeignKey, aLogKey } from '../../support/audit/keys.ts';
import { commit, openedLog, stage, writtenLog } from '../../support/audit/logs.ts';
import { law } from '../../support/law.ts';

/** Entries in the bundles of a log, whatever the checkpoint says. */
function entriesOf(files: Files): string[] {
  const found: string[] = [];
  for (let index = 0; ; index += 1) {
    const path = bundleFile({ files, path: 'log' }, index);
    if (path === null) return found;
    found.push(...wholeEntries(Buffer.from(files.read(path) ?? []), 256).entries.map(String));
  }
}

function rootOf(entries: readonly string[]): Uint8Array {
  const range = new MerkleRange();
  for (const entry of entries) range.append(leafHash(Buffer.from(entry)));
  return range.root();
}

const ALL = chained(4_000).map(String);
const lives = fc.array(
  fc.record({
    commits: fc.array(fc.oneof(fc.nat({ max: 9 }), fc.integer({ min: 200, max: 300 })), {
      maxLength: 2,
    }),
    staged: fc.oneof(fc.nat({ max: 9 }), fc.nat({ max: 300 })),
    operation: fc.constantFrom<FileOperation>('open', 'write', 'sync', 'rename', 'syncFolder'),
    after: fc.nat({ max: 12 }),
  }),
  { minLength: 1, maxLength: 4 },
);

test('a loss of power at any operation takes no entry that a checkpoint covered', () => {
  law(
    fc.property(lives, fc.integer(), (steps, seed) => {
      const random = rngOf(seed);
      const disk = lossyFiles();
      for (const { commits, staged, operation, after } of steps) {
        const files = faultyFiles(disk);
        const { log } = openedLog(files, 'log');
        for (const count of commits) {
          stage(log, count);
          commit(log);
        }
        const covered = log.head.size;
        stage(log, staged);
        files.fail(operation, 'EIO', after);
        const isCommitted = log.commit().ok;
        const { size } = log;
        disk.cutPower(random);
        const again = openedLog(disk, 'log');
        assert.ok(again.log.head.size >= (isCommitted ? size : covered));
        assert.ok(again.log.head.size <= size);
        assert.is(
          hashText(again.log.head.root),
          hashText(rootOf(ALL.slice(0, again.log.head.size))),
        );
        assert.equal(entriesOf(disk), ALL.slice(0, again.log.head.size));
        again.log.close();
      }
    }),
    40,
  );
});

test('A13: entries behind the checkpoint that are whole stay, and the cut one goes', () => {
  const files = lossyFiles();
  writtenLog(files, 'log', [5]);
  const before = files.read('log/checkpoint') as Uint8Array;
  const { log } = openedLog(files, 'log');
  stage(log, 3);
  commit(log);
  log.close();
  // As if the machine had stopped before the tiles: three more entries, the last one cut short.
  files.replace('log/checkpoint', before);
  const file = files.open('log/tile/entries/000.p/8', 'update');
  file.truncate(file.size() - 10);
  file.sync();
  const again = openedLog(files, 'log');
  const length = ALL[7]?.length as number;
  assert.equal(again.recovered, { entries: 2, droppedBytes: length + 2 - 10, repairedTiles: 0 });
  assert.is(again.log.head.size, 7);
  assert.equal(entriesOf(files), ALL.slice(0, 7));
});

test('what is whole by its length and does not follow is no entry', () => {
  const files = lossyFiles();
  writtenLog(files, 'log', [5]);
  const path = 'log/tile/entries/000.p/5';
  const file = files.open(path, 'update');
  const end = file.size();
  const [, , entry] = wholeEntries(files.read(path) as Uint8Array, 5).entries as Uint8Array[];
  const again = encodeEntries([entry as Uint8Array]);
  file.write(again, 0, again.length, end);
  file.sync();
  const { log, recovered } = openedLog(files, 'log');
  assert.equal(recovered, { entries: 0, droppedBytes: again.length, repairedTiles: 0 });
  assert.is(log.head.size, 5);
  assert.is((files.read(path) as Uint8Array).length, end);
});

test('a file that has the name of the next bundle and is none is no part of the log', () => {
  for (const name of ['001', '001.p/9']) {
    const files = lossyFiles();
    writtenLog(files, 'log', [256]);
    files.replace(`log/tile/entries/${name}`, new Uint8Array(100).fill(7));
    const { log, recovered } = openedLog(files, 'log');
    assert.is(recovered.droppedBytes, 100);
    stage(log, 5);
    commit(log);
    log.close();
    assert.is(openedLog(files, 'log').log.head.size, 261, name);
    assert.equal(entriesOf(files), ALL.slice(0, 261));
  }
});

test('A14: tiles that are missing or rotten are made again from the entries', () => {
  const files = lossyFiles();
  writtenLog(files, 'log', [600]);
  const paths = ['tile/0/000', 'tile/0/002.p/88', 'tile/1/000.p/2'].map((tile) => `log/${tile}`);
  const good = paths.map((path) => files.read(path) as Uint8Array);
  const rot = (path: string) =>
    files.replace(
      path,
      (files.read(path) as Uint8Array).map((byte, at) => (at === 9 ? ~byte : byte)),
    );
  for (const [at, path] of paths.entries()) {
    for (const damage of [rot, files.remove]) {
      damage(path);
      const { log, recovered } = openedLog(files, 'log');
      assert.ok(recovered.repairedTiles > 0, path);
      assert.equal(files.read(path), good[at], path);
      log.close();
    }
  }
});

test('an entry that a checkpoint covers is never repaired: the log does not open', () => {
  const path = 'log/tile/entries/000';
  const opening = (damage: (bytes: Uint8Array) => Uint8Array | null): string => {
    const files = lossyFiles();
    writtenLog(files, 'log', [600]);
    const damaged = damage(files.read(path) as Uint8Array);
    if (damaged === null) files.remove(path);
    else files.replace(path, damaged);
    // Full tiles are trusted as long as they lead to the root, so these have to go as well.
    files.remove('log/tile/0/000');
    const result = openAuditLog(files, 'log', { signer: aLogKey() });
    return result.ok ? 'opened' : logFaultText(result.error);
  };
  assert.match(
    opening(() => null),
    /entry 0 is missing; stop here/,
  );
  assert.match(
    opening((bytes) => bytes.slice(0, -1)),
    /tile\/entries\/000 at byte .*: entry 255 is/,
  );
  assert.match(
    opening((bytes) => bytes.map((byte, at) => (at === 100 ? byte ^ 1 : byte))),
    /^log at byte 0: the 600 entries do not hash to the signed root/,
  );
});

test('a log of which the last entry is gone does not open', () => {
  for (const count of [5, 256]) {
    const files = lossyFiles();
    writtenLog(files, 'log', [count]);
    files.remove(bundleFile({ files, path: 'log' }, 0) as string);
    const result = openAuditLog(files, 'log', { signer: aLogKey() });
    assert.match(result.ok ? '' : logFaultText(result.error), /entry \d+ is missing/);
  }
});

test('a folder without its checkpoint, or with a strange one, does not open', () => {
  const files = lossyFiles();
  writtenLog(files, 'log', [5]);
  const refusal = (): string => {
    const result = openAuditLog(files, 'log', { signer: aLogKey() });
    return result.ok ? 'opened' : logFaultText(result.error);
  };
  const head = { origin: aLogKey().key.name, size: 5, root: rootOf(ALL.slice(0, 5)) };
  files.replace('log/checkpoint', Buffer.from(signCheckpoint(head, [aForeignKey()])));
  assert.match(refusal(), /^log\/checkpoint at byte 0: signatures of .*; it must be one of/);
  files.replace('log/checkpoint', new Uint8Array(100_000));
  assert.match(refusal(), /16385 bytes; it must be at most 16384/);
  files.remove('log/checkpoint');
  assert.match(refusal(), /no checkpoint, though there are entries/);
});

test('after a failed sync the log takes nothing more, also when the disk is well again', () => {
  const files = faultyFiles(lossyFiles());
  const { log } = openedLog(files, 'log');
  stage(log, 5);
  files.fail('sync', 'EIO');
  const failed = log.commit();
  assert.match(failed.ok ? '' : logFaultText(failed.error), /EIO: injected, sync/);
  files.heal();
  assert.not(log.commit().ok);
  assert.not(log.append({ ...JSON.parse('{}') }).ok);
  assert.is(log.head.size, 0);
  assert.ok(log.fault);
});

test('a log whose recovered entries cannot be covered does not open', () => {
  const disk = lossyFiles();
  const { log } = openedLog(disk, 'log');
  const before = Buffer.from(log.checkpoint);
  stage(log, 4);
  commit(log);
  log.close();
  disk.replace('log/checkpoint', before);
  const files = faultyFiles(disk);
  files.fail('sync', 'EIO');
  const result = openAuditLog(files, 'log', { signer: aLogKey() });
  assert.is(result.ok ? '' : result.error.kind, 'io');
  files.heal();
  assert.is(openedLog(files, 'log').recovered.entries, 4);
});

test('a full disk is named as such', () => {
  const files = faultyFiles(lossyFiles());
  files.fail('open', 'ENOSPC', 1);
  const opened = openAuditLog(files, 'log', { signer: aLogKey() });
  assert.ok(opened.ok);
  stage(opened.value.log, 1);
  const failed = opened.value.log.commit();
  assert.match(failed.ok ? '' : logFaultText(failed.error), /no space is left/);
  const unopened = openAuditLog(files, 'log', { signer: aLogKey() });
  assert.match(unopened.ok ? '' : logFaultText(unopened.error), /no space is left/);
});

test('more entries without a checkpoint than a commit holds are no crash', () => {
  const files = lossyFiles();
  const { log } = openedLog(files, 'log');
  const before = Buffer.from(log.checkpoint);
  for (let commits = 0; commits < 3; commits += 1) {
    stage(log, 3_000);
    commit(log);
  }
  log.close();
  files.replace('log/checkpoint', before);
  const result = openAuditLog(files, 'log', { signer: aLogKey() });
  assert.match(result.ok ? '' : logFaultText(result.error), /more than 8192 entries that no check/);
});

test('a disk that cannot be read is no damage', () => {
  const disk = lossyFiles();
  writtenLog(disk, 'log', [300]);
  for (let after = 0; after < 6; after += 1) {
    const files = faultyFiles(disk);
    files.fail('read', 'EIO', after);
    const result = openAuditLog(files, 'log', { signer: aLogKey() });
    assert.is(result.ok || result.error.kind, result.ok ? true : 'io');
  }
});

test('a reader looks again when a file is renamed under it, and not for ever', () => {
  const disk = lossyFiles();
  writtenLog(disk, 'log', [5]);
  let looks = 0;
  const files: Files = {
    ...disk,
    list(path) {
      looks += 1;
      return path.endsWith('.p') ? ['7', '999', 'x'] : disk.list(path);
    },
  };
  assert.is(readTile({ files, path: 'log' }, { level: 0, index: 0, width: 6 }), null);
  assert.is(looks, 3);
});

test.run();
