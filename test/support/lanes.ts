import type { ActorSpec } from '../../actors/runtime/actor-spec.ts';
import { Lane, type LaneOptions } from '../../actors/runtime/lane.ts';
import type { ActorFailed, LaneLogEntry } from '../../actors/runtime/observers.ts';
import { reasonOf } from '../../src/core/result.ts';
import { type ManualEnv, manualEnv } from './manual-env.ts';

export interface TestLane {
  readonly lane: Lane;
  readonly env: ManualEnv;
  /** What the observers were told, in order: `started a#1`, `failed a#1 message: boom`. */
  readonly events: string[];
  readonly log: LaneLogEntry[];
}

let lanes = 0;

/** A lane on manual time that freezes its messages. */
export function aLane(options: Partial<LaneOptions> & { readonly seed?: number } = {}): TestLane {
  const env = manualEnv(options.seed);
  const log: LaneLogEntry[] = [];
  const events: string[] = [];
  lanes += 1;
  const lane = new Lane({
    name: `test-${lanes}`,
    clock: env.clock,
    timers: env.timers,
    random: env.random,
    freezeMessages: true,
    log: (entry) => void log.push(entry),
    ...options,
  });
  const note = (what: string, { path, uid }: { path: string; uid: number }, rest = ''): void => {
    events.push(`${what} ${path}#${uid}${rest}`);
  };
  lane.observe({
    started: (event) => note('started', event),
    failed: (event) => note('failed', event, ` ${event.during}: ${reasonOf(event.error)}`),
    fatal: (event) => note('fatal', event),
    resumed: (event) => note('resumed', event, ` ${event.during}: ${reasonOf(event.error)}`),
    restarting: (event) => note('restarting', event, ` in ${event.delayMs} ms`),
    stopped: (event) => note('stopped', event, ` ${event.reason.kind}`),
    gaveUp: (event) => note('gave-up', event, ` over ${event.child}`),
  });
  return { lane, env, events, log };
}

/** An actor that does nothing, with what matters to a test put in. */
export function anActor<S = null, M = unknown>(
  parts: Partial<ActorSpec<S, M>> & { readonly start?: ActorSpec<S, M>['start'] } = {},
): ActorSpec<S, M> {
  return { kind: 'test', start: () => null as S, receive: (state) => state, ...parts };
}

/** An actor that notes what it handles; the message `boom` makes it throw. */
export function aRecorder<M>(
  seen: M[],
  parts: Partial<ActorSpec<null, M>> = {},
): ActorSpec<null, M> {
  return anActor<null, M>({
    kind: 'recorder',
    receive(state, message) {
      if (message === 'boom') throw new Error('boom');
      seen.push(message);
      return state;
    },
    ...parts,
  });
}

/** A promise that the test settles. */
export function deferred<T = void>(): {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
} {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** What a promise rejects with; fails the test when it does not. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (thrown) {
    return thrown as Error;
  }
  throw new Error('the promise did not reject');
}

/** The failures that a lane's observers are told of from now on. */
export function failuresOf(lane: Lane): ActorFailed[] {
  const failures: ActorFailed[] = [];
  lane.observe({ failed: (event) => void failures.push(event) });
  return failures;
}
