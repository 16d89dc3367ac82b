import { z } from 'zod';

/** Section `guard` of the configuration: the process that cancels when the daemon cannot. */
export const guardSection = z
  .strictObject({
    spawn: z
      .boolean()
      .default(true)
      .describe('whether `start` starts the guard; false where systemd runs it'),
    silentMs: z
      .number()
      .int()
      .min(100)
      .max(60_000)
      .default(250)
      .describe('silence of the daemon after which the guard cancels what rests'),
    deadMs: z
      .number()
      .int()
      .min(1_000)
      .max(600_000)
      .default(5_000)
      .describe('silence after which the guard ends the daemon, once nothing rests any more'),
  })
  .refine(({ silentMs, deadMs }) => deadMs >= 2 * silentMs, {
    path: ['deadMs'],
    message: 'wanted at least twice silentMs',
  })
  .describe('guard process');

export type GuardSettings = z.infer<typeof guardSection>;

/** What is in force where the configuration has no such section. */
export const GUARD_DEFAULTS: GuardSettings = guardSection.parse({});
