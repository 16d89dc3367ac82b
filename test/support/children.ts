import type { ActorSpec } from '../../actors/runtime/actor-spec.ts';
import { type ActorRef, refByPath } from '../../actors/runtime/ref.ts';
import { type ChildAdministration, childrenOf } from '../../supervisors/administration.ts';
import type { ChildSpec, SupervisorSpec } from '../../supervisors/child-spec.ts';
import { supervisor } from '../../supervisors/supervisor.ts';
import { aLane, type TestLane } from './lanes.ts';

/**
 * A child that notes `start a`, `stop a` and the messages it handles, numbered since its start:
 * `a 1 hello`. `boom` makes it fail, `end` makes it stop itself.
 */
export function aChild(
  id: string,
  seen: string[],
  spec: Partial<ChildSpec> = {},
  actor: Partial<ActorSpec<number, string>> = {},
): ChildSpec {
  const whole: ActorSpec<number, string> = {
    kind: 'child',
    start() {
      seen.push(`start ${id}`);
      return 0;
    },
    receive(count, message, ctx) {
      if (message === 'boom') throw new Error('boom');
      if (message === 'end') ctx.stopSelf();
      else seen.push(`${id} ${count + 1} ${message}`);
      return count + 1;
    },
    stop: () => void seen.push(`stop ${id}`),
    ...actor,
  };
  return { id, start: () => whole, ...spec };
}

export interface TestTree extends TestLane {
  readonly children: ChildAdministration;
  /** Sends by path, so that it reaches whoever is there now. */
  say(id: string, message: string): boolean;
  /** `a#2 b#3`: the children that are alive, in the order of their specs. */
  alive(): string;
}

/** A lane with one supervisor named `top`. */
export async function aTree(spec: SupervisorSpec): Promise<TestTree> {
  const harness = aLane();
  const { lane, env } = harness;
  const started = lane.spawn(supervisor(spec), 'top');
  await env.settle();
  await started;
  const found = childrenOf(lane, 'top');
  if (!found.ok) throw new Error('no supervisor at top');
  const children = found.value;
  return {
    ...harness,
    children,
    say: (id, message) => lane.send(refByPath(`top/${id}`), message),
    alive: () =>
      children
        .list()
        .filter(({ ref }) => ref !== null)
        .map(({ id, ref }) => `${id}#${(ref as ActorRef<never>).uid}`)
        .join(' '),
  };
}
