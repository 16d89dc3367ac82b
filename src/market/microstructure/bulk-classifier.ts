import { assert } from '../../core/result.ts';
import { normalCdf } from '../../math/normal.ts';

const CHANGES_MIN = 2;

export interface BulkClassifierOptions {
  /** Trades that make one bar, at least 1. */
  readonly barTrades: number;
  /**
   * Standard deviation of the price change from bar to bar, above 0, from a sample of before; null
   * takes that of the changes so far.
   */
  readonly deviation: number | null;
}

/**
 * Bulk volume classification, for tapes that do not say who took: of a bar of trades the share
 * Φ(Δp / sd) is taken for bought, where Δp is the change of the last price from bar to bar. The
 * first bar has no change and, while the deviation is not known, so has no share either.
 *
 * A trade is O(1) and allocates nothing.
 *
 * @see Easley, López de Prado, O'Hara 2012, section 2.1; for the running deviation Welford 1962
 */
export class BulkClassifier {
  readonly #barTrades: number;
  readonly #fixed: number | null;
  #trades = 0;
  #volume = 0;
  #price = Number.NaN;
  #changes = 0;
  #mean = 0;
  #squares = 0;
  /** Volume of the last whole bar; NaN before there was one. */
  volume = Number.NaN;
  /** What was bought of it, 0 … 1; NaN when it cannot be told. */
  buyShare = Number.NaN;

  constructor({ barTrades, deviation }: BulkClassifierOptions) {
    assert(Number.isInteger(barTrades) && barTrades >= 1, 'a bar has at least one trade');
    assert(deviation === null || deviation > 0, 'a deviation is above 0');
    this.#barTrades = barTrades;
    this.#fixed = deviation;
  }

  /** Of the price changes so far, with n − 1; NaN before the second. */
  get deviation(): number {
    return this.#changes < CHANGES_MIN
      ? Number.NaN
      : Math.sqrt(this.#squares / (this.#changes - 1));
  }

  /**
   * Takes a trade; one whose price or volume is not finite is left out.
   *
   * @returns whether it closed a bar
   */
  onTrade(price: number, volume: number): boolean {
    if (!Number.isFinite(price) || !Number.isFinite(volume)) return false;
    this.#trades += 1;
    this.#volume += volume;
    if (this.#trades < this.#barTrades) return false;
    const change = price - this.#price;
    this.volume = this.#volume;
    this.buyShare = this.#shareOf(change);
    this.#price = price;
    this.#trades = 0;
    this.#volume = 0;
    return true;
  }

  #shareOf(change: number): number {
    if (Number.isNaN(change)) return Number.NaN;
    this.#changes += 1;
    const before = change - this.#mean;
    this.#mean += before / this.#changes;
    this.#squares += before * (change - this.#mean);
    const deviation = this.#fixed ?? this.deviation;
    // A price that never moved tells nothing: half of it was bought.
    return deviation === 0 ? 0.5 : normalCdf(change / deviation);
  }
}
