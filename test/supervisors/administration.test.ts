import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ActorRef } from '../../actors/runtime/ref.ts';
import { refOf } from '../../actors/runtime/ref.ts';
import { childrenOf } from '../../supervisors/administration.ts';
import type { ChildSpec } from '../../supervisors/child-spec.ts';
import { STEPS_MAX } from '../../supervisors/steps/step-queue.ts';
import { supervisor } from '../../supervisors/supervisor.ts';
import { aChild, aTree, type TestTree } from '../support/children.ts';
import { aLane, anActor, deferred, rejection } from '../support/lanes.ts';

/** The outcome of a change, once the lane has come to rest. */
async function outcomeOf<T>(tree: TestTree, change: T): Promise<Awaited<T>> {
  await tree.env.settle();
  return await change;
}

const broken = aChild(
  'broken',
  [],
  {},
  {
    start: () => {
      throw new Error('no key');
    },
  },
);
const backoff = { minMs: 1000, maxMs: 1000, jitterFraction: 0, resetAfterMs: 1 };

test('only a supervisor has children to administer', async () => {
  const { lane } = aLane();
  await lane.spawn(anActor(), 'a');
  const plain = childrenOf(lane, 'a');
  assert.equal(plain, { ok: false, error: { kind: 'not-a-supervisor', path: 'a' } });
  const nobody = childrenOf(lane, 'b');
  assert.equal(nobody, { ok: false, error: { kind: 'unknown-actor', path: 'b' } });
});

test('a child that is added is started last and restarted like the others', async () => {
  const seen: string[] = [];
  const tree = await aTree({ children: [aChild('a', seen)] });
  const started = await outcomeOf(tree, tree.children.startChild(aChild('b', seen)));
  assert.equal(started, { ok: true, value: refOf('top/b', 3) });
  tree.say('b', 'boom');
  await tree.env.settle();
  assert.is(tree.alive(), 'a#2 b#4');
});

test('an added child that cannot start leaves everything as it was (SUP-006)', async () => {
  const seen: string[] = [];
  const tree = await aTree({ intensity: 0, children: [aChild('a', seen)] });
  assert.equal(await outcomeOf(tree, tree.children.startChild(broken)), {
    ok: false,
    error: { kind: 'start-failed', id: 'broken', reason: 'no key' },
  });
  assert.equal([tree.alive(), tree.children.count().specs], ['a#2', 1]);
  const bad = { ...aChild('b', seen), restart: 'always' } as unknown as ChildSpec;
  const refused = await outcomeOf(tree, tree.children.startChild(bad));
  assert.is(
    !refused.ok && refused.error.kind === 'bad-spec' && refused.error.field,
    'child.restart',
  );
  const ignored = await outcomeOf(
    tree,
    tree.children.startChild({ id: 'c', start: () => 'ignore' }),
  );
  assert.equal(ignored, { ok: true, value: 'ignored' });
});

test('an id is started once: running, stopped or restarting (SUP-015)', async () => {
  const seen: string[] = [];
  const tree = await aTree({
    children: [aChild('a', seen), aChild('b', seen), aChild('c', seen, { backoff })],
  });
  await outcomeOf(tree, tree.children.terminateChild('b'));
  tree.say('c', 'boom');
  await tree.env.settle();
  const faults = [];
  for (const id of ['a', 'b', 'c']) {
    const outcome = await outcomeOf(tree, tree.children.startChild(aChild(id, seen)));
    faults.push(outcome.ok ? null : outcome.error);
  }
  assert.equal(faults, [
    { kind: 'already-started', id: 'a', ref: refOf('top/a', 2) },
    { kind: 'already-present', id: 'b' },
    { kind: 'restarting', id: 'c' },
  ]);
});

