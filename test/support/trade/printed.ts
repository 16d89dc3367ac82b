import fc from 'fast-check';
import type { TradePrinted } from '../../../src/market/trade.ts';

/** One lot at 100 ticks, bought at time 0. */
export function aTrade(over: Partial<TradePrinted> = {}): TradePrinted {
  return {
    ...{ kind: 'trade-printed', instrument: 0, ticks: 100, lots: 1, takerSide: 'buy' },
    ...{ tradeId: 1, venueMs: 0, receivedNs: 0 },
    ...over,
  };
}

/** Trades whose times go forward, but for steps back of at most `backMs`. */
export function someTrades(backMs: number): fc.Arbitrary<readonly TradePrinted[]> {
  const one = fc.record({
    ticks: fc.integer({ min: 1, max: 1_000 }),
    lots: fc.integer({ min: 1, max: 500 }),
    takerSide: fc.constantFrom<'buy' | 'sell'>('buy', 'sell'),
    stepMs: fc.integer({ min: -backMs, max: 900 }),
  });
  return fc.array(one, { maxLength: 80 }).map((rows) => {
    let venueMs = 1_000_000;
    return rows.map(({ stepMs, ...rest }, at) => {
      venueMs += stepMs;
      return aTrade({ ...rest, venueMs, tradeId: at });
    });
  });
}
