/** What becomes of the messages of a supervised actor that goes down. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ActorSpec } from '../../../../actors/runtime/actor-spec.ts';
import type { MailboxPolicy } from '../../../../actors/runtime/mail/mailbox.ts';
import { aChild, aTree } from '../../../support/children.ts';

const backoff = { minMs: 1000, maxMs: 10_000, jitterFraction: 0, resetAfterMs: 60_000 };

const heldMessages: [policy: MailboxPolicy, handled: string[], lost: number][] = [
  ['discard', [], 4],
  ['keep', ['a1', 'b1', 'a2', 'down'], 0],
  ['conflate', ['b1', 'a2', 'down'], 1],
];
for (const [mailboxOnRestart, handled, lost] of heldMessages) {
  test(`a successor under ${mailboxOnRestart} reads ${handled.length} (SUP-071)`, async () => {
    const seen: string[] = [];
    const keyOf = (message: string): string => message[0] as string;
    const { lane, env, say } = await aTree({
      children: [aChild('a', seen, { mailboxOnRestart, backoff }, { mailbox: { keyOf } })],
    });
    for (const message of ['boom', 'a1', 'b1', 'a2']) say('a', message);
    await env.settle();
    assert.is(say('a', 'down'), mailboxOnRestart !== 'discard', 'the sender learns at once');
    await env.advance(1000);
    assert.equal(
      seen.filter((line) => /^a \d/.test(line)).map((line) => line.split(' ')[2]),
      handled,
    );
    const letters = lane.deadLetters.latest().map(({ message, reason }) => [message, reason]);
    assert.equal(letters[0], ['boom', 'failed']);
    assert.is(lane.deadLetters.countOf('stale-after-restart'), lost === 4 ? 3 : lost);
    assert.is(lane.deadLetters.countOf('restarting'), lost === 4 ? 1 : 0);
  });
}

test('what a child that is down cannot hold is refused (SUP-039)', async () => {
  const seen: string[] = [];
  const mailbox = { capacity: 2, overflow: 'fail' as const };
  const { lane, env, say } = await aTree({
    children: [aChild('a', seen, { mailboxOnRestart: 'keep', backoff }, { mailbox })],
  });
  say('a', 'boom');
  await env.settle();
  assert.equal(
    ['one', 'two', 'three', 'four'].map((message) => say('a', message)),
    [true, true, false, false],
  );
  await env.advance(1000);
  assert.equal(seen.slice(2), ['start a', 'a 1 one', 'a 2 two']);
  assert.is(lane.deadLetters.countOf('overflow'), 2);
});

test('messages that wait for a child that never comes back are dead letters', async () => {
  const { lane, env, say } = await aTree({
    children: [aChild('a', [], { mailboxOnRestart: 'keep', backoff })],
  });
  say('a', 'boom');
  await env.settle();
  say('a', 'waiting');
  lane.stop('top');
  await env.settle();
  assert.is(lane.deadLetters.countOf('stopped'), 1);
});

test('a message for one incarnation is not kept for the next', async () => {
  const seen: string[] = [];
  const { lane, env, say } = await aTree({
    children: [aChild('a', seen, { mailboxOnRestart: 'keep' })],
  });
  say('a', 'boom');
  lane.send({ path: 'top/a', uid: 2 }, 'for the old');
  say('a', 'for whoever');
  await env.settle();
  assert.is(seen.at(-1), 'a 1 for whoever');
  assert.is(lane.deadLetters.countOf('stale-incarnation'), 1);
});

test('a successor whose mailbox cannot hold what is kept fails its start', async () => {
  const seen: string[] = [];
  let capacity = 4;
  const mailbox = (): Partial<ActorSpec<number, string>> => ({
    mailbox: { capacity, overflow: 'fail' },
  });
  const { env, say, events } = await aTree({
    children: [
      {
        ...aChild('a', seen, { mailboxOnRestart: 'keep', backoff }),
        start: () => aChild('a', seen, {}, mailbox()).start(undefined),
      },
    ],
  });
  for (const message of ['boom', 'one', 'two']) say('a', message);
  await env.settle();
  capacity = 1;
  await env.advance(1000);
  assert.ok(events.some((event) => /^failed top\/a#3 overflow/.test(event)));
  assert.equal(seen, ['start a', 'stop a'], 'a start that failed before it began');
});

test('a key function that throws on inheritance is a failed start', async () => {
  let isBroken = false;
  const keyOf = (): string => {
    if (isBroken) throw new Error('no key');
    return 'k';
  };
  const spec: Partial<ActorSpec<number, string>> = { mailbox: { keyOf } };
  const { lane, env, say, events } = await aTree({
    intensity: 2,
    children: [aChild('a', [], { mailboxOnRestart: 'conflate', backoff }, spec)],
  });
  say('a', 'boom');
  say('a', 'x');
  await env.settle();
  isBroken = true;
  await env.advance(1000);
  assert.ok(events.includes('failed top/a#3 start: no key'));
  assert.is(lane.deadLetters.count, 2, 'the failed message and the one that was held');
  isBroken = false;
  await env.advance(2000);
  assert.is(lane.describe()[1]?.status, 'running');
});

test.run();
