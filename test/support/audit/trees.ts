import { hash } from 'node:crypto';
import { MerkleRange, type NodeAt } from '../../../src/audit/tree/merkle-range.ts';
import type { ProofFault } from '../../../src/audit/tree/proof-check.ts';
import type { Result } from '../../../src/core/result.ts';

/** A tree with all of its complete subtrees kept, for proofs. */
export interface KeptTree {
  readonly range: MerkleRange;
  readonly nodeAt: NodeAt;
}

export function keptTree(leaves: readonly Uint8Array[]): KeptTree {
  const range = new MerkleRange();
  const nodes = new Map<string, Uint8Array>();
  for (const leaf of leaves) {
    range.append(leaf, (level, index, node) => nodes.set(`${level}/${index}`, node));
  }
  return { range, nodeAt: (level, index) => nodes.get(`${level}/${index}`) as Uint8Array };
}

/** The definition of RFC 6962, section 2.1, as it stands there: slow and plain. */
export function rootByDefinition(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return hash('sha256', '', 'buffer');
  if (leaves.length === 1) return leaves[0] as Uint8Array;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  const left = rootByDefinition(leaves.slice(0, split));
  const right = rootByDefinition(leaves.slice(split));
  return hash('sha256', Buffer.concat([Uint8Array.of(1), left, right]), 'buffer');
}

/** Distinct hashes of leaves. */
export function someLeaves(count: number, salt = ''): Uint8Array[] {
  return Array.from({ length: count }, (_, at) => hash('sha256', `${salt}${at}`, 'buffer'));
}

export const verdict = (result: Result<unknown, ProofFault>): string =>
  result.ok ? 'accepted' : `${result.error.found}, not ${result.error.expected}`;
