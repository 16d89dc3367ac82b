/** Timers and limits: SUP-048 … SUP-052, SUP-069. */
import * as assert from 'uvu/assert';
import type { Context } from '../../../actors/runtime/actor-spec.ts';
import { type ActorRef, type Reply, refByPath } from '../../../actors/runtime/ref.ts';
import type { AskFailed } from '../../../actors/runtime/switchboard.ts';
import { aChild, aTree } from '../../support/children.ts';
import { aLane, anActor, failuresOf, rejection } from '../../support/lanes.ts';
import type { Topic } from '../case.ts';

type Deed = (ctx: Context<string | Deed>) => void;

/** An actor that does what it is told and notes the texts it hears. */
async function aClock() {
  const harness = aLane({ freezeMessages: false });
  const heard: string[] = [];
  const clock = await harness.lane.spawn(
    anActor<null, string | Deed>({
      receive(state, message, ctx) {
        if (typeof message === 'function') message(ctx);
        else heard.push(message);
        return state;
      },
    }),
    'clock',
  );
  const tell = async (deed: Deed): Promise<void> => {
    harness.lane.send(clock, deed);
    await harness.env.settle();
  };
  return { ...harness, heard, clock, tell };
}

interface Question {
  readonly kind: 'question';
  readonly reply: Reply<string>;
}

const question = (reply: Reply<string>): Question => ({ kind: 'question', reply });
const THIRTY_DAYS_MS = 30 * 86_400_000;

export const TIME: Topic = {
  async 'SUP-048'() {
    const { lane, env, heard, clock, tell } = await aClock();
    await tell((ctx) => ctx.timers.start('key', 10, 'old', { periodic: true }));
    lane.suspend('clock');
    lane.send(clock, (ctx) => ctx.timers.start('key', 10, 'new'));
    await env.advance(15);
    assert.is(lane.describe()[0]?.mailbox.depth, 1, 'ticks are not counted as messages');
    lane.resume('clock');
    await env.settle();
    assert.equal(heard, []);
    await env.advance(100);
    assert.equal(heard, ['new']);
  },

  async 'SUP-049'() {
    const { lane, env, heard, clock, tell } = await aClock();
    await tell((ctx) => ctx.timers.start('key', 10, 'tick', { periodic: true }));
    await env.advance(10);
    assert.equal(heard, ['tick']);
    lane.suspend('clock');
    lane.send(clock, (ctx) => {
      ctx.timers.cancel('key');
      heard.push('cancelled');
    });
    await env.advance(10);
    lane.resume('clock');
    await env.advance(100);
    assert.equal(heard, ['tick', 'cancelled']);
    assert.is(env.pendingTimers, 0);
  },

  async 'SUP-050'() {
    const seen: string[] = [];
    let starts = 0;
    const child = aChild(
      'a',
      seen,
      { mailboxOnRestart: 'keep' },
      {
        start(ctx) {
          starts += 1;
          const self = ctx as unknown as Context<string>;
          self.timers.start('key', 10, `tick of ${starts}`, { periodic: true });
          return 0;
        },
        beforeRestart: (_count, ctx) => {
          seen.push(`active ${ctx.timers.isActive('key')}`);
        },
      },
    );
    const { lane, env, say } = await aTree({ children: [child] });
    lane.suspend('top/a');
    say('a', 'boom');
    await env.advance(10);
    lane.resume('top/a');
    await env.settle();
    assert.equal(seen, ['active false']);
    await env.advance(10);
    assert.equal(seen, ['active false', 'a 1 tick of 2']);
    void lane.stop('top');
    await env.advance(60_000);
    assert.is(env.pendingTimers, 0, 'no timer outlives its incarnation');
  },

  async 'SUP-051'() {
    const { lane, env } = aLane();
    const stopped = await lane.spawn(anActor<null, Question>(), 'a');
    void lane.stop('a');
    await env.settle();
    const recipients: ActorRef<Question>[] = [stopped, refByPath('a'), refByPath('never')];
    for (const [at, to] of recipients.entries()) {
      const beganMs = env.nowMs;
      const failed = (await rejection(lane.ask(to, question, 3000))) as AskFailed;
      assert.is(env.nowMs, beganMs);
      assert.equal([failed.reason, failed.recipient], ['refused', to.path]);
      assert.match(failed.message, /the recipient is terminated/);
      const letters = lane.deadLetters.latest();
      assert.is(letters.length, at + 1);
      assert.equal([letters[at]?.path, letters[at]?.kind], [to.path, 'question']);
    }
    assert.is(lane.openAsks, 0);
  },

  async 'SUP-052'() {
    const { lane, env } = aLane();
    const replies: Reply<string>[] = [];
    const ref = await lane.spawn(
      anActor<null, Question>({
        receive(state, { reply }) {
          replies.push(reply);
          return state;
        },
      }),
      'a',
    );
    let failed: AskFailed | null = null;
    lane.ask(ref, question, 10).catch((error: AskFailed) => {
      failed = error;
    });
    await env.advance(9);
    assert.is(failed, null);
    assert.is(lane.openAsks, 1);
    await env.advance(1);
    const { reason, message } = failed as unknown as AskFailed;
    assert.equal([reason, message], ['timeout', 'ask a question: no answer in time']);
    assert.equal([lane.openAsks, env.pendingTimers], [0, 0]);
    assert.not.ok(lane.send(replies[0] as Reply<string>, 'late'));
    assert.equal(
      lane.deadLetters.latest().map((letter) => [letter.message, letter.reason]),
      [['late', 'late-answer']],
    );
  },

  async 'SUP-069'() {
    const { lane, env, heard, tell } = await aClock();
    const failures = failuresOf(lane);
    const silent = await lane.spawn(anActor<null, Question>(), 'silent');
    // An idle time-out is a timer that every message starts anew.
    await tell((ctx) => {
      ctx.timers.start('idle', THIRTY_DAYS_MS, 'idle');
      ctx.timers.start('timer', THIRTY_DAYS_MS, 'timer');
    });
    let failure = '';
    lane.ask(silent, question, THIRTY_DAYS_MS).catch(({ reason }: AskFailed) => {
      failure = reason;
    });
    await env.advance(THIRTY_DAYS_MS - 1);
    assert.equal([heard, failure], [[], '']);
    await env.advance(1);
    assert.equal([heard, failure], [['idle', 'timer'], 'timeout']);
    // What is no time at all is refused by name, and never shortened.
    const forever = Number.POSITIVE_INFINITY;
    assert.match((await rejection(lane.ask(silent, question, forever))).message, /delay Infinity/);
    for (const limits of [{ handlerTimeoutMs: forever }]) {
      const started = lane.spawn(anActor(limits), 'endless');
      assert.match((await rejection(started)).message, /handlerTimeoutMs: Infinity is not in/);
    }
    await tell((ctx) => ctx.timers.start('idle', forever, 'never'));
    assert.match(String(failures[0]?.error), /timer delay Infinity ms is not in/);
    assert.is(lane.openAsks, 0);
  },
};
