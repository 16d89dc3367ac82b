import type { AnyActorSpec } from '../../../actors/runtime/actor-spec.ts';
import { supervisor } from '../../../supervisors/supervisor.ts';
import { aRecorder, type TestLane } from '../lanes.ts';

/** What each of some addresses was told, by path. */
export type Heard = Readonly<Record<string, readonly unknown[]>>;

/**
 * Puts recorders at paths of the desk, so that an actor under test has somebody to talk to, and
 * the actor itself where the desk has it.
 *
 * @param actors by path, such as `trading/risk`; a path has one, two or three parts
 * @returns what the recorders hear; an actor whose start takes time may still be starting
 */
export async function aBranch(
  { lane, env }: TestLane,
  actors: Readonly<Record<string, () => AnyActorSpec>>,
  recorders: readonly string[],
): Promise<Heard> {
  const heard: Record<string, unknown[]> = {};
  // Recorders first, so that they hear what the actors say when they start.
  const leaves = new Map<string, () => AnyActorSpec>();
  for (const path of recorders) {
    const seen: unknown[] = [];
    heard[path] = seen;
    leaves.set(path, () => aRecorder(seen) as AnyActorSpec);
  }
  for (const [path, spec] of Object.entries(actors)) leaves.set(path, spec);
  for (const [top, below] of grouped(leaves)) void lane.spawn(branchOf(below), top);
  await env.settle();
  return heard;
}

type Leaves = ReadonlyMap<string, () => AnyActorSpec>;

function branchOf(leaves: Leaves): ReturnType<typeof supervisor> {
  const children = [...grouped(leaves)].map(([id, below]) => {
    const leaf = below.get('');
    return leaf === undefined
      ? { id, type: 'supervisor' as const, start: () => branchOf(below) }
      : { id, start: leaf };
  });
  return supervisor({ intensity: 100, periodMs: 60_000, children });
}

/** By the first part of each path, what is left of the paths. */
function grouped(leaves: Leaves): ReadonlyMap<string, Leaves> {
  const groups = new Map<string, Map<string, () => AnyActorSpec>>();
  for (const [path, leaf] of leaves) {
    const [first = '', ...rest] = path.split('/');
    const group = groups.get(first) ?? new Map();
    groups.set(first, group.set(rest.join('/'), leaf));
  }
  return groups;
}
