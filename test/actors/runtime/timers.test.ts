import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type ChildFailed,
  type Context,
  type Terminated,
  TIMERS_MAX,
  WATCHES_MAX,
} from '../../../actors/runtime/actor-spec.ts';
import { refByPath, refOf } from '../../../actors/runtime/ref.ts';
import { aLane, anActor, deferred, failuresOf } from '../../support/lanes.ts';

type Ended = Terminated | ChildFailed;
type Do<M> = (ctx: Context<M>) => void;

/** An actor that does what the functions in `todo` say, one a `go`, and notes everything else. */
async function aDoer<M extends string | Ended>(todo: Do<M | 'go'>[], seen: unknown[]) {
  const harness = aLane();
  const failures = failuresOf(harness.lane);
  const ref = await harness.lane.spawn(
    anActor<null, M | 'go'>({
      receive(state, message, ctx) {
        if (message === 'go') (todo.shift() as Do<M | 'go'>)(ctx);
        else seen.push(message);
        return state;
      },
    }),
    'doer',
  );
  const go = async (): Promise<void> => {
    harness.lane.send(ref, 'go' as never);
    await harness.env.settle();
  };
  return { ...harness, ref, go, failures };
}

test('a timer delivers once after its delay, a periodic one again and again', async () => {
  const seen: unknown[] = [];
  const { env, go } = await aDoer<string>(
    [
      (ctx) => {
        ctx.timers.start('once', 10, 'once');
        ctx.timers.start('again', 4, 'again', { periodic: true });
        assert.ok(ctx.timers.isActive('once'));
      },
      (ctx) => {
        assert.equal([ctx.timers.isActive('once'), ctx.timers.isActive('again')], [false, true]);
        ctx.timers.cancel('again');
        ctx.timers.cancel('never was');
      },
    ],
    seen,
  );
  await go();
  await env.advance(12);
  assert.equal(seen, ['again', 'again', 'once', 'again']);
  await go();
  await env.advance(100);
  assert.is(seen.length, 4);
  assert.is(env.pendingTimers, 0);
});

test('a tick that is queued dies with the cancel of its timer (SUP-049)', async () => {
  const seen: unknown[] = [];
  const { lane, env, ref, go } = await aDoer<string>(
    [
      (ctx) => ctx.timers.start('tick', 10, 'tick'),
      (ctx) => {
        assert.ok(ctx.timers.isActive('tick'), 'it is queued, and not delivered yet');
        ctx.timers.cancel('tick');
      },
    ],
    seen,
  );
  await go();
  lane.suspend('doer');
  lane.send(ref, 'go');
  await env.advance(10);
  lane.resume('doer');
  await env.settle();
  assert.equal(seen, []);
});

test('a new timer of the same key replaces the old, queued tick and all (SUP-048)', async () => {
  const seen: unknown[] = [];
  const { lane, env, ref, go } = await aDoer<string>(
    [
      (ctx) => ctx.timers.start('tick', 10, 'old', { periodic: true }),
      (ctx) => ctx.timers.start('tick', 10, 'new'),
    ],
    seen,
  );
  await go();
  lane.suspend('doer');
  lane.send(ref, 'go');
  await env.advance(35);
  lane.resume('doer');
  await env.advance(50);
  assert.equal(seen, ['new']);
});

test('a tick that dies unread leaves the timer that replaced it in force', async () => {
  const seen: unknown[] = [];
  const { lane, env, ref, go, failures } = await aDoer<string>(
    [
      (ctx) => ctx.timers.start('tick', 10, 'old'),
      (ctx) => ctx.timers.start('tick', 10, 'new'),
      (ctx) => {
        assert.ok(ctx.timers.isActive('tick'));
        ctx.timers.cancel('tick');
      },
    ],
    seen,
  );
  await go();
  lane.suspend('doer');
  lane.send(ref, 'go');
  await env.advance(10);
  lane.resume('doer');
  await env.settle();
  await go();
  await env.advance(50);
  assert.equal([seen, failures], [[], []]);
});

