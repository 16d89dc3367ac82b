import { err, ok, type Result } from '../core/result.ts';
import { CanonicalWriter } from './canonical-writer.ts';
import { type AuditEntry, type EntryFault, writeEntry } from './entry.ts';
import { LENGTH_BYTES } from './tree/tiles.ts';

/** Thousands of usual entries; what a rare commit needs beyond it is given back. */
const KEPT_BYTES = 4_194_304;

/**
 * Entries that wait for a commit, side by side in one piece of memory as they will stand in the
 * bundles: each behind its length. So an entry is written once, and a commit copies nothing.
 */
export class EntryStaging {
  #out = new CanonicalWriter(KEPT_BYTES);
  /** Offset behind each entry. */
  #ends: number[] = [];

  /** Entries that wait. */
  get count(): number {
    return this.#ends.length;
  }

  /**
   * Adds an entry.
   *
   * @returns its bytes, a view that holds until the next call; after a fault nothing is added
   */
  add(entry: AuditEntry): Result<Uint8Array, EntryFault> {
    const out = this.#out;
    const start = out.at;
    out.reserve(LENGTH_BYTES);
    out.at += LENGTH_BYTES;
    const fault = writeEntry(out, entry);
    if (fault === null) return ok(this.#added(start));
    out.at = start;
    return err(fault);
  }

  /** Adds an entry that is bytes already. */
  addBytes(bytes: Uint8Array): void {
    const out = this.#out;
    const start = out.at;
    out.reserve(LENGTH_BYTES + bytes.length);
    out.bytes.set(bytes, start + LENGTH_BYTES);
    out.at += LENGTH_BYTES + bytes.length;
    this.#added(start);
  }

  /** `count` entries from the `from`-th on as a bundle has them; a view, as above. */
  bundled(from: number, count: number): Uint8Array {
    const start = from === 0 ? 0 : (this.#ends[from - 1] as number);
    return this.#out.bytes.subarray(start, this.#ends[from + count - 1]);
  }

  clear(): void {
    this.#out.at = 0;
    this.#ends = [];
    if (this.#out.bytes.length > KEPT_BYTES) this.#out = new CanonicalWriter(KEPT_BYTES);
  }

  #added(start: number): Uint8Array {
    const { at, bytes } = this.#out;
    const entry = bytes.subarray(start + LENGTH_BYTES, at);
    bytes[start] = entry.length >> 8;
    bytes[start + 1] = entry.length & 0xff;
    this.#ends.push(at);
    return entry;
  }
}
