import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { StartFailed } from '../../../actors/runtime/actor-spec.ts';
import { CHILDREN_MAX, takeSeat } from '../../../actors/runtime/place.ts';
import { type ActorRef, refByPath } from '../../../actors/runtime/ref.ts';
import { SLICE_MESSAGES, TURN_MESSAGES, TURN_NS } from '../../../actors/runtime/run-queue.ts';
import { nanosOf } from '../../../src/core/units.ts';
import { aLane, anActor, aRecorder, deferred, rejection } from '../../support/lanes.ts';

test('a message is handled in the next turn, an ingested one before the call returns', async () => {
  const { lane, env } = aLane();
  const seen: string[] = [];
  const ref = await lane.spawn(aRecorder(seen), 'a');
  assert.ok(lane.send(ref, 'sent'));
  assert.equal(seen, []);
  await env.settle();
  assert.equal(seen, ['sent']);
  assert.ok(lane.ingest(ref, 'ingested'));
  assert.equal(seen, ['sent', 'ingested']);
});

test('a chain of actors is worked through in one ingest', async () => {
  const { lane, env } = aLane();
  const seen: number[] = [];
  let next: ActorRef<number> = await lane.spawn(aRecorder(seen), 'last');
  for (let n = 0; n < 4; n += 1) {
    const to = next;
    const stage = anActor<null, number>({
      receive(state, message, ctx) {
        ctx.send(to, message + 1);
        return state;
      },
    });
    next = await lane.spawn(stage, `stage:${n}`);
  }
  await env.settle();
  lane.ingest(next, 0);
  assert.equal(seen, [4]);
  assert.is(env.pendingTurns, 0);
});

test('an ingest inside a handler only queues, and the outer one goes on with it', async () => {
  const { lane } = aLane();
  const seen: string[] = [];
  const b = await lane.spawn(aRecorder(seen), 'b');
  const a = await lane.spawn(
    anActor<null, string>({
      receive(state) {
        lane.ingest(b, 'inner');
        seen.push('after the inner ingest');
        return state;
      },
    }),
    'a',
  );
  lane.ingest(a, 'go');
  assert.equal(seen, ['after the inner ingest', 'inner']);
});

test('an actor with more than a slice lets the others have their turn', async () => {
  const { lane } = aLane();
  const seen: string[] = [];
  const busy = await lane.spawn(aRecorder(seen), 'busy');
  const other = await lane.spawn(aRecorder(seen), 'other');
  for (let n = 0; n < SLICE_MESSAGES + 10; n += 1) lane.send(busy, 'busy');
  lane.ingest(other, 'other');
  assert.is(seen.indexOf('other'), SLICE_MESSAGES);
  assert.is(seen.length, SLICE_MESSAGES + 11);
});

test('two actors that never stop sending let the event loop have its turns', async () => {
  const { lane, env } = aLane();
  let sent = 0;
  const pong = anActor<null, null>({
    receive(state, _message, ctx) {
      sent += 1;
      ctx.send(refByPath(ctx.path === 'a' ? 'b' : 'a'), null);
      return state;
    },
  });
  const a = await lane.spawn(pong, 'a');
  await lane.spawn(pong, 'b');
  await env.settle();
  lane.ingest(a, null);
  assert.is(sent, TURN_MESSAGES);
  assert.is(env.pendingTurns, 1);
  lane.kill('b');
  await env.settle();
});

test('a turn ends when its time is used up, and what is left goes on in the next', async () => {
  let nowNs = 0;
  const { lane, env } = aLane({
    clock: { now: () => 0 as never, mono: () => nanosOf(nowNs) },
  });
  let handled = 0;
  const slow = anActor<null, null>({
    receive(state) {
      handled += 1;
      nowNs += TURN_NS / 20;
      return state;
    },
  });
  const ref = await lane.spawn(slow, 'slow');
  for (let n = 0; n < 99; n += 1) lane.send(ref, null);
  lane.ingest(ref, null);
  assert.is(handled, 32, 'the clock is read every sixteen messages');
  assert.is(env.pendingTurns, 1);
  await env.settle();
  assert.is(handled, 100);
});

test('a message to nobody, or to an earlier incarnation, is a dead letter', async () => {
  const { lane, env } = aLane();
  const old = await lane.spawn(anActor(), 'a');
  lane.stop('a');
  await env.settle();
  await lane.spawn(anActor(), 'a');
  assert.not.ok(lane.send(old, 'for the old'));
  assert.not.ok(lane.send(refByPath('nobody'), 'x'));
  assert.ok(lane.send(refByPath('a'), 'for whoever is there'));
  assert.equal(
    lane.deadLetters.latest().map(({ path, uid, reason }) => [path, uid, reason]),
    [
      ['a', 1, 'stale-incarnation'],
      ['nobody', 0, 'unknown'],
    ],
  );
});

