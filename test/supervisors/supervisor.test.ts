import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { StartFailed } from '../../actors/runtime/actor-spec.ts';
import { refByPath, refOf } from '../../actors/runtime/ref.ts';
import { BadSpec } from '../../supervisors/child-spec.ts';
import { supervisor } from '../../supervisors/supervisor.ts';
import { aChild, aTree } from '../support/children.ts';
import { aLane, anActor, rejection } from '../support/lanes.ts';

test('a supervisor without children starts and stops (SUP-001)', async () => {
  const { lane, env } = await aTree({ children: [] });
  const stopped = lane.stop('top');
  await env.settle();
  assert.equal(await stopped, { ok: true, value: { kind: 'shutdown', why: 'requested' } });
});

test('children start left to right, each when the one before is up (SUP-002)', async () => {
  const { lane, env } = aLane();
  const seen: string[] = [];
  const slow = (id: string) =>
    aChild(
      id,
      seen,
      {},
      {
        start: (ctx) => {
          seen.push(`begin ${id}`);
          return new Promise<number>((resolve) => {
            env.timers.after(10, () => {
              seen.push(`up ${ctx.path}`);
              resolve(0);
            });
          });
        },
      },
    );
  const started = lane.spawn(supervisor({ children: [slow('a'), slow('b'), slow('c')] }), 'top');
  await env.advance(25);
  assert.equal(lane.describe()[0]?.status, 'starting');
  await env.advance(5);
  await started;
  assert.equal(seen, ['begin a', 'up top/a', 'begin b', 'up top/b', 'begin c', 'up top/c']);
});

test('children stop right to left, through their hooks', async () => {
  const seen: string[] = [];
  const { lane, env } = await aTree({ children: ['a', 'b', 'c'].map((id) => aChild(id, seen)) });
  lane.stop('top');
  await env.settle();
  assert.equal(seen.slice(3), ['stop c', 'stop b', 'stop a']);
  assert.equal(lane.describe(), []);
});

test('a child that cannot start fails the whole and leaves no orphans (SUP-005)', async () => {
  const { lane, env } = aLane();
  const seen: string[] = [];
  const no = aChild(
    'b',
    seen,
    {},
    {
      start: () => {
        throw new Error('no key');
      },
    },
  );
  const started = lane.spawn(
    supervisor({ children: [aChild('a', seen), no, aChild('c', seen)] }),
    'top',
  );
  await env.settle();
  const failed = await rejection(started);
  assert.instance(failed, StartFailed);
  assert.is(failed.message, 'top did not start: top/b did not start: no key');
  assert.equal(seen, ['start a', 'stop a']);
  assert.equal(lane.describe(), []);
});

test('a spec that makes no sense fails the start by its field, and starts nothing', async () => {
  const { lane, env } = aLane();
  const seen: string[] = [];
  const started = lane.spawn(supervisor({ intensity: -1, children: [aChild('a', seen)] }), 'top');
  await env.settle();
  const { cause } = await rejection(started);
  assert.instance(cause, BadSpec);
  assert.is((cause as BadSpec).fault.field, 'intensity');
  assert.equal([seen, lane.describe()], [[], []]);
});

test('a factory that throws or names a bad actor fails the start', async () => {
  const factories = [
    () => {
      throw new Error('factory');
    },
    () => anActor({ mailbox: { capacity: 3 } }),
  ];
  for (const start of factories) {
    const { lane, env } = aLane();
    const started = lane.spawn(supervisor({ children: [{ id: 'a', start }] }), 'top');
    await env.settle();
    assert.match((await rejection(started)).message, /top\/a did not start: (factory|mailbox)/);
    assert.equal(lane.describe(), []);
  }
});

test('a child whose factory ignores it is kept as a spec without an actor (SUP-004)', async () => {
  const seen: string[] = [];
  const { children } = await aTree({
    children: [{ id: 'a', start: () => 'ignore' }, aChild('b', seen)],
  });
  assert.equal(children.count(), { specs: 2, active: 1, supervisors: 0, workers: 2 });
  assert.equal(
    children.list().map(({ id, phase, ref }) => [id, phase, ref?.path]),
    [
      ['a', 'stopped', undefined],
      ['b', 'running', 'top/b'],
    ],
  );
});

