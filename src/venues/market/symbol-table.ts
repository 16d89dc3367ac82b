/** So many places for each symbol, so that most are found at the first. */
const PLACES_EACH = 4;
const QUOTE = 0x22;
const NO_TEXT = new Uint8Array(0);

/** Finds what belongs to a symbol that stands as bytes in a frame, without making a text of it. */
export class SymbolTable<T extends { readonly symbol: string }> {
  /** Where the quote behind the last symbol was sought: on it, if that was found. */
  end = 0;
  /** By hash; who finds a place taken stands at the next that is free. */
  readonly #places: readonly (T | null)[];
  readonly #texts: readonly Uint8Array[];
  readonly #mask: number;
  readonly #longest: number;

  constructor(entries: readonly T[]) {
    let size = 1;
    while (size < entries.length * PLACES_EACH) size *= 2;
    const places = new Array<T | null>(size).fill(null);
    const texts = new Array<Uint8Array>(size).fill(NO_TEXT);
    const mask = size - 1;
    let longest = 0;
    for (const entry of entries) {
      const text = new TextEncoder().encode(entry.symbol);
      let at = placeOf(text.reduce(hashed, HASH_BEGIN)) & mask;
      while (places[at] !== null) at = (at + 1) & mask;
      places[at] = entry;
      texts[at] = text;
      longest = Math.max(longest, text.length);
    }
    this.#places = places;
    this.#texts = texts;
    this.#mask = mask;
    this.#longest = longest;
  }

  /** @param start behind the quote in front; the symbol goes to the next one */
  find(bytes: Uint8Array, start: number): T | null {
    const last = start + this.#longest;
    let hash = HASH_BEGIN;
    let end = start;
    for (; end < last && bytes[end] !== QUOTE; end += 1) hash = hashed(hash, bytes[end] as number);
    this.end = end;
    if (bytes[end] !== QUOTE) return null;
    for (let at = placeOf(hash) & this.#mask; ; at = (at + 1) & this.#mask) {
      const found = this.#places[at] as T | null;
      if (found === null || isText(this.#texts[at] as Uint8Array, bytes, start, end)) return found;
    }
  }
}

const HASH_BEGIN = 0x811c9dc5 | 0;

/** One step of FNV-1a. */
function hashed(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, 0x01000193);
}

/** The low bits alone are not spread well. */
function placeOf(hash: number): number {
  return hash ^ (hash >>> 15);
}

function isText(text: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== text.length) return false;
  for (let at = 0; at < text.length; at += 1) {
    if (bytes[start + at] !== text[at]) return false;
  }
  return true;
}
