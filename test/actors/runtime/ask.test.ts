import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Context } from '../../../actors/runtime/actor-spec.ts';
import { type ActorRef, type Reply, refByPath } from '../../../actors/runtime/ref.ts';
import { ASKS_MAX, AskFailed } from '../../../actors/runtime/switchboard.ts';
import type { ChildSpec } from '../../../supervisors/child-spec.ts';
import { aTree } from '../../support/children.ts';
import { aLane, anActor, deferred, rejection } from '../../support/lanes.ts';

interface Question {
  readonly kind: 'double';
  readonly n: number;
  readonly reply: Reply<number>;
}

const question =
  (n: number) =>
  (reply: Reply<number>): Question => ({ kind: 'double', n, reply });

const doubler = anActor<null, Question>({
  receive(state, { n, reply }, ctx) {
    if (n < 0) throw new Error('negative');
    ctx.send(reply, n * 2);
    return state;
  },
});

/** Answers only when the test says so. */
function aKeeper(kept: Reply<number>[]) {
  return anActor<null, Question>({
    receive(state, message) {
      kept.push(message.reply);
      return state;
    },
  });
}

test('an answer comes back to whoever asked, inside and outside the lane', async () => {
  const { lane, env } = aLane();
  const ref = await lane.spawn(doubler, 'doubler');
  const outside = lane.ask(ref, question(4), 1000);
  const got: number[] = [];
  const asker = await lane.spawn(
    anActor<null, null>({
      async receive(state, _message, ctx) {
        got.push(await ctx.ask(ref, question(5), 1000));
        return state;
      },
    }),
    'asker',
  );
  lane.send(asker, null);
  await env.settle();
  assert.equal([await outside, got, lane.openAsks, env.pendingTimers], [8, [10], 0, 0]);
});

test('no answer in time names the question; a late one is a dead letter (SUP-052)', async () => {
  const { lane, env } = aLane();
  const kept: Reply<number>[] = [];
  const ref = await lane.spawn(aKeeper(kept), 'keeper');
  const asked = lane.ask(ref, question(1), 10);
  await env.advance(10);
  const failed = (await rejection(asked)) as AskFailed;
  assert.instance(failed, AskFailed);
  assert.equal(
    [failed.reason, failed.recipient, failed.messageKind],
    ['timeout', 'keeper', 'double'],
  );
  assert.is(failed.message, 'ask keeper double: no answer in time');
  assert.is(lane.openAsks, 0);
  assert.not.ok(lane.send(kept[0] as Reply<number>, 2));
  assert.is(lane.deadLetters.countOf('late-answer'), 1);
});

test('a second answer is a dead letter', async () => {
  const { lane, env } = aLane();
  const kept: Reply<number>[] = [];
  const ref = await lane.spawn(aKeeper(kept), 'keeper');
  const asked = lane.ask(ref, question(1), 10);
  await env.settle();
  assert.equal(
    [lane.send(kept[0] as Reply<number>, 1), lane.send(kept[0] as Reply<number>, 2)],
    [true, false],
  );
  assert.is(await asked, 1);
});

test('asking nobody fails at once, and the question is a dead letter (SUP-051)', async () => {
  const { lane, env } = aLane();
  const failed = (await rejection(
    lane.ask(refByPath<Question>('nobody'), question(1), 3000),
  )) as AskFailed;
  assert.is(failed.reason, 'refused');
  assert.match(failed.message, 'the recipient is terminated, unknown or full');
  assert.equal([lane.deadLetters.countOf('unknown'), lane.openAsks], [1, 0]);
  await env.advance(1000);
  assert.is(env.pendingTimers, 0);
});

test('an ask fails as soon as its recipient fails, stops or is killed', async () => {
  const { lane, env } = aLane();
  const hook = deferred();
  const ref = await lane.spawn({ ...doubler, stop: () => hook.promise }, 'a');
  const kept: Reply<number>[] = [];
  const b = await lane.spawn(aKeeper(kept), 'b');
  const c = await lane.spawn(aKeeper(kept), 'c');
  const asks = [lane.ask(ref, question(-1), 9000), lane.ask(b, question(1), 9000)];
  asks.push(lane.ask(c, question(1), 9000));
  await env.settle();
  const failed = (await rejection(asks[0] as Promise<number>)) as AskFailed;
  assert.is(failed.reason, 'died', 'while its stop hook still runs');
  assert.is((failed.cause as Error).message, 'negative');
  lane.stop('b');
  lane.kill('c');
  await env.settle();
  for (const ask of asks.slice(1)) {
    assert.is(((await rejection(ask)) as AskFailed).reason, 'died');
  }
  hook.resolve();
  await env.settle();
});

test('the stop hook may still answer what was asked before', async () => {
  const { lane, env } = aLane();
  const kept: Reply<number>[] = [];
  const ref = await lane.spawn(
    { ...aKeeper(kept), stop: (_state, ctx) => void ctx.send(kept[0] as Reply<number>, 7) },
    'keeper',
  );
  const asked = lane.ask(ref, question(1), 9000);
  await env.settle();
  lane.stop('keeper');
  await env.settle();
  assert.is(await asked, 7);
});