test('one-for-one restarts the failed child alone, as a new incarnation (SUP-023)', async () => {
  const seen: string[] = [];
  const { lane, env, say, alive, events } = await aTree({
    intensity: 2,
    children: [aChild('a', seen), aChild('b', seen)],
  });
  for (const [id, message] of [
    ['a', 'one'],
    ['b', 'one'],
    ['a', 'boom'],
  ] as const) {
    say(id, message);
  }
  await env.settle();
  say('a', 'two');
  say('b', 'two');
  assert.not.ok(lane.send(refOf('top/a', 2), 'for the dead'));
  await env.settle();
  assert.equal(seen.slice(2), ['a 1 one', 'stop a', 'b 1 one', 'start a', 'a 1 two', 'b 2 two']);
  assert.is(alive(), 'a#4 b#3');
  assert.equal(events.slice(3), [
    'failed top/a#2 message: boom',
    'stopped top/a#2 failed',
    'restarting top/a#2 in 0 ms',
    'started top/a#4',
  ]);
  assert.is(lane.describe()[1]?.restarts, 1);
  assert.is(lane.describe()[1]?.lastError, 'boom');
});

test('a restart without back-off happens in the turn of the failure', async () => {
  const seen: string[] = [];
  const { lane, env, alive } = await aTree({ children: [aChild('a', seen)] });
  lane.ingest(refByPath<string>('top/a'), 'boom');
  assert.equal([alive(), env.pendingTurns], ['a#3', 0]);
});

test('one-for-all stops all right to left and starts all left to right (SUP-025)', async () => {
  const seen: string[] = [];
  const { env, say, alive } = await aTree({
    strategy: 'one-for-all',
    children: ['x', 'y', 'z'].map((id) => aChild(id, seen)),
  });
  say('y', 'boom');
  await env.settle();
  assert.equal(seen.slice(3), ['stop y', 'stop z', 'stop x', 'start x', 'start y', 'start z']);
  assert.is(alive(), 'x#5 y#6 z#7');
});

test('rest-for-one takes down what was started after, and nothing before (SUP-026)', async () => {
  const seen: string[] = [];
  const { env, say, alive } = await aTree({
    strategy: 'rest-for-one',
    children: ['x', 'y', 'z'].map((id) => aChild(id, seen)),
  });
  say('y', 'boom');
  await env.settle();
  assert.equal(seen.slice(3), ['stop y', 'stop z', 'start y', 'start z']);
  assert.is(alive(), 'x#2 y#5 z#6');
});

for (const [restart, after] of [
  ['permanent', 'a#7'],
  ['transient', ''],
  ['temporary', ''],
] as const) {
  test(`a ${restart} child that ends well, is stopped or killed (SUP-019 … SUP-022)`, async () => {
    const seen: string[] = [];
    const spec = { intensity: 9, children: [aChild('a', seen, { restart })] };
    const { lane, env, say, alive, children } = await aTree(spec);
    say('a', 'end');
    await env.settle();
    if (restart === 'permanent') {
      assert.is(alive(), 'a#3');
      lane.stop('top/a');
      await env.settle();
      assert.is(alive(), 'a#4');
      lane.kill('top/a');
      await env.settle();
      say('a', 'boom');
      await env.settle();
      lane.inject('top/a', new Error('injected'));
      await env.settle();
    }
    assert.is(alive(), after);
    assert.is(children.count().specs, restart === 'temporary' ? 0 : 1);
  });
}

test('a transient child that is killed or fails comes back, a temporary one never', async () => {
  const seen: string[] = [];
  const { lane, env, say, alive, children } = await aTree({
    intensity: 9,
    children: [
      aChild('a', seen, { restart: 'transient' }),
      aChild('b', seen, { restart: 'temporary' }),
    ],
  });
  lane.kill('top/a');
  say('b', 'boom');
  await env.settle();
  say('a', 'boom');
  await env.settle();
  assert.equal([alive(), children.count().specs], ['a#5', 1]);
});

test('a temporary child that is stopped with its group stays away', async () => {
  const seen: string[] = [];
  const { env, say, alive } = await aTree({
    strategy: 'one-for-all',
    children: [aChild('a', seen), aChild('b', seen, { restart: 'temporary' })],
  });
  say('a', 'boom');
  await env.settle();
  assert.is(alive(), 'a#4');
});

