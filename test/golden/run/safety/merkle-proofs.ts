import { checkConsistency, checkInclusion } from '../../../../src/audit/tree/proof-check.ts';
import { fromBase64 } from '../../../support/safety-vectors.ts';
import { type Corpus, EXACT } from '../vector.ts';

interface Case {
  readonly id: string;
  readonly desc: string;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}

interface InclusionCase extends Case {
  readonly leafIdx: number;
  readonly treeSize: number;
  readonly root: string;
  readonly leafHash: string;
}

interface ConsistencyCase extends Case {
  readonly size1: number;
  readonly size2: number;
  readonly root1: string;
  readonly root2: string;
}

type Verdict = (one: never) => boolean;

const VERDICTS: Readonly<Record<string, Verdict>> = {
  inclusion: isIncluded,
  consistency: isConsistent,
};
/** Optional in the schema: the log proves whole trees only, so nothing here would ever ask. */
const NOT_NEEDED = ['subtreeinclusion', 'subtreeconsistency'];

/** Merkle proofs of transparency-dev/merkle; most must be refused. */
export const merkleProofs: Corpus = ({ topic, document }) =>
  Object.entries(document as Record<string, unknown>)
    .filter((entry): entry is [string, Case[]] => Array.isArray(entry[1]))
    .filter(([item]) => !NOT_NEEDED.includes(item))
    .flatMap(([item, cases]) =>
      cases.map((one) => {
        const verdict = VERDICTS[item];
        return {
          topic,
          item,
          name: one.id,
          expected: { wantErr: one.wantErr },
          tolerance: EXACT,
          answer: verdict === undefined ? null : () => ({ wantErr: !verdict(one as never) }),
        };
      }),
    );

function isIncluded({ leafIdx, treeSize, root, leafHash, proof }: InclusionCase): boolean {
  return checkInclusion({
    index: leafIdx,
    size: treeSize,
    leaf: fromBase64(leafHash),
    proof: hashes(proof),
    root: fromBase64(root),
  }).ok;
}

function isConsistent({ size1, size2, root1, root2, proof }: ConsistencyCase): boolean {
  return checkConsistency({
    older: { size: size1, root: fromBase64(root1) },
    newer: { size: size2, root: fromBase64(root2) },
    proof: hashes(proof),
  }).ok;
}

function hashes(proof: readonly string[] | null): readonly Uint8Array[] {
  return (proof ?? []).map(fromBase64);
}
