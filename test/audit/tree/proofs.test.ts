import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EMPTY_ROOT, leafHash, nodeHash } from '../../../src/audit/tree/hash.ts';
import {
  checkConsistency,
  checkInclusion,
  PROOF_HASHES_MAX,
} from '../../../src/audit/tree/proof-check.ts';
import { consistencyProof, inclusionProof } from '../../../src/audit/tree/proofs.ts';
import { keptTree, rootByDefinition, someLeaves, verdict } from '../../support/audit/trees.ts';
import { law } from '../../support/law.ts';

const leaves = someLeaves(300);
const { nodeAt } = keptTree(leaves);
const rootAt = (size: number) => rootByDefinition(leaves.slice(0, size));
const sizeAndIndex = fc
  .integer({ min: 1, max: leaves.length })
  .chain((size) => fc.record({ size: fc.constant(size), index: fc.nat({ max: size - 1 }) }));
/** A bit of a 32-byte hash to turn over. */
const bit = fc.nat({ max: 255 });
const flipped = (hash: Uint8Array, at: number): Uint8Array =>
  hash.map((byte, index) => (index === Math.floor(at / 8) ? byte ^ (1 << (at % 8)) : byte));

test('the proof of every leaf at every size is accepted, and at no other place', () => {
  law(
    fc.property(sizeAndIndex, fc.nat({ max: 299 }), ({ size, index }, elsewhere) => {
      const proof = inclusionProof(index, size, nodeAt);
      const claim = { index, size, leaf: leaves[index] as Uint8Array, proof, root: rootAt(size) };
      assert.is(verdict(checkInclusion(claim)), 'accepted');
      const moved = checkInclusion({ ...claim, index: elsewhere });
      assert.is(moved.ok, elsewhere === index);
    }),
  );
});

test('a proof with one bit turned over proves nothing', () => {
  law(
    fc.property(sizeAndIndex, fc.nat(), bit, ({ size, index }, pick, at) => {
      const proof = inclusionProof(index, size, nodeAt);
      const claim = { index, size, leaf: leaves[index] as Uint8Array, proof, root: rootAt(size) };
      assert.not(checkInclusion({ ...claim, leaf: flipped(claim.leaf, at) }).ok);
      assert.not(checkInclusion({ ...claim, root: flipped(claim.root, at) }).ok);
      assert.not(checkInclusion({ ...claim, proof: [...proof, EMPTY_ROOT] }).ok);
      if (proof.length === 0) return;
      const bad = pick % proof.length;
      const edited = proof.map((hash, step) => (step === bad ? flipped(hash, at) : hash));
      assert.not(checkInclusion({ ...claim, proof: edited }).ok);
      assert.not(checkInclusion({ ...claim, proof: proof.slice(1) }).ok);
    }),
  );
});

test('a tree is consistent with each of its earlier sizes, and with no other tree', () => {
  law(
    fc.property(sizeAndIndex, bit, ({ size, index }, at) => {
      const older = { size: index + 1, root: rootAt(index + 1) };
      const newer = { size, root: rootAt(size) };
      const proof = consistencyProof(older.size, size, nodeAt);
      assert.is(verdict(checkConsistency({ older, newer, proof })), 'accepted');
      const forkedOld = { ...older, root: flipped(older.root, at) };
      const forkedNew = { ...newer, root: flipped(newer.root, at) };
      assert.not(checkConsistency({ older: forkedOld, newer, proof }).ok);
      assert.not(checkConsistency({ older, newer: forkedNew, proof }).ok);
      assert.not(checkConsistency({ older, newer, proof: [...proof, EMPTY_ROOT] }).ok);
      if (proof.length > 0) {
        assert.not(checkConsistency({ older, newer, proof: proof.slice(1) }).ok);
      }
    }),
  );
});

test('whatever is put in, a check answers and does not throw', () => {
  const size = fc.oneof(fc.maxSafeInteger(), fc.double(), fc.nat({ max: 9 }));
  const hash = fc.oneof(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.uint8Array());
  const proof = fc.array(hash, { maxLength: 70 });
  law(
    fc.property(size, size, hash, hash, proof, (one, two, leaf, root, hashes) => {
      checkInclusion({ index: one, size: two, leaf, proof: hashes, root });
      const older = { size: one, root: leaf };
      checkConsistency({ older, newer: { size: two, root }, proof: hashes });
    }),
    500,
  );
});

test('A22: a proof of more than 64 hashes is refused before anything is hashed', () => {
  const root = EMPTY_ROOT;
  const proof = Array.from({ length: PROOF_HASHES_MAX + 1 }, () => root);
  const claim = { index: 0, size: Number.MAX_SAFE_INTEGER, leaf: root, proof, root };
  assert.is(verdict(checkInclusion(claim)), '65 hashes, not at most 64');
  const heads = { older: { size: 1, root }, newer: { size: Number.MAX_SAFE_INTEGER, root } };
  assert.is(verdict(checkConsistency({ ...heads, proof })), '65 hashes, not at most 64');
});

test('A20: an inner node does not pass as a leaf, nor a leaf as an inner node', () => {
  const [left, right] = leaves as [Uint8Array, Uint8Array];
  const node = Buffer.concat([left, right]);
  assert.not.equal(leafHash(node), nodeHash(left, right));
  // With one prefix for both, the pair of hashes would be a leaf of a tree of one.
  const root = nodeHash(left, right);
  assert.not(checkInclusion({ index: 0, size: 1, leaf: leafHash(node), proof: [], root }).ok);
});

test('a refusal says what was found and what would be right', () => {
  const root = rootAt(3);
  const leaf = leaves[0] as Uint8Array;
  const proof = inclusionProof(0, 3, nodeAt);
  const at = (index: number, size: number) =>
    verdict(checkInclusion({ index, size, leaf, proof, root }));
  assert.is(at(3, 3), 'index 3, not 0 … 2');
  assert.is(at(0, 0), 'size 0, not a whole number of leaves up to 9007199254740991');
  assert.is(at(0, 1), '2 hashes, not fewer for these sizes');
  assert.is(at(0, 9), '2 hashes, not more for these sizes');
  const short = checkInclusion({ index: 0, size: 3, leaf, proof: [root.slice(1)], root });
  assert.is(verdict(short), 'a hash of 31 bytes, not 32 bytes');
});

test('a proof of what cannot be proven is a bug', () => {
  assert.throws(() => inclusionProof(3, 3, nodeAt), /only a leaf of the tree/);
  assert.throws(() => consistencyProof(0, 3, nodeAt), /not larger/);
});

test.run();
