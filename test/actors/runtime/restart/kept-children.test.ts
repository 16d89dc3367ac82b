/** Children that outlive the restart of their parent, and what becomes of them without one. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ActorSpec } from '../../../../actors/runtime/actor-spec.ts';
import { refByPath } from '../../../../actors/runtime/ref.ts';
import type { ChildSpec, SupervisorSpec } from '../../../../supervisors/child-spec.ts';
import { supervisor } from '../../../../supervisors/supervisor.ts';
import { aTree } from '../../../support/children.ts';
import { anActor, aRecorder } from '../../../support/lanes.ts';

const backoff = { minMs: 1000, maxMs: 1000, jitterFraction: 0, resetAfterMs: 0 };

/** A parent that spawns x and y when it starts for the first time. */
function aParent(seen: string[], spec: Partial<ChildSpec> = {}): ChildSpec {
  let starts = 0;
  const child = aRecorder<string>(seen, { stop: (_s, ctx) => void seen.push(`stop ${ctx.path}`) });
  const parent: ActorSpec<null, string> = anActor<null, string>({
    async start(ctx) {
      starts += 1;
      if (starts === 1) for (const name of ['x', 'y']) await ctx.spawn(child, name);
      return null;
    },
    receive(state, message) {
      if (message === 'boom') throw new Error('boom');
      return state;
    },
  });
  return { id: 'a', start: () => parent, keepsChildren: true, ...spec };
}

function aFamily(seen: string[], spec: Partial<ChildSpec> = {}, flags?: Partial<SupervisorSpec>) {
  return aTree({ intensity: 9, children: [aParent(seen, spec)], ...flags });
}

const pathsOf = ({ lane }: Awaited<ReturnType<typeof aFamily>>): string[] =>
  lane.describe().map(({ path, uid }) => `${path}#${uid}`);

test('kept children work on while their parent is down, and end with its successor', async () => {
  const seen: string[] = [];
  const tree = await aFamily(seen, { backoff });
  const { lane, env, say } = tree;
  for (let n = 0; n < 3; n += 1) {
    say('a', 'boom');
    await env.settle();
    lane.send(refByPath<string>('top/a/x'), `hello ${n}`);
    await env.advance(1000);
  }
  assert.equal(seen, ['hello 0', 'hello 1', 'hello 2']);
  assert.equal(pathsOf(tree), ['top#1', 'top/a#7', 'top/a/x#3', 'top/a/y#4']);
  const x = lane.actorAt('top/a/x');
  const a = lane.actorAt('top/a');
  assert.ok(x.ok && a.ok && x.value.parent === a.value, 'nact sees the new parent too');
  void lane.stop('top');
  await env.settle();
  assert.equal([seen.slice(3), lane.describe()], [['stop top/a/y', 'stop top/a/x'], []]);
});

test('a kept child that ends while its parent is down is gone', async () => {
  const seen: string[] = [];
  const tree = await aFamily(seen, { backoff });
  tree.say('a', 'boom');
  await tree.env.settle();
  void tree.lane.stop('top/a/x');
  await tree.env.advance(1000);
  assert.equal(pathsOf(tree), ['top#1', 'top/a#5', 'top/a/y#4']);
  void tree.lane.stop('top/a/y');
  await tree.env.settle();
  assert.equal(pathsOf(tree), ['top#1', 'top/a#5']);
});

test('a supervisor that stops while the parent is down stops what it kept', async () => {
  const seen: string[] = [];
  const { lane, env, say, events } = await aFamily(seen, { backoff });
  say('a', 'boom');
  await env.settle();
  void lane.stop('top');
  await env.settle();
  assert.equal(seen, ['stop top/a/y', 'stop top/a/x']);
  assert.equal(events.slice(-3), [
    'stopped top/a/y#4 shutdown',
    'stopped top/a/x#3 shutdown',
    'stopped top#1 shutdown',
  ]);
  assert.equal(lane.describe(), []);
});

