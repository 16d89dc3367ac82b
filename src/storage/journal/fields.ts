import { isUtf8 } from 'node:buffer';
import { assert } from '../../core/result.ts';
import type { Amount } from '../../core/units.ts';

/**
 * Fields of stored records: each knows how to write and read one value. Numbers are doubles and
 * amounts 128-bit integers, little-endian; texts are UTF-8 behind their length.
 */
export interface Field<T> {
  write(out: ByteWriter, value: T): void;
  /** A value of the right type even when `from` is at fault; then it means nothing. */
  read(from: ByteReader): T;
}

/** A field for each property, so that a property without one does not compile. */
export type Fields<T> = { readonly [K in keyof T]-?: Field<T[K]> };

/** Identities and names; they are never cut. */
export const TEXT_BYTES_MAX = 255;
/** Words for people; longer ones are clipped. */
export const PROSE_BYTES_MAX = 16_384;
/** Documents that must come back whole. */
export const DOCUMENT_BYTES_MAX = 40_960;

/** @throws BrokenInvariant when longer than `TEXT_BYTES_MAX`: edges check what comes in */
export const text: Field<string> = {
  write(out, value) {
    const length = out.text(value, 1, TEXT_BYTES_MAX);
    assert(length >= 0, 'an identity or name has at most 255 bytes');
  },
  read: (from) => from.text(1),
};

const CLIPPED = ' … [clipped]';

export const prose: Field<string> = {
  write(out, value) {
    if (out.text(value, 2, PROSE_BYTES_MAX) >= 0) return;
    // One unit of UTF-16 takes at most three bytes, so this always fits.
    out.text(value.slice(0, Math.floor(PROSE_BYTES_MAX / 3) - CLIPPED.length) + CLIPPED, 2, 65_535);
  },
  read: (from) => from.text(2),
};

/** @throws BrokenInvariant when longer than `DOCUMENT_BYTES_MAX` */
export const document: Field<string> = {
  write(out, value) {
    const length = out.text(value, 2, DOCUMENT_BYTES_MAX);
    assert(length >= 0, 'a document has at most 40 KiB');
  },
  read: (from) => from.text(2),
};

/** A safe integer, whatever its unit. */
export function integer<T extends number>(): Field<T> {
  return {
    write(out, value) {
      assert(Number.isSafeInteger(value), 'an integer is safe');
      out.number(value);
    },
    read: (from) => from.integer() as T,
  };
}

export const amount: Field<Amount> = {
  write: (out, value) => out.amount(value),
  read: (from) => from.amount(),
};

export const flag: Field<boolean> = {
  write: (out, value) => out.byte(value ? 1 : 0),
  read: (from) => from.choice(2) === 1,
};

/** One of a list that only ever grows at its end. */
export function choice<const T extends string>(choices: readonly T[]): Field<T> {
  return {
    write(out, value) {
      const index = choices.indexOf(value);
      assert(index >= 0, 'a choice is in its list');
      out.byte(index);
    },
    read: (from) => choices[from.choice(choices.length)] as T,
  };
}

/** An object, field by field in the order of `fields`. */
export function object<T extends object>(fields: Fields<T>): Field<T> {
  const names = Object.keys(fields) as (keyof T)[];
  const parts = names.map((name) => fields[name]) as Field<T[keyof T]>[];
  return {
    write(out, value) {
      for (let at = 0; at < parts.length; at += 1) {
        (parts[at] as Field<T[keyof T]>).write(out, value[names[at] as keyof T]);
      }
    },
    read(from) {
      const value = {} as T;
      for (let at = 0; at < parts.length; at += 1) {
        value[names[at] as keyof T] = (parts[at] as Field<T[keyof T]>).read(from);
      }
      return value;
    },
  };
}

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
  #at = 0;
  #fault: string | null = null;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** What was wrong, or null when everything was read and all of it was in order. */
  get fault(): string | null {
    if (this.#fault !== null) return this.#fault;
    const left = this.#bytes.length - this.#at;
    return left === 0 ? null : `${left} bytes follow the last field`;
  }

  byte(): number {
    const at = this.#take(1);
    return at < 0 ? 0 : (this.#bytes[at] as number);
  }

  word(): number {
    const at = this.#take(4);
    return at < 0 ? 0 : this.#bytes.readUInt32LE(at);
  }

  number(): number {
    const at = this.#take(8);
    return at < 0 ? 0 : this.#bytes.readDoubleLE(at);
  }

  integer(): number {
    const value = this.number();
    if (Number.isSafeInteger(value)) return value;
    return this.#refuse(`${value} is not a safe integer`, 0);
  }

  amount(): Amount {
    const at = this.#take(16);
    if (at < 0) return 0n as Amount;
    const low = this.#bytes.readBigUInt64LE(at);
    return ((this.#bytes.readBigInt64LE(at + 8) << 64n) | low) as Amount;
  }

  choice(count: number): number {
    const index = this.byte();
    return index < count ? index : this.#refuse(`choice ${index} of ${count}`, 0);
  }

  text(prefixBytes: 1 | 2): string {
    const prefix = this.#take(prefixBytes);
    if (prefix < 0) return '';
    const length =
      prefixBytes === 1 ? (this.#bytes[prefix] as number) : this.#bytes.readUInt16LE(prefix);
    const at = this.#take(length);
    if (at < 0) return '';
    const slice = this.#bytes.subarray(at, at + length);
    return isUtf8(slice) ? slice.toString('utf8') : this.#refuse('a text is not UTF-8', '');
  }

  /** Offset of the next `length` bytes, or -1 when there are not as many. */
  #take(length: number): number {
    if (this.#fault !== null) return -1;
    const at = this.#at;
    if (at + length > this.#bytes.length) {
      return this.#refuse(`${length} bytes wanted, ${this.#bytes.length - at} left`, -1);
    }
    this.#at += length;
    return at;
  }

  #refuse<T>(found: string, instead: T): T {
    this.#fault ??= `${found} (before byte ${this.#at})`;
    return instead;
  }
}
