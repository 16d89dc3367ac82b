import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type ActorRef, answerRefByPath, type CallResult } from '../../../actors/runtime/ref.ts';
import { SLICE_MESSAGES } from '../../../actors/runtime/run-queue.ts';
import { aLane, anActor, deferred, failuresOf } from '../../support/lanes.ts';

type Risk = 'add' | 'boom' | 'stop' | 'wait' | 'loop';

/** Counts `add`s and answers with the count; `question` may be a trick. */
const risk = (gate = deferred()) =>
  anActor<number, Risk>({
    kind: 'risk',
    start: () => 0,
    receive(state, message, ctx) {
      if (message === 'boom') throw new Error('boom');
      if (message === 'stop') ctx.stopSelf();
      if (message === 'loop') ctx.send(ctx.self, 'loop');
      if (message === 'wait') return gate.promise.then(() => state);
      return state + 1;
    },
    answer(state, question) {
      if (question === 'trick') throw new Error('tricked');
      if (question === 'promise') return Promise.reject(new Error('later'));
      return state;
    },
  });

interface Caller {
  readonly ask: (question: unknown) => CallResult<number>;
  readonly risk: ActorRef<Risk>;
  readonly harness: ReturnType<typeof aLane>;
}

/** An actor that puts questions to `risk` from inside its handler. */
async function aCaller(gate = deferred()): Promise<Caller> {
  const harness = aLane();
  const { lane, env } = harness;
  const outcomes: CallResult<number>[] = [];
  const ref = await lane.spawn(risk(gate), 'risk');
  const caller = await lane.spawn(
    anActor<null, unknown>({
      receive(state, question, ctx) {
        outcomes.push(ctx.call(answerRefByPath<unknown, number>('risk'), question));
        return state;
      },
    }),
    'execution',
  );
  await env.settle();
  return {
    harness,
    risk: ref,
    ask(question) {
      // Ahead of what is queued for risk, so that the call itself has to run that first.
      lane.send(caller, question);
      lane.ingest(ref, 'add');
      return outcomes.pop() as CallResult<number>;
    },
  };
}

test('a question is answered after everything that was queued before it', async () => {
  const { harness, risk: ref, ask } = await aCaller();
  harness.lane.send(ref, 'add');
  assert.equal(ask('how many'), { ok: true, value: 2 });
});

test('an answer that throws, or is a promise, fails the target and not the caller', async () => {
  for (const question of ['trick', 'promise']) {
    const { harness, ask } = await aCaller();
    const failures = failuresOf(harness.lane);
    assert.equal(ask(question), { ok: false, reason: 'crashed' });
    await harness.env.settle();
    assert.equal(
      failures.map(({ path, during }) => [path, during]),
      [['risk', 'answer']],
    );
    assert.is(harness.lane.describe()[0]?.path, 'execution', 'the caller is alive');
    assert.equal(ask('how many'), { ok: false, reason: 'unavailable' });
  }
});

test('a target that fails over what was queued has crashed, and then is unavailable', async () => {
  assert.equal(await outcomeOf(['add', 'boom']), { ok: false, reason: 'crashed' });
  const { harness, risk: ref, ask } = await aCaller();
  harness.lane.ingest(ref, 'boom');
  assert.equal(ask('how many'), { ok: false, reason: 'unavailable' });
});

test('a target that is suspended over what was queued is unavailable', async () => {
  const { lane } = aLane();
  const outcomes: unknown[] = [];
  const target = await lane.spawn(
    anActor<null, null>({
      receive(state) {
        lane.suspend('target');
        return state;
      },
      answer: () => 1,
    }),
    'target',
  );
  const caller = await lane.spawn(
    anActor<null, null>({
      receive(state, _message, ctx) {
        ctx.send(target, null);
        outcomes.push(ctx.call(answerRefByPath('target'), 'x'));
        return state;
      },
    }),
    'caller',
  );
  lane.ingest(caller, null);
  assert.equal(outcomes, [{ ok: false, reason: 'unavailable' }]);
});

test('a suspended target is unavailable', async () => {
  const { harness, ask } = await aCaller();
  harness.lane.suspend('risk');
  assert.equal(ask('how many'), { ok: false, reason: 'unavailable' });
});

/** What a caller is told that first queues `messages` for risk, in one handler. */
async function outcomeOf(
  messages: readonly Risk[],
  gate = deferred(),
): Promise<CallResult<number>> {
  const { lane, env } = aLane();
  const ref = await lane.spawn(risk(gate), 'risk');
  let outcome: CallResult<number> | null = null;
  const caller = await lane.spawn(
    anActor<null, null>({
      receive(state, _message, ctx) {
        for (const message of messages) ctx.send(ref, message);
        outcome = ctx.call(answerRefByPath<string, number>('risk'), 'how many');
        return state;
      },
    }),
    'execution',
  );
  await env.settle();
  lane.ingest(caller, null);
  lane.kill('risk');
  await env.settle();
  return outcome as unknown as CallResult<number>;
}

