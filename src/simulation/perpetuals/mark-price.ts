import type { Millis, Ticks } from '../../core/units.ts';
import { AVERAGE_MINUTES } from '../exchange/market-rules.ts';
import type { MarketState } from '../exchange/market-state.ts';
import { MINUTE_MS } from '../exchange/tape.ts';

/** Decimals of a rate: whole units of 10^-8 (a fraction of the notional). */
export const RATE_UNIT = 1e8;
/** The interest part of a funding rate, and how far the premium may pull it: 0.01 % and 0.05 %. */
const INTEREST = 10_000;
const PULL_MAX = 50_000;
/** A rate is never beyond 2 %. */
const RATE_MAX = 2_000_000;

/** What a perpetual is worth by the venue's own measure. */
export interface Mark {
  readonly markTicks: Ticks;
  /** Average of the last minutes, which stands for the price of the coin itself. */
  readonly indexTicks: Ticks;
  /** Of the running period, in 10^-8; above 0 the longs pay. */
  readonly rate: number;
}

/**
 * Mark and funding of one market. The mark is the median of best bid, best ask and last trade, so
 * that one print does not liquidate anybody; the rate follows the average premium of the period.
 *
 * @see Binance USD-M futures: funding = premium + clamp(interest − premium, ±0.05 %)
 */
export class MarkPrice {
  readonly #market: MarketState;
  #premiums = 0;
  #premiumCount = 0;
  #mark: Mark | null = null;
  /** A mark that a test or an operator holds it at; null follows the market. */
  pinned: Ticks | null = null;

  constructor(market: MarketState) {
    this.#market = market;
  }

  /** Null until there has been anything to measure. */
  get mark(): Mark | null {
    return this.#mark;
  }

  /** Takes a sample. */
  sample(nowMs: Millis): void {
    const markTicks = this.pinned ?? this.#median();
    if (markTicks === null) return;
    const average = this.#market.tape.averageTicks(nowMs - AVERAGE_MINUTES * MINUTE_MS);
    const indexTicks = Number.isNaN(average) ? markTicks : (Math.round(average) as Ticks);
    this.#premiums += (markTicks - indexTicks) / indexTicks;
    this.#premiumCount += 1;
    this.#mark = { markTicks, indexTicks, rate: this.#rate() };
  }

  /** A period is over and was paid for. */
  beginPeriod(): void {
    this.#premiums = 0;
    this.#premiumCount = 0;
  }

  #median(): Ticks | null {
    const bid = this.#market.best('buy')?.ticks;
    const ask = this.#market.best('sell')?.ticks;
    const last = this.#market.tape.last?.ticks;
    const known = [bid, ask, last].filter((price) => price !== undefined);
    const sorted = known.toSorted((left, right) => left - right);
    return sorted[Math.floor(sorted.length / 2)] ?? null;
  }

  #rate(): number {
    const premium = Math.round((this.#premiums / this.#premiumCount) * RATE_UNIT);
    const pull = clamp(INTEREST - premium, PULL_MAX);
    return clamp(premium + pull, RATE_MAX);
  }
}

function clamp(value: number, most: number): number {
  return Math.max(-most, Math.min(most, value));
}
