import type { Result } from '../../core/result.ts';

/**
 * What an engine offers the event store: named tables of bytes, ordered by key, and one
 * transaction at a time. The store's rules are written once, on top of this.
 */
export interface Tables {
  /** A copy of the value, or null. */
  get(table: Table, key: Uint8Array): Uint8Array | null;
  /** Takes copies of both, so that the caller may use the memory again. */
  put(table: Table, key: Uint8Array, value: Uint8Array): void;
  remove(table: Table, key: Uint8Array): void;
  clear(table: Table): void;
  /** Up to `limit` entries with keys in [from, before), ascending. */
  range(table: Table, from: Uint8Array, before: Uint8Array, limit: number): readonly Entry[];
  /**
   * Everything that `body` writes, or nothing when it returns an error or throws. Durable on
   * return. Not nested.
   */
  transact<T, E>(body: () => Result<T, E>): Result<T, E | TablesFault>;
  /** Lets the next reads see what another thread has committed. */
  refresh(): void;
  /** Bytes in use, for the disk budget. */
  usedBytes(): number;
  close(): Promise<void>;
}

export const TABLES = [
  'log',
  'idx',
  'heads',
  'snapshots',
  'proj:orders',
  'proj:open',
  'proj:positions',
  'proj:balances',
  'proj:fills',
  'proj:transfers',
  'proj:instruments',
  'proj:mode',
  'proj:backfill',
  'proj:integrity',
  'ckpt',
  'chain',
] as const;
export type Table = (typeof TABLES)[number];

export interface Entry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export type TablesFault =
  | {
      readonly kind: 'store-full';
      readonly path: string;
      /** Which bound was met, with its figures. */
      readonly detail: string;
    }
  | {
      readonly kind: 'store-io';
      readonly path: string;
      readonly doing: string;
      readonly detail: string;
    }
  | {
      readonly kind: 'store-corrupt';
      readonly path: string;
      readonly found: string;
      readonly remedy: string;
    };

/** How a store says that it has met the bound it was given. */
export function fullText(usedBytes: number, limitBytes: number): string {
  return `${usedBytes} bytes are in use and ${limitBytes} are allowed`;
}

export const SEQUENCE_BYTES = 8;

/** A sequence as a key: 8 bytes, big-endian, so that keys sort as numbers do. */
export function sequenceKey(sequence: number): Uint8Array {
  const key = Buffer.allocUnsafe(SEQUENCE_BYTES);
  writeSequence(key, sequence, 0);
  return key;
}

/** The same into bytes that are there. */
export function writeSequence(key: Buffer, sequence: number, at: number): void {
  key.writeUInt32BE(Math.floor(sequence / 4_294_967_296), at);
  key.writeUInt32BE(sequence % 4_294_967_296, at + 4);
}

export function sequenceOfKey(key: Uint8Array): number {
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
  return bytes.readUInt32BE(0) * 4_294_967_296 + bytes.readUInt32BE(4);
}

/**
 * Texts as a key, each closed by a `|`, so that the key of the first texts is the prefix of all
 * keys that begin with them.
 */
export function textKey(...texts: readonly string[]): Uint8Array {
  return Buffer.from(keyText(...texts));
}

/** The text that these bytes are in UTF-8. */
export function keyText(...texts: readonly string[]): string {
  let key = '';
  for (const text of texts) key += `${RESERVED.test(text) ? escaped(text) : text}|`;
  return key;
}

/** A text and a number as a key: all numbers of a text lie together, ascending. */
export function numberedKey(text: string, number: number): Uint8Array {
  const prefix = keyText(text);
  const length = Buffer.byteLength(prefix);
  const key = Buffer.allocUnsafe(length + SEQUENCE_BYTES);
  key.write(prefix);
  writeSequence(key, number, length);
  return key;
}

const RESERVED = /[\\|]/;

function escaped(text: string): string {
  return text.replace(/[\\|]/g, '\\$&');
}

/** The first key behind all those that begin with `prefix`, which must not end in 0xff. */
export function behind(prefix: Uint8Array): Uint8Array {
  const key = Uint8Array.from(prefix);
  key[key.length - 1] = (key[key.length - 1] as number) + 1;
  return key;
}

/** Behind every key that begins with a text or a sequence. */
export const LAST_KEY = Uint8Array.of(0xff, 0xff);
export const FIRST_KEY = Uint8Array.of(0);

const ENTRIES_AT_ONCE = 256;

/** All entries with keys in [from, before), read in pieces so that nothing is held open. */
export function* entriesOf(
  tables: Tables,
  table: Table,
  from: Uint8Array,
  before: Uint8Array,
): Generator<Entry> {
  let start = from;
  for (;;) {
    const piece = tables.range(table, start, before, ENTRIES_AT_ONCE);
    yield* piece;
    const last = piece.at(-1);
    if (last === undefined || piece.length < ENTRIES_AT_ONCE) return;
    start = Buffer.concat([last.key, Uint8Array.of(0)]);
  }
}
