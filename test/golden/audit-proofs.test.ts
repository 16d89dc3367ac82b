/** Merkle proofs of transparency-dev/merkle (Apache-2.0), commit 417fb0c31475; most must fail. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkConsistency, checkInclusion } from '../../src/audit/tree/proof-check.ts';
import { fromBase64, safetyVectors } from '../support/audit/vectors.ts';

interface Vectors {
  readonly inclusion: readonly {
    readonly id: string;
    readonly leafIdx: number;
    readonly treeSize: number;
    readonly root: string;
    readonly leafHash: string;
    readonly proof: readonly string[] | null;
    readonly wantErr: boolean;
  }[];
  readonly consistency: readonly {
    readonly id: string;
    readonly size1: number;
    readonly size2: number;
    readonly root1: string;
    readonly root2: string;
    readonly proof: readonly string[] | null;
    readonly wantErr: boolean;
  }[];
}

const { inclusion, consistency } = safetyVectors<Vectors>('rfc6962_proof_vectors');
const hashes = (proof: readonly string[] | null) => (proof ?? []).map(fromBase64);

test('every inclusion proof is judged as its authors say', () => {
  let refused = 0;
  for (const { id, leafIdx, treeSize, root, leafHash, proof, wantErr } of inclusion) {
    const { ok } = checkInclusion({
      index: leafIdx,
      size: treeSize,
      leaf: fromBase64(leafHash),
      proof: hashes(proof),
      root: fromBase64(root),
    });
    assert.is(ok, !wantErr, id);
    if (!ok) refused += 1;
  }
  assert.equal([inclusion.length, refused], [52, 47]);
});

test('every consistency proof is judged as its authors say', () => {
  let refused = 0;
  for (const { id, size1, size2, root1, root2, proof, wantErr } of consistency) {
    const { ok } = checkConsistency({
      older: { size: size1, root: fromBase64(root1) },
      newer: { size: size2, root: fromBase64(root2) },
      proof: hashes(proof),
    });
    assert.is(ok, !wantErr, id);
    if (!ok) refused += 1;
  }
  assert.equal([consistency.length, refused], [59, 54]);
});

test.run();
