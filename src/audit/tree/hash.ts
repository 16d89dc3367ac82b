import { hash } from 'node:crypto';
import { assert } from '../../core/result.ts';

/** SHA-256. */
export const HASH_BYTES = 32;
/** Largest leaf: its length stands before it as an unsigned 16-bit number. */
export const LEAF_BYTES_MAX = 65_535;

/** Keeps a leaf from passing as an inner node, and the other way round. */
const LEAF_PREFIX = 0x00;
const NODE_PREFIX = 0x01;

/** Prefix and content in one piece: a single call hashes faster than two updates. */
const leafInput = new Uint8Array(1 + LEAF_BYTES_MAX).fill(LEAF_PREFIX, 0, 1);
const nodeInput = new Uint8Array(1 + 2 * HASH_BYTES).fill(NODE_PREFIX, 0, 1);

/** The root of a tree without leaves: the hash of nothing. */
export const EMPTY_ROOT: Uint8Array = sha256(new Uint8Array());

/**
 * Hash of a leaf.
 *
 * @param leaf at most `LEAF_BYTES_MAX` bytes
 * @see RFC 6962, section 2.1
 */
export function leafHash(leaf: Uint8Array): Uint8Array {
  assert(leaf.length <= LEAF_BYTES_MAX, 'a leaf has at most 65,535 bytes');
  leafInput.set(leaf, 1);
  return sha256(leafInput.subarray(0, 1 + leaf.length));
}

/** Hash of an inner node over its two children. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  nodeInput.set(left, 1);
  nodeInput.set(right, 1 + HASH_BYTES);
  return sha256(nodeInput);
}

/**
 * By way of a text of 32 characters, and into memory that many hashes share: a buffer of its own
 * for each hash takes twice as long as the hash.
 */
function sha256(bytes: Uint8Array): Uint8Array {
  return Buffer.from(hash('sha256', bytes, 'binary'), 'latin1');
}

/** Whether two hashes are the same bytes. */
export function isSameHash(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}

/** A hash as people and files see it. */
export function hashText(value: Uint8Array): string {
  return Buffer.from(value).toString('base64');
}

/** The bytes of a text in the one base64 spelling they have; null for any other text. */
export function bytesOfBase64(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}
