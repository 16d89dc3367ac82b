/**
 * One test for each confirmed defect of nact 7.6.2 that loses information or degrades, named after
 * its id in docs/decisions/0002-engine-on-nact.md.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ChildFailed, Terminated } from '../../../actors/runtime/actor-spec.ts';
import { Lane } from '../../../actors/runtime/lane.ts';
import { refByPath } from '../../../actors/runtime/ref.ts';
import { AskFailed } from '../../../actors/runtime/switchboard.ts';
import { aChild, aTree } from '../../support/children.ts';
import { aLane, anActor, aRecorder, deferred, failuresOf, rejection } from '../../support/lanes.ts';
import { root } from '../../support/shared.ts';

test('D06: a stop loses no queued message without a trace', async () => {
  const seen: string[] = [];
  const { lane, env } = aLane();
  const ref = await lane.spawn(aRecorder(seen), 'a');
  lane.suspend('a');
  for (let n = 0; n < 5; n += 1) lane.send(ref, `m${n}`);
  lane.stop('a');
  await env.settle();
  assert.equal(seen, []);
  assert.equal(
    lane.deadLetters.latest().map(({ message, reason }) => [message, reason]),
    ['m0', 'm1', 'm2', 'm3', 'm4'].map((message) => [message, 'stopped']),
  );
});

test('D05: a message to an actor that has stopped is a dead letter (SUP-057)', async () => {
  const { lane, env } = aLane();
  const ref = await lane.spawn(anActor(), 'a');
  const sender = await lane.spawn(
    anActor<null, null>({
      receive(state, _message, ctx) {
        ctx.send(ref, { kind: 'order' });
        return state;
      },
    }),
    'sender',
  );
  lane.stop('a');
  await env.settle();
  lane.send(sender, null);
  await env.settle();
  assert.equal(lane.deadLetters.latest(), [
    {
      path: 'a',
      uid: 1,
      kind: 'order',
      message: { kind: 'order' },
      sender: 'sender',
      reason: 'unknown',
      atMs: env.clock.now(),
    },
  ]);
});

test('D07: a crash accounts for the failed message and for everything behind it', async () => {
  const { lane, env, say } = await aTree({ children: [aChild('a', [])] });
  for (const message of ['boom', 'b', 'c']) say('a', message);
  await env.settle();
  assert.equal(
    lane.deadLetters.latest().map(({ message, reason }) => [message, reason]),
    [
      ['boom', 'failed'],
      ['b', 'stale-after-restart'],
      ['c', 'stale-after-restart'],
    ],
  );
});

test('D08: a restart releases what the start opened', async () => {
  let open = 0;
  const { env, say } = await aTree({
    intensity: 10,
    children: [
      aChild(
        'a',
        [],
        {},
        {
          start() {
            open += 1;
            return 0;
          },
          stop() {
            open -= 1;
          },
        },
      ),
    ],
  });
  for (let n = 0; n < 10; n += 1) {
    say('a', 'boom');
    await env.settle();
  }
  assert.is(open, 1);
});

test('D10: a crash does not touch the messages behind it', async () => {
  const { lane, env, say } = await aTree({
    children: [aChild('a', [], { mailboxOnRestart: 'keep' }, { mailbox: { capacity: 1024 } })],
  });
  let reads = 0;
  const watched = {
    get kind() {
      reads += 1;
      return 'watched';
    },
  };
  lane.observe({
    failed: () => assert.is(reads, 0, 'nothing was copied or looked at for the failure'),
  });
  say('a', 'boom');
  // One object queued many times over; freezing looks at it once for each send.
  for (let n = 0; n < 1000; n += 1) lane.send(refByPath<unknown>('top/a'), watched);
  reads = 0;
  await env.settle();
  assert.is(lane.describe()[1]?.handled, 1000);
});

test('D16: a failure that comes while stopping does not run the stop hook again', async () => {
  let hooks = 0;
  let throwLate: () => void = () => undefined;
  const { lane, env } = aLane();
  await lane.spawn(
    anActor({
      start: (ctx) => {
        throwLate = ctx.fenced(() => {
          throw new Error('late');
        });
        return null;
      },
      async stop() {
        hooks += 1;
        throwLate();
      },
    }),
    'a',
  );
  lane.stop('a');
  await env.settle();
  throwLate();
  assert.equal([hooks, lane.lateEffects], [1, 2]);
});

test('D17: a failure that comes after a stop starts nothing on the dead', async () => {
  let starts = 0;
  const gate = deferred<number>();
  const { env, say, children } = await aTree({
    children: [
      aChild(
        'a',
        [],
        {},
        {
          start() {
            starts += 1;
            return 0;
          },
          receive: () => gate.promise,
        },
      ),
    ],
  });
  say('a', 'x');
  await env.settle();
  const terminated = children.terminateChild('a');
  await env.advance(5000);
  gate.reject(new Error('late'));
  await env.settle();
  assert.ok((await terminated).ok);
  assert.is(starts, 1);
});

test('D21: an ask fails as soon as its target crashes', async () => {
  const { lane, env } = aLane();
  const ref = await lane.spawn(
    anActor<null, unknown>({
      receive() {
        throw new Error('boom');
      },
    }),
    'a',
  );
  const asked = lane.ask(ref, (reply) => ({ kind: 'question', reply }), 300);
  await env.settle();
  assert.is(((await rejection(asked)) as AskFailed).reason, 'died');
});

test('D22: thirty days are thirty days, and no delay is shortened (SUP-069)', async () => {
  const DAYS_30 = 30 * 86_400_000;
  const seen: string[] = [];
  const { lane, env } = aLane();
  const failures = failuresOf(lane);
  const ref = await lane.spawn(
    anActor<null, string>({
      start: (ctx) => {
        ctx.timers.start('month', DAYS_30, 'a month later');
        return null;
      },
      receive(state, message, ctx) {
        seen.push(message);
        if (message === 'forever') ctx.timers.start('x', Number.POSITIVE_INFINITY, 'never');
        return state;
      },
    }),
    'a',
  );
  const asked = lane.ask(ref, () => 'question', DAYS_30);
  await env.advance(DAYS_30 - 1);
  assert.equal(seen, ['question']);
  await env.advance(1);
  assert.equal(seen, ['question', 'a month later']);
  assert.instance(await rejection(asked), AskFailed);
  assert.instance(await rejection(lane.ask(ref, () => 'q', Number.POSITIVE_INFINITY)), RangeError);
  lane.send(ref, 'forever');
  await env.settle();
  assert.instance(failures[0]?.error, RangeError);
});

test('D26: timers belong to an incarnation and end with it (SUP-050)', async () => {
  const seen: string[] = [];
  let starts = 0;
  const { lane, env, children } = await aTree({
    children: [
      aChild(
        'a',
        seen,
        { mailboxOnRestart: 'keep' },
        {
          start(ctx) {
            starts += 1;
            assert.not.ok(ctx.timers.isActive('tick'));
            ctx.timers.start('tick', 10, `tick of ${starts}`, { periodic: true });
            return 0;
          },
        },
      ),
    ],
  });
  lane.suspend('top/a');
  await env.advance(10);
  lane.resume('top/a');
  lane.inject('top/a', new Error('before the tick is read'));
  await env.settle();
  await env.advance(10);
  assert.equal(
    seen.filter((line) => line.includes('tick of 1')),
    [],
  );
  assert.ok(seen.some((line) => line.includes('tick of 2')));
  const terminated = children.terminateChild('a');
  await env.settle();
  await terminated;
  const count = seen.length;
  await env.advance(2000);
  assert.is(seen.length, count);
  assert.is(env.pendingTimers, 0);
});

test('D27: in test mode a message cannot be changed after it was sent (SUP-070)', async () => {
  const seen: { n: { deep: number } }[] = [];
  const { lane, env } = aLane();
  const ref = await lane.spawn(aRecorder(seen), 'a');
  const message = { n: { deep: 1 } };
  lane.send(ref, message);
  assert.throws(() => {
    message.n.deep = 999;
  }, TypeError);
  await env.settle();
  assert.equal(seen, [{ n: { deep: 1 } }]);
});

test('D28: a context is made once, however many messages and children there are', async () => {
  const contexts = new Set<unknown>();
  const { lane, env } = aLane();
  const ref = await lane.spawn(
    anActor<null, string>({
      start: async (ctx) => {
        for (let n = 0; n < 50; n += 1) await ctx.spawn(anActor(), `c${n}`);
        return null;
      },
      receive(state, _message, ctx) {
        contexts.add(ctx);
        return state;
      },
    }),
    'a',
  );
  for (let n = 0; n < 20; n += 1) lane.send(ref, 'x');
  await env.settle();
  const [context] = contexts;
  assert.is(contexts.size, 1);
  assert.not.ok('children' in (context as object));
});

test('D29: a restart leaves no timer of the old incarnation behind', async () => {
  const seen: string[] = [];
  const { env, say } = await aTree({
    children: [
      aChild(
        'a',
        seen,
        {},
        {
          start(ctx) {
            ctx.timers.start('idle', 100, 'idle');
            return 0;
          },
        },
      ),
    ],
  });
  await env.advance(50);
  say('a', 'boom');
  await env.advance(99);
  assert.equal(seen, ['stop a'], 'not at 100 ms');
  await env.advance(1);
  assert.equal(seen, ['stop a', 'a 1 idle']);
});

test('D30: a stop can be awaited, and a death is told', async () => {
  const news: unknown[] = [];
  const { lane, env } = aLane();
  await lane.spawn(anActor(), 'a');
  await lane.spawn(
    anActor<null, Terminated | ChildFailed>({
      start: (ctx) => {
        ctx.watch(refByPath('a'));
        return null;
      },
      receive(state, message) {
        news.push(message.path);
        return state;
      },
    }),
    'watcher',
  );
  const stopped = lane.stop('a');
  await env.settle();
  assert.equal(await stopped, { ok: true, value: { kind: 'shutdown', why: 'requested' } });
  assert.equal(news, ['a']);
});

test("D34: nact's persistence is not reachable", () => {
  const folders = ['actors/runtime', 'actors/runtime/mail', 'supervisors'];
  const sources = folders.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(root, folder, name), 'utf8')),
  );
  const imported = sources.flatMap((text) => [...text.matchAll(/from '(nact[^']*)'/g)]);
  assert.equal([...new Set(imported.map((match) => match[1]))].sort(), [
    'nact/lib/actor.js',
    'nact/lib/paths.js',
    'nact/lib/references.js',
    'nact/lib/system-map.js',
  ]);
  assert.not.ok('persist' in Lane.prototype);
});

test.run();