test('a child that ended well is not revived with its group', async () => {
  const seen: string[] = [];
  const { env, say, alive } = await aTree({
    strategy: 'one-for-all',
    children: [aChild('a', seen), aChild('b', seen, { restart: 'transient' })],
  });
  say('b', 'end');
  await env.settle();
  say('a', 'boom');
  await env.settle();
  assert.is(alive(), 'a#4');
});

test('too many restarts in the period: it stops all children and itself (SUP-024)', async () => {
  const seen: string[] = [];
  const gaveUp: unknown[] = [];
  const { lane, env, say, events } = await aTree({
    intensity: 2,
    periodMs: 3_600_000,
    children: [aChild('a', seen), aChild('b', seen)],
    onGiveUp: ({ path, child, isFatal }) => void gaveUp.push([path, child, isFatal]),
  });
  for (const id of ['a', 'b', 'a']) {
    say(id, 'boom');
    await env.settle();
  }
  assert.equal(lane.describe(), []);
  assert.equal(events.slice(-4), [
    'stopped top/a#4 failed',
    'gave-up top#1 over a',
    'stopped top/b#5 shutdown',
    'stopped top#1 shutdown',
  ]);
  assert.equal(gaveUp, [['top', 'a', false]]);
});

test('a budget that is used up comes back with time', async () => {
  const seen: string[] = [];
  const { env, say, alive } = await aTree({
    intensity: 1,
    periodMs: 100,
    children: [aChild('a', seen)],
  });
  for (let n = 0; n < 5; n += 1) {
    say('a', 'boom');
    await env.advance(101);
  }
  assert.is(alive(), 'a#7');
});

test('giving up inside a tree is the parent’s to mend (SUP-029)', async () => {
  const seen: string[] = [];
  const top = await aTree({
    strategy: 'one-for-all',
    intensity: 3,
    children: ['one', 'two'].map((id) => ({
      id,
      type: 'supervisor' as const,
      start: () => supervisor({ intensity: 1, children: [aChild(`${id}:w`, seen)] }),
    })),
  });
  top.say('two/two:w', 'boom');
  await top.env.settle();
  assert.is(top.alive(), 'one#2 two#4');
  top.say('two/two:w', 'boom');
  await top.env.settle();
  assert.is(top.alive(), 'one#7 two#9');
  assert.equal(
    top.lane.describe().map(({ path, uid }) => `${path}#${uid}`),
    ['top#1', 'top/one#7', 'top/one/one:w#8', 'top/two#9', 'top/two/two:w#10'],
  );
});

test('a fatal failure is restarted nowhere and climbs to the top (SUP-034)', async () => {
  const overflow = (): number => 1 + overflow();
  const seen: string[] = [];
  const { lane, env, say, events } = await aTree({
    intensity: 100,
    children: [
      {
        id: 'sub',
        start: () =>
          supervisor({
            intensity: 100,
            children: [aChild('a', seen, {}, { receive: overflow })],
          }),
      },
      aChild('b', seen),
    ],
  });
  say('sub/a', 'x');
  await env.settle();
  assert.equal(lane.describe(), []);
  const words = events.slice(4).map((event) => event.split(' ').slice(0, 2).join(' '));
  assert.equal(words, [
    'failed top/sub/a#3',
    'fatal top/sub/a#3',
    'stopped top/sub/a#3',
    'gave-up top/sub#2',
    'failed top/sub#2',
    'fatal top/sub#2',
    'stopped top/sub#2',
    'gave-up top#1',
    'failed top#1',
    'fatal top#1',
    'stopped top/b#4',
    'stopped top#1',
  ]);
});

test('a supervisor takes no messages', async () => {
  const { lane } = await aTree({ children: [] });
  assert.not.ok(lane.send(refByPath('top'), 'hello'));
  assert.is(lane.deadLetters.countOf('not-addressable'), 1);
});

test('the tree below the root is addressed without it', async () => {
  const { lane, env } = aLane();
  const seen: string[] = [];
  const started = lane.spawn(
    supervisor({
      children: [{ id: 'trading', start: () => supervisor({ children: [aChild('risk', seen)] }) }],
    }),
    'root',
  );
  await env.settle();
  await started;
  assert.equal(
    lane.describe().map(({ path }) => path),
    ['root', 'trading', 'trading/risk'],
  );
  assert.match((await rejection(lane.spawn(anActor(), 'trading'))).message, 'is there already');
});

test.run();
