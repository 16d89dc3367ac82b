/** Finds what belongs to a symbol that stands as bytes in a frame, without making a text of it. */
export class SymbolTable<T extends { readonly symbol: string }> {
  readonly #byHash = new Map<number, T[]>();

  constructor(entries: readonly T[]) {
    for (const entry of entries) {
      const bytes = new TextEncoder().encode(entry.symbol);
      const hash = hashOf(bytes, 0, bytes.length);
      this.#byHash.set(hash, [...(this.#byHash.get(hash) ?? []), entry]);
    }
  }

  find(bytes: Uint8Array, start: number, end: number): T | null {
    const candidates = this.#byHash.get(hashOf(bytes, start, end));
    if (candidates === undefined) return null;
    for (const candidate of candidates) {
      if (equals(bytes, start, end, candidate.symbol)) return candidate;
    }
    return null;
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
