import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openCheckpoint, signCheckpoint } from '../../src/audit/note/checkpoint.ts';
import { parseVerifierKey } from '../../src/audit/note/keys.ts';
import { consistencyProof, rangeRoot } from '../../src/audit/tree/proofs.ts';
import type { Files } from '../../src/core/env.ts';
import { nodeFiles } from '../../src/core/node-files.ts';
import { type Heads, openHeads } from '../../src/guard/heads.ts';
import { aLogKey, ORIGIN } from '../support/audit/keys.ts';
import { keptTree, someLeaves } from '../support/audit/trees.ts';
import { inTempFolder } from '../support/edge/temp-folder.ts';
import { manualEnv } from '../support/manual-env.ts';
import { must } from '../support/venue/fixtures.ts';

const tree = keptTree(someLeaves(30));
const { clock } = manualEnv();

function opened(folder: string, files: Files = nodeFiles): Heads {
  const entropy = (bytes: number) => new Uint8Array(bytes).fill(5);
  return must(openHeads({ files, clock, entropy }, folder, 'guard.desk'));
}

function checkpointOf(size: number): Buffer {
  const root = rangeRoot(0, size, tree.nodeAt);
  return Buffer.from(signCheckpoint({ origin: ORIGIN, size, root }, [aLogKey()]));
}

const request = (fromSize: number, size: number) => ({
  checkpoint: checkpointOf(size),
  fromSize,
  proof: fromSize === 0 ? [] : consistencyProof(fromSize, size, tree.nodeAt),
});

const verdict = (heads: Heads, fromSize: number, size: number): string => {
  const note = heads.cosign(request(fromSize, size));
  return note.ok ? 'cosigned' : note.error.kind;
};

test('a cosignature is good, dated, and of the key that lies beside the heads', () =>
  inTempFolder((folder) => {
    const heads = opened(folder);
    const note = must(heads.cosign(request(0, 7)));
    const key = must(parseVerifierKey(heads.key));
    assert.is(key.name, 'guard.desk');
    const checkpoint = must(openCheckpoint(Buffer.from(note), [aLogKey().key, key]));
    assert.equal(checkpoint.cosignatures, [{ key, seconds: Math.floor(clock.now() / 1_000) }]);
    const text = new TextDecoder().decode(nodeFiles.read(`${folder}/witness.pub`) ?? undefined);
    assert.is(text, `${heads.key}\n`);
    heads.close();
  }));

test('A08: a witness that was killed remembers what it has cosigned', () =>
  inTempFolder((folder) => {
    const heads = opened(folder);
    assert.is(verdict(heads, 0, 7), 'cosigned');
    assert.is(verdict(heads, 7, 20), 'cosigned');
    const after = opened(folder);
    assert.is(after.key, heads.key, 'and has its key');
    assert.is(verdict(after, 0, 7), 'inconsistent', 'the directory was rolled back');
    assert.is(verdict(after, 0, 25), 'stale-proof');
    assert.is(verdict(after, 20, 25), 'cosigned');
  }));

test('a head that a crash has torn was never cosigned, and the one before it counts', () =>
  inTempFolder((folder) => {
    const heads = opened(folder);
    verdict(heads, 0, 7);
    verdict(heads, 7, 9);
    const file = nodeFiles.open(`${folder}/heads.log`, 'update');
    file.truncate(file.size() - 3);
    file.close();
    const after = opened(folder);
    assert.is(verdict(after, 7, 20), 'cosigned');
    assert.is(verdict(opened(folder), 20, 21), 'cosigned', 'and the file goes on after it');
  }));

test('heads that a power cut has left holes in are forgotten, and the one before them counts', () =>
  inTempFolder((folder) => {
    const heads = opened(folder);
    for (const [from, to] of [
      [0, 7],
      [7, 9],
      [9, 12],
    ] as const)
      verdict(heads, from, to);
    const path = `${folder}/heads.log`;
    const lines = Buffer.from(nodeFiles.read(path) ?? [])
      .toString()
      .split('\n');
    const holed = (line: string | undefined): string => `${'\0'.repeat(30)}${line?.slice(30)}`;
    const [first, second, third] = lines;
    nodeFiles.replace(path, Buffer.from(`${first}\n${holed(second)}\n${holed(third)}\n`));
    const after = opened(folder);
    assert.is(verdict(after, 7, 20), 'cosigned');
    assert.is(verdict(opened(folder), 20, 21), 'cosigned', 'and the file goes on after it');
    nodeFiles.replace(path, Buffer.from(`${holed(first)}\n${second}\n`));
    assert.is(verdict(opened(folder), 9, 22), 'cosigned', 'a whole head after a hole counts');
  }));

