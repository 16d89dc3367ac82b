import { assert } from '../../core/result.ts';
import { EMPTY_ROOT, nodeHash } from './hash.ts';
import type { NodeAt } from './merkle-range.ts';
import { isPowerOfTwo, levelWithin } from './powers.ts';

/**
 * What proves that a leaf is in a tree: the sibling of every node from the leaf up to the root.
 *
 * @param index 0 … `size` - 1
 * @see RFC 6962, section 2.1.1
 */
export function inclusionProof(index: number, size: number, nodeAt: NodeAt): Uint8Array[] {
  assert(index >= 0 && index < size, 'only a leaf of the tree can be proven to be in it');
  const proof: Uint8Array[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    if (index < middle) {
      proof.push(rangeRoot(middle, end, nodeAt));
      end = middle;
    } else {
      proof.push(rangeRoot(start, middle, nodeAt));
      start = middle;
    }
  }
  return proof.reverse();
}

/**
 * What proves that a tree was once an older one and has only been added to since.
 *
 * @param older 1 … `newer`
 * @see RFC 6962, section 2.1.2
 */
export function consistencyProof(older: number, newer: number, nodeAt: NodeAt): Uint8Array[] {
  assert(older > 0 && older <= newer, 'a tree is compared with one that is not larger');
  const proof: Uint8Array[] = [];
  let [start, end] = [0, newer];
  let isWholeOlder = true;
  while (end !== older) {
    const middle = start + splitOf(end - start);
    if (older <= middle) {
      proof.push(rangeRoot(middle, end, nodeAt));
      end = middle;
    } else {
      proof.push(rangeRoot(start, middle, nodeAt));
      start = middle;
      isWholeOlder = false;
    }
  }
  // The verifier has the root of the older tree, so it needs that node only as a part of it.
  if (!isWholeOlder) proof.push(rangeRoot(start, end, nodeAt));
  return proof.reverse();
}

/** Root over the leaves from `start` up to but without `end`, as a part of a larger tree. */
export function rangeRoot(start: number, end: number, nodeAt: NodeAt): Uint8Array {
  const size = end - start;
  if (size === 0) return EMPTY_ROOT;
  if (isPowerOfTwo(size)) return nodeAt(levelWithin(size), start / size);
  const middle = start + splitOf(size);
  return nodeHash(rangeRoot(start, middle, nodeAt), rangeRoot(middle, end, nodeAt));
}

/** Largest power of two that is smaller than `size`, which is at least 2. */
function splitOf(size: number): number {
  return 2 ** levelWithin(size - 1);
}
