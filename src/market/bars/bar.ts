import type { TradePrinted } from '../trade.ts';

/** Trades summed up. Prices in ticks, sizes in lots; a bar has at least one trade. Frozen. */
export interface Bar {
  readonly instrument: number;
  /** Venue time at which it opens: of a bar in time its bound, of another its first trade. */
  readonly openMs: number;
  /** Venue time at which it closes: of a bar in time its bound, exclusive, of another its last. */
  readonly closeMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly lots: number;
  /** Of the lots, those that takers bought. */
  readonly boughtLots: number;
  /** Σ ticks × lots. */
  readonly notional: number;
  readonly trades: number;
}

/** A bar in the making; adding a trade allocates nothing. */
export class OpenBar {
  trades = 0;
  lots = 0;
  boughtLots = 0;
  notional = 0;
  firstMs = 0;
  lastMs = 0;
  #instrument = 0;
  #open = 0;
  #high = 0;
  #low = 0;
  #close = 0;
  #openedMs = Number.POSITIVE_INFINITY;
  #closedMs = Number.NEGATIVE_INFINITY;

  /** Trades may come in any order: open and close are those of the first and last in venue time. */
  add({ instrument, ticks, lots, takerSide, venueMs }: TradePrinted): void {
    if (this.trades === 0) {
      this.#instrument = instrument;
      this.#high = ticks;
      this.#low = ticks;
      this.firstMs = venueMs;
      this.lastMs = venueMs;
    }
    // Of trades at one time the first that came opens and the last that came closes.
    if (venueMs < this.#openedMs) {
      this.#openedMs = venueMs;
      this.#open = ticks;
    }
    if (venueMs >= this.#closedMs) {
      this.#closedMs = venueMs;
      this.#close = ticks;
    }
    this.#high = Math.max(this.#high, ticks);
    this.#low = Math.min(this.#low, ticks);
    this.firstMs = Math.min(this.firstMs, venueMs);
    this.lastMs = Math.max(this.lastMs, venueMs);
    this.trades += 1;
    this.lots += lots;
    if (takerSide === 'buy') this.boughtLots += lots;
    this.notional += ticks * lots;
  }

  /** The bar so far, and an empty one from here on. There must be a trade. */
  take(openMs: number, closeMs: number): Bar {
    const bar: Bar = {
      instrument: this.#instrument,
      openMs,
      closeMs,
      open: this.#open,
      high: this.#high,
      low: this.#low,
      close: this.#close,
      lots: this.lots,
      boughtLots: this.boughtLots,
      notional: this.notional,
      trades: this.trades,
    };
    this.#openedMs = Number.POSITIVE_INFINITY;
    this.#closedMs = Number.NEGATIVE_INFINITY;
    this.trades = 0;
    this.lots = 0;
    this.boughtLots = 0;
    this.notional = 0;
    return bar;
  }
}
