import { z } from 'zod';
import { FACT_TOPICS } from './fact-source.ts';

const seconds = z.number().int().min(5).max(86_400);

/** Which rare questions are asked, and how often. Without the section none is. */
export const factsSection = z
  .strictObject({
    everySeconds: z
      .partialRecord(z.enum(FACT_TOPICS), seconds)
      .default({ funding: 60, 'open-interest': 60, positioning: 300, 'venue-status': 60 })
      .describe('what is asked, and every how many seconds; what is not named is not asked'),
    requestsPerMinute: z
      .number()
      .int()
      .min(1)
      .max(600)
      .default(30)
      .describe('share of the request limits of each venue that this may use'),
    prime: z
      .strictObject({
        url: z
          .string()
          .regex(/^https?:\/\/[A-Za-z0-9.:-]{1,253}$/)
          .default('https://api.prime.coinbase.com')
          .describe('scheme and host of Coinbase Prime'),
        keyFile: z.string().min(1).describe('JSON file with the key of a portfolio'),
      })
      .optional()
      .describe('a portfolio of Coinbase Prime, for topic prime'),
  })
  .describe(
    'what is asked of venues beside prices: funding, open interest, options, staking, fees',
  );

export type FactsSettings = z.infer<typeof factsSection>;
