import { type Canonical, type CanonicalFault, DEPTH_MAX, quoted } from './canonical.ts';

/**
 * Writes canonical JSON straight into bytes: names sorted by UTF-16 code units, no spaces, every
 * number a decimal text, every character escaped that could end a line or steer a terminal.
 *
 * A text of the whole and its encoding afterwards cost three times as much (`bench/audit.ts`).
 */
export class CanonicalWriter {
  /** Replaced by a larger one when it is too small. */
  bytes: Buffer;
  /** Where the next byte goes. */
  at = 0;
  readonly #doubles = new DataView(new ArrayBuffer(8 * DOUBLES_AT_ONCE));
  readonly #coded = new Uint8Array(this.#doubles.buffer);
  /** By their first name: few, for an event of one kind always has the same names. */
  readonly #shapes = new Map<string, Shape[]>();
  #shapeCount = 0;
  #lastBigint = 0n;
  #lastText = '';

  constructor(bytes: number) {
    this.bytes = Buffer.allocUnsafe(bytes);
  }

  /** Makes room for so many bytes more. */
  reserve(length: number): void {
    if (this.at + length <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.at + length));
    larger.set(this.bytes.subarray(0, this.at));
    this.bytes = larger;
  }

  /** What is known to be ASCII and to need no escape. */
  ascii(text: string): void {
    const { length } = text;
    this.reserve(length);
    const { bytes, at } = this;
    for (let index = 0; index < length; index += 1) bytes[at + index] = text.charCodeAt(index);
    this.at = at + length;
  }

  quoted(text: string): void {
    const { length } = text;
    this.reserve(length + 2);
    const { bytes, at } = this;
    bytes[at] = QUOTE;
    for (let index = 0; index < length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 0x7e || PLAIN[code] === 0) {
        this.#escaped(text);
        return;
      }
      bytes[at + 1 + index] = code;
    }
    bytes[at + 1 + length] = QUOTE;
    this.at = at + length + 2;
  }

  /** A safe integer in quotes. */
  integer(value: number): void {
    this.reserve(INTEGER_BYTES);
    const { bytes } = this;
    bytes[this.at] = QUOTE;
    let at = this.at + 1;
    let left = Math.abs(value);
    if (value < 0) {
      bytes[at] = MINUS;
      at += 1;
    }
    let end = at + 1;
    for (let bound = 10; left >= bound; bound *= 10) end += 1;
    bytes[end] = QUOTE;
    this.at = end + 1;
    // Division is fast in 32 bits, so the digits behind these go first.
    for (at = end - 1; left > UINT_MAX; at -= 1) {
      const rest = Math.floor(left / 10);
      bytes[at] = ZERO + (left - rest * 10);
      left = rest;
    }
    let small = left >>> 0;
    do {
      const rest = (small / 10) >>> 0;
      bytes[at] = ZERO + (small - rest * 10);
      small = rest;
      at -= 1;
    } while (small > 0);
  }

  /** The same for whatever size; times repeat within a millisecond, so the last text is kept. */
  bigint(value: bigint): void {
    const number = Number(value);
    if (Number.isSafeInteger(number)) {
      this.integer(number);
      return;
    }
    if (value !== this.#lastBigint) {
      this.#lastBigint = value;
      this.#lastText = `"${value}"`;
    }
    this.ascii(this.#lastText);
  }

  /** Bytes in base64, in quotes. */
  base64(source: Uint8Array, length = source.length): void {
    this.reserve(4 * Math.ceil(length / 3) + 2);
    this.bytes[this.at] = QUOTE;
    this.at += 1;
    this.#base64(source, length);
    this.bytes[this.at] = QUOTE;
    this.at += 1;
  }

  /**
   * A value. Whole numbers must be safe integers; others take their shortest decimal form.
   *
   * @param where name of the value, for the fault
   * @returns null, or why it cannot be said; then what was written means nothing
   */
  value(value: Canonical, where: string): CanonicalFault | null {
    const fault = this.#value(value, 0);
    return fault === null ? null : { ...fault, where: `${where}${fault.where}` };
  }

  #value(value: Canonical, depth: number): CanonicalFault | null {
    if (typeof value === 'string') this.quoted(value);
    else if (typeof value === 'number') return this.#number(value);
    else if (value === null || typeof value === 'boolean') this.ascii(String(value));
    else if (typeof value === 'bigint') this.bigint(value);
    else if (typeof value !== 'object') return faultOf(typeof value, 'a JSON value');
    else if (value instanceof Float64Array) this.#floats(value);
    else if (depth === DEPTH_MAX) return faultOf(`depth ${depth + 1}`, `at most ${DEPTH_MAX}`);
    else if (Array.isArray(value)) return this.#list(value, depth);
    else return this.#object(value as { readonly [name: string]: Canonical }, depth);
    return null;
  }

  #number(value: number): CanonicalFault | null {
    if (Number.isSafeInteger(value)) this.integer(value);
    else if (!Number.isFinite(value)) return faultOf(String(value), 'a finite number');
    else if (Number.isInteger(value)) {
      return faultOf(String(value), 'a safe integer; larger ones as bigint');
    } else this.ascii(`"${value}"`);
    return null;
  }

  #list(values: readonly Canonical[], depth: number): CanonicalFault | null {
    this.ascii('[');
    for (let at = 0; at < values.length; at += 1) {
      if (at > 0) this.ascii(',');
      const fault = this.#value(values[at] as Canonical, depth + 1);
      if (fault !== null) return { ...fault, where: `.${at}${fault.where}` };
    }
    this.ascii(']');
    return null;
  }

  #object(value: { readonly [name: string]: Canonical }, depth: number): CanonicalFault | null {
    const names = Object.keys(value);
    const { order, labels } = this.#shapeOf(names);
    const values = Object.values(value);
    this.ascii('{');
    for (let at = 0; at < order.length; at += 1) {
      const from = order[at] as number;
      this.#copy(labels[at] as Uint8Array, at === 0 ? 1 : 0);
      const fault = this.#value(values[from] as Canonical, depth + 1);
      if (fault !== null) return { ...fault, where: `.${names[from]}${fault.where}` };
    }
    this.ascii('}');
    return null;
  }

  #shapeOf(names: string[]): Shape {
    const first = names[0] ?? '';
    const known = this.#shapes.get(first);
    const found = known?.find((shape) => isSame(shape.names, names));
    if (found !== undefined) return found;
    const sorted = names.toSorted();
    const order = sorted.map((name) => names.indexOf(name));
    const labels = sorted.map((name) => Buffer.from(`,${quoted(name)}:`));
    const shape = { names, order, labels };
    if (this.#shapeCount < SHAPES_MAX) {
      this.#shapeCount += 1;
      if (known === undefined) this.#shapes.set(first, [shape]);
      else known.push(shape);
    }
    return shape;
  }

  #copy(source: Uint8Array, from: number): void {
    this.reserve(source.length);
    const { bytes } = this;
    let { at } = this;
    for (let index = from; index < source.length; index += 1) {
      bytes[at] = source[index] as number;
      at += 1;
    }
    this.at = at;
  }

  /** Doubles as their bytes, little-endian, in base64. */
  #floats(values: Float64Array): void {
    this.ascii('"');
    this.reserve(4 * Math.ceil((8 * values.length) / 3));
    for (let from = 0; from < values.length; from += DOUBLES_AT_ONCE) {
      const count = Math.min(DOUBLES_AT_ONCE, values.length - from);
      for (let at = 0; at < count; at += 1) {
        this.#doubles.setFloat64(8 * at, values[from + at] as number, true);
      }
      this.#base64(this.#coded, 8 * count);
    }
    this.ascii('"');
  }

  /** Where there is room for it. */
  #base64(source: Uint8Array, length: number): void {
    const { bytes } = this;
    let { at } = this;
    let from = 0;
    for (; from + 2 < length; from += 3) {
      const three =
        ((source[from] as number) << 16) |
        ((source[from + 1] as number) << 8) |
        (source[from + 2] as number);
      bytes[at] = BASE64[three >> 18] as number;
      bytes[at + 1] = BASE64[(three >> 12) & 63] as number;
      bytes[at + 2] = BASE64[(three >> 6) & 63] as number;
      bytes[at + 3] = BASE64[three & 63] as number;
      at += 4;
    }
    if (from < length) {
      const isTwo = from + 1 < length;
      const two = ((source[from] as number) << 8) | (isTwo ? (source[from + 1] as number) : 0);
      bytes[at] = BASE64[two >> 10] as number;
      bytes[at + 1] = BASE64[(two >> 4) & 63] as number;
      bytes[at + 2] = isTwo ? (BASE64[(two << 2) & 63] as number) : PADDING;
      bytes[at + 3] = PADDING;
      at += 4;
    }
    this.at = at;
  }

  #escaped(text: string): void {
    const json = quoted(text);
    this.reserve(3 * json.length);
    this.at += this.bytes.write(json, this.at);
  }
}

