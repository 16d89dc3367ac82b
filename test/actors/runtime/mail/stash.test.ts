import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { STASH_MAX } from '../../../../actors/runtime/actor-spec.ts';
import { aLane, anActor, failuresOf } from '../../../support/lanes.ts';

test('stashed messages come back before all others and in order (SUP-055)', async () => {
  const { lane, env } = aLane();
  const seen: string[] = [];
  const ref = await lane.spawn(
    anActor<boolean, string>({
      start: () => false,
      receive(isOpen, message, ctx) {
        if (message === 'open') ctx.unstashAll();
        else if (isOpen) seen.push(message);
        else ctx.stash(message);
        return isOpen || message === 'open';
      },
    }),
    'a',
  );
  for (const message of ['a', 'b', 'open', 'c']) lane.send(ref, message);
  await env.settle();
  assert.equal(seen, ['a', 'b', 'c']);
});

test('a message stashed again while unstashing stays stashed (SUP-054)', async () => {
  const { lane, env } = aLane();
  const seen: string[] = [];
  const ref = await lane.spawn(
    anActor<boolean, string>({
      start: () => false,
      receive(isOpen, message, ctx) {
        if (message === 'open') ctx.unstashAll();
        else if (isOpen && message !== 'm2') seen.push(message);
        else ctx.stash(message);
        return isOpen || message === 'open';
      },
    }),
    'a',
  );
  for (const message of ['m1', 'm2', 'm3', 'open']) lane.send(ref, message);
  await env.settle();
  assert.equal(seen, ['m1', 'm3']);
  const stopped = lane.stop('a');
  await env.settle();
  await stopped;
  assert.equal(
    lane.deadLetters.latest().map(({ message, reason }) => [message, reason]),
    [['m2', 'stopped']],
    'what is still stashed at the end is not lost without a trace',
  );
});

test('a full stash is a failure of its actor (SUP-053)', async () => {
  const { lane, env } = aLane();
  const failures = failuresOf(lane);
  const ref = await lane.spawn(
    anActor<null, number>({
      mailbox: { capacity: 2048 },
      receive(state, message, ctx) {
        ctx.stash(message);
        return state;
      },
    }),
    'a',
  );
  for (let n = 0; n <= STASH_MAX; n += 1) lane.send(ref, n);
  await env.settle();
  assert.match(String(failures[0]?.error), `the stash holds ${STASH_MAX} messages`);
  assert.is(lane.deadLetters.count, STASH_MAX + 1);
});

test.run();
