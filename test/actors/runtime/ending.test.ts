import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type ActorSpec, isFatalError, StartFailed } from '../../../actors/runtime/actor-spec.ts';
import { refByPath } from '../../../actors/runtime/ref.ts';
import { aLane, anActor, deferred, failuresOf, rejection } from '../../support/lanes.ts';

/** An actor with children that notes when it starts and when its hook runs. */
function aBranch(
  seen: string[],
  children: Record<string, ActorSpec<unknown, never>> = {},
): ActorSpec<null, string> {
  return anActor<null, string>({
    start: async (ctx) => {
      for (const [name, spec] of Object.entries(children)) await ctx.spawn(spec, name);
      return null;
    },
    receive(state, message, ctx) {
      seen.push(message);
      if (message === 'boom') throw new Error('boom');
      if (message === 'stop') ctx.stopSelf();
      return state;
    },
    stop: (_state, ctx, reason) => void seen.push(`${ctx.path} ${reason.kind}`),
  });
}

test('an actor that stops itself handles nothing after the message in hand', async () => {
  const { lane, env, events } = aLane();
  const seen: string[] = [];
  const ref = await lane.spawn(aBranch(seen), 'a');
  for (const message of ['one', 'stop', 'two']) lane.send(ref, message);
  await env.settle();
  assert.equal(seen, ['one', 'stop', 'a normal']);
  assert.is(events.at(-1), 'stopped a#1 normal');
  assert.equal(
    lane.deadLetters.latest().map(({ message, reason }) => [message, reason]),
    [['two', 'stopped']],
  );
});

test('children end first, the last that was started before the others (SUP-065)', async () => {
  const { lane, env } = aLane();
  const seen: string[] = [];
  const leaf = aBranch(seen);
  const middle = aBranch(seen, { x: leaf, y: leaf });
  await lane.spawn(aBranch(seen, { a: leaf, b: middle, c: leaf }), 'top');
  const stopped = lane.stop('top');
  await env.settle();
  await stopped;
  assert.equal(
    seen.map((line) => line.split(' ')[0]),
    ['top/c', 'top/b/y', 'top/b/x', 'top/b', 'top/a', 'top'],
  );
  assert.equal(lane.describe(), []);
});

test('a stop waits for the handler that runs, and refuses what comes meanwhile', async () => {
  const { lane, env } = aLane();
  const gate = deferred();
  const seen: string[] = [];
  const ref = await lane.spawn(
    anActor<string, string>({
      start: () => 'first',
      async receive() {
        await gate.promise;
        return 'second';
      },
      stop: (state) => void seen.push(state),
    }),
    'a',
  );
  lane.send(ref, 'x');
  await env.settle();
  const stopped = lane.stop('a');
  await env.settle();
  assert.ok(lane.send(ref, 'y'), 'its handler has not ended, so it still takes messages');
  assert.equal(seen, []);
  gate.resolve();
  await env.settle();
  assert.equal(seen, ['second'], 'the hook sees what the last handler made');
  assert.ok((await stopped).ok);
  assert.is(lane.deadLetters.countOf('stopped'), 1);
});

test('while a stop hook runs, messages are refused and the hook may send', async () => {
  const { lane, env } = aLane();
  const gate = deferred();
  const seen: string[] = [];
  const log = await lane.spawn(aBranch(seen), 'log');
  const ref = await lane.spawn(
    anActor<null, string>({
      async stop(_state, ctx) {
        await gate.promise;
        ctx.send(log, 'farewell');
      },
    }),
    'a',
  );
  lane.stop('a');
  await env.settle();
  assert.is(lane.describe()[1]?.status, 'stopping');
  assert.not.ok(lane.send(ref, 'y'));
  assert.is((await rejection(lane.spawn(anActor(), 'a'))).name, 'StartFailed', 'the name is held');
  gate.resolve();
  await env.settle();
  assert.equal(seen, ['farewell']);
  await lane.spawn(anActor(), 'a');
});

test('a stop hook spawns nobody, and what it stashes is lost aloud', async () => {
  const { lane, env } = aLane();
  const refusals: string[] = [];
  await lane.spawn(
    anActor<null, string>({
      async stop(_state, ctx) {
        ctx.stash('kept too late');
        await ctx.spawn(anActor(), 'child').catch((error: Error) => refusals.push(error.message));
      },
    }),
    'a',
  );
  lane.stop('a');
  await env.settle();
  assert.equal([lane.describe(), refusals], [[], ['a/child did not start: its parent is ending']]);
  assert.is(lane.deadLetters.countOf('stopped'), 1);
});

