import { type Instrument, priceAt } from '../../core/instrument.ts';

/**
 * What one currency is worth in another, by the markets that a desk follows between the two.
 * Dollars and the coins that stand for them are different assets: without a market between them
 * nothing is known, and nobody takes them for equal.
 */
export class CurrencyRates {
  readonly #instruments: readonly Instrument[];
  readonly #midTicksOf: (instrument: number) => number;

  /** @param midTicksOf mid in ticks; 0 when there is no market now */
  constructor(instruments: readonly Instrument[], midTicksOf: (instrument: number) => number) {
    this.#instruments = instruments;
    this.#midTicksOf = midTicksOf;
  }

  /** Units of `to` for one unit of `from`; NaN when no market says. O(instruments). */
  rate(from: string, to: string): number {
    if (from === to) return 1;
    for (const instrument of this.#instruments) {
      const { base, quote, index } = instrument;
      const isStraight = base === from && quote === to;
      if (!isStraight && !(base === to && quote === from)) continue;
      const midTicks = this.#midTicksOf(index);
      if (!(midTicks > 0)) continue;
      const price = priceAt(instrument, midTicks);
      return isStraight ? price : 1 / price;
    }
    return Number.NaN;
  }
}
