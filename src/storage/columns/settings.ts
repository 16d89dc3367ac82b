import { z } from 'zod';

const MIB = 1_048_576;

/** Section `recorder` of the configuration; without it nothing is recorded. */
export const recorderSection = z
  .strictObject({
    segmentMiB: z
      .number()
      .int()
      .min(1)
      .max(1_024)
      .default(256)
      .describe('size of a segment of the market log; it is sealed when it ends'),
    keepDays: z
      .number()
      .int()
      .min(1)
      .max(36_500)
      .default(30)
      .describe('days that sealed market data is kept'),
    budgetMiB: z
      .number()
      .int()
      .min(64)
      .max(16_777_216)
      .default(20_480)
      .describe('market log and sealed files together; above it the oldest go first'),
    dryRun: z
      .boolean()
      .default(false)
      .describe('whether it is only said what would be removed, by age or by budget'),
    memoryMiB: z
      .number()
      .int()
      .min(64)
      .max(65_536)
      .default(512)
      .describe('memory of the engine that seals; more than that goes to the disk'),
  })
  .describe('recording of market data');

export type RecorderSettings = z.infer<typeof recorderSection>;

/** The settings in the units of the store. */
export function storeLimits(settings: RecorderSettings) {
  return {
    segmentBytes: settings.segmentMiB * MIB,
    retention: { keepDays: settings.keepDays, budgetBytes: settings.budgetMiB * MIB },
    isDryRun: settings.dryRun,
    memoryMiB: settings.memoryMiB,
  };
}
