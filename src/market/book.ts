import { Ladder } from './ladder.ts';

/**
 * A limit-order book by price level, in whole ticks and lots. It knows nothing of sequence
 * numbers; who feeds it says when it may be believed.
 */
export class Book {
  readonly bids: Ladder;
  readonly asks: Ladder;

  constructor(levelsMax?: number) {
    this.bids = new Ladder('bid', levelsMax);
    this.asks = new Ladder('ask', levelsMax);
  }

  clear(): void {
    this.bids.clear();
    this.asks.clear();
  }

  /** Both sides have at least one level. */
  get isTwoSided(): boolean {
    return this.bids.depth > 0 && this.asks.depth > 0;
  }

  /** The best bid is at or above the best ask: something was missed. False when one-sided. */
  get isCrossed(): boolean {
    return this.isTwoSided && this.bids.bestTicks >= this.asks.bestTicks;
  }
}
