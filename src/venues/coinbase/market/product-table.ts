import type { Instrument } from '../../../core/instrument.ts';

/** Finds instruments by the bytes of a product id, without making a text of them. */
export class ProductTable {
  readonly #byHash = new Map<
    number,
    { readonly name: string; readonly instrument: Instrument }[]
  >();

  /**
   * @param aliases other names by symbol; an alias that is an instrument itself stays that one's,
   *   so that no instrument is shown the book of another without being alone with it
   */
  constructor(instruments: readonly Instrument[], aliases: ReadonlyMap<string, string>) {
    const symbols = new Set(instruments.map(({ symbol }) => symbol));
    for (const instrument of instruments) {
      this.#add(instrument.symbol, instrument);
      const alias = aliases.get(instrument.symbol);
      if (alias === undefined || symbols.has(alias)) continue;
      symbols.add(alias);
      this.#add(alias, instrument);
    }
  }

  /** The instrument that the ASCII text between two offsets names, or null. */
  find(bytes: Uint8Array, start: number, end: number): Instrument | null {
    const candidates = this.#byHash.get(hashOf(bytes, start, end));
    if (candidates === undefined) return null;
    for (const { name, instrument } of candidates) {
      if (equals(bytes, start, end, name)) return instrument;
    }
    return null;
  }

  #add(name: string, instrument: Instrument): void {
    const bytes = new TextEncoder().encode(name);
    const hash = hashOf(bytes, 0, bytes.length);
    this.#byHash.set(hash, [...(this.#byHash.get(hash) ?? []), { name, instrument }]);
  }
}

/** FNV-1a. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at += 1) {
    hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  }
  return hash;
}

function equals(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  if (end - start !== text.length) return false;
  for (let at = 0; at < text.length; at += 1) {
    if (bytes[start + at] !== text.charCodeAt(at)) return false;
  }
  return true;
}