test('a factory that throws and a limit that is no time leave nothing registered', async () => {
  const { lane, env } = aLane();
  const ref = await lane.spawn(doubler, 'doubler');
  const broken = lane.ask<Question, number>(
    ref,
    () => {
      throw new Error('no question');
    },
    1000,
  );
  assert.is((await rejection(broken)).message, 'no question');
  for (const limit of [Number.POSITIVE_INFINITY, Number.NaN, -1]) {
    assert.instance(await rejection(lane.ask(ref, question(1), limit)), RangeError);
  }
  assert.equal([lane.openAsks, env.pendingTimers], [0, 0]);
});

test('the number of open questions is bounded', async () => {
  const { lane, env } = aLane({ freezeMessages: false });
  const mailbox = { capacity: 2 ** 17 };
  const ref = await lane.spawn({ ...aKeeper([]), mailbox }, 'keeper');
  for (let n = 0; n < ASKS_MAX; n += 1) void lane.ask(ref, question(n), 5);
  const failed = (await rejection(lane.ask(ref, question(0), 5))) as AskFailed;
  assert.is(failed.reason, 'too-many');
  lane.kill('keeper');
  await env.settle();
  assert.is(lane.openAsks, 0);
});

/** A doubler under a supervisor that keeps its mailbox, and how each question ends. */
async function aKeptDoubler(parts: Partial<ChildSpec> = {}) {
  const backoff = { minMs: 100, maxMs: 100, jitterFraction: 0, resetAfterMs: 0 };
  const tree = await aTree({
    intensity: 5,
    children: [{ id: 'd', start: () => doubler, mailboxOnRestart: 'keep', backoff, ...parts }],
  });
  const { lane, env } = tree;
  const ends: string[] = [];
  const ask = (n: number, uid = 0): void => {
    const ref = { path: 'top/d', uid } as ActorRef<Question>;
    lane.ask(ref, question(n), 60_000).then(
      (answer) => ends.push(`${n}: ${answer}`),
      ({ reason }: AskFailed) => ends.push(`${n}: ${reason}`),
    );
  };
  lane.suspend('top/d');
  ask(-1);
  ask(1);
  ask(2, 2);
  lane.resume('top/d');
  await env.settle();
  ask(3);
  await env.settle();
  return { ...tree, ask, ends };
}

test('a question that waits for a successor is answered by it, no other one is', async () => {
  const { lane, env, ends, ask } = await aKeptDoubler();
  assert.equal(ends, ['-1: died', '2: died'], 'the one it failed over, and the one for it alone');
  await env.advance(100);
  assert.equal(ends.slice(2), ['1: 2', '3: 6']);
  lane.suspend('top/d');
  ask(4);
  void lane.kill('top/d');
  await env.settle();
  assert.is(lane.openAsks, 1);
  await env.advance(1000);
  assert.equal([ends.slice(4), lane.openAsks], [['4: 8'], 0]);
  // The successor fails over what it has inherited, and the question fails with it.
  void lane.kill('top/d');
  await env.settle();
  ask(-5);
  await env.advance(1000);
  assert.equal([ends.slice(5), lane.openAsks], [['-5: died'], 0]);
});

test('questions that wait for a successor fail when none comes', async () => {
  const { env, ends, children, lane } = await aKeptDoubler();
  const terminated = children.terminateChild('d');
  await env.settle();
  assert.ok((await terminated).ok);
  assert.equal(ends.slice(2), ['1: died', '3: died']);
  assert.is(lane.openAsks, 0);
});

test('questions that a successor does not inherit fail as soon as that is known', async () => {
  const { env, ends, lane } = await aKeptDoubler({ mailboxOnRestart: 'conflate' });
  await env.advance(100);
  assert.equal(ends.slice(2).sort(), ['1: died', '3: 6'], 'of one kind the latest is kept');
  assert.is(lane.openAsks, 0);
});

test('an asker that is over asks nothing', async () => {
  const { lane, env } = aLane();
  const ref = await lane.spawn(doubler, 'doubler');
  let context: Context<unknown> | null = null;
  await lane.spawn(
    anActor({
      start: (ctx) => {
        context = ctx;
        return null;
      },
    }),
    'asker',
  );
  lane.kill('asker');
  await env.settle();
  const failed = (await rejection(
    (context as unknown as Context<unknown>).ask(ref, question(1), 5),
  )) as AskFailed;
  assert.equal([failed.reason, lane.lateEffects], ['asker-over', 1]);
});

test('an asker that crashes leaves no question open, and no timer', async () => {
  const { lane, env } = aLane();
  const kept: Reply<number>[] = [];
  const keeper = await lane.spawn(aKeeper(kept), 'keeper');
  let failed: unknown = null;
  const asker = await lane.spawn<null, unknown>(
    anActor<null, unknown>({
      receive(state, message, ctx) {
        if (message === 'boom') throw new Error('boom');
        ctx.ask(keeper, question(1), 60_000).catch((thrown) => {
          failed = thrown;
        });
        return state;
      },
    }),
    'asker',
  );
  void lane.ask(keeper, question(2), 60_000);
  lane.send(asker, 'ask');
  await env.settle();
  assert.is(lane.openAsks, 2);
  lane.send(asker, 'boom');
  await env.settle();
  assert.is(lane.openAsks, 1, 'somebody else’s question stays open');
  assert.is((failed as AskFailed).reason, 'asker-over');
  assert.is(kept.length, 2);
});

test('an ask that nobody awaits is no event of the process when it fails', async () => {
  const { lane, env } = aLane();
  void lane.ask(refByPath<Question>('nobody'), question(1), 5);
  void lane.spawn(anActor(), 'not/a/name');
  await env.settle();
});

test.run();
