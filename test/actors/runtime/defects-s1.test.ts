/**
 * One test for each confirmed defect of nact 7.6.2 that can send or keep orders wrongly, or kill
 * or hang the daemon, named after its id in docs/decisions/0002-engine-on-nact.md. A process-level
 * event (uncaughtException, unhandledRejection) fails the run by itself.
 */
import { stop } from 'nact';
import { find } from 'nact/lib/system-map.js';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ActorSpec } from '../../../actors/runtime/actor-spec.ts';
import type { Lane } from '../../../actors/runtime/lane.ts';
import { refByPath } from '../../../actors/runtime/ref.ts';
import { supervisor } from '../../../supervisors/supervisor.ts';
import { aChild, aTree } from '../../support/children.ts';
import { aLane, anActor, aRecorder, deferred, failuresOf, rejection } from '../../support/lanes.ts';

type NactRef = Parameters<typeof stop>[0];

function nactRef(lane: Lane, path: string): NactRef {
  const found = lane.actorAt(path);
  assert.ok(found.ok, path);
  return (found.ok ? found.value.reference : null) as unknown as NactRef;
}

/** An actor with children of the given names that all note what they handle. */
function aParent(seen: string[], ...names: string[]): ActorSpec<null, string> {
  return anActor<null, string>({
    start: async (ctx) => {
      for (const name of names) await ctx.spawn(aRecorder(seen), name);
      return null;
    },
  });
}

test('D01: stopping a parent stops its children, also through nact', async () => {
  const seen: string[] = [];
  const { lane, env } = aLane();
  await lane.spawn(aParent(seen, 'x', 'y'), 'parent');
  lane.send(refByPath<string>('parent/x'), 'before');
  await env.settle();
  stop(nactRef(lane, 'parent'));
  await env.settle();
  for (const path of ['parent/x', 'parent/y']) assert.not.ok(lane.send(refByPath(path), 'after'));
  await env.settle();
  assert.equal([seen, lane.describe()], [['before'], []]);
});

test('D02: stopping the system stops every actor, also through nact', async () => {
  const seen: string[] = [];
  const hooks: string[] = [];
  const { lane, env } = aLane({ name: 'd02' });
  const spec = aRecorder(seen, { stop: (_state, ctx) => void hooks.push(ctx.path) });
  const refs = [await lane.spawn(spec, 'a'), await lane.spawn(spec, 'b')];
  stop((find('d02') as { reference: NactRef }).reference);
  await env.settle();
  for (const ref of refs) lane.send(ref, 'after');
  await env.settle();
  assert.equal([seen, hooks, lane.describe()], [[], ['b', 'a'], []]);
  assert.is(find('d02'), undefined);
});

test('D31: a restart stops grandchildren too', async () => {
  const seen: string[] = [];
  const middle = {
    ...aParent(seen),
    start: async (ctx: Parameters<ActorSpec<null, string>['start']>[0]) => {
      await ctx.spawn(aRecorder(seen), 'leaf');
      return null;
    },
  };
  const top = anActor<null, string>({
    start: async (ctx) => {
      await ctx.spawn(middle, 'middle');
      return null;
    },
  });
  const { lane, env } = await aTree({ children: [{ id: 'branch', start: () => top }] });
  const leaf = lane.actorAt('top/branch/middle/leaf');
  lane.inject('top/branch', new Error('boom'));
  await env.settle();
  assert.ok(leaf.ok && leaf.value.isEnded);
  assert.is(lane.describe().length, 4, 'one generation of each');
});

test('D03: a name is not free while its old holder still handles a message', async () => {
  const effects: string[] = [];
  const gate = deferred();
  const { lane, env } = aLane();
  const order = (label: string) =>
    anActor<null, string>({
      async receive(state, message) {
        await gate.promise;
        effects.push(`${label} ${message}`);
        return state;
      },
    });
  const ref = await lane.spawn(order('old'), 'order');
  lane.send(ref, 'place');
  await env.settle();
  lane.stop('order');
  await env.settle();
  assert.match((await rejection(lane.spawn(order('new'), 'order'))).message, 'is there already');
  gate.resolve();
  await env.settle();
  await lane.spawn(order('new'), 'order');
  assert.equal(effects, ['old place']);
});

