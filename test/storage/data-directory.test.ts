import { mkdirSync, readdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { clientIdsOf, isOwnClientId } from '../../src/core/ids.ts';
import { nodeClock } from '../../src/core/node-env.ts';
import { nodeFiles } from '../../src/core/node-files.ts';
import { ok } from '../../src/core/result.ts';
import { faultyFiles } from '../../src/simulation/disk/faulty-files.ts';
import {
  type DataDirectory,
  directoryFaultText,
  openDataDirectory,
} from '../../src/storage/data-directory.ts';
import type { Locker } from '../../src/storage/directory-lock.ts';
import { temporaryFolder } from './temporary.ts';

let seed = 0;
const entropy = (bytes: number): Uint8Array => {
  seed += 1;
  return new Uint8Array(bytes).fill(seed * 37);
};
const free: Locker = () => ok({ release() {} });

function opening(path: string, lock = free, files = nodeFiles) {
  return openDataDirectory({ files, clock: nodeClock, entropy }, path, lock);
}

function opened(path: string): DataDirectory {
  const directory = opening(path);
  if (!directory.ok) throw new Error(directoryFaultText(directory.error));
  return directory.value;
}

function failure(path: string, files = nodeFiles): string {
  const directory = opening(path, free, files);
  return directory.ok ? 'it opened' : directoryFaultText(directory.error);
}

test('a new directory gets its identity once and keeps it', () => {
  const path = join(temporaryFolder(), 'data');
  const first = opened(path);
  assert.match(first.deskId, /^[a-z2-7]{8}$/);
  assert.is(first.runFolder, `${path}/run`);
  assert.is(first.journalFolder, `${path}/journal`);
  first.release();
  const second = opened(path);
  assert.is(second.deskId, first.deskId);
  assert.is(second.createdMs, first.createdMs);
  assert.is.not(opened(join(temporaryFolder(), 'other')).deskId, first.deskId);
  assert.is(statSync(join(path, 'run')).mode & 0o777, 0o700);
  assert.is(statSync(path).mode & 0o777, 0o700);
});

test('starts are counted, durably, and never twice', () => {
  const path = join(temporaryFolder(), 'data');
  const boots = Array.from({ length: 4 }, () => {
    const boot = opened(path).nextBoot();
    return boot.ok ? boot.value : -1;
  });
  assert.equal(boots, [1, 2, 3, 4]);
  const id = clientIdsOf(opened(path).deskId, 4)('mm');
  assert.ok(isOwnClientId(opened(path).deskId, id));
});

test('a counter from an old backup goes on behind the journal', () => {
  const path = join(temporaryFolder(), 'data');
  assert.equal(opened(path).nextBoot(41), { ok: true, value: 42 });
  assert.equal(opened(path).nextBoot(3), { ok: true, value: 43 });
});

test('a counter that is gone or unreadable is not begun anew', () => {
  const path = join(temporaryFolder(), 'data');
  const directory = opened(path);
  for (const text of ['', '{"boot":-1}', '{"boot":1.5}', '{"boot":"7"}', 'null', '[]', '{"boot"']) {
    writeFileSync(join(path, 'boot.json'), text);
    const boot = directory.nextBoot();
    assert.ok(!boot.ok && boot.error.kind === 'directory-damaged', text);
    assert.is(readFileSync(join(path, 'boot.json'), 'utf8'), text);
  }
  unlinkSync(join(path, 'boot.json'));
  const gone = directory.nextBoot();
  assert.match(
    gone.ok ? '' : directoryFaultText(gone.error),
    /boot.json: found no such file, want/,
  );
});

test('a counter that cannot be written is a fault', () => {
  const path = join(temporaryFolder(), 'data');
  const files = {
    ...nodeFiles,
    replace(file: string, bytes: Uint8Array): void {
      if (isFull) throw Object.assign(new Error('ENOSPC: no space'), { code: 'ENOSPC' });
      nodeFiles.replace(file, bytes);
    },
  };
  let isFull = false;
  const directory = opening(path, free, files);
  isFull = true;
  const boot = directory.ok ? directory.value.nextBoot() : directory;
  assert.match(boot.ok ? '' : directoryFaultText(boot.error), /counting this start failed: no spa/);
});

/** Everything below a folder with its content. */
function contentOf(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => `${file} ${statSync(file).isFile() ? readFileSync(file, 'hex') : ''}`);
}