test('an actor may say that it was asked to end', async () => {
  const { lane, env, events } = aLane();
  const ref = await lane.spawn(
    anActor<null, string>({
      receive(state, _message, ctx) {
        ctx.stopSelf('shutdown');
        return state;
      },
    }),
    'a',
  );
  lane.send(ref, 'x');
  await env.settle();
  assert.is(events.at(-1), 'stopped a#1 shutdown');
});

test('a kill ends everything below at once and runs no hook (SUP-064)', async () => {
  const { lane, env, events } = aLane();
  const gate = deferred();
  const seen: string[] = [];
  const busy = anActor<null, string>({
    async receive(state, _message, ctx) {
      await gate.promise;
      ctx.send(refByPath('nobody'), 'late');
      return state;
    },
    stop: () => void seen.push('hook'),
  });
  await lane.spawn(aBranch(seen, { busy }), 'top');
  lane.send(refByPath<string>('top/busy'), 'x');
  await env.settle();
  const killed = lane.kill('top');
  assert.equal(lane.describe(), []);
  assert.equal(await killed, { ok: true, value: { kind: 'killed' } });
  gate.resolve();
  await env.settle();
  assert.equal([seen, lane.lateEffects], [[], 2], 'its send, and its state');
  assert.equal(events.slice(2), ['stopped top/busy#2 killed', 'stopped top#1 killed']);
  assert.equal(
    lane.deadLetters.latest().map(({ kind, reason }) => [kind, reason]),
    [
      ['string', 'abandoned'],
      ['string', 'late-sender'],
    ],
  );
});

test('what does not stop within its limit is killed', async () => {
  const { lane, env } = aLane();
  await lane.spawn(anActor({ stop: () => deferred().promise }), 'hook');
  const hanging = anActor({ receive: () => deferred<null>().promise, handlerTimeoutMs: 60_000 });
  const ref = await lane.spawn(hanging, 'handler');
  lane.send(ref, 'x');
  await env.settle();
  const stops = [lane.stop('hook'), lane.stop('handler')];
  await env.advance(4999);
  assert.is(lane.describe().length, 2);
  await env.advance(1);
  for (const stop of stops) assert.equal(await stop, { ok: true, value: { kind: 'killed' } });
  assert.is(env.pendingTimers, 1, 'the log of the dead letter');
});

test('a failure ends children and hook before the name is free, and keeps its cause', async () => {
  const { lane, env, events } = aLane();
  const seen: string[] = [];
  const gate = deferred();
  const slow = anActor({ stop: () => gate.promise });
  const ref = await lane.spawn(aBranch(seen, { slow }), 'a');
  lane.send(ref, 'boom');
  await env.settle();
  assert.is(lane.describe()[0]?.status, 'failed');
  assert.is(lane.describe()[0]?.lastError, 'boom');
  assert.equal(seen, ['boom']);
  gate.resolve();
  await env.settle();
  assert.equal(seen, ['boom', 'a failed']);
  assert.equal(events.slice(2), [
    'failed a#1 message: boom',
    'stopped a/slow#2 shutdown',
    'stopped a#1 failed',
  ]);
});

test('a stop hook that hangs after a failure is given up, and the cause stays', async () => {
  const { lane, env, events } = aLane();
  await lane.spawn(anActor({ stop: () => deferred().promise }), 'a');
  lane.inject('a', new Error('boom'));
  await env.settle();
  const joined = lane.stop('a');
  await env.advance(5000);
  assert.is(events.at(-1), 'stopped a#1 failed');
  assert.is((await joined).ok, true);
});

test('a stop hook that fails turns a good end into a failure', async () => {
  for (const stop of [
    () => {
      throw new Error('in the hook');
    },
    () => Promise.reject(new Error('in the hook')),
  ]) {
    const { lane, env, events } = aLane();
    await lane.spawn(anActor({ stop }), 'a');
    const stopped = lane.stop('a');
    await env.settle();
    const outcome = await stopped;
    assert.is(outcome.ok && outcome.value.kind, 'failed');
    assert.equal(events.slice(1), ['failed a#1 stop: in the hook', 'stopped a#1 failed']);
  }
});

test('a hook that ends after its actor was given up is counted as late', async () => {
  for (const settle of ['resolve', 'reject'] as const) {
    const { lane, env, events } = aLane();
    const gate = deferred();
    await lane.spawn(anActor({ stop: () => gate.promise }), 'a');
    lane.stop('a');
    await env.settle();
    lane.kill('a');
    gate[settle](undefined);
    await env.settle();
    assert.equal([events.at(-1), lane.lateEffects], ['stopped a#1 killed', 1]);
  }
});

test('stopping an actor that starts waits for its start, and then runs its hook', async () => {
  const { lane, env, events } = aLane();
  const gate = deferred<null>();
  const seen: string[] = [];
  const started = lane.spawn({ ...aBranch(seen), start: () => gate.promise }, 'a');
  const stopped = lane.stop('a');
  await env.settle();
  assert.equal(events, []);
  gate.resolve(null);
  await env.settle();
  await started;
  assert.ok((await stopped).ok);
  assert.equal(seen, ['a shutdown']);
});