/** Names of an object as they come, and how they are written. */
interface Shape {
  readonly names: readonly string[];
  /** Place in `names` of each name that is written. */
  readonly order: readonly number[];
  /** What is written of it: a comma, the name, a colon. */
  readonly labels: readonly Uint8Array[];
}

/** Whoever reads strange entries meets strange names; these are not kept. */
const SHAPES_MAX = 512;
/** A multiple of three, so that one piece of base64 follows upon the other. */
const DOUBLES_AT_ONCE = 48;
/** Quotes, sign and 16 digits. */
const INTEGER_BYTES = 20;
const UINT_MAX = 0xffff_ffff;
const QUOTE = 0x22;
const MINUS = 0x2d;
const ZERO = 0x30;
const PADDING = 0x3d;
const BASE64 = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');

/** Of ASCII, 1 for what stands as it is: everything printable but quote and backslash. */
const PLAIN = Uint8Array.from({ length: 128 }, (_, code) =>
  code >= 0x20 && code < 0x7f && code !== QUOTE && code !== 0x5c ? 1 : 0,
);

function isSame(left: readonly string[], right: readonly string[]): boolean {
  if (left.length !== right.length) return false;
  for (let at = 0; at < left.length; at += 1) if (left[at] !== right[at]) return false;
  return true;
}

function faultOf(found: string, expected: string): CanonicalFault {
  return { kind: 'not-canonical', where: '', found, expected };
}
