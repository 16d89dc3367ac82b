import type { Instrument } from '../../../core/instrument.ts';
import { SymbolTable } from '../../market/symbol-table.ts';

/** Finds instruments by the bytes of a product id or of another name that the venue has for it. */
export class ProductTable {
  readonly #names: SymbolTable<{ readonly symbol: string; readonly instrument: Instrument }>;

  /**
   * @param aliases other names by symbol; an alias that is an instrument itself stays that one's,
   *   so that no instrument is shown the book of another without being alone with it
   */
  constructor(instruments: readonly Instrument[], aliases: ReadonlyMap<string, string>) {
    const taken = new Set(instruments.map(({ symbol }) => symbol));
    const names = instruments.flatMap((instrument) => {
      const { symbol } = instrument;
      const alias = aliases.get(symbol);
      if (alias === undefined || taken.has(alias)) return [{ symbol, instrument }];
      taken.add(alias);
      return [
        { symbol, instrument },
        { symbol: alias, instrument },
      ];
    });
    this.#names = new SymbolTable(names);
  }

  /** Where the quote behind the last name was sought: on it, if that was found. */
  get end(): number {
    return this.#names.end;
  }

  /** The instrument that the ASCII text up to the next quote names, or null. */
  find(bytes: Uint8Array, start: number): Instrument | null {
    return this.#names.find(bytes, start)?.instrument ?? null;
  }
}
