import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../../src/core/rng.ts';
import { lossyFiles } from '../../../src/simulation/disk/lossy-files.ts';
import { processFiles, SOUND_DISK } from '../../../src/simulation/disk/process-files.ts';

function aProcess() {
  const disk = lossyFiles(4);
  const switches = { ...SOUND_DISK };
  const seen = {
    isAlive: true,
    stalledMs: 0,
    torn: 0,
    wrote: [] as string[],
    replaced: [] as string[],
  };
  const files = processFiles(disk, switches, {
    isAlive: () => seen.isAlive,
    wrote: (path, bytes, position) => seen.wrote.push(`${path} ${bytes.length} ${position}`),
    replaced: (path: string) => seen.replaced.push(path),
    torn: () => {
      seen.torn += 1;
    },
    stalled: (ms) => {
      seen.stalledMs += ms;
    },
  });
  return { disk, switches, seen, files };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (given: Uint8Array | null): string | null =>
  given === null ? null : new TextDecoder().decode(given);

test('a sound disk keeps what is written, and what was synced outlives the power', () => {
  const { disk, files, seen } = aProcess();
  files.ensureFolder('/d', 0o700);
  const file = files.open('/d/f', 'create');
  files.syncFolder('/d');
  file.write(bytes('abcdefgh'), 2, 4, 0);
  assert.equal(seen.wrote, ['/d/f 4 0']);
  file.sync();
  const into = new Uint8Array(4);
  assert.is(file.read(into, 0, 4, 0), 4);
  assert.is(file.size(), 4);
  file.close();
  disk.cutPower(rngOf(1));
  assert.is(text(files.read('/d/f')), 'cdef');
  assert.is(text(disk.onMedium('/d/f')), 'cdef');
  files.rename('/d/f', '/d/g');
  assert.equal(files.list('/d'), ['g']);
  disk.flipBit('/d/g', 0);
  assert.is(text(files.read('/d/g')), 'bdef');
  files.remove('/d/g');
  assert.is(disk.onMedium('/d/g'), null);
  assert.is(files.space('/d').freeBytes, files.space('/d').totalBytes);
});

test('each switch fails what it is for, with the code of the system', () => {
  const { files, switches, seen } = aProcess();
  const file = files.open('/f', 'create');
  const code = (act: () => void): string => {
    try {
      act();
      return 'done';
    } catch (thrown) {
      return (thrown as NodeJS.ErrnoException).code ?? 'no code';
    }
  };
  switches.writeCode = 'ENOSPC';
  assert.is(
    code(() => file.write(bytes('a'), 0, 1, 0)),
    'ENOSPC',
  );
  assert.is(
    code(() => files.replace('/r', bytes('a'))),
    'ENOSPC',
  );
  switches.writeCode = '';
  switches.syncCode = 'EIO';
  assert.is(
    code(() => file.sync()),
    'EIO',
  );
  assert.is(
    code(() => files.syncFolder('/')),
    'EIO',
  );
  switches.syncCode = '';
  switches.openCode = 'EMFILE';
  assert.is(
    code(() => void files.open('/f', 'read')),
    'EMFILE',
  );
  switches.openCode = '';
  switches.syncMs = 40;
  file.sync();
  assert.is(seen.stalledMs, 40);
});

test('a sync that lies leaves the medium as it was', () => {
  const { disk, files, switches } = aProcess();
  const file = files.open('/f', 'create');
  files.syncFolder('/');
  file.write(bytes('old!'), 0, 4, 0);
  file.sync();
  switches.isSyncLost = true;
  file.write(bytes('new!'), 0, 4, 0);
  file.sync();
  assert.is(text(disk.onMedium('/f')), 'old!');
});

test('a torn write leaves half of itself and stops the process', () => {
  const { files, switches, seen } = aProcess();
  const file = files.open('/f', 'create');
  switches.isTearing = true;
  file.write(bytes('abcd'), 0, 4, 0);
  assert.is(seen.torn, 1);
  assert.equal(seen.wrote, [], 'nobody takes it for written');
  assert.is(text(files.read('/f')), 'ab');
});

test('a dead process reaches nothing, and nothing is thrown at it', () => {
  const { disk, files, seen } = aProcess();
  const file = files.open('/f', 'create');
  seen.isAlive = false;
  file.write(bytes('x'), 0, 1, 0);
  file.sync();
  file.truncate(0);
  assert.is(file.read(new Uint8Array(1), 0, 1, 0), 0);
  const gone = files.open('/other', 'create');
  gone.write(bytes('x'), 0, 1, 0);
  gone.sync();
  gone.truncate(3);
  gone.close();
  assert.is(gone.size(), 0);
  assert.is(gone.read(new Uint8Array(1), 0, 1, 0), 0);
  files.replace('/f', bytes('x'));
  files.ensureFolder('/f', 0);
  files.rename('/f', '/g');
  files.syncFolder('/');
  files.remove('/f');
  assert.is(files.read('/f'), null);
  assert.equal(files.list('/'), []);
  assert.is(text(disk.read('/f')), '');
});

test.run();