test('a spawn fails with the reason: the name, the path, the spec, the start', async () => {
  const { lane, env } = aLane();
  await lane.spawn(anActor(), 'a');
  const twice = await rejection(lane.spawn(anActor(), 'a'));
  assert.instance(twice, StartFailed);
  assert.is(twice.message, 'a did not start: a: an actor of this path is there already');
  assert.match((await rejection(lane.spawn(anActor(), 'a/b'))).message, /actor name "a\/b"/);
  const bad = anActor({ mailbox: { capacity: 3 } });
  assert.match((await rejection(lane.spawn(bad, 'b'))).message, /mailbox\.capacity: 3/);
  for (const handlerTimeoutMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    const never = rejection(lane.spawn(anActor({ handlerTimeoutMs }), 'b'));
    assert.match((await never).message, /handlerTimeoutMs/);
  }
  const thrown = new Error('no key');
  const failing = lane.spawn(
    anActor({
      start: () => {
        throw thrown;
      },
    }),
    'c',
  );
  await env.settle();
  assert.is((await rejection(failing)).cause, thrown);
  assert.equal(
    lane.describe().map(({ path }) => path),
    ['a'],
    'nothing stays registered',
  );
});

test('the number of children of one parent is bounded', async () => {
  const { lane } = aLane();
  await lane.spawn(anActor(), 'a');
  const found = lane.actorAt('a');
  assert.ok(found.ok);
  const { seat } = found.value;
  const children = { size: CHILDREN_MAX } as typeof seat.parent.children;
  const full = { ...seat, name: 'b', parent: { ...seat.parent, path: seat.parent.path, children } };
  assert.throws(() => takeSeat(full as typeof seat, null), /has 65536 children already/);
});

test('the tree is described with parents before children and figures of each mailbox', async () => {
  const { lane, env } = aLane();
  const ref = await lane.spawn(
    anActor<null, string>({
      kind: 'branch',
      mailbox: { capacity: 2 },
      start: async (ctx) => {
        await ctx.spawn(anActor({ kind: 'leaf' }), 'leaf');
        return null;
      },
      receive(state, message) {
        if (message === 'boom') throw new Error('boom');
        return state;
      },
    }),
    'branch',
  );
  for (const text of ['one', 'two', 'three']) lane.send(ref, text);
  assert.equal(lane.describe()[0], {
    path: 'branch',
    uid: 1,
    kind: 'branch',
    status: 'running',
    restarts: 0,
    mailbox: { depth: 2, capacity: 2, highWater: 2, conflated: 0 },
    handled: 0,
    dropped: 1,
    lastError: null,
    startedNs: nanosOf(0),
  });
  await env.settle();
  assert.equal(
    lane.describe().map(({ path, kind, handled }) => [path, kind, handled]),
    [
      ['branch', 'branch', 2],
      ['branch/leaf', 'leaf', 0],
    ],
  );
});

test('a view shows what the spec lets it show, and a view that throws harms nobody', async () => {
  const { lane, env } = aLane();
  await lane.spawn(anActor({ start: () => 7, view: (state: number) => ({ n: state }) }), 'a');
  await lane.spawn(anActor(), 'blind');
  await lane.spawn(
    anActor({
      view: () => {
        throw new Error('glass');
      },
    }),
    'broken',
  );
  const hanging = lane.spawn(anActor({ start: () => deferred<null>().promise }), 'starting');
  assert.equal(lane.view('a'), { ok: true, value: { n: 7 } });
  assert.equal(lane.view('blind'), { ok: true, value: undefined });
  assert.equal(lane.view('starting'), { ok: true, value: undefined });
  assert.equal(lane.view('nobody').ok, false);
  assert.equal(lane.view('broken'), {
    ok: false,
    error: { kind: 'view-failed', path: 'broken', reason: 'glass' },
  });
  assert.is(lane.describe().find(({ path }) => path === 'broken')?.status, 'running');
  lane.kill('starting');
  await env.settle();
  await rejection(hanging);
});

test('a suspended actor queues and handles nothing, and stops all the same', async () => {
  const { lane, env } = aLane();
  const seen: string[] = [];
  const ref = await lane.spawn(aRecorder(seen), 'a');
  lane.suspend('a');
  lane.ingest(ref, 'one');
  assert.equal(seen, []);
  assert.is(lane.describe()[0]?.status, 'suspended');
  lane.resume('a');
  await env.settle();
  assert.equal(seen, ['one']);
  lane.suspend('a');
  const stopped = lane.stop('a');
  await env.settle();
  assert.equal(await stopped, { ok: true, value: { kind: 'shutdown', why: 'requested' } });
});

