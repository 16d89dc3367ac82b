import type { Spawnable } from '../actors/runtime/blueprint.ts';
import type { ChildSpec, SupervisorSpec } from './child-spec.ts';
import { patientBranch } from './patience.ts';
import { supervisor } from './supervisor.ts';

export interface EdgeBranch {
  readonly settings: () => Spawnable;
  /** Absent in a rehearsal, which nobody is told about or attaches to. */
  readonly alerts: (() => Spawnable) | null;
  readonly shell: (() => Spawnable) | null;
  /** Absent or null where nobody asks for it. */
  readonly riskReport?: (() => Spawnable) | null;
  /** One for each venue that is looked at through ccxt. */
  readonly crossChecks?: readonly { readonly venue: string; readonly start: () => Spawnable }[];
  /** Absent without `remote.links`. */
  readonly links: LinksBranch | null;
}

export interface LinksBranch {
  /** What the peers reach. */
  readonly node: () => Spawnable;
  /** Holds the places where peers call; null when none does. */
  readonly listener: (() => Spawnable) | null;
  readonly links: readonly { readonly peer: string; readonly start: () => Spawnable }[];
}

/** What people use. However often it fails, it never hurts the others. */
export function edgeBranch(branch: EdgeBranch): SupervisorSpec {
  const shell = branch.shell === null ? [] : [{ id: 'shell', start: branch.shell }];
  const links = branch.links === null ? [] : linkChildren(branch.links);
  const alerts = branch.alerts === null ? [] : [{ id: 'alerts', start: branch.alerts }];
  const settings = { id: 'settings', start: branch.settings };
  const checks = (branch.crossChecks ?? []).map(({ venue, start }) => ({
    id: `cross-check:${venue}`,
    start,
  }));
  const { riskReport = null } = branch;
  const report = riskReport === null ? [] : [{ id: 'risk-report', start: riskReport }];
  return patientBranch([settings, ...alerts, ...shell, ...report, ...checks, ...links]);
}

/** The node that peers reach, and beside it their links, which live and die alone. */
function linkChildren({ node, listener, links }: LinksBranch): ChildSpec[] {
  const ears = listener === null ? [] : [{ id: 'listener', start: listener }];
  const ends = links.map(({ peer, start }) => ({ id: `link:${peer}`, start }));
  return [
    { id: 'node', start: node },
    { id: 'links', type: 'supervisor', start: () => supervisor(patientBranch([...ears, ...ends])) },
  ];
}
