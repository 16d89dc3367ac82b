import type { PairRules } from './rare-frame.ts';

/**
 * How the pairs of a venue trade and what their grids are, as the connections that hear of it say:
 * those that bring books of orders are told nothing of it. While nobody hears of it nothing is
 * known, and no book may be priced from by whoever relies on this.
 */
export class PairStates {
  /** Rises with whatever may have changed, so that who remembers some need not compare. */
  edits = 0;
  readonly #rules = new Map<string, PairRules>();
  readonly #speakers = new Set<object>();
  readonly #symbols: ReadonlySet<string>;

  /** @param symbols those that are kept; the venue tells of all that it has */
  constructor(symbols: readonly string[]) {
    this.#symbols = new Set(symbols);
  }

  /** @param speaker the stream that heard it */
  take(speaker: object, rules: PairRules): void {
    if (!this.#symbols.has(rules.symbol)) return;
    this.#speakers.add(speaker);
    this.#rules.set(rules.symbol, rules);
    this.edits += 1;
  }

  /** A stream is gone, and hears of nothing any more. */
  leave(speaker: object): void {
    if (this.#speakers.delete(speaker)) this.edits += 1;
  }

  /** Null while nobody hears of it. */
  of(symbol: string): PairRules | null {
    return this.#speakers.size === 0 ? null : (this.#rules.get(symbol) ?? null);
  }
}
