import type { Spawnable } from '../actors/runtime/blueprint.ts';
import type { ChildSpec } from './child-spec.ts';
import { patientBranch } from './patience.ts';
import { supervisor } from './supervisor.ts';

export interface LinksBranch {
  /** What the peers reach. */
  readonly node: () => Spawnable;
  /** Holds the places where peers call; null when none does. */
  readonly listener: (() => Spawnable) | null;
  readonly links: readonly { readonly peer: string; readonly start: () => Spawnable }[];
}

/** The node that peers reach, and beside it their links, which live and die alone. */
export function linkChildren({ node, listener, links }: LinksBranch): ChildSpec[] {
  const ears = listener === null ? [] : [{ id: 'listener', start: listener }];
  const ends = links.map(({ peer, start }) => ({ id: `link:${peer}`, start }));
  return [
    { id: 'node', start: node },
    { id: 'links', type: 'supervisor', start: () => supervisor(patientBranch([...ears, ...ends])) },
  ];
}
