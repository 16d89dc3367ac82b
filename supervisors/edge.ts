import type { Spawnable } from '../actors/runtime/actor.ts';
import type { SupervisorSpec } from './child-spec.ts';

export interface EdgeBranch {
  readonly settings: () => Spawnable;
  /** Absent in a rehearsal, which nobody attaches to. */
  readonly shell: (() => Spawnable) | null;
}

/** What people use. Transient and patient: it can never hurt the others. */
export function edgeBranch(branch: EdgeBranch): SupervisorSpec {
  const shell = branch.shell === null ? [] : [{ id: 'shell', start: branch.shell }];
  return {
    strategy: 'one-for-one',
    intensity: 10,
    periodMs: 60_000,
    children: [{ id: 'settings', start: branch.settings }, ...shell],
  };
}
