import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Overflow } from '../../../actors/runtime/mail/mailbox.ts';
import { type ActorRef, refByPath } from '../../../actors/runtime/ref.ts';
import { aLane, anActor, aRecorder, deferred, failuresOf, rejection } from '../../support/lanes.ts';

test('an asynchronous start holds messages back until it is complete', async () => {
  const { lane, env, events } = aLane();
  const gate = deferred<null>();
  const seen: string[] = [];
  const started = lane.spawn(aRecorder(seen, { start: () => gate.promise }), 'a');
  assert.ok(lane.send(refByPath('a'), 'early'));
  await env.settle();
  assert.equal([seen, events, lane.describe()[0]?.status], [[], [], 'starting']);
  gate.resolve(null);
  await env.settle();
  await started;
  assert.equal([seen, events], [['early'], ['started a#1']]);
});

test('a start that rejects or hangs fails the spawn, and its messages are lost aloud', async () => {
  const { lane, env, events } = aLane();
  const rejecting = lane.spawn(anActor({ start: () => Promise.reject(new Error('no')) }), 'a');
  const hanging = lane.spawn(
    anActor({ start: () => deferred<null>().promise, handlerTimeoutMs: 50 }),
    'b',
  );
  lane.send(refByPath('b'), 'early');
  await env.settle();
  assert.match((await rejection(rejecting)).message, 'a did not start: no');
  await env.advance(50);
  assert.match((await rejection(hanging)).message, 'b: start did not settle within 50 ms');
  assert.equal(events, [
    'failed a#1 start: no',
    'failed b#2 start: b: start did not settle within 50 ms',
  ]);
  assert.equal([lane.describe(), lane.deadLetters.countOf('stopped')], [[], 1]);
});

test('an asynchronous handler suspends its own actor and nobody else', async () => {
  const { lane, env } = aLane();
  const gate = deferred();
  const seen: string[] = [];
  const slow = await lane.spawn(
    anActor<number, string>({
      start: () => 0,
      async receive(state, message) {
        seen.push(`${message} begins at ${state}`);
        await gate.promise;
        return state + 1;
      },
    }),
    'slow',
  );
  const quick = await lane.spawn(aRecorder(seen), 'quick');
  lane.send(slow, 'first');
  lane.send(slow, 'second');
  lane.send(quick, 'quick');
  await env.settle();
  assert.equal(seen, ['first begins at 0', 'quick']);
  assert.is(lane.describe()[0]?.status, 'awaiting');
  gate.resolve();
  await env.settle();
  assert.equal(seen.slice(2), ['second begins at 1']);
  assert.is(env.pendingTimers, 0, 'its watchdog is gone');
});

test('an asynchronous handler that rejects is one failure', async () => {
  const { lane, env, events } = aLane();
  const ref = await lane.spawn(
    anActor<null, string>({ receive: () => Promise.reject(new Error('no')) }),
    'a',
  );
  lane.send(ref, 'x');
  await env.settle();
  assert.equal(events.slice(1), ['failed a#1 message: no', 'stopped a#1 failed']);
  assert.is(lane.deadLetters.countOf('failed'), 1);
});

test('a failure says what was in hand, and the message is a dead letter', async () => {
  const { lane, env } = aLane();
  const failures = failuresOf(lane);
  const ref = await lane.spawn(
    anActor<null, { kind: string }>({
      receive() {
        throw 'not an error';
      },
    }),
    'a',
  );
  lane.send(ref, { kind: 'tick' });
  lane.send(ref, { kind: 'tock' });
  await env.settle();
  assert.equal(failures, [
    {
      path: 'a',
      uid: 1,
      kind: 'test',
      error: 'not an error',
      isFatal: false,
      during: 'message',
      messageKind: 'tick',
    },
  ]);
  assert.equal(
    lane.deadLetters.latest().map(({ kind, reason }) => [kind, reason]),
    [
      ['tick', 'failed'],
      ['tock', 'stopped'],
    ],
  );
});

