/** What is traded in a while. */
export interface Bar {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

export function typicalPrice({ high, low, close }: Bar): number {
  return (high + low + close) / 3;
}

/** Where the close lies: −1 at the low, 1 at the high; 0 where both are one. */
export function closeLocation({ high, low, close }: Bar): number {
  return high > low ? (close - low - (high - close)) / (high - low) : 0;
}
