import type { Spawnable } from '../actors/runtime/blueprint.ts';
import type { SupervisorSpec } from './child-spec.ts';

export interface SafetyBranch {
  readonly audit: () => Spawnable;
  readonly control: () => Spawnable;
  readonly killSwitch: () => Spawnable;
  readonly watchdog: () => Spawnable;
  readonly indicator: () => Spawnable;
  /** Null where no guard watches: a rehearsal, a simulation. */
  readonly guard: (() => Spawnable) | null;
}

/** First up, last down. What follows a crashed actor starts anew with it. */
export function safetyBranch(branch: SafetyBranch): SupervisorSpec {
  return {
    strategy: 'rest-for-one',
    intensity: 3,
    periodMs: 60_000,
    children: [
      { id: 'audit', start: branch.audit },
      { id: 'control', start: branch.control },
      { id: 'kill-switch', start: branch.killSwitch },
      { id: 'watchdog', start: branch.watchdog },
      { id: 'indicator', start: branch.indicator },
      ...(branch.guard === null ? [] : [{ id: 'guard', start: branch.guard }]),
    ],
  };
}
