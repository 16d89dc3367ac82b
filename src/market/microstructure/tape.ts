/** Trades, oldest first, as columns of one length. */
export interface Tape {
  readonly prices: ArrayLike<number>;
  /** Above 0. */
  readonly volumes: ArrayLike<number>;
  /** Of the taker: 1 bought, −1 sold. */
  readonly sides: ArrayLike<number>;
}

/** Trades with the best quote that stood just before each. */
export interface QuotedTape extends Tape {
  readonly bids: ArrayLike<number>;
  readonly asks: ArrayLike<number>;
}

/** Mid before trade `at`. */
export function midAt({ bids, asks }: QuotedTape, at: number): number {
  return ((bids[at] as number) + (asks[at] as number)) / 2;
}
