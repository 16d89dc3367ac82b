/** What the catalogue leaves open: suspended and hanging children, and callbacks that crash. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { refByPath } from '../../actors/runtime/ref.ts';
import { supervisor } from '../../supervisors/supervisor.ts';
import { aChild, aTree } from '../support/children.ts';
import { aLane, deferred, rejection } from '../support/lanes.ts';

const never = <T>(): Promise<T> => deferred<T>().promise;
const endsOf = (events: readonly string[]): string[] =>
  events.filter((event) => event.startsWith('stopped'));

test('a suspended child stops like any other, and its queue becomes dead letters', async () => {
  const seen: string[] = [];
  const { lane, env, say, events } = await aTree({ children: [aChild('a', seen)] });
  lane.suspend('top/a');
  say('a', 'queued');
  void lane.stop('top');
  await env.settle();
  assert.equal(endsOf(events), ['stopped top/a#2 shutdown', 'stopped top#1 shutdown']);
  assert.equal(seen, ['start a', 'stop a']);
  assert.is(lane.deadLetters.countOf('stopped'), 1);
});

test('a suspended child that fails comes back at work, its sibling stays suspended', async () => {
  const seen: string[] = [];
  const { lane, env, say, alive } = await aTree({
    children: [aChild('a', seen), aChild('b', seen)],
  });
  for (const path of ['top/a', 'top/b']) lane.suspend(path);
  lane.inject('top/a', new Error('injected'));
  await env.settle();
  for (const id of ['a', 'b']) say(id, 'hello');
  await env.settle();
  assert.is(alive(), 'a#4 b#3');
  assert.ok(seen.includes('a 1 hello') && !seen.includes('b 1 hello'));
});

test('a suspended child is restarted with its group', async () => {
  const { lane, env, say, alive } = await aTree({
    strategy: 'one-for-all',
    children: [aChild('a', []), aChild('b', [])],
  });
  lane.suspend('top/a');
  say('b', 'boom');
  await env.settle();
  assert.is(alive(), 'a#4 b#5');
  assert.is(lane.describe()[1]?.status, 'running');
});

test('a handler that hangs is given up at its limit, and its child comes back', async () => {
  const late = deferred<number>();
  const { lane, env, say, alive, events } = await aTree({
    children: [aChild('a', [], {}, { handlerTimeoutMs: 300, receive: () => late.promise })],
  });
  say('a', 'x');
  await env.advance(299);
  assert.is(alive(), 'a#2');
  await env.advance(1);
  assert.is(alive(), 'a#3');
  assert.ok(events.includes('failed top/a#2 message: top/a: string did not settle within 300 ms'));
  late.resolve(999);
  await env.settle();
  assert.is(lane.lateEffects, 1);
});

test('a start that hangs fails the start of all at its limit, and counts later on', async () => {
  const { lane, env } = aLane();
  const hanging = aChild('a', [], {}, { handlerTimeoutMs: 200, start: () => never<number>() });
  const started = lane.spawn(supervisor({ children: [hanging] }), 'top');
  await env.advance(200);
  assert.match((await rejection(started)).message, /top\/a: start did not settle within 200 ms/);
  assert.equal(lane.describe(), []);

  let starts = 0;
  const tree = await aTree({
    intensity: 3,
    children: [
      aChild(
        'a',
        [],
        {},
        {
          handlerTimeoutMs: 200,
          start() {
            starts += 1;
            return starts === 1 ? 0 : never<number>();
          },
        },
      ),
    ],
  });
  tree.say('a', 'boom');
  await tree.env.advance(10_000);
  assert.equal([starts, tree.lane.describe()], [4, []]);
});

test('a hook that hangs holds a restart up to its limit and no longer', async () => {
  for (const hook of ['stop', 'beforeRestart'] as const) {
    const { env, say, alive, events } = await aTree({
      children: [aChild('a', [], { shutdownMs: 400 }, { [hook]: () => never<void>() })],
    });
    say('a', 'boom');
    await env.advance(399);
    assert.is(alive(), 'a#2', 'its place is not free');
    await env.advance(1);
    assert.is(alive(), 'a#3');
    assert.ok(events.includes('stopped top/a#2 failed'), 'the cause stays');
  }
});

test('a hook that crashes before a restart is told of, and the restart comes', async () => {
  const { env, say, alive, events } = await aTree({
    children: [
      aChild(
        'a',
        [],
        {},
        {
          beforeRestart() {
            throw new Error('in the hook');
          },
        },
      ),
    ],
  });
  say('a', 'boom');
  await env.settle();
  assert.is(alive(), 'a#3');
  assert.ok(events.includes('failed top/a#2 stop: in the hook'));
});

test('a crash in what is called on giving up is the supervisor’s, and mended above', async () => {
  let gaveUp = 0;
  const { env, say, alive, events } = await aTree({
    children: [
      {
        id: 'sub',
        type: 'supervisor',
        start: () =>
          supervisor({
            intensity: 0,
            children: [aChild('a', [])],
            onGiveUp() {
              gaveUp += 1;
              throw new Error('no emergency');
            },
          }),
      },
    ],
  });
  say('sub/a', 'boom');
  await env.settle();
  assert.equal([gaveUp, alive()], [1, 'sub#4']);
  assert.ok(events.includes('failed top/sub#2 supervision: no emergency'));
});

test('a supervisor that hangs below is killed at its limit with all it has', async () => {
  const seen: string[] = [];
  const { lane, env, events } = await aTree({
    children: [
      {
        id: 'sub',
        type: 'supervisor',
        shutdownMs: 500,
        start: () =>
          supervisor({
            children: [
              aChild('a', seen),
              aChild('b', seen, { shutdownMs: 'unlimited' }, { stop: () => never<void>() }),
            ],
          }),
      },
    ],
  });
  void lane.stop('top');
  await env.advance(500);
  assert.equal(endsOf(events), [
    'stopped top/sub/b#4 killed',
    'stopped top/sub/a#3 killed',
    'stopped top/sub#2 killed',
    'stopped top#1 shutdown',
  ]);
  assert.equal(seen, ['start a', 'start b'], 'a kill runs no hook');
});

test('whoever asks an actor to end first gives the reason', async () => {
  const gate = deferred();
  const { lane, env, say, events } = await aTree({
    children: [
      aChild(
        'a',
        [],
        { restart: 'transient' },
        {
          async receive(count, _message, ctx) {
            ctx.stopSelf();
            await gate.promise;
            return count;
          },
        },
      ),
    ],
  });
  say('a', 'x');
  await env.settle();
  const stopped = lane.stop('top/a');
  await env.settle();
  gate.resolve();
  await env.settle();
  assert.equal(await stopped, { ok: true, value: { kind: 'normal' } });
  assert.equal(endsOf(events), ['stopped top/a#2 normal']);
});

test('a significant child counts when it ends by itself, not when it is terminated', async () => {
  const children = [
    aChild('a', [], { restart: 'temporary', significant: true }),
    aChild('b', [], { restart: 'transient', significant: true }),
    aChild('c', []),
  ];
  const failed = await aTree({ autoShutdown: 'any-significant', children });
  failed.say('a', 'boom');
  await failed.env.settle();
  assert.equal(failed.lane.describe(), [], 'a temporary one also by a failure');
  assert.is(failed.events.at(-1), 'stopped top#1 shutdown');

  const terminated = await aTree({ autoShutdown: 'any-significant', children });
  for (const id of ['a', 'b']) {
    const done = terminated.children.terminateChild(id);
    await terminated.env.settle();
    assert.ok((await done).ok);
  }
  assert.is(terminated.alive(), 'c#4');
});

test('a killed supervisor takes its dynamic children with it, also those that wait', async () => {
  const gate = deferred<number>();
  const tree = await aTree({
    strategy: 'dynamic',
    children: [aChild('w', [], {}, { start: () => gate.promise })],
  });
  const answers = Array.from({ length: 5 }, () => tree.children.startInstance(null));
  await tree.env.settle();
  void tree.lane.kill('top');
  await tree.env.settle();
  gate.resolve(0);
  await tree.env.settle();
  for (const answer of await Promise.all(answers)) assert.not.ok(answer.ok);
  assert.equal(tree.lane.describe(), []);
  assert.not.ok(tree.lane.send(refByPath('top/w:1'), 'hello'));
});

test.run();
