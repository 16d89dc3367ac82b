/** What waits, what is too much, and what nobody reads: SUP-053 … SUP-058, SUP-070. */
import * as assert from 'uvu/assert';
import { type ActorSpec, StashOverflow } from '../../../actors/runtime/actor-spec.ts';
import { LETTERS_KEPT, LOG_LINES_MAX } from '../../../actors/runtime/mail/dead-letters.ts';
import { refByPath } from '../../../actors/runtime/ref.ts';
import { aLane, anActor, aRecorder, failuresOf } from '../../support/lanes.ts';
import type { Topic } from '../case.ts';

/** An actor that stashes while it is closed; `open` lets everything out. */
function aGate(seen: string[], parts: Partial<ActorSpec<boolean, string>> = {}) {
  return anActor<boolean, string>({
    start: () => false,
    receive(isOpen, message, ctx) {
      if (message === 'open') {
        ctx.unstashAll();
        return true;
      }
      if (isOpen) seen.push(message);
      else ctx.stash(message);
      return isOpen;
    },
    ...parts,
  });
}

export const MAILBOX: Topic = {
  async 'SUP-053'() {
    for (const isSurvived of [false, true]) {
      const { lane, env } = aLane();
      const failures = failuresOf(lane);
      const sizes: number[] = [];
      const spec = aGate([], {
        stashCapacity: 3,
        resumesAfter: isSurvived ? [StashOverflow] : [],
      });
      const ref = await lane.spawn(
        aGate([], {
          ...spec,
          receive(state, message, ctx) {
            try {
              return spec.receive(state, message, ctx);
            } finally {
              sizes.push(ctx.stashed);
            }
          },
        }),
        'a',
      );
      for (const message of ['1', '2', '3', '4']) lane.send(ref, message);
      await env.settle();
      assert.equal(sizes, [1, 2, 3, 3]);
      assert.is(lane.actorAt('a').ok, isSurvived, 'its strategy decides');
      if (isSurvived) {
        assert.equal(failures, []);
      } else {
        assert.instance(failures[0]?.error, StashOverflow);
        assert.is(
          String(failures[0]?.error),
          'StashOverflow: a: the stash holds 3 messages, none fits in',
        );
      }
    }
  },

  async 'SUP-054'() {
    const { lane, env } = aLane();
    const seen: string[] = [];
    const sizes: number[] = [];
    const spec = aGate(seen);
    const ref = await lane.spawn(
      aGate(seen, {
        receive(isOpen, message, ctx) {
          if (isOpen && message === 'm2') ctx.stash(message);
          else return spec.receive(isOpen, message, ctx) as boolean;
          sizes.push(ctx.stashed);
          return isOpen;
        },
      }),
      'a',
    );
    for (const message of ['m1', 'm2', 'm3', 'open']) lane.send(ref, message);
    await env.settle();
    assert.equal([seen, sizes], [['m1', 'm3'], [1]]);
    assert.is(env.pendingTurns, 0);
  },

  async 'SUP-055'() {
    const { lane, env } = aLane();
    const seen: string[] = [];
    const ref = await lane.spawn(aGate(seen), 'a');
    lane.send(ref, 'a');
    lane.send(ref, 'b');
    await env.settle();
    lane.suspend('a');
    lane.send(ref, 'open');
    lane.send(ref, 'c');
    lane.resume('a');
    await env.settle();
    assert.equal(seen, ['a', 'b', 'c']);
  },

  async 'SUP-056'() {
    const { lane, env } = aLane();
    const seen: string[] = [];
    const ref = await lane.spawn(
      aRecorder(seen, { mailbox: { capacity: 4, overflow: 'reject' } }),
      'a',
    );
    lane.suspend('a');
    const taken = ['1', '2', '3', '4', '5', '6'].map((message) => lane.send(ref, message));
    assert.equal(taken, [true, true, true, true, false, false]);
    assert.equal(
      lane.deadLetters.latest().map(({ message, reason }) => [message, reason]),
      [
        ['5', 'overflow'],
        ['6', 'overflow'],
      ],
    );
    for (let n = 0; n < 10_000; n += 1) lane.send(ref, 'more');
    const info = lane.describe()[0];
    const { depth, capacity, highWater } = info?.mailbox ?? {};
    assert.equal([depth, capacity, highWater, info?.dropped], [4, 4, 4, 10_002]);
    lane.resume('a');
    await env.settle();
    assert.equal(seen, ['1', '2', '3', '4']);
  },

  async 'SUP-057'() {
    const { lane, env } = aLane();
    const gone = await lane.spawn(aRecorder<{ readonly kind: string }>([]), 'gone');
    void lane.stop('gone');
    await env.settle();
    await env.advance(250);
    let isTaken = true;
    const message = { kind: 'greeting' };
    await lane.spawn(
      anActor({
        start(ctx) {
          isTaken = ctx.send(gone, message);
          return null;
        },
      }),
      'sender',
    );
    assert.not.ok(isTaken);
    assert.equal(lane.deadLetters.latest(), [
      {
        ...{ path: 'gone', uid: gone.uid, kind: 'greeting', message, sender: 'sender' },
        ...{ reason: 'unknown', atMs: env.nowMs },
      },
    ]);
    assert.is(lane.deadLetters.count, 1);
  },

  async 'SUP-058'() {
    const { lane, env, log } = aLane();
    const seen: string[] = [];
    const alive = await lane.spawn(aRecorder(seen), 'alive');
    for (let n = 0; n < 10_000; n += 1) lane.send(refByPath('nobody'), n);
    assert.is(lane.deadLetters.count, 10_000);
    assert.is(lane.deadLetters.latest().length, LETTERS_KEPT);
    // Not one turn and one timer more than without: the lane goes on in the same turn.
    assert.equal([env.pendingTurns, env.pendingTimers], [0, 1]);
    lane.ingest(alive, 'served at once');
    assert.equal(seen, ['served at once']);
    await env.advance(1000);
    const lines = log.filter(({ kind }) => kind === 'dead-letter');
    const summaries = log.filter(({ kind }) => kind === 'dead-letters');
    assert.is(lines.length, LOG_LINES_MAX);
    assert.equal(
      summaries.map(({ detail }) => detail),
      [`${10_000 - LOG_LINES_MAX} more within 1000 ms`],
    );
  },

  async 'SUP-070'() {
    const { lane, env } = aLane({ freezeMessages: true });
    const seen: unknown[] = [];
    const ref = await lane.spawn(aRecorder<{ levels: { price: number }[] }>(seen as never), 'a');
    const message = { levels: [{ price: 1 }] };
    lane.send(ref, message);
    assert.throws(() => {
      (message.levels[0] as { price: number }).price = 999;
    }, /read only property/);
    assert.throws(() => message.levels.push({ price: 2 }), /not extensible/);
    await env.settle();
    assert.equal(seen, [{ levels: [{ price: 1 }] }]);
  },
};
