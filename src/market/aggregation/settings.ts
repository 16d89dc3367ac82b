import { z } from 'zod';

const positive = (most: number, otherwise: number, what: string) =>
  z.number().positive().max(most).default(otherwise).describe(what);

/** Section `aggregation` of the configuration: one market out of those of all venues. */
export const aggregationSection = z
  .strictObject({
    barSeconds: z.number().int().min(1).max(86_400).default(60).describe('length of a bar in time'),
    latenessMs: z
      .number()
      .int()
      .min(0)
      .max(30_000)
      .default(1_000)
      .describe('how much later than a younger trade one may come and still be in its bar'),
    barTrades: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .default(100)
      .describe('trades that fill a bar of trades; an imbalance bar begins with as many'),
    barNotional: positive(1e12, 1_000_000, 'quote currency that fills a bar of notional or volume'),
    bucketMoveTicks: positive(
      1e6,
      1,
      'move of the mid that one bucket of 1 to 5 ms is to span; a busier market is cut finer',
    ),
    silentDegradedMs: positive(3_600_000, 2_000, 'silence after which a venue is quoted from last'),
    silentDownMs: positive(3_600_000, 10_000, 'silence after which a venue is not quoted from'),
    faultsPerMinute: z
      .number()
      .int()
      .min(0)
      .max(10_000)
      .default(3)
      .describe('lost books a minute above which a venue is quoted from last'),
    errorFractionDegraded: positive(1, 0.1, 'failed requests above which it is quoted from last'),
    errorFractionDown: positive(1, 0.5, 'failed requests above which it is not quoted from'),
    roundTripMs: positive(60_000, 1_000, 'round trip above which a venue is quoted from last'),
  })
  .describe('markets of one asset at all venues taken together');

export type AggregationSettings = z.infer<typeof aggregationSection>;
