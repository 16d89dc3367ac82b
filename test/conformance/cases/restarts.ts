/** Who is restarted when a child ends: SUP-019 … SUP-026. */
import * as assert from 'uvu/assert';
import { refOf } from '../../../actors/runtime/ref.ts';
import type { Restart } from '../../../supervisors/child-spec.ts';
import { aChild, aTree, type TestTree } from '../../support/children.ts';
import type { Topic } from '../case.ts';

/** How a child can end: by itself, by shutdown, by a failure. */
type End = 'normal' | 'shutdown' | 'failed';

async function end(tree: TestTree, how: End): Promise<void> {
  if (how === 'normal') tree.say('a', 'end');
  else if (how === 'shutdown') void tree.lane.stop('top/a');
  else tree.say('a', 'boom');
  await tree.env.settle();
  const last = tree.events.findLast((event) => event.startsWith('stopped top/a'));
  assert.ok(last?.endsWith(` ${how}`), `${last} is an end by ${how}`);
}

function anOnlyChild(restart: Restart, seen: string[] = []): Promise<TestTree> {
  return aTree({ intensity: 5, children: [aChild('a', seen, { restart })] });
}

export const RESTARTS: Topic = {
  async 'SUP-019'() {
    const seen: string[] = [];
    const tree = await anOnlyChild('permanent', seen);
    const ends: End[] = ['normal', 'shutdown', 'failed'];
    for (const [at, how] of ends.entries()) {
      await end(tree, how);
      assert.is(tree.alive(), `a#${at + 3}`);
      assert.is(tree.children.count().active, 1);
    }
    assert.is(seen.filter((line) => line === 'start a').length, 4);
  },

  async 'SUP-020'() {
    for (const how of ['normal', 'shutdown'] as const) {
      const tree = await anOnlyChild('transient');
      const { children, env, alive } = tree;
      await end(tree, how);
      await env.advance(60_000);
      assert.is(alive(), '');
      assert.equal([children.count().specs, children.count().active], [1, 0]);
      const byHand = children.restartChild('a');
      await env.settle();
      assert.ok((await byHand).ok);
      assert.is(alive(), 'a#3');
    }
  },

  async 'SUP-021'() {
    const tree = await anOnlyChild('transient');
    await end(tree, 'failed');
    assert.is(tree.alive(), 'a#3');
  },

  async 'SUP-022'() {
    for (const how of ['normal', 'shutdown', 'failed'] as const) {
      const seen: string[] = [];
      const tree = await anOnlyChild('temporary', seen);
      await end(tree, how);
      await tree.env.advance(60_000);
      assert.equal([tree.alive(), tree.children.count().specs], ['', 0]);
      const byHand = tree.children.startChild(aChild('a', seen, { restart: 'temporary' }));
      await tree.env.settle();
      assert.ok((await byHand).ok);
      assert.is(tree.alive(), 'a#3');
    }
  },

  async 'SUP-023'() {
    const seen: string[] = [];
    const { lane, env, say, alive, children } = await aTree({
      strategy: 'one-for-one',
      intensity: 2,
      children: [aChild('x', seen), aChild('y', seen)],
    });
    say('x', 'one');
    say('y', 'one');
    await env.settle();
    lane.suspend('top/y');
    for (const message of ['queued', 'too']) say('y', message);
    say('x', 'boom');
    await env.settle();
    lane.resume('top/y');
    say('x', 'two');
    await env.settle();
    assert.is(alive(), 'x#4 y#3');
    assert.ok(seen.includes('x 1 two'), 'a fresh state counts from 0');
    assert.equal(
      seen.filter((line) => line.startsWith('y ')),
      ['y 1 one', 'y 2 queued', 'y 3 too'],
    );
    assert.equal(
      children.list().map(({ id }) => id),
      ['x', 'y'],
    );
  },

  async 'SUP-024'() {
    const seen: string[] = [];
    const { lane, env, say, alive, events } = await aTree({
      intensity: 2,
      periodMs: 3_600_000,
      children: [aChild('x', seen), aChild('y', seen)],
    });
    say('x', 'boom');
    await env.advance(1_000_000);
    assert.is(alive(), 'x#4 y#3');
    say('y', 'boom');
    await env.advance(1_000_000);
    assert.is(alive(), 'x#4 y#5');
    say('x', 'boom');
    await env.settle();
    assert.equal(lane.describe(), []);
    assert.equal(events.slice(-4), [
      'stopped top/x#4 failed',
      'gave-up top#1 over x',
      'stopped top/y#5 shutdown',
      'stopped top#1 shutdown',
    ]);
    // At the edge of the period: a restart that is older by the least no longer counts.
    const patient = await aTree({ intensity: 1, periodMs: 1000, children: [aChild('x', [])] });
    for (const pauseMs of [1001, 1000]) {
      patient.say('x', 'boom');
      await patient.env.advance(pauseMs);
    }
    assert.is(patient.alive(), 'x#4');
    patient.say('x', 'boom');
    await patient.env.settle();
    assert.equal(patient.lane.describe(), []);
  },

  async 'SUP-025'() {
    const seen: string[] = [];
    const { lane, env, say, alive } = await aTree({
      strategy: 'one-for-all',
      children: ['x', 'y', 'z'].map((id) => aChild(id, seen)),
    });
    const old = [2, 3, 4].map((uid, at) => refOf<string>(`top/${'xyz'[at]}`, uid));
    say('y', 'boom');
    await env.settle();
    assert.equal(
      seen.slice(3).filter((line) => line !== 'stop y'),
      ['stop z', 'stop x', 'start x', 'start y', 'start z'],
    );
    assert.is(alive(), 'x#5 y#6 z#7');
    for (const ref of old) assert.not.ok(lane.send(ref, 'for the dead'));
    await env.settle();
    assert.is(lane.deadLetters.countOf('stale-incarnation'), 3);
    assert.is(seen.length, 9);
  },

  async 'SUP-026'() {
    const seen: string[] = [];
    const { env, say, alive, children } = await aTree({
      strategy: 'rest-for-one',
      children: ['x', 'y', 'z'].map((id) => aChild(id, seen)),
    });
    say('x', 'one');
    say('y', 'boom');
    await env.settle();
    say('x', 'two');
    await env.settle();
    assert.equal(
      seen.slice(3).filter((line) => line !== 'stop y'),
      ['x 1 one', 'stop z', 'start y', 'start z', 'x 2 two'],
    );
    assert.is(alive(), 'x#2 y#5 z#6');
    assert.equal(
      children.list().map(({ id }) => id),
      ['x', 'y', 'z'],
    );
  },
};
