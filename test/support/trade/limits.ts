import type { RiskLimits } from '../../../src/risk/limits.ts';

/** Limits in a market near 100 with ticks and lots of one: orders to 1,000, positions to 3,000. */
export function someLimits(parts: Partial<RiskLimits> = {}): RiskLimits {
  return {
    maxOrderNotional: 1000,
    maxPositionNotional: 3000,
    priceBandBps: 500,
    staleBookMs: 100,
    ordersPerSecond: 1_000_000,
    ordersBurst: 1_000_000,
    strategyOrdersPerSecond: 1_000_000,
    maxDailyLoss: 500,
    ...parts,
  };
}
