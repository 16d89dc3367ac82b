import { crc32 } from 'node:zlib';
import { ok, type Result } from '../../core/result.ts';
import type { JournalRecord } from '../journal/codec.ts';
import type { EventStore } from './event-store.ts';
import {
  behind,
  entriesOf,
  numberedKey,
  sequenceOfKey,
  type Tables,
  type TablesFault,
  textKey,
} from './tables.ts';

/** A state that follows from the records of one stream. */
export interface Fold<S> {
  readonly initial: S;
  /** Raised with every change of `next` or of the encoding: older snapshots no longer count. */
  readonly schema: number;
  next(state: S, record: JournalRecord): S;
  encode(state: S): Uint8Array;
  /** Null when the bytes are no state. */
  decode(bytes: Uint8Array): S | null;
}

export interface FoldedState<S> {
  readonly state: S;
  /** Version of the stream that the state stands for. */
  readonly version: number;
  /** Records that had to be folded on top of a snapshot, or of nothing. */
  readonly replayed: number;
}

/** Saved states of streams: a saving of time only, everything in them follows from the log. */
export class Snapshots {
  readonly #tables: Tables;
  readonly #store: EventStore;

  constructor(tables: Tables, store: EventStore) {
    this.#tables = tables;
    this.#store = store;
  }

  /** The state of a stream now, from its newest snapshot that is whole, or else from the start. */
  stateOf<S>(stream: string, fold: Fold<S>): FoldedState<S> {
    let { state, version } = this.#newest(stream, fold);
    let replayed = 0;
    for (const record of this.#store.readStream(stream, version + 1)) {
      state = fold.next(state, record);
      version += 1;
      replayed += 1;
    }
    return { state, version, replayed };
  }

  /**
   * Saves the state of a stream once `every` records have come since the last snapshot, and leaves
   * the `keep` newest. For the writer of the store only.
   *
   * @returns whether one was saved
   */
  take<S>(
    stream: string,
    fold: Fold<S>,
    policy: { readonly every: number; readonly keep: number },
  ): Result<boolean, TablesFault> {
    const { state, version, replayed } = this.stateOf(stream, fold);
    if (replayed < policy.every) return ok(false);
    return this.#tables.transact(() => {
      this.#tables.put('snapshots', numberedKey(stream, version), sealed(fold, state));
      const kept = this.#entries(stream);
      for (const { key } of kept.slice(0, Math.max(0, kept.length - policy.keep))) {
        this.#tables.remove('snapshots', key);
      }
      return ok(true);
    });
  }

  #newest<S>(stream: string, fold: Fold<S>): { readonly state: S; readonly version: number } {
    for (const { key, value } of this.#entries(stream).reverse()) {
      const state = unsealed(fold, value);
      if (state !== null) return { state, version: versionOf(key) };
    }
    return { state: fold.initial, version: 0 };
  }

  #entries(stream: string) {
    const prefix = textKey(stream);
    return [...entriesOf(this.#tables, 'snapshots', prefix, behind(prefix))];
  }
}

function versionOf(key: Uint8Array): number {
  return sequenceOfKey(key.subarray(key.length - 8));
}

/** CRC-32 of the rest, schema, state. */
function sealed<S>(fold: Fold<S>, state: S): Uint8Array {
  const bytes = Buffer.concat([Buffer.alloc(8), fold.encode(state)]);
  bytes.writeUInt32LE(fold.schema, 4);
  bytes.writeUInt32LE(crc32(bytes.subarray(4)), 0);
  return bytes;
}

function unsealed<S>(fold: Fold<S>, value: Uint8Array): S | null {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (bytes.length < 8 || bytes.readUInt32LE(0) !== crc32(bytes.subarray(4))) return null;
  return bytes.readUInt32LE(4) === fold.schema ? fold.decode(bytes.subarray(8)) : null;
}
