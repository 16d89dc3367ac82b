import { crc32 } from 'node:zlib';
import { err, ok, type Result } from '../../../core/result.ts';
import { type Dictionary, parseDictionary } from '../dictionary.ts';
import { longAt, putLong, RECORD_BYTES, type RecordBlock } from '../record.ts';

/**
 * The bytes of a segment of the market log, little-endian.
 *
 *   header  magic 8 | first position u64 | length of the dictionary u32 | CRC-32 u32 | dictionary,
 *           JSON, with blanks up to a multiple of 8
 *   block   magic u32 | bytes of records u32 | first position u64 | CRC-32 u32 | zero u32 | records
 *
 * The CRC of the header covers everything else of it, that of a block its length, its position and
 * its records. A position counts records since the log began, from 1. Blocks follow one another
 * without a gap; what follows the last good one is a torn write.
 */
export const HEADER_BYTES = 24;
export const BLOCK_HEADER_BYTES = 24;
/** Records of a block: 384 KiB, a write that an fdatasync does not wait long for. */
export const BLOCK_RECORDS_MAX = 8_192;
export const BLOCK_BYTES_MAX = BLOCK_HEADER_BYTES + BLOCK_RECORDS_MAX * RECORD_BYTES;
/** A longer dictionary is none of ours. */
export const DICTIONARY_BYTES_MAX = 1_048_576;
const MAGIC = new Uint8Array(Buffer.from('flywal01', 'latin1'));
const BLOCK_MAGIC = 0x4b4c4246;

/** The header of a segment that begins at a position. */
export function walHeader(first: number, dictionary: Dictionary): Uint8Array {
  const json = Buffer.from(JSON.stringify(dictionary));
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(HEADER_BYTES + padded).fill(0x20, HEADER_BYTES);
  const words = new Int32Array(bytes.buffer, 0, HEADER_BYTES / 4);
  bytes.set(MAGIC);
  putLong(words, 2, first);
  words[4] = padded;
  bytes.set(json, HEADER_BYTES);
  words[5] = headerCrc(bytes);
  return bytes;
}

export interface WalHeader {
  readonly first: number;
  readonly dictionary: Dictionary;
  /** Where the first block begins. */
  readonly bytes: number;
}

/** How many bytes the header has, from its first 24; the error says what they are instead. */
export function headerSize(bytes: Uint8Array): Result<number, string> {
  if (bytes.length < HEADER_BYTES) return err(`${bytes.length} bytes, wanted a header of 24`);
  if (!MAGIC.every((byte, at) => bytes[at] === byte)) return err('no magic `flywal01`');
  const length = wordsOf(bytes)[4] as number;
  const isLength = length > 0 && length % 8 === 0 && length <= DICTIONARY_BYTES_MAX;
  return isLength ? ok(HEADER_BYTES + length) : err(`a dictionary of ${length} bytes`);
}

/** Reads a whole header. */
export function parseHeader(bytes: Uint8Array): Result<WalHeader, string> {
  const size = headerSize(bytes);
  if (!size.ok) return size;
  if (bytes.length < size.value) return err('a header that ends early');
  const words = wordsOf(bytes);
  const whole = bytes.subarray(0, size.value);
  if (headerCrc(whole) !== words[5]) return err('a header whose checksum is wrong');
  const dictionary = parseDictionary(Buffer.from(whole.subarray(HEADER_BYTES)).toString('utf8'));
  if (!dictionary.ok) return dictionary;
  return ok({ first: longAt(words, 2), dictionary: dictionary.value, bytes: size.value });
}

/** Builds blocks in one buffer that is used again and again. */
export class BlockBuilder {
  readonly bytes = new Uint8Array(BLOCK_BYTES_MAX);
  readonly #words = new Int32Array(this.bytes.buffer);
  #recordWords = 0;

  get records(): number {
    return (this.#recordWords * 4) / RECORD_BYTES;
  }

  /** Adds the records in a piece of memory, which may be shared. They must fit. */
  add(words: Int32Array): void {
    this.#words.set(words, BLOCK_HEADER_BYTES / 4 + this.#recordWords);
    this.#recordWords += words.length;
  }

  /** Ends the block. @returns its size; it lies at the beginning of `bytes` until the next `add` */
  finish(first: number): number {
    const length = this.#recordWords * 4;
    this.#words[0] = BLOCK_MAGIC;
    this.#words[1] = length;
    putLong(this.#words, 2, first);
    this.#words[4] = blockCrc(this.bytes, 0, length);
    this.#words[5] = 0;
    this.#recordWords = 0;
    return BLOCK_HEADER_BYTES + length;
  }
}

/** What `blockAt` finds: a good block, the end of what was given, or what is wrong with it. */
export type FoundBlock =
  | { readonly kind: 'block'; readonly block: RecordBlock; readonly bytes: number }
  | { readonly kind: 'cut' }
  | { readonly kind: 'bad'; readonly reason: string };

const CUT: FoundBlock = { kind: 'cut' };

/**
 * The block that begins at an offset.
 *
 * @param first position that its first record must have
 * @returns `cut` when the bytes end before it does
 */
export function blockAt(bytes: Uint8Array, at: number, first: number): FoundBlock {
  if (at + BLOCK_HEADER_BYTES > bytes.length) return CUT;
  const header = wordsOf(bytes.subarray(at, at + BLOCK_HEADER_BYTES));
  if (header[0] !== BLOCK_MAGIC) return bad('no block begins here');
  const length = header[1] as number;
  const isLength = length > 0 && length % RECORD_BYTES === 0 && length <= BLOCK_BYTES_MAX;
  if (!isLength) return bad(`a block of ${length} bytes`);
  const found = longAt(header, 2);
  if (found !== first) return bad(`the block of position ${found}, wanted ${first}`);
  const end = at + BLOCK_HEADER_BYTES + length;
  if (end > bytes.length) return CUT;
  if (blockCrc(bytes, at, length) !== header[4]) return bad('a block whose checksum is wrong');
  const words = wordsOf(bytes.subarray(at + BLOCK_HEADER_BYTES, end));
  return {
    kind: 'block',
    block: { words, count: length / RECORD_BYTES },
    bytes: end - at,
  };
}

function bad(reason: string): FoundBlock {
  return { kind: 'bad', reason };
}

/** A copy, since what is read from a file need not lie on a multiple of four. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const words = new Int32Array(Math.floor(bytes.length / 4));
  new Uint8Array(words.buffer).set(bytes.subarray(0, words.byteLength));
  return words;
}

function headerCrc(bytes: Uint8Array): number {
  return crc32(bytes.subarray(HEADER_BYTES), crc32(bytes.subarray(0, 20))) | 0;
}

function blockCrc(bytes: Uint8Array, at: number, length: number): number {
  const records = at + BLOCK_HEADER_BYTES;
  const head = crc32(bytes.subarray(at + 4, at + 16));
  return crc32(bytes.subarray(records, records + length), head) | 0;
}
