/**
 * A forward scanner over JSON bytes that allocates nothing. What is read is checked strictly; what
 * is skipped only has to be balanced. Texts with escapes are skipped right, and no field that we
 * read has one.
 */

/** Deeper nesting than this is refused: no frame of a venue comes near it. */
const DEPTH_MAX = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const ZERO = 0x30;
const NINE = 0x39;

const NOTHING = new Uint8Array(0);

export class JsonScanner {
  bytes: Uint8Array = NOTHING;
  /** Bounds of the last key or string, quotes left out. */
  textStart = 0;
  textEnd = 0;
  #at = 0;
  #fault = '';
  #faultAt = 0;

  /** What was wrong and where; empty when nothing was. */
  get fault(): string {
    return this.#fault === '' ? '' : `${this.#fault} at byte ${this.#faultAt}`;
  }

  reset(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.#at = 0;
    this.#fault = '';
  }

  /** Records the first fault; answers false so that it can close a chain of checks. */
  fail(reason: string): false {
    if (this.#fault === '') {
      this.#fault = reason;
      this.#faultAt = this.#at;
    }
    return false;
  }

  /** Where the next value begins. */
  offset(): number {
    this.#space();
    return this.#at;
  }

  seek(at: number): void {
    this.#at = at;
  }

  /** The next byte that is not blank, without passing it; −1 at the end. */
  peek(): number {
    this.#space();
    return this.bytes[this.#at] ?? -1;
  }

  peekIsNumber(): boolean {
    const byte = this.peek();
    return byte >= ZERO && byte <= NINE;
  }

  open(bracket: number): boolean {
    if (this.peek() !== bracket) return this.fail(`no ${String.fromCharCode(bracket)}`);
    this.#at += 1;
    return true;
  }

  /** Passes a closing bracket if it is next. */
  close(bracket: number): boolean {
    if (this.peek() !== bracket) return false;
    this.#at += 1;
    return true;
  }

  expect(bracket: number): boolean {
    return this.close(bracket) || this.fail(`no ${String.fromCharCode(bracket)} or comma`);
  }

  comma(): boolean {
    return this.close(COMMA);
  }

  /** Passes a key and its colon. */
  key(): boolean {
    if (!this.string()) return false;
    if (this.peek() !== COLON) return this.fail('no colon');
    this.#at += 1;
    return true;
  }

  /** Passes a string without escapes and keeps its bounds. */
  string(): boolean {
    if (this.peek() !== QUOTE) return this.fail('no string');
    const start = this.#at + 1;
    const end = this.#stringEnd(start);
    if (end < 0) return this.fail('a string without end');
    this.textStart = start;
    this.textEnd = end;
    this.#at = end + 1;
    return true;
  }

  /** Whether the last key or string is this ASCII text. */
  textIs(text: string): boolean {
    if (this.textEnd - this.textStart !== text.length) return false;
    for (let at = 0; at < text.length; at += 1) {
      if (this.bytes[this.textStart + at] !== text.charCodeAt(at)) return false;
    }
    return true;
  }

  /** Passes a whole number from 0 to 2^53 − 1; −1 when it is anything else. */
  integer(): number {
    this.#space();
    const start = this.#at;
    let value = 0;
    let byte = this.bytes[this.#at] ?? -1;
    while (byte >= ZERO && byte <= NINE) {
      value = value * 10 + (byte - ZERO);
      this.#at += 1;
      byte = this.bytes[this.#at] ?? -1;
    }
    if (this.#at === start || value > Number.MAX_SAFE_INTEGER || !isDelimiter(byte)) {
      this.fail('no whole number');
      return -1;
    }
    return value;
  }

  /** Passes a number or a string and keeps its bounds: some venues write numbers unquoted. */
  decimal(): boolean {
    if (this.peek() === QUOTE) return this.string();
    const start = this.#at;
    if (!this.#literal()) return this.fail('no decimal');
    this.textStart = start;
    this.textEnd = this.#at;
    return true;
  }

  /** Passes any value. */
  skip(): boolean {
    let depth = 0;
    do {
      const byte = this.peek();
      if (byte === QUOTE) {
        const end = this.#stringEnd(this.#at + 1);
        if (end < 0) return this.fail('a string without end');
        this.#at = end + 1;
      } else if (byte === 0x7b || byte === 0x5b) {
        depth += 1;
        if (depth > DEPTH_MAX) return this.fail(`nesting deeper than ${DEPTH_MAX}`);
        this.#at += 1;
      } else if (byte === 0x7d || byte === 0x5d) {
        if (depth === 0) return this.fail('no value');
        depth -= 1;
        this.#at += 1;
      } else if ((byte === COMMA || byte === COLON) && depth > 0) {
        this.#at += 1;
      } else if (!this.#literal()) {
        return this.fail('no value');
      }
    } while (depth > 0);
    return true;
  }

  atEnd(): boolean {
    return this.peek() === -1 || this.fail('something behind the value');
  }

  /** Passes a number, true, false or null. */
  #literal(): boolean {
    const start = this.#at;
    let byte = this.bytes[this.#at] ?? -1;
    while (byte > 0x20 && !isDelimiter(byte) && byte !== QUOTE) {
      this.#at += 1;
      byte = this.bytes[this.#at] ?? -1;
    }
    return this.#at > start;
  }

  #stringEnd(start: number): number {
    const { bytes } = this;
    for (let at = start; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (byte === QUOTE) return at;
      if (byte === BACKSLASH) at += 1;
    }
    return -1;
  }

  #space(): void {
    let byte = this.bytes[this.#at] as number;
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) {
      this.#at += 1;
      byte = this.bytes[this.#at] as number;
    }
  }
}

/** What may stand behind a number: a comma, a closing bracket, blank, the end. */
function isDelimiter(byte: number): boolean {
  return byte === COMMA || byte === COLON || byte === 0x7d || byte === 0x5d || byte <= 0x20;
}
