import { assert } from '../../core/result.ts';
import { EMPTY_ROOT, nodeHash } from './hash.ts';
import { levelWithin } from './powers.ts';

/** Hash of the complete subtree that is `index`-th from the left at `level`; leaves are level 0. */
export type NodeAt = (level: number, index: number) => Uint8Array;

/**
 * A growing Merkle tree, held as the roots of the complete subtrees that it consists of: one for
 * each bit of its size, so at most 53. An append costs one hash amortised.
 *
 * @see RFC 6962, section 2.1
 */
export class MerkleRange {
  #size = 0;
  /** Largest subtree first. */
  readonly #peaks: Uint8Array[] = [];

  /** Leaves so far. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds the hash of a leaf.
   *
   * @param completed called with each subtree that this leaf completes, the leaf itself first
   */
  append(
    leaf: Uint8Array,
    completed: (level: number, index: number, hash: Uint8Array) => void = () => {},
  ): void {
    assert(this.#size < Number.MAX_SAFE_INTEGER, 'the size of a tree is a safe integer');
    let hash = leaf;
    let index = this.#size;
    completed(0, index, hash);
    for (let level = 1; index % 2 === 1; level += 1) {
      hash = nodeHash(this.#peaks.pop() as Uint8Array, hash);
      index = (index - 1) / 2;
      completed(level, index, hash);
    }
    this.#peaks.push(hash);
    this.#size += 1;
  }

  /** Root over everything that was added. */
  root(): Uint8Array {
    const last = this.#peaks.at(-1);
    if (last === undefined) return EMPTY_ROOT;
    return this.#peaks.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
  }

  /** Goes on with a tree of which `nodeAt` knows every complete subtree. */
  static restored(size: number, nodeAt: NodeAt): MerkleRange {
    const range = new MerkleRange();
    range.#size = size;
    let from = 0;
    for (let left = size; left > 0; ) {
      const level = levelWithin(left);
      const width = 2 ** level;
      range.#peaks.push(nodeAt(level, from / width));
      from += width;
      left -= width;
    }
    return range;
  }
}