test('D04: a reference to the old incarnation does not reach the new one', async () => {
  const seen: string[] = [];
  const { lane, env } = aLane();
  const old = await lane.spawn(aRecorder(seen), 'order');
  const oldNact = nactRef(lane, 'order');
  lane.stop('order');
  await env.settle();
  await lane.spawn(aRecorder(seen), 'order');
  assert.not.ok(lane.send(old, 'meant for the old'));
  stop(oldNact);
  await env.settle();
  assert.equal([seen, lane.describe().length], [[], 1]);
  assert.is(lane.deadLetters.countOf('stale-incarnation'), 1);
});

test('D11: a group restart never has two handlers of one actor at work', async () => {
  const seen: string[] = [];
  const gates = [deferred(), deferred(), deferred()];
  let active = 0;
  let most = 0;
  let calls = 0;
  const busy = aChild(
    'busy',
    seen,
    { mailboxOnRestart: 'keep' },
    {
      async receive(count) {
        const gate = gates[calls];
        calls += 1;
        active += 1;
        most = Math.max(most, active);
        await gate?.promise;
        active -= 1;
        return count + 1;
      },
    },
  );
  const { env, say } = await aTree({
    strategy: 'one-for-all',
    children: [aChild('peer', seen), busy],
  });
  for (let n = 0; n < 5; n += 1) say('busy', 'x');
  await env.settle();
  say('peer', 'boom');
  await env.settle();
  assert.equal([calls, active], [1, 1]);
  for (const gate of gates) gate.resolve();
  await env.settle();
  assert.equal([calls, active, most], [5, 0, 1]);
});

test('D12: a handler that ends after a restart does not overwrite the fresh state', async () => {
  const gate = deferred();
  const views: unknown[] = [];
  const { lane, env, say } = await aTree({
    children: [
      aChild(
        'a',
        [],
        {},
        {
          handlerTimeoutMs: 10,
          start: () => 0,
          async receive() {
            await gate.promise;
            return 999;
          },
          view: (state) => state,
        },
      ),
    ],
  });
  say('a', 'x');
  await env.advance(10);
  views.push(lane.view('top/a'));
  gate.resolve();
  await env.settle();
  views.push(lane.view('top/a'));
  assert.equal(views, Array(2).fill({ ok: true, value: 0 }));
  assert.is(lane.lateEffects, 1);
});

test('D13: a failure policy that throws is one failure and wedges nobody', async () => {
  const seen: string[] = [];
  const { lane, env, events, say, alive } = await aTree({
    children: [
      {
        id: 'sub',
        start: () =>
          supervisor({
            intensity: 0,
            children: [aChild('a', seen)],
            onGiveUp() {
              throw new Error('policy');
            },
          }),
      },
    ],
  });
  lane.observe({
    failed() {
      throw new Error('observer');
    },
  });
  say('sub/a', 'boom');
  await env.settle();
  assert.ok(events.includes('failed top/sub#2 supervision: policy'));
  assert.is(alive(), 'sub#4');
  say('sub/a', 'hello');
  await env.settle();
  assert.is(seen.at(-1), 'a 1 hello');
});

test('D14: a failure that climbs ends the child for good and resumes nobody', async () => {
  const seen: string[] = [];
  const { lane, env, say, alive } = await aTree({
    intensity: 5,
    children: [
      { id: 'sub', start: () => supervisor({ intensity: 0, children: [aChild('a', seen)] }) },
    ],
  });
  say('sub/a', 'boom');
  for (let n = 0; n < 4; n += 1) say('sub/a', `queued ${n}`);
  await env.settle();
  assert.is(alive(), 'sub#4');
  assert.equal(seen, ['start a', 'stop a', 'start a']);
  assert.is(lane.deadLetters.count, 5, 'the failed message and the four behind it');
  say('sub/a', 'fresh');
  await env.settle();
  assert.is(seen.at(-1), 'a 1 fresh');
});

test('D40: a start that keeps throwing ends within the budget and starves no timer', async () => {
  let attempts = 0;
  let ticks = 0;
  const { lane, env, say } = await aTree({
    intensity: 1000,
    periodMs: 3_600_000,
    children: [
      aChild(
        'a',
        [],
        { backoff: { minMs: 1, maxMs: 1, jitterFraction: 0, resetAfterMs: 1 } },
        {
          start() {
            attempts += 1;
            if (attempts > 1) throw new Error('no');
            return 0;
          },
        },
      ),
    ],
  });
  env.timers.after(10, () => {
    ticks += 1;
  });
  say('a', 'boom');
  await env.advance(10);
  assert.is(ticks, 1);
  assert.is(attempts, 11);
  await env.advance(2000);
  assert.equal([attempts, lane.describe()], [1001, []]);
});

