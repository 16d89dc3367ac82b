import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EMPTY_ROOT, LEAF_BYTES_MAX, leafHash } from '../../../src/audit/tree/hash.ts';
import { MerkleRange } from '../../../src/audit/tree/merkle-range.ts';
import { isPowerOfTwo, levelWithin } from '../../../src/audit/tree/powers.ts';
import { rangeRoot } from '../../../src/audit/tree/proofs.ts';
import { keptTree, rootByDefinition, someLeaves } from '../../support/audit/trees.ts';
import { law } from '../../support/law.ts';

const sizes = fc.integer({ min: 0, max: 600 });

test('the root of a growing tree is the one of the definition at every size', () => {
  const leaves = someLeaves(70);
  const range = new MerkleRange();
  assert.equal(range.root(), EMPTY_ROOT);
  leaves.forEach((leaf, at) => {
    range.append(leaf);
    assert.is(range.size, at + 1);
    assert.equal(range.root(), rootByDefinition(leaves.slice(0, at + 1)), `size ${at + 1}`);
  });
});

test('a tree goes on from its complete subtrees as if it had never stopped', () => {
  law(
    fc.property(sizes, sizes, (before, more) => {
      const leaves = someLeaves(before + more);
      const whole = keptTree(leaves);
      const restored = MerkleRange.restored(before, whole.nodeAt);
      assert.equal(restored.root(), rootByDefinition(leaves.slice(0, before)));
      for (const leaf of leaves.slice(before)) restored.append(leaf);
      assert.equal(restored.root(), whole.range.root());
      assert.equal(rangeRoot(0, before, whole.nodeAt), rootByDefinition(leaves.slice(0, before)));
    }),
    60,
  );
});

test('a tree of the largest size refuses one more leaf', () => {
  const range = MerkleRange.restored(Number.MAX_SAFE_INTEGER, () => EMPTY_ROOT);
  assert.throws(() => range.append(EMPTY_ROOT), /safe integer/);
});

test('a leaf that is larger than its length can say is a bug', () => {
  assert.is(leafHash(new Uint8Array(LEAF_BYTES_MAX)).length, 32);
  assert.throws(() => leafHash(new Uint8Array(LEAF_BYTES_MAX + 1)), /65,535/);
});

test('powers of two are exact where logarithms of doubles are not', () => {
  assert.is(Math.log2(2 ** 50 + 1), 50);
  for (let level = 0; level < 53; level += 1) {
    assert.is(levelWithin(2 ** level), level);
    assert.ok(isPowerOfTwo(2 ** level));
    if (level < 2) continue;
    assert.is(levelWithin(2 ** level - 1), level - 1);
    assert.is(levelWithin(2 ** level + 1), level);
    assert.not(isPowerOfTwo(2 ** level - 1));
    assert.not(isPowerOfTwo(2 ** level + 1));
  }
  assert.not(isPowerOfTwo(0));
});

test.run();
