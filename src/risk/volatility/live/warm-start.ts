/** A price at the end of a minute of the wall clock. */
export interface ClosedPrice {
  readonly endMs: number;
  /** In any unit, above 0. */
  readonly price: number;
}

/** Log returns between the ends of periods, oldest first. */
export interface WarmReturns {
  /** NaN where one is missing. */
  readonly returns: readonly number[];
  readonly endsMs: readonly number[];
}

/** Minutes are what venues keep, so other periods cannot be made of them. */
export function isWarmable(periodMs: number): boolean {
  return periodMs % 60_000 === 0;
}

/**
 * Returns over the periods of a grid of the wall clock, from prices at the ends of some minutes. A
 * period at whose ends there is no price has no return: what a market without a trade did in its
 * minutes is not known.
 *
 * They are of the last trades, which jump between bid and ask, and so a little larger than those of
 * mid prices: √(2) half spreads a period, on the careful side.
 *
 * @param closes in the order of time
 */
export function warmReturns(closes: readonly ClosedPrice[], periodMs: number): WarmReturns {
  const returns: number[] = [];
  const endsMs: number[] = [];
  let before: ClosedPrice | null = null;
  for (const close of closes) {
    if (close.endMs % periodMs !== 0) continue;
    for (let endMs = (before ?? close).endMs + periodMs; endMs < close.endMs; endMs += periodMs) {
      returns.push(Number.NaN);
      endsMs.push(endMs);
    }
    if (before !== null) {
      const isNext = close.endMs - before.endMs === periodMs;
      returns.push(isNext ? Math.log(close.price / before.price) : Number.NaN);
      endsMs.push(close.endMs);
    }
    before = close;
  }
  return { returns, endsMs };
}

/** What is written down of the candles that a market began with. */
export interface VolatilityWarmed {
  readonly kind: 'volatility-warmed';
  readonly instrument: number;
  /** Returns that were taken, and those that were missing among them. */
  readonly returns: number;
  readonly missing: number;
  /** Ends of the first and the last of them. */
  readonly fromMs: number;
  readonly toMs: number;
}
