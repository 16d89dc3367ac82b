/** How supervisors and their children end. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { refByPath } from '../../actors/runtime/ref.ts';
import { supervisor } from '../../supervisors/supervisor.ts';
import { aChild, aTree } from '../support/children.ts';
import { anActor, deferred } from '../support/lanes.ts';

test('the end of a significant child ends the supervisor (SUP-030)', async () => {
  const seen: string[] = [];
  const { lane, env, say, events } = await aTree({
    autoShutdown: 'any-significant',
    children: [
      aChild('a', seen),
      aChild('b', seen, { restart: 'transient', significant: true }),
      aChild('c', seen, { restart: 'temporary' }),
      aChild('d', seen),
    ],
  });
  say('c', 'end');
  await env.settle();
  assert.is(lane.describe().length, 4, 'an end that is not significant ends nobody else');
  say('b', 'end');
  await env.settle();
  assert.equal(lane.describe(), []);
  assert.equal(seen.slice(-3), ['stop b', 'stop d', 'stop a']);
  assert.is(events.at(-1), 'stopped top#1 shutdown');
});

test('with all-significant the last one counts, and a restart is no end', async () => {
  const seen: string[] = [];
  const { lane, env, say } = await aTree({
    intensity: 5,
    autoShutdown: 'all-significant',
    children: [
      aChild('a', seen, { restart: 'transient', significant: true }),
      aChild('b', seen, { restart: 'temporary', significant: true }),
      aChild('c', seen),
    ],
  });
  say('a', 'boom');
  say('b', 'end');
  await env.settle();
  assert.is(lane.describe().length, 3);
  say('a', 'end');
  await env.settle();
  assert.equal(lane.describe(), []);
});

test('a child stuck in a handler is killed at its limit (SUP-011)', async () => {
  const seen: string[] = [];
  const stuck = { receive: () => deferred<number>().promise, handlerTimeoutMs: 200_000 };
  const { lane, env, say, events } = await aTree({
    children: [
      aChild('a', seen, { shutdownMs: 1000 }),
      aChild('b', seen, { shutdownMs: 1000 }, stuck),
    ],
  });
  say('b', 'x');
  await env.settle();
  lane.stop('top');
  await env.advance(999);
  assert.is(lane.describe().length, 3);
  await env.advance(1);
  assert.equal(events.slice(3), [
    'stopped top/b#3 killed',
    'stopped top/a#2 shutdown',
    'stopped top#1 shutdown',
  ]);
});

test('unlimited waits for the hook and brutal-kill runs none (SUP-012, SUP-013)', async () => {
  const seen: string[] = [];
  const gate = deferred();
  const { lane, env, events } = await aTree({
    children: [
      aChild('a', seen, { shutdownMs: 'unlimited' }, { stop: () => gate.promise }),
      aChild('b', seen, { shutdownMs: 'brutal-kill' }),
    ],
  });
  lane.stop('top');
  await env.advance(60_000);
  assert.equal(events.slice(3), ['stopped top/b#3 killed']);
  gate.resolve();
  await env.settle();
  assert.equal(events.slice(4), ['stopped top/a#2 shutdown', 'stopped top#1 shutdown']);
  assert.not.ok(seen.includes('stop b'));
});

test('a brutal-kill child that ends by itself still runs its hook', async () => {
  const seen: string[] = [];
  const { env, say } = await aTree({
    children: [aChild('b', seen, { shutdownMs: 'brutal-kill', restart: 'temporary' })],
  });
  say('b', 'end');
  await env.settle();
  assert.equal(seen, ['start b', 'stop b']);
});

test('killing a supervisor ends everything below it and is mended above', async () => {
  const seen: string[] = [];
  const { lane, env, alive } = await aTree({
    children: [
      { id: 'sub', start: () => supervisor({ children: [aChild('a', seen), aChild('b', seen)] }) },
    ],
  });
  lane.kill('top/sub');
  await env.settle();
  assert.is(alive(), 'sub#5');
  assert.equal(seen, ['start a', 'start b', 'start a', 'start b'], 'a kill runs no hooks');
});

test('a supervisor that fails while a child starts waits for it and ends once', async () => {
  const seen: string[] = [];
  const gate = deferred<number>();
  const { lane, env, children, events } = await aTree({ children: [aChild('a', seen)] });
  const started = children.startChild(aChild('b', seen, {}, { start: () => gate.promise }));
  await env.settle();
  lane.inject('top', new Error('boom'));
  await env.settle();
  gate.resolve(0);
  await env.settle();
  assert.ok((await started).ok);
  assert.equal(events.slice(2), [
    'failed top#1 injection: boom',
    'started top/b#3',
    'stopped top/b#3 shutdown',
    'stopped top/a#2 shutdown',
    'stopped top#1 failed',
  ]);
});

test('a policy that throws does not make a fatal failure an ordinary one', async () => {
  const overflow = (): number => 1 + overflow();
  const { lane, env, say, log } = await aTree({
    intensity: 100,
    children: [
      {
        id: 'sub',
        start: () =>
          supervisor({
            children: [aChild('a', [], {}, { receive: overflow })],
            onGiveUp() {
              throw new Error('policy');
            },
          }),
      },
    ],
  });
  say('sub/a', 'x');
  await env.settle();
  assert.equal(lane.describe(), []);
  assert.ok(log.some(({ kind, detail }) => kind === 'give-up-failed' && detail === 'policy'));
});

test('what gives up is told before anything is stopped, and may fail itself', async () => {
  const { lane, env, say, events } = await aTree({
    intensity: 0,
    children: [aChild('a', []), aChild('b', [])],
    onGiveUp() {
      assert.equal(
        lane.describe().map(({ path }) => path),
        ['top', 'top/a', 'top/b'],
      );
      throw new Error('no emergency');
    },
  });
  say('a', 'boom');
  await env.settle();
  assert.equal(events.slice(-4), [
    'gave-up top#1 over a',
    'failed top#1 supervision: no emergency',
    'stopped top/b#3 shutdown',
    'stopped top#1 failed',
  ]);
});

test('a child that is down is gone to whoever watches it then', async () => {
  const backoff = { minMs: 1000, maxMs: 1000, jitterFraction: 0, resetAfterMs: 0 };
  const seen: string[] = [];
  const { lane, env, say } = await aTree({ children: [aChild('a', [], { backoff })] });
  say('a', 'boom');
  await env.settle();
  const watcher = anActor<null, string>({
    start: (ctx) => {
      ctx.watch(refByPath('top/a'), 'gone');
      return null;
    },
    receive(state, message) {
      seen.push(message);
      return state;
    },
  });
  await lane.spawn(watcher, 'watcher');
  await env.settle();
  assert.equal(seen, ['gone']);
});

test('two children that fail together without a budget end it once', async () => {
  const seen: string[] = [];
  const { lane, env, events } = await aTree({
    intensity: 0,
    children: [aChild('x', seen), aChild('y', seen)],
  });
  lane.inject('top/x', new Error('one'));
  lane.inject('top/y', new Error('two'));
  await env.settle();
  assert.is(events.filter((event) => event.startsWith('gave-up')).length, 1);
  assert.equal([seen.length, lane.describe()], [4, []]);
});

test.run();
