import type { Spawnable } from '../actors/runtime/blueprint.ts';
import type { SupervisorSpec } from './child-spec.ts';
import { type LinksBranch, linkChildren } from './links.ts';
import { patientBranch } from './patience.ts';

export interface EdgeBranch {
  readonly settings: () => Spawnable;
  /** Absent in a rehearsal, which nobody attaches to. */
  readonly shell: (() => Spawnable) | null;
  /** Absent without `remote.links`. */
  readonly links: LinksBranch | null;
}

/** What people use. However often it fails, it never hurts the others. */
export function edgeBranch(branch: EdgeBranch): SupervisorSpec {
  const shell = branch.shell === null ? [] : [{ id: 'shell', start: branch.shell }];
  const links = branch.links === null ? [] : linkChildren(branch.links);
  return patientBranch([{ id: 'settings', start: branch.settings }, ...shell, ...links]);
}