test('killing an actor that starts fails its spawn and runs no hook', async () => {
  const { lane, env, events } = aLane();
  const gate = deferred<null>();
  const seen: string[] = [];
  const started = lane.spawn({ ...aBranch(seen), start: () => gate.promise }, 'a');
  lane.kill('a');
  assert.match((await rejection(started)).message, 'a did not start: it was stopped before that');
  gate.resolve(null);
  await env.settle();
  assert.equal([seen, events, lane.lateEffects], [[], [], 1]);
});

test('an actor killed in the hook that tells of its start did not start', async () => {
  const { lane, env } = aLane();
  lane.observe({ started: ({ path }) => void lane.kill(path) });
  const failed = await rejection(lane.spawn(anActor(), 'a'));
  assert.match(failed.message, 'it was stopped before that');
  await env.settle();
  assert.equal(lane.describe(), []);
});

test('an actor that kills itself in its handler is over when the handler returns', async () => {
  const { lane, env } = aLane();
  const ref = await lane.spawn(
    anActor<null, string>({
      receive(state, _message, ctx) {
        lane.kill('a');
        assert.not.ok(ctx.isCurrent);
        return state;
      },
    }),
    'a',
  );
  lane.ingest(ref, 'x');
  await env.settle();
  assert.equal([lane.describe(), lane.lateEffects], [[], 1]);
});

test('what fails after its end is counted and nothing else', async () => {
  const { lane, env, events } = aLane();
  const gate = deferred<null>();
  const ref = await lane.spawn(anActor<null, string>({ receive: () => gate.promise }), 'a');
  lane.send(ref, 'x');
  await env.settle();
  lane.kill('a');
  gate.reject(new Error('late'));
  await env.settle();
  assert.equal([events.length, lane.lateEffects], [2, 1]);
});

test('a stop asked of an actor that fails is answered with the failure', async () => {
  const { lane, env } = aLane();
  const ref = await lane.spawn(aBranch([]), 'a');
  lane.send(ref, 'boom');
  const stopped = lane.stop('a');
  await env.settle();
  const outcome = await stopped;
  assert.is(outcome.ok && outcome.value.kind, 'shutdown', 'the stop came first');
  const second = await lane.spawn(aBranch([]), 'a');
  lane.ingest(second, 'boom');
  await env.settle();
  assert.equal(lane.describe(), []);
});

test('a child that ends while its parent stops is not waited for twice', async () => {
  const { lane, env } = aLane();
  const seen: string[] = [];
  const gate = deferred();
  const slow = anActor({ stop: () => gate.promise });
  await lane.spawn(aBranch(seen, { first: aBranch(seen), slow }), 'top');
  lane.stop('top');
  await env.settle();
  lane.kill('top/first');
  gate.resolve();
  await env.settle();
  assert.equal([seen, lane.describe()], [['top shutdown'], []]);
});

test('a parent that is killed while its children stop does not run its hook', async () => {
  const { lane, env } = aLane();
  const seen: string[] = [];
  const gate = deferred();
  await lane.spawn(aBranch(seen, { slow: anActor({ stop: () => gate.promise }) }), 'top');
  lane.stop('top');
  await env.settle();
  lane.kill('top');
  gate.resolve();
  await env.settle();
  assert.equal([seen, lane.describe()], [[], []]);
});

test('a stack overflow is fatal and so is memory that ran out (SUP-034)', async () => {
  const { lane, env, events } = aLane();
  const failures = failuresOf(lane);
  const overflow = (): number => 1 + overflow();
  const ref = await lane.spawn(anActor<number, string>({ receive: overflow }), 'a');
  lane.send(ref, 'x');
  await env.settle();
  assert.ok(failures[0]?.isFatal);
  assert.equal(
    events.map((event) => event.split(' ')[0]),
    ['started', 'failed', 'fatal', 'stopped'],
  );
  const withCode = (code: string): Error => Object.assign(new Error(), { code });
  const cases: [unknown, boolean][] = [
    [withCode('ERR_WORKER_OUT_OF_MEMORY'), true],
    [withCode('ERR_MEMORY_ALLOCATION_FAILED'), true],
    [new RangeError('Array buffer allocation failed'), true],
    [new StartFailed('a', new RangeError('Maximum call stack size exceeded')), true],
    [new StartFailed('a', new Error('Maximum call stack size exceeded')), false],
    [new RangeError('Invalid array length'), false],
    ['Maximum call stack size exceeded', false],
  ];
  for (const [thrown, isFatal] of cases) assert.is(isFatalError(thrown), isFatal, String(thrown));
});

test.run();
