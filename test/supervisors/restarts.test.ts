import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { refByPath } from '../../actors/runtime/ref.ts';
import type { ChildSpec } from '../../supervisors/child-spec.ts';
import { supervisor } from '../../supervisors/supervisor.ts';
import { aChild, aTree } from '../support/children.ts';
import { deferred } from '../support/lanes.ts';

const backoff = { minMs: 1000, maxMs: 10_000, jitterFraction: 0, resetAfterMs: 60_000 };
const restartingIn = (events: readonly string[]): string[] =>
  events.flatMap((event) => /restarting .* in (.*) ms/.exec(event)?.[1] ?? []);

test('the back-off doubles up to its maximum, and quiet time resets it (SUP-038)', async () => {
  const seen: string[] = [];
  const { env, say, alive, events } = await aTree({
    intensity: 100,
    children: [aChild('a', seen, { backoff })],
  });
  for (const [delayMs, uid] of [
    [1000, 3],
    [2000, 4],
    [4000, 5],
    [8000, 6],
    [10_000, 7],
  ] as const) {
    say('a', 'boom');
    await env.advance(delayMs - 1);
    assert.is(alive(), '', `not before ${delayMs} ms`);
    await env.advance(1);
    assert.is(alive(), `a#${uid}`);
  }
  await env.advance(60_000);
  say('a', 'boom');
  await env.settle();
  assert.equal(restartingIn(events), ['1000', '2000', '4000', '8000', '10000', '1000']);
});

test('time that a child is down does not count as quiet time', async () => {
  const seen: string[] = [];
  const { env, say, events } = await aTree({
    intensity: 100,
    children: [
      { ...aReluctant('a', seen, () => false), backoff: { ...backoff, resetAfterMs: 1500 } },
    ],
  });
  say('a', 'boom');
  await env.advance(7000);
  assert.equal(restartingIn(events), ['1000', '2000', '4000', '8000']);
});

test('the jitter of a back-off comes from the seed of the lane', async () => {
  const delays = async (): Promise<string[]> => {
    const { env, say, events } = await aTree({
      intensity: 100,
      children: [aChild('a', [], { backoff: { ...backoff, jitterFraction: 0.5 } })],
    });
    for (let n = 0; n < 4; n += 1) {
      say('a', 'boom');
      await env.advance(10_000);
    }
    return restartingIn(events);
  };
  const first = await delays();
  assert.equal(first, await delays());
  first.forEach((delayMs, n) => {
    const nominalMs = 1000 * 2 ** n;
    assert.ok(Number(delayMs) > nominalMs / 2 && Number(delayMs) <= nominalMs, delayMs);
  });
});

/** A child that starts once, and after that only when `mayStart` says so. */
function aReluctant(id: string, seen: string[], mayStart: () => boolean): ChildSpec {
  let starts = 0;
  return aChild(
    id,
    seen,
    {},
    {
      start() {
        starts += 1;
        seen.push(`try ${id}`);
        if (starts > 1 && !mayStart()) throw new Error('not yet');
        return 0;
      },
    },
  );
}

test('failed attempts count, and the total of attempts is bounded (SUP-027)', async () => {
  const seen: string[] = [];
  const { lane, env, say, events } = await aTree({
    intensity: 4,
    periodMs: 3_600_000,
    children: [aChild('b', seen), aReluctant('a', seen, () => false)],
  });
  say('a', 'boom');
  await env.advance(1000);
  assert.is(seen.filter((line) => line === 'try a').length, 5);
  assert.equal(lane.describe(), []);
  assert.equal(events.slice(-3), [
    'gave-up top#1 over a',
    'stopped top/b#2 shutdown',
    'stopped top#1 shutdown',
  ]);
});

