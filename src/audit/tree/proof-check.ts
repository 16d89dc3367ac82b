import { err, ok, type Result } from '../../core/result.ts';
import { HASH_BYTES, hashText, isSameHash, nodeHash } from './hash.ts';
import { half, isPowerOfTwo } from './powers.ts';

/** No tree of less than 2^64 leaves needs more. */
export const PROOF_HASHES_MAX = 64;

export interface ProofFault {
  readonly kind: 'proof-refused';
  readonly found: string;
  readonly expected: string;
}

/**
 * Checks that a leaf is at an index of the tree with a root. Whatever the values are, it does not
 * throw.
 *
 * @see RFC 9162, section 2.1.3.2
 */
export function checkInclusion(claim: {
  readonly index: number;
  readonly size: number;
  /** Hash of the leaf. */
  readonly leaf: Uint8Array;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}): Result<void, ProofFault> {
  const { index, size, leaf, proof, root } = claim;
  if (!isSize(size) || size === 0) return refused(`size ${size}`, SIZE_EXPECTED);
  if (!isSize(index) || index >= size) return refused(`index ${index}`, `0 … ${size - 1}`);
  const fault = faultOfHashes(proof, [leaf]);
  if (fault !== null) return fault;
  let at = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0) return tooLong(proof);
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(sibling, hash);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [at, last] = [half(at), half(last)];
  }
  if (last !== 0) return tooShort(proof);
  return sameRoot(hash, root);
}

/**
 * Checks that the tree with the root `newer` was once the tree with the root `older`. Whatever the
 * values are, it does not throw.
 *
 * @see RFC 9162, section 2.1.4.2
 */
export function checkConsistency(claim: {
  readonly older: { readonly size: number; readonly root: Uint8Array };
  readonly newer: { readonly size: number; readonly root: Uint8Array };
  readonly proof: readonly Uint8Array[];
}): Result<void, ProofFault> {
  const { older, newer, proof } = claim;
  if (!isSize(newer.size)) return refused(`size ${newer.size}`, SIZE_EXPECTED);
  if (!isSize(older.size) || older.size === 0 || older.size > newer.size) {
    return refused(`older size ${older.size}`, `1 … ${newer.size}`);
  }
  if (older.size === newer.size) {
    return proof.length > 0 ? tooLong(proof) : sameRoot(newer.root, older.root);
  }
  if (proof.length === 0) return tooShort(proof);
  const fault = faultOfHashes(proof, [older.root, newer.root]);
  if (fault !== null) return fault;
  const [seed, ...rest] = isPowerOfTwo(older.size) ? [older.root, ...proof] : proof;
  let at = older.size - 1;
  let last = newer.size - 1;
  while (at % 2 === 1) [at, last] = [half(at), half(last)];
  let before = seed as Uint8Array;
  let after = before;
  for (const sibling of rest) {
    if (last === 0) return tooLong(proof);
    if (at % 2 === 1 || at === last) {
      before = nodeHash(sibling, before);
      after = nodeHash(sibling, after);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, half(last)];
    } else {
      after = nodeHash(after, sibling);
    }
    [at, last] = [half(at), half(last)];
  }
  if (last !== 0) return tooShort(proof);
  const same = sameRoot(before, older.root);
  return same.ok ? sameRoot(after, newer.root) : same;
}

const SIZE_EXPECTED = `a whole number of leaves up to ${Number.MAX_SAFE_INTEGER}`;

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function faultOfHashes(
  proof: readonly Uint8Array[],
  others: readonly Uint8Array[],
): ReturnType<typeof refused> | null {
  if (proof.length > PROOF_HASHES_MAX) {
    return refused(`${proof.length} hashes`, `at most ${PROOF_HASHES_MAX}`);
  }
  const odd = [...others, ...proof].find((hash) => hash.length !== HASH_BYTES);
  return odd === undefined ? null : refused(`a hash of ${odd.length} bytes`, `${HASH_BYTES} bytes`);
}

function sameRoot(found: Uint8Array, expected: Uint8Array): Result<void, ProofFault> {
  if (isSameHash(found, expected)) return ok(undefined);
  return refused(`root ${hashText(found)}`, `root ${hashText(expected)}`);
}

function tooLong(proof: readonly Uint8Array[]): ReturnType<typeof refused> {
  return refused(`${proof.length} hashes`, 'fewer for these sizes');
}

function tooShort(proof: readonly Uint8Array[]): ReturnType<typeof refused> {
  return refused(`${proof.length} hashes`, 'more for these sizes');
}

function refused(found: string, expected: string) {
  return err<ProofFault>({ kind: 'proof-refused', found, expected });
}
