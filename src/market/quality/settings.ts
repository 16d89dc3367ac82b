import { z } from 'zod';

export const qualitySection = z
  .strictObject({
    scoreMin: z
      .number()
      .min(0)
      .max(100)
      .default(60)
      .describe('score of a market below which nothing is traded there'),
    judgedAfterSeconds: z
      .number()
      .int()
      .min(10)
      .max(3600)
      .default(300)
      .describe('how long a market is watched before its score counts'),
    lateMs: z
      .number()
      .int()
      .min(1)
      .max(60_000)
      .default(1_000)
      .describe('how much longer than the fastest message one may take and still be timely'),
  })
  .describe('quality of market data');

export type QualitySettings = z.infer<typeof qualitySection>;
