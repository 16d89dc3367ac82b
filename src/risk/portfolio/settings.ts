import { z } from 'zod';

const fraction = z.number().positive().max(1);

const budget = z
  .strictObject({
    valueAtRiskFraction: fraction
      .optional()
      .describe('largest part of the value at risk at 99 %, of equity; a hedge counts against it'),
    dailyLossFraction: fraction
      .optional()
      .describe('loss since 00:00 UTC, of equity, after which positions may only shrink'),
  })
  .describe('what may be risked there, and lost in a day');

const budgets = z.record(z.string(), budget);

/** Section `portfolio` of the configuration. `{}` has no budgets beside the limits of the desk. */
export const portfolioSection = z
  .strictObject({
    closingCostBps: z
      .number()
      .min(0)
      .max(1_000)
      .default(10)
      .describe('fee and half the spread of closing in a calm market: part of heat and stress'),
    budgets: z
      .strictObject({
        strategies: budgets.default({}).describe('by label of the strategy'),
        symbols: budgets.default({}).describe('by market, named VENUE:SYMBOL'),
        venues: budgets.default({}).describe('by name of the venue'),
      })
      .prefault({})
      .describe('risk budgets; those of the desk are C20 and C22 of section `breakers`'),
  })
  .describe('what the portfolio may risk');

export type PortfolioSettings = z.infer<typeof portfolioSection>;
export type RiskBudget = z.infer<typeof budget>;

/** What closing a position costs, as a fraction of its notional. */
export const closingCostOf = ({ closingCostBps }: PortfolioSettings): number =>
  closingCostBps / 10_000;

export function defaultPortfolioSettings(): PortfolioSettings {
  return portfolioSection.parse({});
}
