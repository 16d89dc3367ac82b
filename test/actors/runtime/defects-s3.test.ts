/** The nuisances among the confirmed defects of nact 7.6.2, and its types, by id. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Context } from '../../../actors/runtime/actor-spec.ts';
import { Lane } from '../../../actors/runtime/lane.ts';
import {
  type ActorRef,
  answerRefByPath,
  type CallResult,
  refByPath,
} from '../../../actors/runtime/ref.ts';
import { aLane, anActor } from '../../support/lanes.ts';
import { manualEnv } from '../../support/manual-env.ts';

test('TS: references are told apart by what they take', () => {
  const texts: ActorRef<string> = refByPath<string>('a');
  const wide: ActorRef<string | number> = refByPath<string | number>('b');
  const narrowed: ActorRef<string> = wide;
  // @ts-expect-error an actor of texts does not take numbers
  const widened: ActorRef<string | number> = texts;
  // @ts-expect-error a number is no reference
  const number: ActorRef<string> = 42;
  const { lane } = aLane();
  // @ts-expect-error an actor of texts does not take 42
  lane.send(texts, 42);
  const context = {} as Context<string>;
  const typed = answerRefByPath<string, number>('a');
  // @ts-expect-error this actor is asked with texts
  const ask = (): CallResult<number> => context.call(typed, 42);
  const askAnybody = (): CallResult<number> => context.call<string, number>(texts, 'how many');
  // @ts-expect-error an actor that does not take Terminated must name its own message
  const watch = (): void => context.watch(texts);
  assert.equal([narrowed, widened, number], [wide, texts, 42]);
  for (const neverCalled of [watch, ask, askAnybody]) assert.type(neverCalled, 'function');
});

test('D23: the name of a lane and its log are what the options say', () => {
  const log: string[] = [];
  const lane = new Lane({
    name: 'd23',
    ...manualEnv(),
    log: ({ kind }) => void log.push(kind),
  });
  assert.throws(() => new Lane({ name: 'd23', ...manualEnv() }), /"d23" is taken/);
  lane.send(refByPath('nobody'), 'x');
  assert.equal(log, ['dead-letter']);
});

test('D35: an actor sees messages and never the envelopes of its mailbox', async () => {
  const contexts: object[] = [];
  const seen: unknown[] = [];
  const { lane, env } = aLane();
  const ref = await lane.spawn(
    anActor<null, string>({
      receive(state, message, ctx) {
        contexts.push(ctx);
        seen.push(message);
        return state;
      },
    }),
    'a',
  );
  lane.send(ref, 'x');
  await env.settle();
  assert.equal(seen, ['x']);
  assert.not.ok('mailbox' in (contexts[0] as object));
});

test.run();
