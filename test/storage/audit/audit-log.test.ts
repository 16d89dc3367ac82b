import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { leafHash } from '../../../src/audit/tree/hash.ts';
import { MerkleRange } from '../../../src/audit/tree/merkle-range.ts';
import { decodeEntries } from '../../../src/audit/tree/tiles.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { chained } from '../../support/audit/entries.ts';
import { commit, openedLog, stage, writtenLog } from '../../support/audit/logs.ts';
import { temporaryFolder } from '../temporary.ts';

/** Every file below a folder, with a digest. */
export function contents(folder: string, below = ''): Record<string, string> {
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

test.run();
