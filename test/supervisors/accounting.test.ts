/** The law of messages and ends over all that a supervisor may be told to do with a child. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Context } from '../../actors/runtime/actor-spec.ts';
import { refByPath } from '../../actors/runtime/ref.ts';
import type { ChildSpec } from '../../supervisors/child-spec.ts';
import { supervisor } from '../../supervisors/supervisor.ts';
import { aLane, anActor, aRecorder } from '../support/lanes.ts';

class Weary extends Error {}

const blows = fc.array(
  fc.record({
    messages: fc.nat(6),
    how: fc.constantFrom('nothing', 'boom', 'weary', 'kill', 'stop', 'end', 'inject', 'slow'),
    pauseMs: fc.constantFrom(0, 10, 100, 1000),
  }),
  { maxLength: 12 },
);

const specs = fc.record({
  restart: fc.constantFrom('permanent', 'transient', 'temporary' as const),
  mailboxOnRestart: fc.constantFrom('discard', 'keep' as const),
  stashMax: fc.nat(4),
  keepsChildren: fc.boolean(),
  retriesFirstStart: fc.boolean(),
  delayMs: fc.constantFrom(0, 100),
  failingStarts: fc.nat(3),
});

type Told = string | { readonly n: number };

test('every message to a child is handled once or a dead letter, whatever befalls it', async () => {
  await fc.assert(
    fc.asyncProperty(specs, blows, async (spec, todo) => {
      const { lane, env } = aLane();
      const handled: number[] = [];
      const lost: number[] = [];
      const starts = { of: 0 };
      lane.observe({
        deadLetter({ message }) {
          const { n } = message as { readonly n?: number };
          if (n !== undefined) lost.push(n);
        },
      });
      void lane.spawn(
        supervisor({ intensity: 6, children: [aVictim(spec, starts, handled)] }),
        't',
      );
      await env.advance(500);
      let sent = 0;
      for (const { messages, how, pauseMs } of todo) {
        for (let left = messages; left > 0; left -= 1) {
          sent += 1;
          lane.send(refByPath<Told>('t/a'), { n: sent });
        }
        if (how === 'kill' || how === 'stop') void lane[how]('t/a');
        else if (how === 'inject') lane.inject('t/a', new Error('injected'));
        else if (how !== 'nothing') lane.send(refByPath<Told>('t/a'), how);
        await env.advance(pauseMs);
      }
      await env.advance(60_000);
      void lane.stop('t');
      await env.advance(60_000);
      assert.equal(lane.describe(), []);
      assert.is(env.pendingTimers, 0);
      const accounted = [...handled, ...lost].sort((left, right) => left - right);
      assert.equal(
        accounted,
        Array.from({ length: sent }, (_, at) => at + 1),
      );
      assert.equal(
        handled,
        [...handled].sort((left, right) => left - right),
        'in the order of sending',
      );
    }),
    { numRuns: 60 },
  );
});

type VictimSpec = typeof specs extends fc.Arbitrary<infer S> ? S : never;

function aVictim(
  { delayMs, failingStarts, ...spec }: VictimSpec,
  starts: { of: number },
  handled: number[],
): ChildSpec {
  const victim = anActor<null, Told>({
    mailbox: { capacity: 4 },
    resumesAfter: [Weary],
    async start(ctx) {
      starts.of += 1;
      // The first start and some later ones fail.
      if (starts.of % 4 <= failingStarts - 1) throw new Error('not now');
      if (ctx.childRefs().length === 0) await ctx.spawn(aRecorder<string>([]), 'below');
      ctx.timers.start('idle', 50, 'idle', { periodic: true });
      return null;
    },
    receive(state, message, ctx) {
      if (typeof message !== 'string') handled.push(message.n);
      else if (message === 'weary') throw new Weary();
      else if (message === 'boom') throw new Error('boom');
      else if (message === 'end') ctx.stopSelf();
      else if (message === 'slow') return aWhile(ctx).then(() => state);
      return state;
    },
  });
  const backoff = { minMs: delayMs, maxMs: delayMs, jitterFraction: 0, resetAfterMs: 0 };
  return { id: 'a', start: () => victim, backoff, ...spec };
}

/** Five milliseconds: a question that nobody answers takes its limit. */
async function aWhile(ctx: Context<Told>): Promise<void> {
  await ctx.ask(refByPath<string>('t/a/below'), () => 'hello', 5).catch(() => undefined);
}

test.run();
