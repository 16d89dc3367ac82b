import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findingText } from '../../../src/audit/check/finding.ts';
import { proveConsistency, proveInclusion } from '../../../src/audit/check/log-proofs.ts';
import type { LogSource } from '../../../src/audit/check/verify-log.ts';
import { checkConsistency, checkInclusion } from '../../../src/audit/tree/proof-check.ts';
import { type TileAddress, tilePath } from '../../../src/audit/tree/tiles.ts';
import { keptTree, rootByDefinition, someLeaves, verdict } from '../../support/audit/trees.ts';
import { must } from '../../support/venue/fixtures.ts';

const SIZE = 700;
const leaves = someLeaves(SIZE);
const { nodeAt } = keptTree(leaves);
const root = rootByDefinition(leaves);

function hashesOf({ level, index, width }: TileAddress): Uint8Array {
  return Buffer.concat(
    Array.from({ length: width }, (_, at) => nodeAt(Number(level) * 8, index * 256 + at)),
  );
}

const source: LogSource = {
  checkpoint: () => null,
  bundle: () => null,
  tile: (address) => (tilePath(address) === 'tile/0/001' ? null : hashesOf(address)),
};

test('a proof that is made from tiles is accepted', () => {
  for (const index of [0, 100, 255, 512, 699]) {
    const small = { ...source, tile: hashesOf };
    const proof = must(proveInclusion(small, index, SIZE));
    const leaf = leaves[index] as Uint8Array;
    assert.is(verdict(checkInclusion({ index, size: SIZE, leaf, proof, root })), 'accepted');
    const older = { size: index + 1, root: rootByDefinition(leaves.slice(0, index + 1)) };
    const steps = must(proveConsistency(small, index + 1, SIZE));
    const checked = checkConsistency({ older, newer: { size: SIZE, root }, proof: steps });
    assert.is(verdict(checked), 'accepted');
  }
});

test('a tile that is missing is named, and only by a proof that needs it', () => {
  const failed = proveInclusion(source, 300, SIZE);
  assert.is(
    failed.ok ? '' : findingText(failed.error),
    'tile/0/001: tile-damaged: found no such tile, expected a tile; open the log for writing ' +
      'to make it again',
  );
  assert.ok(proveInclusion(source, 100, SIZE).ok);
});

test('whatever else goes wrong while a proof is made goes on', () => {
  const broken = {
    ...source,
    tile(): never {
      throw new Error('EIO');
    },
  };
  assert.throws(() => proveInclusion(broken, 0, SIZE), /EIO/);
});

test.run();
