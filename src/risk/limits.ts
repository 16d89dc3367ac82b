import { z } from 'zod';

/** Section `risk` of the configuration: limits of the pre-trade check, in quote currency. */
export const riskSection = z
  .strictObject({
    maxOrderNotional: z.number().positive().describe('largest notional of one order'),
    maxPositionNotional: z
      .number()
      .positive()
      .describe('largest position of one instrument, counting open orders at their worst'),
    priceBandBps: z
      .number()
      .positive()
      .max(5000)
      .describe('farthest limit price from the mid, in basis points'),
    staleBookMs: z
      .number()
      .positive()
      .max(60_000)
      .describe('oldest quote an order may be priced from'),
    ordersPerSecond: z.number().positive().describe('orders of the whole desk per second'),
    ordersBurst: z.number().int().positive().describe('orders that may come at once'),
    strategyOrdersPerSecond: z.number().positive().describe('orders of one strategy per second'),
    maxDailyLoss: z
      .number()
      .positive()
      .describe('loss since 00:00 UTC, fees included, after which positions may only shrink'),
  })
  .describe('pre-trade limits');

export type RiskLimits = z.infer<typeof riskSection>;
