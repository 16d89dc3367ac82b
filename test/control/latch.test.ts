import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type DiskLatch, latchAt, prepareLatch } from '../../src/control/latch.ts';
import type { Files } from '../../src/core/env.ts';
import { nodeFiles } from '../../src/core/node-files.ts';
import { millisOf } from '../../src/core/units.ts';
import { inTempFolder } from '../support/edge/temp-folder.ts';
import { law } from '../support/law.ts';

const NOW = millisOf(Date.UTC(2026, 0, 2, 3, 4, 5));
const UNREADABLE = 'an unreadable latch file';

function withLatch(use: (latch: DiskLatch, path: string) => void, files: Files = nodeFiles): void {
  inTempFolder((folder) => {
    const path = join(folder, 'emergency');
    use(latchAt(files, path), path);
  });
}

test('a latch is not set until it is, and stays set for the next process', () => {
  withLatch((latch, path) => {
    assert.is(latch.cause(), null);
    latch.set('kill button', NOW);
    assert.is(latch.cause(), 'kill button');
    assert.is(latchAt(nodeFiles, path).cause(), 'kill button');
    const text = new TextDecoder().decode(nodeFiles.read(path) as Uint8Array);
    assert.is(text, '{"cause":"kill button","at":"2026-01-02T03:04:05.000Z"}\n');
  });
});

test('on a full disk the spare becomes the latch', () => {
  let isFull = false;
  const files: Files = {
    ...nodeFiles,
    replace(path, bytes) {
      if (isFull) throw new Error('ENOSPC: no space left on device, write');
      nodeFiles.replace(path, bytes);
    },
  };
  withLatch((latch, path) => {
    prepareLatch(files, path, NOW);
    assert.is(latch.cause(), null);
    isFull = true;
    latch.set('drawdown', NOW);
    assert.match(latch.cause() ?? '', 'tripped when the cause could not be written');
    latch.clear();
    assert.is(latch.cause(), null);
    assert.throws(() => latch.set('again', NOW), /ENOSPC/, 'a spare is used once in a start');
  }, files);
});

test('the first cause stays', () => {
  withLatch((latch) => {
    latch.set('drawdown', NOW);
    latch.set('watchdog', NOW);
    assert.is(latch.cause(), 'drawdown');
  });
});

test('ES32: the name that a spare gets is on the medium before the stop goes on', () => {
  const done: string[] = [];
  const files: Files = {
    ...nodeFiles,
    replace() {
      throw new Error('ENOSPC');
    },
    rename(from, to) {
      done.push('rename');
      nodeFiles.rename(from, to);
    },
    syncFolder(path) {
      done.push('sync');
      nodeFiles.syncFolder(path);
    },
  };
  withLatch((_, path) => {
    prepareLatch(nodeFiles, path, NOW);
    latchAt(files, path).set('drawdown', NOW);
    assert.equal(done, ['rename', 'sync']);
  });
});

test('a cleared latch is not set, and clearing it again is harmless', () => {
  withLatch((latch) => {
    latch.set('drawdown', NOW);
    latch.clear();
    latch.clear();
    assert.is(latch.cause(), null);
    latch.set('watchdog', NOW);
    assert.is(latch.cause(), 'watchdog');
  });
});

test('any cause comes back as it was', () => {
  withLatch((latch) => {
    law(
      fc.property(fc.string({ unit: 'grapheme' }), (cause) => {
        latch.clear();
        latch.set(cause, NOW);
        assert.is(latch.cause(), cause);
      }),
      50,
    );
  });
});

test('whatever cannot be understood counts as tripped', () => {
  withLatch((latch, path) => {
    for (const text of ['', '\0\0\0', '{"cause":', 'null', '7', '[]', '{"cause":7}', '\xff\xfe']) {
      nodeFiles.replace(path, new TextEncoder().encode(text));
      assert.is(latch.cause(), UNREADABLE, text);
    }
  });
});

test('a latch on a disk that cannot be read counts as tripped', () => {
  const read = (): never => {
    throw new Error('EIO');
  };
  withLatch((latch) => assert.is(latch.cause(), UNREADABLE), { ...nodeFiles, read });
});

test('a trip is written down although the file could not be read at that moment', () => {
  let isBroken = true;
  const read = (path: string): Uint8Array | null => {
    if (isBroken) throw new Error('EIO');
    return nodeFiles.read(path);
  };
  withLatch(
    (latch) => {
      latch.set('drawdown', NOW);
      isBroken = false;
      assert.is(latch.cause(), 'drawdown');
    },
    { ...nodeFiles, read },
  );
});

test('a trip that cannot be kept throws the error of the system', () => {
  const replace = (): never => {
    throw new Error('ENOSPC');
  };
  withLatch((latch) => assert.throws(() => latch.set('drawdown', NOW), /ENOSPC/), {
    ...nodeFiles,
    replace,
  });
});

test('ES04: a mark is there for every reader before any disk has been waited for', () => {
  const waited: string[] = [];
  const files: Files = {
    ...nodeFiles,
    open(path, mode) {
      const file = nodeFiles.open(path, mode);
      return { ...file, sync: () => void waited.push(`sync ${path}`) };
    },
    replace(path, bytes) {
      waited.push('replace');
      nodeFiles.replace(path, bytes);
    },
    syncFolder: (path) => void waited.push(`sync ${path}`),
  };
  withLatch((latch, path) => {
    latch.mark('kill button', NOW);
    assert.equal(waited, []);
    assert.is(latch.cause(), 'kill button');
    assert.is(latchAt(nodeFiles, path).cause(), 'kill button', 'a process that is killed');
    latch.mark('watchdog', NOW);
    latch.set('watchdog', NOW);
    assert.equal(waited, ['replace'], 'what was marked reaches the disk');
    assert.is(latch.cause(), 'kill button', 'and the first cause stays');
    latch.set('watchdog', NOW);
    assert.equal(waited, ['replace'], 'once');
    latch.clear();
    assert.is(latch.cause(), null);
    latch.set('drawdown', NOW);
    assert.is(latch.cause(), 'drawdown');
  }, files);
});

test('a mark that cannot be written throws, and leaves it to the spare', () => {
  const files: Files = {
    ...nodeFiles,
    open: () => ({
      ...nodeFiles.open('/dev/null', 'read'),
      write() {
        throw new Error('ENOSPC');
      },
    }),
  };
  withLatch((latch) => {
    assert.throws(() => latch.mark('kill button', NOW), /ENOSPC/);
    assert.is(latch.cause(), null);
    latch.set('kill button', NOW);
    assert.is(latch.cause(), 'kill button');
  }, files);
});

test.run();