test('an actor suspended while it waits handles nothing once it has waited', async () => {
  const { lane, env } = aLane();
  const gate = deferred();
  const seen: string[] = [];
  const ref = await lane.spawn(
    anActor<null, string>({
      async receive(state, message) {
        await gate.promise;
        seen.push(message);
        return state;
      },
    }),
    'a',
  );
  lane.send(ref, 'one');
  lane.send(ref, 'two');
  await env.settle();
  lane.suspend('a');
  gate.resolve();
  await env.settle();
  assert.equal(seen, ['one']);
  lane.resume('a');
  await env.settle();
  assert.equal(seen, ['one', 'two']);
});

test('an injected failure happens at the next message boundary', async () => {
  const { lane, env, events } = aLane();
  const gate = deferred();
  const ref = await lane.spawn(
    anActor<null, string>({
      async receive(state) {
        await gate.promise;
        return state;
      },
    }),
    'a',
  );
  lane.send(ref, 'one');
  await env.settle();
  lane.inject('a', new Error('injected'));
  await env.settle();
  assert.equal(events, ['started a#1'], 'not while the handler waits');
  gate.resolve();
  await env.settle();
  assert.equal(events.slice(1), ['failed a#1 injection: injected', 'stopped a#1 failed']);
});

test('administration of a path that nobody holds says so', async () => {
  const { lane } = aLane();
  const nobody = { ok: false, error: { kind: 'unknown-actor', path: 'nobody' } };
  assert.equal(lane.suspend('nobody'), nobody);
  assert.equal(lane.resume('nobody'), nobody);
  assert.equal(lane.inject('nobody', new Error('x')), nobody);
  assert.equal(await lane.stop('nobody'), nobody);
  assert.equal(await lane.kill('nobody'), nobody);
});

test('a lane stops its actors last first, once, and takes nothing afterwards', async () => {
  const { lane, env, events } = aLane();
  const ref = await lane.spawn(anActor(), 'first');
  await lane.spawn(anActor(), 'second');
  const report = lane.stopAll(1000);
  assert.is(lane.stopAll(5), report, 'a second call joins the first');
  assert.throws(() => lane.stopAll(Number.NaN), RangeError);
  await env.settle();
  assert.equal(
    (await report).ended.map(({ path, reason }) => [path, reason.kind]),
    [
      ['second', 'shutdown'],
      ['first', 'shutdown'],
    ],
  );
  assert.equal(events.slice(2), ['stopped second#2 shutdown', 'stopped first#1 shutdown']);
  assert.is(env.pendingTimers, 0);
  assert.not.ok(lane.send(ref, 'x'));
  assert.match((await rejection(lane.spawn(anActor(), 'late'))).message, /has stopped/);
});

test('what does not stop within the deadline of its lane is killed', async () => {
  const { lane, env } = aLane();
  await lane.spawn(anActor(), 'good');
  await lane.spawn(anActor({ stop: () => deferred().promise }), 'stuck');
  const report = lane.stopAll(100);
  await env.advance(100);
  assert.equal(
    (await report).ended.map(({ path, reason }) => [path, reason.kind]),
    [
      ['stuck', 'killed'],
      ['good', 'killed'],
    ],
  );
});

test('the same seed and the same inputs give the same order of everything', async () => {
  const traceOf = async (seed: number, inputs: readonly number[]): Promise<string[]> => {
    const { lane, env, events } = aLane({ seed });
    const spread = anActor<number, number>({
      start: (ctx) => ctx.random.below(1000),
      receive(state, message, ctx) {
        if (message <= 0) return state;
        const to = `a${ctx.random.below(3)}`;
        events.push(`${ctx.path}:${state}:${message}->${to}`);
        ctx.send(refByPath<number>(to), message - 1);
        ctx.timers.start('again', 1 + ctx.random.below(5), message - 2);
        return state;
      },
    });
    for (let n = 0; n < 3; n += 1) await lane.spawn(spread, `a${n}`);
    for (const input of inputs) lane.send(refByPath<number>(`a${input % 3}`), input);
    await env.advance(100);
    return events;
  };
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.array(fc.nat(6), { maxLength: 5 }), async (seed, inputs) => {
      assert.equal(await traceOf(seed, inputs), await traceOf(seed, inputs));
    }),
    { numRuns: 20 },
  );
});

test.run();