test('a child is terminated, started again and deleted (SUP-014)', async () => {
  const seen: string[] = [];
  const tree = await aTree({ children: [aChild('a', seen)] });
  const { children } = tree;
  const running = await outcomeOf(tree, children.deleteChild('a'));
  assert.is(!running.ok && running.error.kind, 'already-started');
  assert.is((await outcomeOf(tree, children.restartChild('a'))).ok, false);
  const done = { ok: true, value: null };
  assert.equal(await outcomeOf(tree, children.terminateChild('a')), done);
  assert.equal(
    [tree.alive(), children.count()],
    ['', { specs: 1, active: 0, supervisors: 0, workers: 1 }],
  );
  assert.equal(await outcomeOf(tree, children.terminateChild('a')), done, 'it is done already');
  assert.equal(await outcomeOf(tree, children.restartChild('a')), {
    ok: true,
    value: refOf('top/a', 3),
  });
  await outcomeOf(tree, children.terminateChild('a'));
  assert.equal(await outcomeOf(tree, children.deleteChild('a')), done);
  for (const change of [
    children.restartChild('a'),
    children.terminateChild('a'),
    children.deleteChild('a'),
  ]) {
    assert.equal(await outcomeOf(tree, change), {
      ok: false,
      error: { kind: 'not-found', id: 'a' },
    });
  }
  assert.equal(seen, ['start a', 'stop a', 'start a', 'stop a']);
});

test('a child that cannot be started again keeps its spec', async () => {
  let mayStart = true;
  const spec = aChild(
    'a',
    [],
    {},
    {
      start() {
        if (mayStart) return 0;
        throw new Error('not now');
      },
    },
  );
  const tree = await aTree({ intensity: 0, children: [spec] });
  await outcomeOf(tree, tree.children.terminateChild('a'));
  mayStart = false;
  const failed = await outcomeOf(tree, tree.children.restartChild('a'));
  assert.is(!failed.ok && failed.error.kind, 'start-failed');
  mayStart = true;
  assert.ok((await outcomeOf(tree, tree.children.restartChild('a'))).ok);
});

test('terminating a temporary child drops its spec, and it can be added again', async () => {
  const seen: string[] = [];
  const temporary = aChild('a', seen, { restart: 'temporary' });
  const tree = await aTree({ children: [temporary] });
  await outcomeOf(tree, tree.children.terminateChild('a'));
  assert.is(tree.children.count().specs, 0);
  assert.ok((await outcomeOf(tree, tree.children.startChild(temporary))).ok);
});

test('terminating a child that backs off ends its restart, and its group stays down', async () => {
  const seen: string[] = [];
  const tree = await aTree({
    strategy: 'rest-for-one',
    children: [aChild('x', seen), aChild('y', seen, { backoff }), aChild('z', seen)],
  });
  tree.say('y', 'boom');
  await tree.env.settle();
  assert.equal(
    tree.children.list().map(({ phase }) => phase),
    ['running', 'waiting', 'waiting'],
  );
  await outcomeOf(tree, tree.children.terminateChild('y'));
  await tree.env.advance(5000);
  assert.equal(
    tree.children.list().map(({ phase }) => phase),
    ['running', 'stopped', 'stopped'],
  );
  assert.equal(
    tree.lane.describe().map(({ path }) => path),
    ['top', 'top/x'],
  );
  await outcomeOf(tree, tree.children.restartChild('y'));
  assert.ok((await outcomeOf(tree, tree.children.restartChild('z'))).ok);
});

test('terminating another member of a group that waits keeps only that one down', async () => {
  const seen: string[] = [];
  const tree = await aTree({
    strategy: 'rest-for-one',
    children: [aChild('y', seen, { backoff }), aChild('z', seen)],
  });
  tree.say('y', 'boom');
  await tree.env.settle();
  await outcomeOf(tree, tree.children.terminateChild('z'));
  await tree.env.advance(1000);
  assert.is(tree.alive(), 'y#4');
});

