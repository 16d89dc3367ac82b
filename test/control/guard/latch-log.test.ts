import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type LatchLog, openLatchLog } from '../../../src/control/guard/latch-log.ts';
import type { Files, OpenFile } from '../../../src/core/env.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { millisOf } from '../../../src/core/units.ts';
import { inTempFolder } from '../../support/edge/temp-folder.ts';

const NOW = millisOf(1_767_225_600_000);

function opened(path: string, files: Files = nodeFiles): LatchLog {
  const latch = openLatchLog(files, path);
  if (!latch.ok) throw new Error(latch.error);
  return latch.value;
}

function standing(path: string): [trip: number, cause: string | null] {
  const latch = opened(path);
  latch.close();
  return [latch.trip, latch.cause];
}

function written(path: string, text: string): [trip: number, cause: string | null] {
  nodeFiles.replace(path, new TextEncoder().encode(text));
  return standing(path);
}

const TRIP = '{"kind":"trip","trip":1,"cause":"open contacts: a"}\n';

test('a trip stands until its reset, and every line stays in the file', () =>
  inTempFolder((folder) => {
    const path = `${folder}/latch.log`;
    assert.equal(standing(path), [0, null]);
    const latch = opened(path);
    latch.append({ kind: 'trip', trip: 1, cause: 'open contacts: a' }, NOW);
    assert.equal(standing(path), [1, 'open contacts: a'], 'without a sync, as after kill -9');
    latch.append({ kind: 'reset', trip: 1 }, NOW);
    latch.sync();
    assert.equal(standing(path), [1, null]);
    latch.append({ kind: 'trip', trip: 2, cause: 'open contacts: b' }, NOW);
    latch.close();
    assert.equal(standing(path), [2, 'open contacts: b']);
    const lines = new TextDecoder().decode(nodeFiles.read(path) ?? undefined).split('\n');
    assert.is(lines.filter((line) => line !== '').length, 3);
    assert.match(lines[1] ?? '', '2026-01-01T00:00:00.000Z');
  }));

test('ES32: a line that cannot be read is a trip, and a reset of an earlier trip lifts none', () =>
  inTempFolder((folder) => {
    const path = `${folder}/latch.log`;
    const unreadable = 'a latch file of the guard that cannot be read';
    assert.equal(written(path, '{"kind":"tri'), [1, unreadable]);
    assert.equal(written(path, `${TRIP}garbage\n`), [2, unreadable]);
    assert.equal(written(path, `${TRIP}{"kind":"reset","trip":1}\n\ngarb`), [2, unreadable]);
    assert.equal(written(path, '{"kind":"reset","trip":0}\n'), [1, unreadable]);
    assert.equal(written(path, '{"kind":"trip","trip":1}\n'), [1, unreadable]);
    assert.equal(written(path, '{"kind":"strange","trip":1}\n'), [1, unreadable]);
    const twice = `${TRIP}{"kind":"trip","trip":2,"cause":"c"}\n{"kind":"reset","trip":1}\n`;
    assert.equal(written(path, twice), [2, 'c']);
    assert.equal(written(path, `${TRIP}garbage\n{"kind":"reset","trip":2}\n`), [2, null]);
  }));

test('a latch file larger than any of ours is a trip, and is not read', () => {
  const huge = { size: () => 17 * 1024 * 1024, read: () => assert.unreachable() };
  const files = {
    ...nodeFiles,
    read: () => new Uint8Array(),
    open: () => huge as never as OpenFile,
  };
  assert.match(opened('/huge', files).cause ?? '', /cannot be read/);
});

test('a latch that cannot be opened is an error with its path', () => {
  const latch = openLatchLog(nodeFiles, '/proc/none/latch.log');
  assert.ok(!latch.ok && latch.error.startsWith('/proc/none/latch.log: '));
});

test.run();