test('a directory of another version is named and not touched', () => {
  const path = join(temporaryFolder(), 'data');
  opened(path);
  writeFileSync(join(path, 'version.json'), '{"version":2,"deskId":5}');
  const before = contentOf(path);
  assert.match(
    failure(path),
    /has version 2, this program supports 1: start the program that made/,
  );
  assert.equal(contentOf(path), before);
});

test('a directory of something else is named and not touched', () => {
  const path = temporaryFolder();
  mkdirSync(join(path, 'photos'));
  writeFileSync(join(path, 'readme'), 'hello');
  const before = contentOf(path);
  assert.match(
    failure(path),
    /is no data directory and holds photos, readme: choose an empty or a/,
  );
  assert.equal(contentOf(path), before);
});

test('a damaged identity is quoted and not replaced', () => {
  const path = join(temporaryFolder(), 'data');
  opened(path);
  const file = join(path, 'version.json');
  for (const text of [
    '',
    'rubbish',
    '{}',
    '{"version":1}',
    '{"version":1,"deskId":"short"}',
    '3',
  ]) {
    writeFileSync(file, text);
    assert.match(failure(path), /version.json: found ".*", wanted version, deskId and createdMs/);
    assert.is(readFileSync(file, 'utf8'), text);
  }
});

test('a creation that was cut off at any point is finished by the next start', () => {
  for (const operations of [0, 1, 2]) {
    const path = join(temporaryFolder(), 'data');
    let left = operations;
    const files = {
      ...nodeFiles,
      replace(file: string, bytes: Uint8Array): void {
        if (left === 0) {
          writeFileSync(`${file}.draft`, bytes.subarray(0, 3));
          throw Object.assign(new Error('EIO: power cut'), { code: 'EIO' });
        }
        left -= 1;
        nodeFiles.replace(file, bytes);
      },
    };
    const cut = opening(path, free, files);
    assert.is(cut.ok, operations === 2);
    assert.equal(opened(path).nextBoot(), { ok: true, value: 1 });
  }
});

test('a mounted disk that is empty may become a data directory', () => {
  const path = temporaryFolder();
  mkdirSync(join(path, 'lost+found'));
  assert.equal(opened(path).nextBoot(), { ok: true, value: 1 });
});

test('a directory that another has is left alone, and its lock is given back on a fault', () => {
  const path = join(temporaryFolder(), 'data');
  const held: Locker = (file) => ({
    ok: false,
    error: { kind: 'directory-held', path: file, holder: '77' },
  });
  const refused = opening(path, held);
  assert.match(
    refused.ok ? '' : directoryFaultText(refused.error),
    /run\/lock is held by process 77; one daemon to a data directory/,
  );
  assert.not.ok(readdirSync(path).includes('version.json'));
  let released = 0;
  const releasing: Locker = () => {
    // Between the look and the lock somebody else was here.
    writeFileSync(join(path, 'version.json'), '{"version":9}');
    return ok({
      release() {
        released += 1;
      },
    });
  };
  assert.is(opening(path, releasing).ok, false);
  assert.is(released, 1);
});

test('a system that fails is a fault, not an exception', () => {
  const files = faultyFiles(nodeFiles);
  const failing = { ...files, ensureFolder: () => files.syncFolder('/nowhere/at/all') };
  assert.match(failure(join(temporaryFolder(), 'x'), failing), /opening the data directory failed/);
});

test.run();
