import { z } from 'zod';

/** Keys are handed over after a month, so that a stolen one is of use for that long at most. */
const KEY_DAYS = 30;
const KEY_DAYS_MAX = 366;

/** Section `audit` of the configuration. */
export const auditSection = z
  .strictObject({
    keyDays: z
      .number()
      .int()
      .min(1)
      .max(KEY_DAYS_MAX)
      .default(KEY_DAYS)
      .describe('days after which the log is handed over to a new key'),
    keyFile: z
      .string()
      .min(1)
      .optional()
      .describe('file with the 32 bytes under which the keys of the log are sealed'),
  })
  .describe('the signed audit log');

export type AuditSettings = z.infer<typeof auditSection>;
