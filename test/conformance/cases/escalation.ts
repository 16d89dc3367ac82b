/** What happens when restarting does not help: SUP-027 … SUP-030, SUP-063, SUP-065. */
import * as assert from 'uvu/assert';
import { type ActorRef, refByPath } from '../../../actors/runtime/ref.ts';
import { type ChildAdministration, childrenOf } from '../../../supervisors/administration.ts';
import type { ChildSpec, Strategy } from '../../../supervisors/child-spec.ts';
import { supervisor } from '../../../supervisors/supervisor.ts';
import { aChild, aTree, type TestTree } from '../../support/children.ts';
import { anActor, failuresOf } from '../../support/lanes.ts';
import type { Topic } from '../case.ts';

/** A child whose first start succeeds, and no other. */
function aOnceOnly(id: string, seen: string[], spec: Partial<ChildSpec> = {}): ChildSpec {
  let starts = 0;
  return aChild(id, seen, spec, {
    start() {
      starts += 1;
      seen.push(`try ${id}`);
      if (starts > 1) throw new Error('never again');
      return 0;
    },
  });
}

function administrationOf({ lane }: TestTree, path: string): ChildAdministration {
  const found = childrenOf(lane, path);
  assert.ok(found.ok);
  return found.value;
}

/** The uid of every actor of the tree by its path. */
function uidsOf({ lane }: TestTree): Readonly<Record<string, number>> {
  return Object.fromEntries(lane.describe().map(({ path, uid }) => [path, uid]));
}