test('between attempts the supervisor answers and others work (SUP-028)', async () => {
  const seen: string[] = [];
  let ticks = 0;
  const reluctant = aReluctant('a', seen, () => false);
  const { lane, env, say, alive, children } = await aTree({
    intensity: 1000,
    periodMs: 3_600_000,
    children: [{ ...reluctant, backoff: { ...backoff, minMs: 5, maxMs: 5 } }, aChild('b', seen)],
  });
  const tick = (): void => {
    ticks += 1;
    if (ticks < 20) env.timers.after(10, tick);
  };
  env.timers.after(10, tick);
  say('a', 'boom');
  await env.advance(100);
  assert.is(seen.filter((line) => line === 'try a').length, 21);
  assert.equal([ticks, alive(), children.count().active], [10, 'b#3', 1]);
  say('b', 'hello');
  const terminated = children.terminateChild('a');
  await env.advance(100);
  assert.equal(await terminated, { ok: true, value: null });
  assert.is(seen.filter((line) => line === 'try a').length, 21);
  assert.ok(seen.includes('b 1 hello'));
  const stopped = lane.stop('top');
  await env.settle();
  assert.ok((await stopped).ok);
});

test('without a back-off only the first attempt is made in the turn of the failure', async () => {
  const seen: string[] = [];
  const { lane, env } = await aTree({
    intensity: 1000,
    children: [aReluctant('a', seen, () => false)],
  });
  lane.ingest(refByPath<string>('top/a'), 'boom');
  assert.equal(seen, ['try a', 'stop a', 'try a']);
  assert.is(env.pendingTimers > 0, true, 'the next one waits for a turn of the event loop');
});

test('a supervisor can be stopped while a child backs off', async () => {
  const seen: string[] = [];
  const { lane, env, say } = await aTree({ children: [aChild('a', seen, { backoff })] });
  say('a', 'boom');
  await env.settle();
  assert.equal(
    lane.describe().map(({ path, status }) => [path, status]),
    [
      ['top', 'running'],
      ['top/a', 'down'],
    ],
  );
  lane.stop('top');
  await env.settle();
  assert.equal([lane.describe(), seen], [[], ['start a', 'stop a']]);
  await env.advance(5000);
  assert.is(env.pendingTimers, 0);
});

test('a group is taken down at once and comes back after the back-off', async () => {
  const seen: string[] = [];
  const { env, say, alive } = await aTree({
    strategy: 'rest-for-one',
    children: [aChild('x', seen), aChild('y', seen, { backoff }), aChild('z', seen)],
  });
  say('y', 'boom');
  await env.settle();
  assert.is(alive(), 'x#2', 'what needs y does not run without it');
  await env.advance(1000);
  assert.is(alive(), 'x#2 y#5 z#6');
});

test('a restart of the whole takes over from one that waits', async () => {
  const seen: string[] = [];
  const { env, say, alive } = await aTree({
    strategy: 'rest-for-one',
    intensity: 5,
    children: [aChild('x', seen), aChild('y', seen, { backoff }), aChild('z', seen)],
  });
  say('y', 'boom');
  await env.settle();
  say('x', 'boom');
  await env.settle();
  assert.is(alive(), 'x#5 y#6 z#7');
  await env.advance(5000);
  assert.is(alive(), 'x#5 y#6 z#7', 'the timer of y is gone');
});

