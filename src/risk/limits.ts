import { z } from 'zod';

const notional = z.number().positive();

const symbolLimits = z
  .strictObject({
    maxOrderNotional: notional.optional(),
    maxPositionNotional: notional.optional(),
  })
  .describe('limits of one market; the smaller of these and the general ones holds');

const venueLimits = z
  .strictObject({ maxGrossNotional: notional })
  .describe('largest sum of the positions at one venue, each with its open orders at their worst');

const tier = z
  .strictObject({
    fromEquity: z.number().nonnegative().describe('equity from which the tier holds'),
    maxOrderNotional: notional.describe('largest notional of one order'),
    maxPositionNotional: notional.describe('largest position of one instrument'),
    maxGrossNotional: notional.describe('largest sum of all positions'),
  })
  .describe('limits of a desk that is worth so much; while nobody knows, the first tier holds');

export const TIERS_MAX = 16;

/** How far a trigger may be from the mid where no setting says so, in basis points. */
export const TRIGGER_BAND_BPS = 2_000;

/** Section `risk` of the configuration: limits of the pre-trade check, in quote currency. */
export const riskSection = z
  .strictObject({
    maxOrderNotional: z.number().positive().describe('largest notional of one order'),
    maxPositionNotional: z
      .number()
      .positive()
      .describe('largest position of one instrument, counting open orders at their worst'),
    maxGrossNotional: notional
      .optional()
      .describe('largest sum of all positions, each with its open orders at their worst'),
    symbols: z
      .record(z.string(), symbolLimits)
      .optional()
      .describe('limits by market, named VENUE:SYMBOL'),
    venues: z.record(z.string(), venueLimits).optional().describe('limits by venue'),
    tiers: z
      .array(tier)
      .min(1)
      .max(TIERS_MAX)
      .refine(
        (tiers) =>
          tiers.every(({ fromEquity }, at) =>
            at === 0
              ? fromEquity === 0
              : fromEquity > (tiers[at - 1] as { fromEquity: number }).fromEquity,
          ),
        'wanted tiers in the order of their equity, the first from 0',
      )
      .optional()
      .describe('limits by what the desk is worth'),
    loosenedBy: z
      .enum(['risk-officer', 'anyone'])
      .optional()
      .describe('who loosens a limit of a running desk; a risk officer, by `reload`, unless told'),
    priceBandBps: z
      .number()
      .positive()
      .max(5000)
      .describe('farthest limit price from the mid, in basis points'),
    triggerBandBps: z
      .number()
      .positive()
      .max(9_999)
      .optional()
      .describe('farthest trigger of an order that waits at a venue, in basis points; 2000'),
    entryTriggers: z
      .enum(['refused', 'taken'])
      .optional()
      .describe('orders that wait at a venue and do not shrink a position: refused unless told'),
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

/** Key of a market in `symbols`. */
export function marketKey(venue: string, symbol: string): string {
  return `${venue}:${symbol}`;
}

/** Where an equity stands among the tiers; at the first while it is not known or below zero. */
export function tierAt(tiers: NonNullable<RiskLimits['tiers']>, equity: number): number {
  // From above: an equity that is not a number is beyond none of them.
  const above = tiers.findLastIndex(({ fromEquity }) => equity >= fromEquity);
  return Math.max(0, above);
}
