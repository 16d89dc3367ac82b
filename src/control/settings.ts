import { z } from 'zod';
import type { ModePolicy } from './modes.ts';
import type { StopPolicy } from './stop/flatten-permit.ts';

const FLATTEN_SECONDS_MAX = 600;

export const SECOND_APPROVALS = ['none', 'reset', 'raise'] as const;

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
    restartCautionSeconds: z
      .number()
      .nonnegative()
      .max(86_400)
      .default(600)
      .describe('how long sizes are halved after a start that followed no orderly stop'),
    secondApproval: z
      .enum(SECOND_APPROVALS)
      .default('none')
      .describe('what a second person has to sign: nothing, leaving emergency, or every raise too'),
    stopCategory: z
      .literal([0, 1], 'wanted 0 or 1: category 2 only pauses quoting and is no emergency stop')
      .default(0)
      .describe(
        'what an emergency does: 0 cancels what rests, 1 flattens the positions after that',
      ),
    flattenSeconds: z
      .number()
      .min(0.1)
      .max(FLATTEN_SECONDS_MAX)
      .default(10)
      .describe('how long a stop of category 1 may flatten before nothing leaves any more'),
  })
  .refine(
    ({ secondApproval, initialMode }) => secondApproval !== 'raise' || initialMode === 'manual',
    { path: ['initialMode'], message: 'wanted manual, as secondApproval is raise' },
  )
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

/** How an emergency stops the desk. */
export function stopPolicyOf(settings: ControlSettings): StopPolicy {
  return { category: settings.stopCategory, flattenMs: settings.flattenSeconds * 1000 };
}

/** Whether one person is not enough for it. */
export function needsSecond(settings: ControlSettings, action: 'raise-mode' | 'reset'): boolean {
  if (settings.secondApproval === 'none') return false;
  return settings.secondApproval === 'raise' || action === 'reset';
}