test('a member of a group that cannot start leads the next attempt', async () => {
  const seen: string[] = [];
  let mayStart = false;
  const { env, say, alive } = await aTree({
    strategy: 'one-for-all',
    intensity: 5,
    children: [
      aChild('x', seen),
      aReluctant('y', seen, () => {
        const answer = mayStart;
        mayStart = true;
        return answer;
      }),
      aChild('z', seen),
    ],
  });
  say('x', 'boom');
  await env.settle();
  assert.equal(seen.slice(3), [
    ...['stop x', 'stop z', 'stop y', 'start x', 'try y'],
    ...['stop x', 'start x', 'try y', 'start z'],
  ]);
  assert.match(alive(), /^x#\d+ y#\d+ z#\d+$/);
});

test('a failed start that is fatal gives up at once', async () => {
  const overflow = (): number => 1 + overflow();
  let starts = 0;
  const { lane, env, say, events } = await aTree({
    intensity: 100,
    children: [
      aChild(
        'a',
        [],
        {},
        {
          start() {
            starts += 1;
            return starts > 1 ? overflow() : 0;
          },
        },
      ),
    ],
  });
  say('a', 'boom');
  await env.settle();
  assert.equal([starts, lane.describe()], [2, []]);
  assert.ok(events.includes('fatal top#1'));
});

test('a factory that throws on a restart is one more failed attempt', async () => {
  let calls = 0;
  const whole = aChild('a', []).start(undefined);
  const { env, say, alive, events } = await aTree({
    intensity: 3,
    children: [
      {
        id: 'a',
        start() {
          calls += 1;
          if (calls === 2) throw new Error('factory');
          return whole;
        },
      },
    ],
  });
  say('a', 'boom');
  await env.settle();
  assert.equal([calls, alive()], [3, 'a#3']);
  assert.equal(events.slice(-2), ['restarting top/a#2 in 0 ms', 'started top/a#3']);
});

test('two children that fail together are mended once when one restart covers both', async () => {
  const seen: string[] = [];
  const { lane, env, alive, events } = await aTree({
    strategy: 'one-for-all',
    intensity: 1,
    children: [aChild('x', seen), aChild('y', seen)],
  });
  lane.inject('top/x', new Error('one'));
  lane.inject('top/y', new Error('two'));
  await env.settle();
  assert.is(alive(), 'x#4 y#5');
  assert.is(restartingIn(events).length, 1);
});

test('what ended for good while a sibling failed does not come back with the group', async () => {
  const seen: string[] = [];
  const { env, say, alive, children } = await aTree({
    strategy: 'one-for-all',
    children: [
      aChild('x', seen),
      aChild('y', seen, { restart: 'temporary' }),
      aChild('z', seen, { restart: 'transient' }),
    ],
  });
  say('x', 'boom');
  say('y', 'boom');
  say('z', 'end');
  await env.settle();
  assert.is(alive(), 'x#5');
  assert.equal(
    children.list().map(({ id, phase }) => [id, phase]),
    [
      ['x', 'running'],
      ['z', 'stopped'],
    ],
  );
});

test('a child that ends while its supervisor is busy with another is seen to', async () => {
  const seen: string[] = [];
  const gate = deferred();
  const { env, say, alive, children } = await aTree({
    intensity: 5,
    children: [aChild('x', seen, {}, { stop: () => gate.promise }), aChild('y', seen)],
  });
  const terminated = children.terminateChild('x');
  await env.settle();
  say('y', 'boom');
  await env.settle();
  assert.is(alive(), 'x#2', 'one thing at a time');
  gate.resolve();
  await env.settle();
  await terminated;
  assert.is(alive(), 'y#4');
});

test('whatever fails, a tree is whole again or gone, and nothing is left behind', async () => {
  const ids = ['a', 'b', 'c'];
  const blow = fc.record({
    id: fc.constantFrom(...ids),
    how: fc.constantFrom('boom', 'kill', 'end'),
  });
  const strategies = fc.constantFrom('one-for-one', 'one-for-all', 'rest-for-one' as const);
  await fc.assert(
    fc.asyncProperty(fc.array(blow, { maxLength: 8 }), strategies, async (blows, strategy) => {
      const seen: string[] = [];
      const { lane, env, say, alive } = await aTree({
        strategy: strategy as 'one-for-one',
        intensity: 4,
        periodMs: 1000,
        children: ids.map((id) => aChild(id, seen, id === 'b' ? { backoff } : {})),
      });
      for (const { id, how } of blows) {
        if (how === 'kill') lane.kill(`top/${id}`);
        else say(id, how);
        await env.advance(100);
      }
      await env.advance(60_000);
      const isUp = lane.describe().length > 0;
      if (isUp) assert.match(alive(), /^a#\d+ b#\d+ c#\d+$/);
      lane.stop('top');
      await env.settle();
      assert.equal(lane.describe(), []);
      await env.advance(60_000);
      assert.is(env.pendingTimers, 0);
    }),
    { numRuns: 60 },
  );
});

test('a nested supervisor that cannot start is retried like any child', async () => {
  const seen: string[] = [];
  let isBroken = false;
  const { env, lane, alive } = await aTree({
    intensity: 3,
    children: [
      {
        id: 'sub',
        type: 'supervisor',
        start: () =>
          supervisor({
            children: [
              aChild(
                'a',
                seen,
                {},
                {
                  start() {
                    if (isBroken) throw new Error('broken');
                    return 0;
                  },
                },
              ),
            ],
          }),
        backoff,
      },
    ],
  });
  isBroken = true;
  lane.kill('top/sub');
  await env.advance(1000);
  assert.is(alive(), '');
  isBroken = false;
  await env.advance(2000);
  assert.is(alive(), 'sub#6');
});

test.run();
