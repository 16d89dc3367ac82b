/** Errors that an actor survives, and what it keeps for later. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { STASH_MAX, StashOverflow } from '../../../../actors/runtime/actor-spec.ts';
import { aLane, anActor, deferred, failuresOf, rejection } from '../../../support/lanes.ts';

class Survived extends Error {}
class Closer extends Survived {}

test('an error of a named class or of a subclass is survived, any other is a failure', async () => {
  const { lane, env, log, events } = aLane();
  const ref = await lane.spawn(
    anActor<number, Error>({
      resumesAfter: [Survived],
      start: () => 0,
      receive(_count, message) {
        throw message;
      },
    }),
    'a',
  );
  for (const error of [new Survived('one'), new Closer('two'), new Error('three')]) {
    lane.send(ref, error);
    await env.settle();
  }
  assert.equal(
    log.filter(({ level }) => level === 'error').map(({ kind, detail }) => `${kind} ${detail}`),
    ['actor-resumed message: one', 'actor-resumed message: two', 'actor-failed message: three'],
  );
  assert.is(lane.deadLetters.countOf('failed'), 3, 'each message is accounted for');
  assert.equal(events.slice(1), [
    'resumed a#1 message: one',
    'resumed a#1 message: two',
    'failed a#1 message: three',
    'stopped a#1 failed',
  ]);
});

test('what is survived is seen in the tree, and an actor that ends meanwhile ends', async () => {
  const gate = deferred<null>();
  const { lane, env, events } = aLane();
  const ref = await lane.spawn(
    anActor<null, string>({
      resumesAfter: [Survived],
      receive(_state, message, ctx) {
        if (message === 'leave') ctx.stopSelf();
        if (message === 'later') return gate.promise;
        throw new Survived(message);
      },
    }),
    'a',
  );
  lane.send(ref, 'once');
  await env.settle();
  assert.is(lane.describe()[0]?.lastError, 'once');
  lane.send(ref, 'later');
  lane.send(ref, 'leave');
  await env.settle();
  gate.reject(new Survived('at last'));
  await env.settle();
  assert.equal(events.slice(1), [
    'resumed a#1 message: once',
    'resumed a#1 message: at last',
    'resumed a#1 message: leave',
    'stopped a#1 normal',
  ]);
  assert.is(env.pendingTimers, 1, 'no watchdog is left, only the log of the letters');
  const other = await lane.spawn(
    anActor<null, string>({
      resumesAfter: [Survived],
      receive() {
        void lane.kill('b');
        throw new Survived('after its own end');
      },
    }),
    'b',
  );
  lane.send(other, 'x');
  await env.settle();
  assert.equal([events.at(-1), lane.lateEffects], ['stopped b#2 killed', 1]);
});

test('a start that throws is not survived', async () => {
  const { lane, env } = aLane();
  const failures = failuresOf(lane);
  const spec = anActor({ resumesAfter: [Error], start: () => Promise.reject(new Survived('no')) });
  const started = lane.spawn(spec, 'a');
  await env.settle();
  assert.match((await rejection(started)).message, 'a did not start: no');
  assert.is(failures.length, 1);
});

test('a stash holds what its spec says, by default the most there may be', async () => {
  const { lane, env } = aLane();
  const failures = failuresOf(lane);
  const ref = await lane.spawn(
    anActor<null, number>({
      mailbox: { capacity: 2048 },
      receive(state, message, ctx) {
        ctx.stash(message);
        assert.is(ctx.stashed, message + 1);
        return state;
      },
    }),
    'a',
  );
  for (let n = 0; n <= STASH_MAX; n += 1) lane.send(ref, n);
  await env.settle();
  assert.instance(failures[0]?.error, StashOverflow);
  assert.match(String(failures[0]?.error), `holds ${STASH_MAX} messages`);
  for (const stashCapacity of [-1, 1.5, STASH_MAX + 1]) {
    const refused = await rejection(lane.spawn(anActor({ stashCapacity }), 'b'));
    assert.match(refused.message, `stashCapacity: ${stashCapacity} is not a whole number in`);
  }
});

test.run();
