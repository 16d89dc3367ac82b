import { z } from 'zod';

/** How a loss is forecast, in the order in which they are shown. */
export const METHODS = [
  'historical',
  'normal',
  'student',
  'cornish-fisher',
  'filtered-historical',
  'copula',
  'jump-diffusion',
] as const;
export type Method = (typeof METHODS)[number];

/** Two years of hours: 9 MB of prices for 64 markets. */
const RETURNS_MAX = 17_520;
/** Fewer leave not one return beyond a level of 99 %. */
const RETURNS_MIN = 100;
const DAY_MINUTES = 1_440;
const SEED_MAX = 0xffff_ffff;

const fraction = z.number().min(0).max(1);
const liquidityDays = z.union([10, 20, 40, 60, 120].map((days) => z.literal(days)));

export const riskReportSection = z
  .strictObject({
    everyMinutes: z
      .number()
      .int()
      .min(1)
      .max(DAY_MINUTES)
      .default(15)
      .describe('how often the report is made anew'),
    periodMinutes: z
      .number()
      .int()
      .min(1)
      .max(DAY_MINUTES)
      .refine((minutes) => DAY_MINUTES % minutes === 0, 'wanted minutes that divide a day')
      .default(60)
      .describe('how far apart the prices are whose returns it is made of'),
    returns: z
      .number()
      .int()
      .min(RETURNS_MIN)
      .max(RETURNS_MAX)
      .default(8_760)
      .describe('how many of the last returns are kept, also on disk'),
    returnsMin: z
      .number()
      .int()
      .min(RETURNS_MIN)
      .max(RETURNS_MAX)
      .default(250)
      .describe('how many there are at least before a loss is forecast'),
    stressedReturns: z
      .number()
      .int()
      .min(RETURNS_MIN)
      .max(RETURNS_MAX)
      .default(720)
      .describe('length of the worst stretch of the own history, for the stressed value at risk'),
    method: z
      .enum(METHODS)
      .default('filtered-historical')
      .describe('whose forecasts the traffic light and the capital go by'),
    paths: z
      .number()
      .int()
      .min(1_000)
      .max(100_000)
      .default(10_000)
      .describe('paths of the Monte Carlo simulation'),
    seed: z.number().int().min(0).max(SEED_MAX).default(1).describe('seed of the simulation'),
    stressLossMax: fraction
      .default(0.25)
      .describe('of equity; a scenario that loses more is told to people'),
    liquidityDays: z
      .strictObject({
        btc: liquidityDays.default(10).describe('of bitcoin'),
        eth: liquidityDays.default(10).describe('of ether'),
        'other-coin': liquidityDays.default(20).describe('of any other coin'),
        stablecoin: liquidityDays.default(10).describe('of a coin that follows a currency'),
      })
      .prefault({})
      .describe('days that closing takes in a crisis, by class of asset: 10, 20, 40, 60 or 120'),
    hedge: z
      .strictObject({
        strike: z.number().gt(0).max(1).describe('of the put, as a share of the price now'),
        premium: z.number().gt(0).max(1).describe('of one put, as a share of the price now'),
        bearableLoss: fraction.describe('of equity; a scenario that loses no more needs no hedge'),
        budget: fraction.describe('of equity; what the puts may cost'),
      })
      .optional()
      .describe('puts on bitcoin that are offered against the worst scenario; left out: no size'),
  })
  .superRefine(({ returns, returnsMin, stressedReturns }, context) => {
    for (const [path, found] of Object.entries({ returnsMin, stressedReturns })) {
      if (found <= returns) continue;
      const message = 'wanted at most as many as `returns`';
      context.addIssue({ code: 'custom', path: [path], message });
    }
  })
  .describe('report of the risk of the desk: losses to expect, stress, capital, backtests');

export type RiskReportSettings = z.infer<typeof riskReportSection>;
