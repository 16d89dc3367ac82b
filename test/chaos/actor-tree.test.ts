/**
 * Random trees under random blows: handlers, starts, hooks and callbacks throw, reject and hang,
 * actors are killed, stopped and suspended. Whatever happens, each path has one live actor at a
 * time, an actor has one handler at work, the lane stops, and nothing is left behind.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ActorSpec, Context } from '../../actors/runtime/actor-spec.ts';
import type { Overflow } from '../../actors/runtime/mail/mailbox.ts';
import { refByPath } from '../../actors/runtime/ref.ts';
import { type Rng, rngOf } from '../../src/core/rng.ts';
import { type ChildSpec, RESTARTS, type SupervisorSpec } from '../../supervisors/child-spec.ts';
import { supervisor } from '../../supervisors/supervisor.ts';
import { aLane, deferred } from '../support/lanes.ts';
import type { ManualEnv } from '../support/manual-env.ts';

const SEEDS = 80;
const BLOWS = 120;
const OVERFLOWS: readonly Overflow[] = ['reject', 'drop-oldest', 'conflate', 'fail'];
const POLICIES = ['discard', 'keep', 'conflate'] as const;
const STRATEGIES = ['one-for-one', 'one-for-all', 'rest-for-one'] as const;

/** What happens in one run is decided by its seed alone. */
class Chaos {
  readonly paths: string[] = ['nobody'];
  readonly violations: string[] = [];
  readonly random: Rng;
  readonly env: ManualEnv;

  constructor(seed: number, env: ManualEnv) {
    this.random = rngOf(seed);
    this.env = env;
  }

  chance(fraction: number): boolean {
    return this.random.next() < fraction;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.random.below(choices.length)] as T;
  }

  throwSometimes(fraction: number): void {
    if (this.chance(fraction)) throw new Error('chaos');
  }

  sleep(msMax: number): Promise<void> {
    const { promise, resolve } = deferred();
    this.env.timers.after(this.random.below(msMax), () => resolve());
    return promise;
  }
}

type Blow = Context<string>;

/** An actor that does everything wrong at times. */
function aNuisance(chaos: Chaos): ActorSpec<{ active: number }, string> {
  const act = (ctx: Blow): void => {
    const to = refByPath<string>(chaos.pick(chaos.paths));
    if (chaos.chance(0.2)) ctx.send(to, 'gossip');
    if (chaos.chance(0.1)) ctx.call(to, 'question');
    if (chaos.chance(0.1)) ctx.stash('later');
    if (chaos.chance(0.1)) ctx.unstashAll();
    if (chaos.chance(0.1)) ctx.watch(to, 'gone');
    if (chaos.chance(0.1)) void ctx.ask(to, () => 'ask', 1 + chaos.random.below(20));
    if (chaos.chance(0.03)) ctx.stopSelf();
  };
  return {
    kind: 'nuisance',
    handlerTimeoutMs: 50,
    mailbox: {
      capacity: chaos.pick([2, 8, 64]),
      overflow: chaos.pick(OVERFLOWS),
      keyOf: (message) => message,
    },
    start(ctx) {
      chaos.throwSometimes(0.05);
      ctx.timers.start('tick', 1 + chaos.random.below(20), 'tick', { periodic: true });
      chaos.env.timers.after(
        chaos.random.below(30),
        ctx.fenced(() => chaos.throwSometimes(0.3)),
      );
      if (chaos.chance(0.1)) void ctx.spawn(aNuisance(chaos), 'leaf');
      const state = { active: 0 };
      return chaos.chance(0.2) ? chaos.sleep(80).then(() => state) : state;
    },
    receive(state, _message, ctx) {
      chaos.throwSometimes(0.05);
      act(ctx);
      if (!chaos.chance(0.1)) return state;
      state.active += 1;
      if (state.active > 1) chaos.violations.push(`two handlers in ${ctx.path}`);
      return chaos.sleep(90).then(() => {
        state.active -= 1;
        chaos.throwSometimes(0.1);
        return state;
      });
    },
    answer(_state, _question, ctx) {
      chaos.throwSometimes(0.1);
      act(ctx);
      return 'answer';
    },
    stop() {
      chaos.throwSometimes(0.1);
      if (chaos.chance(0.1)) return deferred().promise;
      return chaos.chance(0.2) ? chaos.sleep(40) : undefined;
    },
  };
}

function aChildOf(chaos: Chaos, parent: string, id: string): ChildSpec {
  chaos.paths.push(`${parent}/${id}`);
  return {
    id,
    start() {
      chaos.throwSometimes(0.03);
      return chaos.chance(0.02) ? 'ignore' : aNuisance(chaos);
    },
    restart: chaos.pick([...RESTARTS, 'permanent', 'permanent']),
    shutdownMs: chaos.pick([30, 100, 'brutal-kill']),
    mailboxOnRestart: chaos.pick(POLICIES),
    ...(chaos.chance(0.5) && {
      backoff: { minMs: 0, maxMs: 50, jitterFraction: 0.3, resetAfterMs: 40 },
    }),
  };
}

function aBranch(chaos: Chaos, parent: string, id: string): ChildSpec {
  const path = `${parent}/${id}`;
  const spec: SupervisorSpec = {
    strategy: chaos.pick(STRATEGIES),
    intensity: chaos.random.below(30),
    periodMs: 200,
    children: ['x', 'y', 'z'].map((name) => aChildOf(chaos, path, name)),
  };
  return { id, type: 'supervisor', start: () => supervisor(spec) };
}

async function run(seed: number): Promise<string[]> {
  const { lane, env } = aLane({ seed });
  const chaos = new Chaos(seed, env);
  const live = new Map<string, number>();
  lane.observe({
    started({ path, uid }) {
      if (live.has(path)) chaos.violations.push(`two live actors at ${path}`);
      live.set(path, uid);
    },
    stopped({ path, uid }) {
      if (live.get(path) !== uid) chaos.violations.push(`${path}#${uid} stopped and did not live`);
      live.delete(path);
    },
    failed: () => chaos.throwSometimes(0.02),
  });
  const top = supervisor({
    strategy: chaos.pick(STRATEGIES),
    intensity: chaos.random.below(100),
    children: [aBranch(chaos, 'top', 'a'), aChildOf(chaos, 'top', 'm'), aBranch(chaos, 'top', 'b')],
  });
  void lane.spawn(top, 'top');
  for (let blow = 0; blow < BLOWS; blow += 1) {
    const path = chaos.pick(chaos.paths);
    const blows = [
      () => void lane.kill(path),
      () => void lane.stop(path),
      () => void lane.suspend(path),
      () => void lane.resume(path),
      () => void lane.inject(path, new Error('injected')),
    ];
    const send = (): void => void lane.ingest(refByPath<string>(path), chaos.pick(['a', 'b']));
    chaos.pick([...blows, send, send, send, send, send])();
    if (chaos.chance(0.5)) await env.advance(chaos.random.below(30));
  }
  const report = lane.stopAll(2000);
  await env.advance(3000);
  await report;
  // Longer than any sleep, limit or log window.
  await env.advance(10_000);
  const left = lane.describe().map(({ path, status }) => `${path} is ${status}`);
  if (env.pendingTimers > 0) left.push(`${env.pendingTimers} timers`);
  if (lane.openAsks > 0) left.push(`${lane.openAsks} questions`);
  return [...chaos.violations, ...left, ...live.keys()];
}

test('random blows never break the laws of the tree', async () => {
  for (let seed = 0; seed < SEEDS; seed += 1) {
    assert.equal(await run(seed), [], `seed ${seed}`);
  }
});

test.run();
