import { hash } from 'node:crypto';
import { RECORD_BYTES_MAX } from '../segment.ts';

/** The chain before the first record. */
export const CHAIN_START: Uint8Array = new Uint8Array(32);

/**
 * Running SHA-256 over records: of the hash so far and the next record. It works in memory of its
 * own, so that a link costs one hash and nothing else.
 */
export class Chain {
  readonly #bytes = Buffer.allocUnsafe(CHAIN_START.length + RECORD_BYTES_MAX);
  /** 32 bytes, which the next link overwrites. */
  readonly head: Uint8Array = this.#bytes.subarray(0, CHAIN_START.length);

  /** Goes on from a hash. */
  resume(head: Uint8Array): void {
    this.#bytes.set(head);
  }

  link(payload: Uint8Array): void {
    this.#bytes.set(payload, CHAIN_START.length);
    const input = this.#bytes.subarray(0, CHAIN_START.length + payload.length);
    this.#bytes.write(hash('sha256', input, 'binary'), 0, 'latin1');
  }
}