test('D09: restarts are counted, and too many end the supervisor', async () => {
  let failures = 0;
  const { lane, env, events } = aLane();
  const crashing = aChild(
    'a',
    [],
    {},
    {
      start(ctx) {
        ctx.send(ctx.self, 'go');
        return 0;
      },
      receive() {
        failures += 1;
        throw new Error('boom');
      },
    },
  );
  void lane.spawn(supervisor({ intensity: 20, children: [crashing] }), 'top');
  await env.settle();
  assert.equal([failures, lane.describe()], [21, []]);
  assert.ok(events.includes('gave-up top#1 over a'));
});

test('D25: a handler that never settles is a failure of its actor', async () => {
  const { lane, env, events } = aLane();
  const seen: string[] = [];
  const ref = await lane.spawn(
    anActor<null, string>({
      handlerTimeoutMs: 100,
      receive: () => deferred<null>().promise,
      stop: () => void seen.push('hook'),
    }),
    'a',
  );
  lane.send(ref, 'x');
  await env.advance(99);
  assert.is(events.length, 1);
  await env.advance(1);
  assert.is(events[1], 'failed a#1 message: a: string did not settle within 100 ms');
  assert.equal(seen, ['hook']);
});

test('D20: every failure of every actor reaches the observers and the log', async () => {
  const { lane, env, log } = aLane();
  const failures = failuresOf(lane);
  for (const name of ['a', 'b']) {
    const ref = await lane.spawn(aRecorder<string>([]), name);
    lane.send(ref, 'boom');
  }
  await env.settle();
  assert.equal(
    failures.map(({ path }) => path),
    ['a', 'b'],
  );
  assert.is(log.filter(({ kind }) => kind === 'actor-failed').length, 2);
});

test('D24: a mailbox is bounded and its sender learns that it is full', async () => {
  const { lane } = aLane();
  const ref = await lane.spawn(anActor<null, number>(), 'a');
  let accepted = 0;
  for (let n = 0; n < 5000; n += 1) if (lane.send(ref, n)) accepted += 1;
  assert.is(accepted, 1024);
  assert.is(lane.deadLetters.countOf('overflow'), 5000 - 1024);
});

test('D15: a failure that comes after the stop is counted and nothing else', async () => {
  const gate = deferred<null>();
  const { lane, env, events } = aLane();
  const ref = await lane.spawn(anActor<null, string>({ receive: () => gate.promise }), 'a');
  lane.send(ref, 'x');
  await env.settle();
  lane.kill('a');
  gate.reject(new Error('late'));
  await env.settle();
  assert.equal([events.at(-1), lane.lateEffects], ['stopped a#1 killed', 1]);
});

test('D32: restarting a child that is gone is a tagged refusal', async () => {
  const { env, children } = await aTree({ children: [aChild('a', [], { restart: 'temporary' })] });
  const terminated = children.terminateChild('a');
  const restarted = children.restartChild('a');
  await env.settle();
  assert.ok((await terminated).ok);
  assert.equal(await restarted, { ok: false, error: { kind: 'not-found', id: 'a' } });
});

for (const [id, stopHook] of [
  [
    'D18',
    () => {
      throw new Error('in the hook');
    },
  ],
  ['D19', () => Promise.reject(new Error('in the hook'))],
] as [string, () => void | Promise<void>][]) {
  test(`${id}: a stop hook that fails is one failure, and the stop completes`, async () => {
    let runs = 0;
    const { lane, env, events } = aLane();
    await lane.spawn(
      anActor({
        stop: () => {
          runs += 1;
          return stopHook();
        },
      }),
      'a',
    );
    const stopped = lane.stop('a');
    await env.settle();
    assert.ok((await stopped).ok);
    assert.equal(
      [runs, events.slice(1)],
      [1, ['failed a#1 stop: in the hook', 'stopped a#1 failed']],
    );
  });
}

test.run();