async function exhausts(strategy: Strategy): Promise<void> {
  const seen: string[] = [];
  const { lane, env, say, events } = await aTree({
    strategy,
    intensity: 4,
    periodMs: 3_600_000,
    children: [aChild('x', seen), aOnceOnly('y', seen), aChild('z', seen)],
  });
  say('y', 'boom');
  await env.advance(60_000);
  assert.is(seen.filter((line) => line === 'try y').length, 5, '1 start and 4 attempts');
  assert.equal(lane.describe(), []);
  const ends = events.slice(events.indexOf('gave-up top#1 over y') + 1);
  const others = strategy === 'one-for-one' ? ['z', 'x'] : ['x'];
  assert.equal(
    ends.map((event) => event.replace(/#\d+/, '')),
    [...others.map((id) => `stopped top/${id} shutdown`), 'stopped top shutdown'],
  );
  assert.is(env.pendingTimers, 0);
}

export const ESCALATION: Topic = {
  async 'SUP-027'() {
    for (const strategy of ['one-for-one', 'rest-for-one', 'one-for-all'] as const) {
      await exhausts(strategy);
    }
  },

  async 'SUP-028'() {
    const seen: string[] = [];
    const backoff = { minMs: 1, maxMs: 1, jitterFraction: 0, resetAfterMs: 0 };
    for (const spec of [{}, { backoff }]) {
      const tree = await aTree({
        intensity: 1000,
        periodMs: 86_400_000,
        children: [aOnceOnly('a', seen, spec), aChild('b', seen)],
      });
      const { lane, env, say, children } = tree;
      // Without a back-off an attempt takes a turn of the event loop, and no time at all.
      let ticks = 0;
      const tick = (): void => {
        ticks += 1;
        if (ticks < 20) env.timers.after(10, tick);
      };
      env.timers.after(10, tick);
      const answers: unknown[] = [];
      let turns = 0;
      const look = (): void => {
        turns += 1;
        if (turns === 3) {
          answers.push(children.list().map(({ id, phase }) => `${id} ${phase}`));
          answers.push(children.count().active);
        }
        if (turns < 6) env.timers.turn(look);
      };
      env.timers.turn(look);
      say('a', 'boom');
      await env.advance(200);
      assert.equal(answers, [['a waiting', 'b running'], 1]);
      assert.is(ticks, 20, 'the timer of 10 ms has kept firing');
      if (lane.describe().length > 0) {
        const terminated = children.terminateChild('a');
        await env.advance(2);
        assert.equal(await terminated, { ok: true, value: null });
        const attempts = seen.length;
        await env.advance(1000);
        assert.is(seen.length, attempts);
        const stopped = lane.stop('top');
        await env.settle();
        assert.ok((await stopped).ok);
      }
    }
    // It is stopped in the midst of its attempts.
    const { lane, env, say } = await aTree({
      intensity: 1000,
      periodMs: 86_400_000,
      children: [aOnceOnly('a', [])],
    });
    say('a', 'boom');
    let isStopped = false;
    let turns = 0;
    const stopLater = (): void => {
      turns += 1;
      if (turns < 5) env.timers.turn(stopLater);
      else
        void lane.stop('top').then(({ ok }) => {
          isStopped = ok;
        });
    };
    env.timers.turn(stopLater);
    await env.settle();
    assert.equal([isStopped, lane.describe()], [true, []]);
    await env.advance(60_000);
    assert.is(env.pendingTimers, 0);
  },

  async 'SUP-029'() {
    const seen: string[] = [];
    const tree = await aTree({
      strategy: 'one-for-all',
      intensity: 3,
      children: [
        {
          id: 'sub1',
          type: 'supervisor',
          start: () => supervisor({ children: [aChild('s1', seen), aChild('s2', seen)] }),
        },
        {
          id: 'sub2',
          type: 'supervisor',
          start: () => supervisor({ intensity: 1, children: [] }),
        },
      ],
    });
    const { env, say } = tree;
    for (const id of ['d1', 'd2']) {
      void administrationOf(tree, 'top/sub2').startChild(aChild(id, seen));
    }
    await env.settle();
    const before = uidsOf(tree);
    say('sub2/d1', 'boom');
    await env.settle();
    const after = uidsOf(tree);
    const changed = Object.keys(before).filter((path) => before[path] !== after[path]);
    assert.equal(changed, ['top/sub2/d1']);
    say('sub2/d1', 'boom');
    await env.settle();
    const last = uidsOf(tree);
    assert.equal(Object.keys(last), ['top', 'top/sub1', 'top/sub1/s1', 'top/sub1/s2', 'top/sub2']);
    for (const path of Object.keys(last)) {
      assert.is(last[path] === before[path], path === 'top', `${path} is a new incarnation`);
    }
  },

  async 'SUP-030'() {
    const seen: string[] = [];
    const { lane, env, say, events } = await aTree({
      autoShutdown: 'any-significant',
      intensity: 5,
      children: [
        aChild('a', seen),
        aChild('b', seen, { restart: 'transient', significant: true }),
        aChild('c', seen),
      ],
    });
    say('b', 'end');
    await env.settle();
    assert.equal(seen, ['start a', 'start b', 'start c', 'stop b', 'stop c', 'stop a']);
    assert.equal([lane.describe(), events.at(-1)], [[], 'stopped top#1 shutdown']);
    // With all-significant the last of them counts, and a restart is no end.
    const patient = await aTree({
      autoShutdown: 'all-significant',
      intensity: 5,
      children: [
        aChild('a', [], { restart: 'transient', significant: true }),
        aChild('b', [], { restart: 'temporary', significant: true }),
      ],
    });
    patient.say('a', 'boom');
    patient.say('b', 'end');
    await patient.env.settle();
    assert.is(patient.alive(), 'a#4');
    patient.say('a', 'end');
    await patient.env.settle();
    assert.equal(patient.lane.describe(), []);
  },

  async 'SUP-063'() {
    const children = [
      aChild(
        'after',
        [],
        { restart: 'temporary' },
        {
          // What is to happen after the start is the first message to oneself.
          start(ctx) {
            ctx.send(ctx.self as ActorRef<string>, 'after-start');
            return 0;
          },
          receive() {
            throw new Error('after its start');
          },
        },
      ),
      aChild('handler', [], { restart: 'temporary' }),
    ];
    const tree = await aTree({ children: [] });
    const { env, say, events } = tree;
    const failures = failuresOf(tree.lane);
    for (const child of children) {
      const started = tree.children.startChild(child);
      await env.settle();
      assert.ok((await started).ok);
    }
    say('handler', 'boom');
    await env.settle();
    assert.equal(
      failures.map(({ path, uid, messageKind }) => [path, uid, messageKind]),
      [
        ['top/after', 2, 'string'],
        ['top/handler', 3, 'string'],
      ],
    );
    assert.equal(tree.children.count(), { specs: 0, active: 0, supervisors: 0, workers: 0 });
    assert.not.ok(events.some((event) => event.startsWith('restarting')));
  },

  async 'SUP-065'() {
    const hooks: string[] = [];
    const handled: string[] = [];
    const leaf = (id: string): ChildSpec => ({
      id,
      start: () =>
        anActor<null, string>({
          receive(state, message) {
            handled.push(message);
            return state;
          },
          stop: (_state, ctx) => void hooks.push(ctx.path),
        }),
    });
    const branch = (id: string, children: readonly ChildSpec[]): ChildSpec => ({
      id,
      type: 'supervisor',
      start: () => supervisor({ children }),
    });
    const { lane, env, events } = await aTree({
      children: [branch('a', [branch('b', [leaf('x'), leaf('y')]), leaf('z')]), leaf('w')],
    });
    const paths = ['top/a/b/x', 'top/a/b/y', 'top/a/z', 'top/w'];
    let told = '';
    void lane.stop('top').then(() => {
      told = `${hooks.length} hooks, ${lane.describe().length} actors`;
    });
    await env.settle();
    assert.is(told, '4 hooks, 0 actors');
    assert.equal(hooks, [...paths].reverse());
    assert.is(events.at(-1), 'stopped top#1 shutdown');
    for (const path of paths) assert.not.ok(lane.send(refByPath<string>(path), 'too late'));
    await env.settle();
    assert.equal(handled, []);
  },
};