test('a change that the supervisor does not live to see is refused', async () => {
  const seen: string[] = [];
  const gate = deferred();
  const tree = await aTree({
    children: [aChild('a', seen, {}, { stop: () => gate.promise }), aChild('b', seen)],
  });
  const first = tree.children.terminateChild('a');
  const second = tree.children.terminateChild('b');
  await tree.env.settle();
  tree.lane.stop('top');
  await tree.env.settle();
  const stopping = { ok: false, error: { kind: 'stopping' } };
  assert.equal(await second, stopping);
  assert.equal(await tree.children.startChild(aChild('c', seen)), stopping);
  gate.resolve();
  await tree.env.settle();
  assert.ok((await first).ok);
});

test('requests that wait for their turn are bounded', async () => {
  const tree = await aPool([]);
  const nobody = refOf<never>('top/w:9', 9);
  const changes = Array.from({ length: STEPS_MAX + 1 }, () =>
    tree.children.terminateInstance(nobody),
  );
  const last = await (changes.at(-1) as (typeof changes)[number]);
  assert.equal(last, { ok: false, error: { kind: 'too-many-requests' } });
  await tree.env.settle();
  const first = await (changes[0] as (typeof changes)[number]);
  assert.is(!first.ok && first.error.kind, 'not-found');
});

test('a child that is starting when its supervisor stops is stopped with it', async () => {
  const seen: string[] = [];
  const gate = deferred<number>();
  const tree = await aTree({ children: [aChild('a', seen)] });
  const started = tree.children.startChild(aChild('b', seen, {}, { start: () => gate.promise }));
  await tree.env.settle();
  tree.lane.stop('top');
  await tree.env.settle();
  assert.is(tree.lane.describe().length, 3);
  gate.resolve(0);
  await tree.env.settle();
  assert.equal(tree.lane.describe(), []);
  assert.ok((await started).ok, 'it was up before it was stopped');
  assert.equal(seen, ['start a', 'stop b', 'stop a']);
});

test('a supervisor that is stopped while it starts stops what has started', async () => {
  const seen: string[] = [];
  const { lane, env } = aLane();
  const hanging = aChild(
    'b',
    seen,
    { shutdownMs: 100 },
    {
      start: () => deferred<number>().promise,
    },
  );
  const started = lane.spawn(
    supervisor({ children: [aChild('a', seen), hanging, aChild('c', seen)] }),
    'top',
  );
  await env.settle();
  lane.stop('top');
  await env.advance(100);
  assert.equal(lane.describe(), []);
  assert.equal(seen, ['start a', 'stop a']);
  assert.match((await rejection(started)).message, 'it was stopped before that');
});

test('specs are read back with nothing left out, and an unknown id is not found', async () => {
  const tree = await aTree({ children: [aChild('a', [])] });
  const found = tree.children.specOf('a');
  assert.ok(found.ok && found.value.restart === 'permanent' && found.value.shutdownMs === 5000);
  assert.equal(tree.children.specOf('b'), { ok: false, error: { kind: 'not-found', id: 'b' } });
});

/** A dynamic supervisor with a template that notes its argument. */
function aPool(seen: string[], template: Partial<ChildSpec> = {}) {
  return aTree({
    strategy: 'dynamic',
    intensity: 5,
    children: [
      {
        id: 'w',
        start: (argument) => {
          seen.push(`start ${argument}`);
          return aChild('w', seen).start(argument);
        },
        ...template,
      },
    ],
  });
}

async function instances(tree: TestTree, count: number): Promise<ActorRef<never>[]> {
  const changes = Array.from({ length: count }, (_, n) => tree.children.startInstance(n));
  await tree.env.settle();
  return (await Promise.all(changes)).map((outcome) => {
    if (!outcome.ok || outcome.value === 'ignored') throw new Error('not started');
    return outcome.value;
  });
}