test('news that dies unread leaves the watch that followed it in force', async () => {
  const seen: unknown[] = [];
  const { lane, env, ref, failures } = await aDoer<string>(
    [
      (ctx) => ctx.watch(refOf('nobody', 7), 'first'),
      (ctx) => {
        ctx.unwatch(refByPath('nobody'));
        // Read after the news that is called back, and before the news that is not yet queued.
        ctx.send(ctx.self, 'go');
        ctx.watch(refOf('nobody', 7), 'second');
      },
      (ctx) => ctx.unwatch(refByPath('nobody')),
    ],
    seen,
  );
  lane.send(ref, 'go');
  lane.send(ref, 'go');
  await env.settle();
  assert.equal([seen, failures], [[], []]);
});

test('a tick queues behind what was sent before it, and once however late it is read', async () => {
  const seen: unknown[] = [];
  const { lane, env, ref, go } = await aDoer<string>(
    [(ctx) => ctx.timers.start('tick', 10, 'tick', { periodic: true })],
    seen,
  );
  await go();
  lane.suspend('doer');
  lane.send(ref, 'before');
  await env.advance(35);
  lane.send(ref, 'after');
  lane.resume('doer');
  await env.settle();
  assert.equal(seen, ['before', 'tick', 'after']);
});

test('a full mailbox loses no tick', async () => {
  const { lane, env } = aLane();
  const seen: string[] = [];
  const ref = await lane.spawn(
    anActor<null, string>({
      mailbox: { capacity: 1 },
      start: (ctx) => {
        ctx.timers.start('tick', 10, 'tick');
        return null;
      },
      receive(state, message) {
        seen.push(message);
        return state;
      },
    }),
    'a',
  );
  lane.suspend('a');
  lane.send(ref, 'only');
  await env.advance(10);
  lane.resume('a');
  await env.settle();
  assert.equal(seen, ['only', 'tick']);
});

test('delays that are no time, and periods below a millisecond, fail their actor', async () => {
  for (const [delayMs, periodic] of [
    [Number.POSITIVE_INFINITY, false],
    [Number.NaN, true],
    [-1, false],
    [0, true],
  ] as const) {
    const { go, failures } = await aDoer<string>(
      [(ctx) => ctx.timers.start('tick', delayMs, 'tick', { periodic })],
      [],
    );
    await go();
    assert.instance(failures[0]?.error, RangeError);
  }
});

test('the number of timers and of watches is bounded', async () => {
  const { go, failures } = await aDoer<string>(
    [
      (ctx) => {
        for (let n = 0; n <= TIMERS_MAX; n += 1) ctx.timers.start(`t${n}`, 5, 'tick');
      },
    ],
    [],
  );
  await go();
  assert.match(String(failures[0]?.error), `has ${TIMERS_MAX} timers already`);
  const second = await aDoer<string>(
    [
      (ctx) => {
        for (let n = 0; n <= WATCHES_MAX; n += 1) ctx.watch(refOf('nobody', n), 'gone');
      },
    ],
    [],
  );
  await second.go();
  assert.match(String(second.failures[0]?.error), `watches ${WATCHES_MAX} actors already`);
});

test('a watcher learns once how an actor ended, after its hook (SUP-043, SUP-045)', async () => {
  const seen: unknown[] = [];
  const { lane, env, go } = await aDoer<Ended>(
    [
      (ctx) => {
        ctx.watch(refByPath('target'));
        ctx.watch(refByPath('target'));
      },
    ],
    seen,
  );
  const hook = deferred();
  await lane.spawn(anActor({ stop: () => hook.promise }), 'target');
  await go();
  lane.stop('target');
  await env.settle();
  assert.equal(seen, []);
  hook.resolve();
  await env.settle();
  assert.equal(seen, [
    {
      kind: 'terminated',
      path: 'target',
      uid: 2,
      reason: { kind: 'shutdown', why: 'requested' },
    },
  ]);
});