test('a target that waits, or has more queued than a slice, is busy', async () => {
  assert.equal(await outcomeOf(['add', 'wait']), { ok: false, reason: 'busy' });
  assert.equal(await outcomeOf(['loop']), { ok: false, reason: 'busy' });
  const many = Array<Risk>(SLICE_MESSAGES + 1).fill('add');
  assert.equal(await outcomeOf(many), { ok: false, reason: 'busy' });
  assert.equal(await outcomeOf(many.slice(1)), { ok: true, value: SLICE_MESSAGES });
});

test('a target that is already waiting is busy at once', async () => {
  const gate = deferred();
  const { harness, risk: ref, ask } = await aCaller(gate);
  harness.lane.ingest(ref, 'wait');
  assert.equal(ask('how many'), { ok: false, reason: 'busy' });
  gate.resolve();
  await harness.env.settle();
  assert.equal(ask('how many'), { ok: true, value: 2 });
});

test('a target that stops over what was queued is unavailable', async () => {
  assert.equal(await outcomeOf(['add', 'stop', 'add']), { ok: false, reason: 'unavailable' });
});

test('a target that starts, stops, is unknown or another incarnation is unavailable', async () => {
  const { lane, env } = aLane();
  const outcomes: unknown[] = [];
  const gate = deferred<null>();
  const starting = lane.spawn(anActor({ start: () => gate.promise, answer: () => 1 }), 'starting');
  await lane.spawn(anActor({ stop: () => gate.promise.then(), answer: () => 1 }), 'stopping');
  lane.stop('stopping');
  await env.settle();
  const caller = await lane.spawn(
    anActor<null, { path: string; uid: number }>({
      receive(state, to, ctx) {
        outcomes.push(ctx.call(to, 'x'));
        return state;
      },
    }),
    'caller',
  );
  for (const [path, uid] of [
    ['starting', 0],
    ['stopping', 0],
    ['nobody', 0],
    ['caller', 99],
  ] as const) {
    lane.ingest(caller, { path, uid });
  }
  assert.equal(outcomes, Array(4).fill({ ok: false, reason: 'unavailable' }));
  gate.resolve(null);
  await env.settle();
  await starting;
});

test('a target that is itself waiting for the caller is re-entrant', async () => {
  const { lane } = aLane();
  const outcomes: unknown[] = [];
  const spec = (other: string) =>
    anActor<null, string>({
      receive(state, _message, ctx) {
        outcomes.push(ctx.call(answerRefByPath(other), 'x'));
        return state;
      },
      answer: (_state, question, ctx) => ctx.call(answerRefByPath(other), question),
    });
  const a = await lane.spawn(spec('b'), 'a');
  await lane.spawn(spec('a'), 'b');
  lane.ingest(a, 'go');
  assert.equal(outcomes, [{ ok: true, value: { ok: false, reason: 're-entrant' } }]);
});

test('asking an actor that answers nothing is a bug of the caller', async () => {
  const { lane } = aLane();
  const failures = failuresOf(lane);
  await lane.spawn(anActor({ kind: 'mute' }), 'mute');
  const caller = await lane.spawn(
    anActor<null, null>({
      receive(state, _message, ctx) {
        ctx.call(answerRefByPath('mute'), 'x');
        return state;
      },
    }),
    'caller',
  );
  lane.ingest(caller, null);
  assert.is(failures[0]?.path, 'caller');
  assert.match(String(failures[0]?.error), 'mute (mute) answers no questions');
});

test('a target that is killed while it answers has crashed', async () => {
  const { lane, env } = aLane();
  const outcomes: unknown[] = [];
  await lane.spawn(
    anActor({
      answer: () => {
        lane.kill('suicidal');
        return 'too late';
      },
    }),
    'suicidal',
  );
  const caller = await lane.spawn(
    anActor<null, null>({
      receive(state, _message, ctx) {
        outcomes.push(ctx.call(answerRefByPath('suicidal'), 'x'));
        return state;
      },
    }),
    'caller',
  );
  lane.ingest(caller, null);
  await env.settle();
  assert.equal(outcomes, [{ ok: false, reason: 'crashed' }]);
});

test('a context that is over gets no answer', async () => {
  const { lane, env } = aLane();
  let call: () => unknown = () => null;
  await lane.spawn(anActor({ answer: () => 1 }), 'risk');
  await lane.spawn(
    anActor({
      start: (ctx) => {
        call = () => ctx.call(answerRefByPath('risk'), 'x');
        return null;
      },
    }),
    'caller',
  );
  lane.kill('caller');
  await env.settle();
  assert.equal(call(), { ok: false, reason: 'unavailable' });
});

test.run();