test('something that cannot even be shown is a failure like any other', async () => {
  const { lane, env, events } = aLane();
  const ref = await lane.spawn(
    anActor<null, string>({
      receive() {
        throw Object.create(null);
      },
    }),
    'a',
  );
  lane.send(ref, 'x');
  await env.settle();
  assert.is(events[1], 'failed a#1 message: something that cannot be shown');
});

for (const [overflow, queued, lost] of [
  ['reject', ['a1', 'b1'], ['c1']],
  ['drop-oldest', ['b1', 'c1'], ['a1']],
  ['conflate', ['a1', 'b1'], ['c1']],
] as [Overflow, string[], string[]][]) {
  test(`a full mailbox under ${overflow} loses ${lost} and says so`, async () => {
    const { lane, env } = aLane();
    const seen: string[] = [];
    const mailbox = { capacity: 2, overflow, keyOf: (message: string) => message[0] as string };
    const ref = await lane.spawn(aRecorder(seen, { mailbox }), 'a');
    const accepted = ['a1', 'b1', 'c1'].map((message) => lane.send(ref, message));
    assert.equal(accepted, [true, true, overflow === 'drop-oldest']);
    await env.settle();
    assert.equal(seen, queued);
    assert.equal(
      lane.deadLetters.latest().map(({ message, reason }) => [message, reason]),
      lost.map((message) => [message, 'overflow']),
    );
  });
}

test('a full mailbox under fail is one failure of the recipient', async () => {
  const { lane, env, events } = aLane();
  const ref = await lane.spawn(anActor({ mailbox: { capacity: 1, overflow: 'fail' } }), 'a');
  assert.equal([lane.send(ref, 1), lane.send(ref, 2), lane.send(ref, 3)], [true, false, false]);
  assert.is(events[1], 'failed a#1 overflow: a: the mailbox holds 1 messages, none fits in');
  await env.settle();
  assert.is(lane.deadLetters.count, 3);
});

test('a key function that throws fails the recipient and not the sender', async () => {
  const { lane, env, events } = aLane();
  const keyOf = (): string => {
    throw new Error('no key');
  };
  const ref = await lane.spawn(anActor({ mailbox: { overflow: 'conflate', keyOf } }), 'a');
  assert.not.ok(lane.send(ref, 1));
  await env.settle();
  assert.is(events[1], 'failed a#1 overflow: no key');
});

test('a callback of an incarnation that is over is dropped and counted', async () => {
  const { lane, env } = aLane();
  const seen: string[] = [];
  let callback: (text: string) => void = () => undefined;
  await lane.spawn(
    anActor({
      start: (ctx) => {
        callback = ctx.fenced((text: string) => void seen.push(text));
        return null;
      },
    }),
    'a',
  );
  callback('current');
  lane.stop('a');
  await env.settle();
  callback('late');
  assert.equal([seen, lane.lateEffects], [['current'], 1]);
});

test('a callback that throws or rejects is a failure of its actor', async () => {
  const { lane, env, events } = aLane();
  const callbacks: (() => void)[] = [];
  const spec = (callback: () => void) =>
    anActor({
      start: (ctx) => {
        callbacks.push(ctx.fenced(callback));
        return null;
      },
    });
  const thrower = (): void => {
    throw new Error('in a callback');
  };
  await lane.spawn(spec(thrower), 'a');
  await lane.spawn(
    spec(async () => thrower()),
    'b',
  );
  for (const callback of callbacks) callback();
  await env.settle();
  assert.equal(
    events.filter((event) => event.startsWith('failed')),
    ['failed a#1 callback: in a callback', 'failed b#2 callback: in a callback'],
  );
});