test('what was kept for a restart that is called off is killed', async () => {
  const seen: string[] = [];
  const tree = await aFamily(seen, { backoff });
  tree.say('a', 'boom');
  await tree.env.settle();
  const terminated = tree.children.terminateChild('a');
  await tree.env.settle();
  assert.ok((await terminated).ok);
  assert.equal([seen, pathsOf(tree)], [[], ['top#1']]);
  assert.equal(tree.events.slice(-2), ['stopped top/a/y#4 killed', 'stopped top/a/x#3 killed']);
  assert.not.ok(tree.lane.send(refByPath('top/a/x'), 'hello'));
});

test('a supervisor that is killed ends what was kept before it ends itself', async () => {
  const seen: string[] = [];
  const { lane, env, say, events } = await aFamily(seen, { backoff });
  say('a', 'boom');
  await env.settle();
  void lane.kill('top');
  await env.settle();
  assert.equal(events.slice(-3), [
    'stopped top/a/y#4 killed',
    'stopped top/a/x#3 killed',
    'stopped top#1 killed',
  ]);
  assert.equal(lane.describe(), []);
});

test('nothing is kept where no restart follows', async () => {
  const seen: string[] = [];
  const gaveUp = await aFamily(seen, {}, { intensity: 0 });
  gaveUp.say('a', 'boom');
  await gaveUp.env.settle();
  assert.equal([seen, gaveUp.lane.describe()], [['stop top/a/y', 'stop top/a/x'], []]);
  const temporary = await aFamily(seen, { restart: 'temporary' });
  temporary.say('a', 'boom');
  await temporary.env.settle();
  assert.equal(pathsOf(temporary), ['top#1']);
});

test('the hook before a restart runs only when one follows', async () => {
  const hooks: string[] = [];
  const spec = anActor<null, string>({
    receive() {
      throw new Error('boom');
    },
    beforeRestart: (_state, ctx, { kind }) => void hooks.push(`before ${ctx.path} ${kind}`),
    stop: (_state, ctx, { kind }) => void hooks.push(`stop ${ctx.path} ${kind}`),
  });
  const tree = await aTree({
    intensity: 2,
    children: [
      { id: 'p', start: () => spec },
      { id: 't', start: () => spec, restart: 'transient' },
      { id: 'sub', type: 'supervisor', start: () => supervisor({ children: [] }) },
    ],
  });
  const { lane, env, say, children } = tree;
  say('p', 'x');
  await env.settle();
  void lane.stop('top/t');
  await env.settle();
  const terminated = children.terminateChild('p');
  await env.settle();
  await terminated;
  const alone = await lane.spawn(spec, 'alone');
  lane.send(alone, 'x');
  await env.settle();
  assert.equal(hooks, [
    'before top/p failed',
    'stop top/t shutdown',
    'stop top/p shutdown',
    'stop alone failed',
  ]);
});

test('a child that fails while its supervisor stops is not replaced', async () => {
  const hooks: string[] = [];
  const spec = anActor<null, string>({
    receive() {
      void tree.lane.stop('top');
      throw new Error('boom');
    },
    beforeRestart: () => void hooks.push('before'),
    stop: () => void hooks.push('stop'),
  });
  const tree = await aTree({ children: [{ id: 'a', start: () => spec }] });
  tree.say('a', 'x');
  await tree.env.settle();
  assert.equal([hooks, tree.lane.describe()], [['stop'], []]);
});

test('a child of a plain actor is not replaced, and its parent learns of it', async () => {
  const hooks: string[] = [];
  const told: unknown[] = [];
  const child = anActor<null, string>({
    receive() {
      throw new Error('boom');
    },
    beforeRestart: () => void hooks.push('before'),
    stop: () => void hooks.push('stop'),
  });
  const { lane, env } = await aTree({ children: [] });
  await lane.spawn(
    anActor({
      async start(ctx) {
        ctx.watch(await ctx.spawn(child, 'child'));
        assert.equal(
          ctx.childRefs().map(({ path }) => path),
          ['parent/child'],
        );
        return null;
      },
      receive(state, message) {
        told.push((message as { readonly kind: string }).kind);
        return state;
      },
    }),
    'parent',
  );
  lane.send(refByPath<string>('parent/child'), 'x');
  await env.settle();
  assert.equal([hooks, told], [['stop'], ['child-failed']]);
});

test.run();
