/** What one can do to the children of a running supervisor: SUP-014 … SUP-018. */
import * as assert from 'uvu/assert';
import { type ActorRef, refByPath } from '../../../actors/runtime/ref.ts';
import type { ChildSpec } from '../../../supervisors/child-spec.ts';
import { aChild, aTree, type TestTree } from '../../support/children.ts';
import { aRecorder } from '../../support/lanes.ts';
import type { Topic } from '../case.ts';

const DONE = { ok: true, value: null };

/** What an administration answers once the tree has come to rest. */
async function settled<T>(tree: TestTree, answer: Promise<T>): Promise<T> {
  await tree.env.settle();
  return answer;
}

function aPool(seen: string[], spec: Partial<ChildSpec> = {}): Promise<TestTree> {
  return aTree({ strategy: 'dynamic', intensity: 5, children: [aChild('w', seen, spec)] });
}

async function grow(tree: TestTree, count: number): Promise<ActorRef<never>[]> {
  const started = Array.from({ length: count }, () => tree.children.startInstance(null));
  await tree.env.settle();
  return (await Promise.all(started)).map((outcome) => {
    assert.ok(outcome.ok);
    return outcome.value as ActorRef<never>;
  });
}

/** Processor time in microseconds that ending so many instances one by one takes. */
async function costOfEnding(count: number): Promise<number> {
  const tree = await aPool([], { restart: 'temporary' });
  const refs = await grow(tree, count);
  const before = process.cpuUsage();
  const ended = refs.map((ref) => tree.children.terminateInstance(ref));
  await tree.env.settle();
  for (const outcome of await Promise.all(ended)) assert.ok(outcome.ok);
  const { user } = process.cpuUsage(before);
  assert.is(tree.children.count().active, 0);
  return user;
}

export const ADMINISTRATION: Topic = {
  async 'SUP-014'() {
    const tree = await aTree({ children: [aChild('a', []), aChild('b', [])] });
    const { children, alive, events } = tree;
    assert.equal(await settled(tree, children.terminateChild('a')), DONE);
    assert.is(events.at(-1), 'stopped top/a#2 shutdown');
    assert.equal([children.count().specs, alive()], [2, 'b#3']);
    assert.equal(await settled(tree, children.terminateChild('a')), DONE);
    const restarted = await settled(tree, children.restartChild('a'));
    assert.ok(restarted.ok);
    assert.is(alive(), 'a#4 b#3');
    assert.equal(await settled(tree, children.terminateChild('a')), DONE);
    assert.equal(await settled(tree, children.deleteChild('a')), DONE);
    assert.equal([children.count().specs, alive()], [1, 'b#3']);
    assert.equal(await settled(tree, children.restartChild('a')), {
      ok: false,
      error: { kind: 'not-found', id: 'a' },
    });
  },

  async 'SUP-015'() {
    const seen: string[] = [];
    const tree = await aTree({ children: [aChild('a', seen)] });
    const { children, lane } = tree;
    const running = children.list()[0]?.ref as ActorRef<never>;
    assert.equal(await settled(tree, children.startChild(aChild('a', seen))), {
      ok: false,
      error: { kind: 'already-started', id: 'a', ref: running },
    });
    await settled(tree, children.terminateChild('a'));
    assert.equal(await settled(tree, children.startChild(aChild('a', seen))), {
      ok: false,
      error: { kind: 'already-present', id: 'a' },
    });
    assert.equal(seen, ['start a', 'stop a'], 'nothing else was started');
    assert.is(lane.describe().length, 1);
  },

  async 'SUP-016'() {
    const seen: string[] = [];
    const tree = await aPool(seen);
    const { children, lane, env, say, alive } = tree;
    const [, second] = await grow(tree, 3);
    assert.is(alive(), 'w:1#2 w:2#3 w:3#4');
    say('w:1', 'boom');
    await env.settle();
    assert.is(alive(), 'w:1#5 w:2#3 w:3#4');
    assert.equal(await settled(tree, children.terminateInstance(second as ActorRef<never>)), DONE);
    await env.advance(60_000);
    assert.is(alive(), 'w:1#5 w:3#4');
    const refused = { ok: false, error: { kind: 'wrong-strategy', strategy: 'dynamic' } };
    assert.equal(await settled(tree, children.terminateChild('w:1')), refused);
    assert.equal(await settled(tree, children.restartChild('w:1')), refused);
    assert.equal(await settled(tree, children.deleteChild('w:1')), refused);
    const foreign = await lane.spawn(aRecorder([]), 'foreign');
    const answer = await settled(tree, children.terminateInstance(foreign));
    assert.equal(answer, { ok: false, error: { kind: 'not-found', id: 'foreign' } });
    assert.ok(lane.send(refByPath<string>('foreign'), 'still there'));
    assert.is(alive(), 'w:1#5 w:3#4');
  },

  async 'SUP-017'() {
    const tree = await aPool([], { restart: 'temporary' });
    const { children, lane, env } = tree;
    for (const active of [1000, 2000]) {
      await grow(tree, 1000);
      assert.equal(children.count(), { specs: 1, active, supervisors: 0, workers: active });
      assert.equal(children.list(), children.list());
    }
    for (const { ref } of children.list()) void lane.kill((ref as ActorRef<never>).path);
    await env.settle();
    assert.equal(children.count(), { specs: 1, active: 0, supervisors: 0, workers: 0 });
    assert.equal(children.list(), []);
  },

  async 'SUP-018'() {
    // Processor time and not the clock's, so that a busy machine does not decide; the first run
    // of each size is for the compiler.
    await costOfEnding(1000);
    const thousand = await costOfEnding(1000);
    const tenThousand = await costOfEnding(10_000);
    assert.ok(tenThousand < 50 * thousand, `${tenThousand} µs for 10000, ${thousand} for 1000`);
  },
};