test('a callback ingests to its own actor and what follows happens at once', async () => {
  const { lane, env } = aLane();
  const seen: string[] = [];
  let onFrame: (text: string) => void = () => undefined;
  const next = await lane.spawn(aRecorder(seen), 'next');
  await lane.spawn(
    anActor<null, string>({
      start: (ctx) => {
        onFrame = ctx.fenced((text: string) => void ctx.ingest(text));
        return null;
      },
      receive(state, message, ctx) {
        ctx.send(next, message.toUpperCase());
        // Inside a handler an ingest only queues; it must not run this handler in itself.
        if (message === 'frame') ctx.ingest('again');
        return state;
      },
    }),
    'feed',
  );
  await env.settle();
  onFrame('frame');
  assert.equal(seen, ['FRAME', 'AGAIN']);
  assert.is(env.pendingTurns, 0);
});

test('a callback that fails its actor inside its own handler ends that handler', async () => {
  const { lane, env, events } = aLane();
  const ref = await lane.spawn(
    anActor<string, string>({
      start: () => 'state',
      receive(state, message, ctx) {
        // A socket that calls back from inside `send`, as one in memory does.
        ctx.fenced(() => {
          throw new Error('closed');
        })();
        assert.not.ok(ctx.isCurrent);
        assert.not.ok(ctx.send(ctx.self, message), 'nothing of it leaves any more');
        return state;
      },
      stop: (state) => void events.push(`hook sees ${state}`),
    }),
    'a',
  );
  lane.send(ref, 'x');
  await env.settle();
  assert.equal(events.slice(1), [
    'failed a#1 callback: closed',
    'hook sees state',
    'stopped a#1 failed',
  ]);
});

test('a child ends with its parent, and a context that is over spawns none', async () => {
  const { lane, env } = aLane();
  let spawnLate: () => Promise<unknown> = () => Promise.resolve();
  await lane.spawn(
    anActor({
      start: async (ctx) => {
        spawnLate = () => ctx.spawn(anActor(), 'late');
        assert.is(ctx.parent, '');
        await ctx.spawn(anActor({ start: (inner) => assert.is(inner.parent, 'a') }), 'child');
        return null;
      },
    }),
    'a',
  );
  assert.is(lane.describe().length, 2);
  lane.stop('a');
  await env.settle();
  assert.equal(lane.describe(), []);
  assert.match((await rejection(spawnLate())).message, 'a/late did not start: its parent is over');
});

test('whatever is sent is handled, queued or a dead letter, and handled in order', async () => {
  const step = fc.record({
    to: fc.nat(2),
    count: fc.nat(6),
    isBoom: fc.boolean(),
    pauses: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const { lane, env } = aLane();
      const seen: number[][] = [[], [], []];
      const active = [0, 0, 0];
      let serial = 0;
      let sent = 0;
      const refs: ActorRef<number | 'boom'>[] = [];
      for (let n = 0; n < 3; n += 1) {
        const spec = anActor<null, number | 'boom'>({
          mailbox: { capacity: 4 },
          receive(state, message) {
            if (message === 'boom') throw new Error('boom');
            active[n] = (active[n] as number) + 1;
            assert.is(active[n], 1, 'one message at a time');
            seen[n]?.push(message);
            const leave = (): null => {
              active[n] = (active[n] as number) - 1;
              return state;
            };
            return n === 2 ? Promise.resolve().then(leave) : leave();
          },
        });
        refs.push(await lane.spawn(spec, `a${n}`));
      }
      for (const { to, count, isBoom, pauses } of steps) {
        const ref = refs[to] as ActorRef<number | 'boom'>;
        for (let n = 0; n < count; n += 1) {
          serial += 1;
          sent += 1;
          lane.send(ref, serial);
        }
        if (isBoom) {
          sent += 1;
          lane.send(ref, 'boom');
        }
        if (pauses) await env.settle();
      }
      await env.settle();
      const handled = seen.flat().length;
      assert.is(handled + lane.deadLetters.count, sent);
      for (const list of seen)
        assert.equal(
          list,
          [...list].sort((a, b) => a - b),
        );
      lane.stopAll(1);
      await env.settle();
    }),
    { numRuns: 40 },
  );
});

test.run();