test('A08: heads that cannot be read are no reason to begin anew', () =>
  inTempFolder((folder) => {
    for (const line of ['garbage', '{}', '{"origin":"o","size":1,"root":"AA=="}']) {
      nodeFiles.replace(`${folder}/heads.log`, Buffer.from(`${line}\n`));
      const entropy = (bytes: number) => new Uint8Array(bytes);
      const heads = openHeads({ files: nodeFiles, clock, entropy }, folder, 'guard.desk');
      assert.ok(!heads.ok && heads.error.includes('heads.log:1: found '), line);
    }
  }));

test('a key that is none is an error, and is not quoted', () =>
  inTempFolder((folder) => {
    nodeFiles.replace(`${folder}/witness.key`, Buffer.from('secret'));
    const entropy = (bytes: number) => new Uint8Array(bytes);
    const heads = openHeads({ files: nodeFiles, clock, entropy }, folder, 'guard.desk');
    assert.ok(!heads.ok && /found 6 characters/.test(heads.error));
    const none = openHeads({ files: nodeFiles, clock, entropy }, '/proc/none', 'guard.desk');
    assert.ok(!none.ok && none.error.startsWith('/proc/none'));
  }));

test('a head that cannot be kept is not cosigned', () =>
  inTempFolder((folder) => {
    let isFull = false;
    const files: Files = {
      ...nodeFiles,
      open(path, mode) {
        const file = nodeFiles.open(path, mode);
        const write: typeof file.write = (...args) => {
          if (isFull) throw new Error('ENOSPC');
          file.write(...args);
        };
        return { ...file, write };
      },
    };
    const heads = opened(folder, files);
    verdict(heads, 0, 7);
    heads.sync();
    heads.sync();
    isFull = true;
    assert.is(verdict(heads, 7, 9), 'refused');
    isFull = false;
    assert.is(verdict(heads, 7, 9), 'cosigned');
  }));

test('a file of heads that is full is laid aside, and the witness forgets nothing', () =>
  inTempFolder((folder) => {
    const heads = opened(folder);
    verdict(heads, 0, 7);
    // As if millions of heads were in it.
    const file = nodeFiles.open(`${folder}/heads.log`, 'update');
    const kept = nodeFiles.read(`${folder}/heads.log`) as Uint8Array;
    const line = new Uint8Array(16 * 1024 * 1024 - 2 * kept.length).fill(0x20);
    line[line.length - 1] = 0x0a;
    file.write(line, 0, line.length, 0);
    file.write(kept, 0, kept.length, line.length);
    file.close();
    const full = opened(folder);
    assert.is(verdict(full, 7, 9), 'cosigned');
    assert.is(verdict(full, 9, 20), 'cosigned');
    assert.ok(nodeFiles.read(`${folder}/heads.log.1`) !== null);
    assert.is(verdict(opened(folder), 0, 9), 'inconsistent');
    assert.is(verdict(opened(folder), 20, 21), 'cosigned');
  }));

test('an unreadable note is refused by the witness too', () =>
  inTempFolder((folder) => {
    const heads = opened(folder);
    const refused = heads.cosign({ checkpoint: Buffer.from('x'), fromSize: 0, proof: [] });
    assert.ok(!refused.ok && refused.error.kind === 'refused');
    const sixteen = signCheckpoint(
      { origin: ORIGIN, size: 7, root: rangeRoot(0, 7, tree.nodeAt) },
      Array.from({ length: 16 }, () => aLogKey()),
    );
    const crowded = heads.cosign({ checkpoint: Buffer.from(sixteen), fromSize: 0, proof: [] });
    assert.ok(!crowded.ok && crowded.error.kind === 'refused');
  }));

test.run();
