import { z } from 'zod';
import type { ModePolicy } from './modes.ts';

/** Section `control` of the configuration: how modes rise. They fall at once. */
export const controlSection = z
  .strictObject({
    initialMode: z
      .enum(['manual', 'semi-auto', 'full-auto'])
      .describe('the mode a new data directory climbs to'),
    climbsAfterFault: z
      .boolean()
      .describe('whether the desk climbs back by itself after a fault or a crash'),
    semiCooldownSeconds: z
      .number()
      .nonnegative()
      .max(86_400)
      .describe('shortest stay in manual before semi-auto'),
    fullCooldownSeconds: z
      .number()
      .nonnegative()
      .max(86_400)
      .describe('shortest stay in semi-auto before full-auto'),
    resetCooldownSeconds: z
      .number()
      .min(3)
      .max(86_400)
      .describe('shortest stay in emergency after the last trip'),
  })
  .describe('control modes');

export type ControlSettings = z.infer<typeof controlSection>;

export function modePolicyOf(settings: ControlSettings): ModePolicy {
  return {
    initial: settings.initialMode,
    climbsAfterFault: settings.climbsAfterFault,
    semiCooldownMs: settings.semiCooldownSeconds * 1000,
    fullCooldownMs: settings.fullCooldownSeconds * 1000,
    resetCooldownMs: settings.resetCooldownSeconds * 1000,
  };
}
