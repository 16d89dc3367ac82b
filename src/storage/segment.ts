import { crc32 } from 'node:zlib';

/**
 * The bytes of a segment, little-endian.
 *
 *   header  magic 8 | durable through, u64 | CRC-32 of those 8 bytes, u32 | zeros to 32
 *   frame   CRC-32, u32 | length, u32 | sequence, u64 | unsynced, u32 | payload | zeros to 8
 *
 * The CRC of a frame covers everything behind it up to the end of the payload. `unsynced` says how
 * many records before this one were not yet known to be on the medium, so a valid frame vouches
 * for all that lie further back. Behind the last frame there are zeros only.
 */
export const HEADER_BYTES = 32;
export const FRAME_BYTES = 20;
/** Largest payload; also the bound of a leaf of the audit log. */
export const RECORD_BYTES_MAX = 65_535;
const ALIGNMENT = 8;
const MAGIC = new Uint8Array(Buffer.from('flylog01', 'latin1'));
const TWO_32 = 4_294_967_296;

/** Bytes that a payload of `length` takes in a segment. */
export function frameSize(length: number): number {
  return Math.ceil((FRAME_BYTES + length) / ALIGNMENT) * ALIGNMENT;
}

/** A piece of a segment in memory. */
export interface Block {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Bytes of it that are filled. */
  readonly end: number;
}

export function blockOf(bytes: Uint8Array, end = bytes.length): Block {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), end };
}

/** What `frameAt` answers when there is no frame. */
export const EMPTY = 0;
export const BAD = -1;
export const CUT = -2;

/**
 * Length of the payload of the valid frame at `at`; `EMPTY` where a frame says that nothing
 * follows, `CUT` where the block ends inside a frame, `BAD` for anything else.
 */
export function frameAt(block: Block, at: number): number {
  if (at + FRAME_BYTES > block.end) return CUT;
  const length = block.view.getUint32(at + 4, true);
  if (length === 0) return EMPTY;
  if (length > RECORD_BYTES_MAX) return BAD;
  const end = at + FRAME_BYTES + length;
  if (end > block.end) return CUT;
  return crc32(block.bytes.subarray(at + 4, end)) === block.view.getUint32(at, true) ? length : BAD;
}

export function sequenceAt(block: Block, at: number): number {
  return block.view.getUint32(at + 8, true) + block.view.getUint32(at + 12, true) * TWO_32;
}

/** Everything up to this sequence was on the medium when the frame at `at` was written. */
export function vouchedAt(block: Block, at: number): number {
  return sequenceAt(block, at) - 1 - block.view.getUint32(at + 16, true);
}

export function payloadAt(block: Block, at: number, length: number): Uint8Array {
  return block.bytes.subarray(at + FRAME_BYTES, at + FRAME_BYTES + length);
}

/** Payloads of the tick path are shorter than this. */
const KEPT_VIEWS = 1024;

/** Builds frames in one buffer that is used again and again. */
export class FrameBuilder {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  /** What the CRC covers, by length of payload: the views of short ones are made once. */
  readonly #covered: (Uint8Array | undefined)[] = new Array(KEPT_VIEWS);

  constructor(payloadBytesMax: number) {
    this.bytes = new Uint8Array(frameSize(payloadBytesMax));
    this.#view = new DataView(this.bytes.buffer);
  }

  /** Builds a frame at the beginning of `bytes` and returns its size. */
  build(payload: Uint8Array, length: number, sequence: number, durable: number): number {
    const { bytes } = this;
    const view = this.#view;
    view.setUint32(4, length, true);
    view.setUint32(8, sequence % TWO_32, true);
    view.setUint32(12, Math.floor(sequence / TWO_32), true);
    view.setUint32(16, Math.min(sequence - 1 - durable, TWO_32 - 1), true);
    for (let at = 0; at < length; at += 1) bytes[FRAME_BYTES + at] = payload[at] as number;
    view.setUint32(0, crc32(this.#coveredBy(length)), true);
    const size = frameSize(length);
    for (let at = FRAME_BYTES + length; at < size; at += 1) bytes[at] = 0;
    return size;
  }

  #coveredBy(length: number): Uint8Array {
    const kept = this.#covered[length];
    if (kept !== undefined) return kept;
    const covered = this.bytes.subarray(4, FRAME_BYTES + length);
    if (length < KEPT_VIEWS) this.#covered[length] = covered;
    return covered;
  }
}

/** The header of a segment of which everything up to `durable` is on the medium. */
export function headerOf(durable: number): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES);
  const { view } = blockOf(header);
  header.set(MAGIC);
  view.setUint32(8, durable % TWO_32, true);
  view.setUint32(12, Math.floor(durable / TWO_32), true);
  view.setUint32(16, crc32(header.subarray(8, 16)), true);
  return header;
}

export function hasMagic(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, at) => bytes[at] === byte);
}

/** What the header vouches for; 0 when the mark was being written as the process died. */
export function headerMark(block: Block): number {
  if (crc32(block.bytes.subarray(8, 16)) !== block.view.getUint32(16, true)) return 0;
  return block.view.getUint32(8, true) + block.view.getUint32(12, true) * TWO_32;
}
