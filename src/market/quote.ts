/** The best prices of one instrument, told by a feed the moment they are known. Frozen. */
export interface QuoteUpdated {
  readonly kind: 'quote-updated';
  readonly instrument: number;
  /** Ticks and lots; whole but for what is left from a time of a finer grid. */
  readonly bidTicks: number;
  readonly bidLots: number;
  readonly askTicks: number;
  readonly askLots: number;
  /** Update id of the venue. */
  readonly updateId: number;
  /** Monotonic time at which the frame behind it reached this process. */
  readonly receivedNs: number;
}

/** There is no book to price from until the next update. */
export interface QuoteLost {
  readonly kind: 'quote-lost';
  readonly instrument: number;
  readonly reason: string;
}

export type QuoteMessage = QuoteUpdated | QuoteLost;