test('the news of a failure carries the error itself (SUP-044)', async () => {
  const seen: unknown[] = [];
  const { lane, env, go } = await aDoer<Ended>([(ctx) => ctx.watch(refByPath('target'))], seen);
  await lane.spawn(anActor(), 'target');
  await go();
  const error = new Error('boom');
  lane.inject('target', error);
  await env.settle();
  const [news] = seen as Terminated[];
  assert.equal(news?.reason.kind, 'failed');
  assert.is(news?.reason.kind === 'failed' && news.reason.error, error);
});

test('watching the unknown and another incarnation is news at once (SUP-046)', async () => {
  const seen: unknown[] = [];
  const { lane, env, go } = await aDoer<Ended>(
    [
      (ctx) => ctx.watch(refByPath('never')),
      (ctx) => ctx.watch(refOf('target', 99)),
      (ctx) => ctx.watch(refByPath('ending')),
    ],
    seen,
  );
  await lane.spawn(anActor(), 'target');
  for (let n = 0; n < 3; n += 1) await go();
  await env.settle();
  assert.equal(
    (seen as Terminated[]).map(({ path, uid, reason }) => [path, uid, reason.kind]),
    [
      ['never', 0, 'unknown'],
      ['target', 99, 'unknown'],
      ['ending', 0, 'unknown'],
    ],
  );
});

test('a watcher may name the message, and the last name counts', async () => {
  const seen: unknown[] = [];
  const { lane, env, go } = await aDoer<string | Ended>(
    [
      (ctx) => {
        ctx.watch(refByPath('target'));
        ctx.watch(refByPath('target'), 'first name');
        ctx.watch(refByPath('target'), 'second name');
        ctx.watch(refByPath('target'));
      },
    ],
    seen,
  );
  await lane.spawn(anActor(), 'target');
  await go();
  lane.kill('target');
  await env.settle();
  assert.equal(seen, ['second name']);
});

test('after an unwatch no news is handled, even if it is queued already (SUP-047)', async () => {
  const seen: unknown[] = [];
  const { lane, env, ref, go } = await aDoer<Ended>(
    [
      (ctx) => ctx.watch(refByPath('target')),
      (ctx) => {
        ctx.unwatch(refOf('target', 99));
        ctx.unwatch(refByPath('other'));
        ctx.unwatch(refOf('target', 2));
        ctx.watch(refOf('target', 2));
      },
    ],
    seen,
  );
  await lane.spawn(anActor(), 'target');
  await go();
  lane.suspend('doer');
  lane.send(ref, 'go' as never);
  lane.kill('target');
  await env.settle();
  lane.resume('doer');
  await env.settle();
  assert.equal(
    (seen as Terminated[]).map(({ reason }) => reason.kind),
    ['unknown'],
    'only the news of the second watch',
  );
});

test('a watcher that ends is forgotten by what it watched', async () => {
  const { lane, env, go } = await aDoer<Ended>([(ctx) => ctx.watch(refByPath('target'))], []);
  await lane.spawn(anActor(), 'target');
  await go();
  lane.kill('doer');
  lane.kill('target');
  await env.settle();
  assert.is(lane.deadLetters.count, 0);
});

test('a context that is over starts no timer, watches nobody and stashes nothing', async () => {
  const { lane, env } = aLane();
  let context: Context<string> | null = null;
  await lane.spawn(
    anActor<null, string>({
      start: (ctx) => {
        context = ctx;
        return null;
      },
    }),
    'a',
  );
  lane.stop('a');
  await env.settle();
  const ctx = context as unknown as Context<string>;
  ctx.timers.start('tick', 1, 'tick');
  ctx.watch(refByPath('nobody'), 'gone');
  ctx.stash('x');
  ctx.unstashAll();
  ctx.stopSelf();
  assert.not.ok(ctx.ingest('x'));
  assert.equal([env.pendingTimers, lane.lateEffects], [1, 6], 'the timer is the log of the letter');
});

test.run();
