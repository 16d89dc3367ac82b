import { isUtf8 } from 'node:buffer';
import { assert } from '../../core/result.ts';
import type { Amount } from '../../core/units.ts';

/** Writes into one buffer that is used again and again. */
export class ByteWriter {
  readonly bytes: Buffer;
  readonly #view: DataView;
  at = 0;

  constructor(bytes: number) {
    this.bytes = Buffer.alloc(bytes);
    this.#view = new DataView(this.bytes.buffer, this.bytes.byteOffset, bytes);
  }

  byte(value: number): void {
    this.#view.setUint8(this.at, value);
    this.at += 1;
  }

  word(value: number): void {
    this.#view.setUint32(this.at, value, true);
    this.at += 4;
  }

  /** Any double; −0 becomes 0. */
  number(value: number): void {
    this.#view.setFloat64(this.at, value + 0, true);
    this.at += 8;
  }

  amount(value: bigint): void {
    assert(BigInt.asIntN(128, value) === value, 'an amount fits 128 bits');
    this.#view.setBigUint64(this.at, BigInt.asUintN(64, value), true);
    this.#view.setBigInt64(this.at + 8, value >> 64n, true);
    this.at += 16;
  }

  /**
   * A text behind its length of 1 or 2 bytes.
   *
   * @returns its bytes, or -1 when it has more than `bytesMax`; nothing is written then
   */
  text(value: string, prefixBytes: 1 | 2, bytesMax: number): number {
    const start = this.at + prefixBytes;
    let length = value.length;
    if (length > bytesMax) return -1;
    for (let at = 0; at < length; at += 1) {
      const code = value.charCodeAt(at);
      if (code >= 0x80) {
        length = Buffer.byteLength(value);
        if (length > bytesMax) return -1;
        this.bytes.write(value, start);
        break;
      }
      this.bytes[start + at] = code;
    }
    if (prefixBytes === 1) this.#view.setUint8(this.at, length);
    else this.#view.setUint16(this.at, length, true);
    this.at = start + length;
    assert(this.at <= this.bytes.length, 'a record fits its buffer');
    return length;
  }
}

/** Reads bytes that may hold anything: never throws, and says at the end what was wrong. */
export class ByteReader {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  readonly #start: number;
  readonly #end: number;
  #at: number;
  #fault: string | null = null;

  constructor(bytes: Uint8Array) {
    if (bytes.buffer !== lastView.buffer) {
      lastView = new DataView(bytes.buffer);
      lastBytes = Buffer.from(bytes.buffer);
    }
    this.#bytes = lastBytes;
    this.#view = lastView;
    this.#start = bytes.byteOffset;
    this.#at = bytes.byteOffset;
    this.#end = bytes.byteOffset + bytes.byteLength;
  }

  /** What was wrong, or null when everything was read and all of it was in order. */
  get fault(): string | null {
    if (this.#fault !== null) return this.#fault;
    const left = this.#end - this.#at;
    return left === 0 ? null : `${left} bytes follow the last field`;
  }

  /** Whether everything has been read, so that what a later layout added is not there. */
  get isAtEnd(): boolean {
    return this.#at === this.#end;
  }

  byte(): number {
    const at = this.#take(1);
    return at < 0 ? 0 : (this.#bytes[at] as number);
  }

  word(): number {
    const at = this.#take(4);
    return at < 0 ? 0 : this.#view.getUint32(at, true);
  }

  number(): number {
    const at = this.#take(8);
    return at < 0 ? 0 : this.#view.getFloat64(at, true);
  }

  integer(): number {
    const value = this.number();
    if (Number.isSafeInteger(value)) return value;
    return this.#refuse(`${value} is not a safe integer`, 0);
  }

  amount(): Amount {
    const at = this.#take(16);
    if (at < 0) return 0n as Amount;
    const low = this.#view.getBigUint64(at, true);
    return ((this.#view.getBigInt64(at + 8, true) << 64n) | low) as Amount;
  }

  choice(count: number): number {
    const index = this.byte();
    return index < count ? index : this.#refuse(`choice ${index} of ${count}`, 0);
  }

  text(prefixBytes: 1 | 2): string {
    const prefix = this.#take(prefixBytes);
    if (prefix < 0) return '';
    const length =
      prefixBytes === 1 ? (this.#bytes[prefix] as number) : this.#view.getUint16(prefix, true);
    const at = this.#take(length);
    if (at < 0) return '';
    const end = at + length;
    // ASCII, which nearly every text is, is valid and has one byte a character.
    let index = at;
    while (index < end && (this.#bytes[index] as number) < 0x80) index += 1;
    if (index === end) return this.#bytes.toString('latin1', at, end);
    const isText = isUtf8(this.#bytes.subarray(at, end));
    return isText ? this.#bytes.toString('utf8', at, end) : this.#refuse('a text is not UTF-8', '');
  }

  /** Offset of the next `length` bytes, or -1 when there are not as many. */
  #take(length: number): number {
    if (this.#fault !== null) return -1;
    const at = this.#at;
    if (at + length > this.#end) {
      return this.#refuse(`${length} bytes wanted, ${this.#end - at} left`, -1);
    }
    this.#at = at + length;
    return at;
  }

  #refuse<T>(found: string, instead: T): T {
    this.#fault ??= `${found} (before byte ${this.#at - this.#start})`;
    return instead;
  }
}

/**
 * Views of the memory that was read last: records come by the hundred out of one block, and a view
 * for each would take longer than to read it.
 */
let lastView: DataView = new DataView(new ArrayBuffer(0));
let lastBytes: Buffer = Buffer.from(lastView.buffer);