test('a dynamic supervisor starts instances, replaces and terminates them (SUP-016)', async () => {
  const seen: string[] = [];
  const tree = await aPool(seen);
  assert.equal(tree.children.count(), { specs: 1, active: 0, supervisors: 0, workers: 0 });
  const [first, second, third] = (await instances(tree, 3)) as [
    ActorRef<never>,
    ActorRef<never>,
    ActorRef<never>,
  ];
  assert.is(first.path, 'top/w:1');
  tree.say('w:1', 'boom');
  await tree.env.settle();
  assert.is(tree.alive(), 'w:1#5 w:2#3 w:3#4');
  assert.is(seen.filter((line) => line === 'start 0').length, 2, 'with the argument it had');
  assert.ok((await outcomeOf(tree, tree.children.terminateInstance(second))).ok);
  assert.is(tree.alive(), 'w:1#5 w:3#4');
  for (const foreign of [second, first, refOf<never>('top', 1), refOf<never>('w:3', 4)]) {
    const refused = await outcomeOf(tree, tree.children.terminateInstance(foreign));
    assert.is(!refused.ok && refused.error.kind, 'not-found');
  }
  assert.ok((await outcomeOf(tree, tree.children.terminateInstance({ ...third, uid: 0 }))).ok);
  assert.is(tree.alive(), 'w:1#5');
  const found = tree.children.specOf('w');
  assert.ok(found.ok);
});

test('by-id changes are refused to a dynamic supervisor, instances to a static one', async () => {
  const pool = await aPool([]);
  for (const change of [
    pool.children.terminateChild('w:1'),
    pool.children.restartChild('w:1'),
    pool.children.deleteChild('w:1'),
    pool.children.startChild(aChild('x', [])),
  ]) {
    const refused = await outcomeOf(pool, change);
    assert.equal(refused, { ok: false, error: { kind: 'wrong-strategy', strategy: 'dynamic' } });
  }
  const tree = await aTree({ children: [] });
  for (const change of [
    tree.children.startInstance(1),
    tree.children.terminateInstance(refOf<never>('top/a', 1)),
  ]) {
    const refused = await outcomeOf(tree, change);
    assert.is(!refused.ok && refused.error.kind, 'wrong-strategy');
  }
});

test('an instance that ends well is forgotten, one that cannot start was never there', async () => {
  const seen: string[] = [];
  const tree = await aPool(seen, { restart: 'transient' });
  await instances(tree, 2);
  tree.say('w:1', 'end');
  await tree.env.settle();
  assert.equal(
    tree.children.list().map(({ id }) => id),
    ['w:2'],
  );
  const failing = await aPool(seen, { start: broken.start });
  const failed = await outcomeOf(failing, failing.children.startInstance(1));
  assert.is(!failed.ok && failed.error.kind, 'start-failed');
  assert.is(failing.children.list().length, 0);
});

test('counts follow two thousand instances and their ends (SUP-017)', async () => {
  const tree = await aPool([], { restart: 'temporary' });
  for (const expected of [1000, 2000]) {
    await instances(tree, 1000);
    const counts = { specs: 1, active: expected, supervisors: 0, workers: expected };
    assert.equal(tree.children.count(), counts);
  }
  assert.equal(tree.children.list(), tree.children.list());
  for (const { ref } of tree.children.list()) tree.lane.kill((ref as ActorRef<never>).path);
  await tree.env.settle();
  assert.equal(tree.children.count(), { specs: 1, active: 0, supervisors: 0, workers: 0 });
});

test('the instances of a dynamic supervisor end side by side', async () => {
  const gates = [deferred(), deferred(), deferred()];
  let started = 0;
  const tree = await aPool([], {
    start: () => {
      const gate = gates[started];
      started += 1;
      return anActor({ stop: () => gate?.promise });
    },
  });
  await instances(tree, 3);
  tree.lane.stop('top');
  await tree.env.settle();
  assert.equal(
    tree.lane.describe().map(({ status }) => status),
    ['stopping', 'stopping', 'stopping', 'stopping'],
  );
  gates[2]?.resolve();
  gates[0]?.resolve();
  await tree.env.settle();
  assert.is(tree.lane.describe().length, 2);
  gates[1]?.resolve();
  await tree.env.settle();
  assert.equal(tree.lane.describe(), []);
});

test.run();
