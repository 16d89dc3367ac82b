/** A trade between others, or ours, as the venue printed it. Frozen. */
export interface TradePrinted {
  readonly kind: 'trade-printed';
  readonly instrument: number;
  /** Ticks and lots; whole but for what is left from a time of a finer grid. */
  readonly ticks: number;
  readonly lots: number;
  readonly takerSide: 'buy' | 'sell';
  /** Number of the trade at the venue, which rises within its market. */
  readonly tradeId: number;
  /** When the venue says it happened, in milliseconds of its clock. */
  readonly venueMs: number;
  /** Monotonic time at which the frame behind it reached this process. */
  readonly receivedNs: number;
}
