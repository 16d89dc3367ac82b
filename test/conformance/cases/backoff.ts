/** When a restart comes, and what waits for it or lives through it: SUP-037 … SUP-042. */
import * as assert from 'uvu/assert';
import type { ActorSpec } from '../../../actors/runtime/actor-spec.ts';
import { type Reply, refByPath } from '../../../actors/runtime/ref.ts';
import type { BackoffPolicy } from '../../../src/core/backoff.ts';
import type { ChildSpec } from '../../../supervisors/child-spec.ts';
import { supervisor } from '../../../supervisors/supervisor.ts';
import { aChild, aTree } from '../../support/children.ts';
import { aLane, anActor, deferred, rejection } from '../../support/lanes.ts';
import type { Topic } from '../case.ts';

function backoffOf(minMs: number, maxMs = minMs): BackoffPolicy {
  return { minMs, maxMs, jitterFraction: 0, resetAfterMs: 3_600_000 };
}

/** A supervisor over one child that fails its first `failing` starts; times of the attempts. */
function aReluctant(failing: number, spec: Partial<ChildSpec>) {
  const harness = aLane();
  const { lane, env } = harness;
  const beganMs = env.nowMs;
  const attemptsMs: number[] = [];
  const child = aChild('a', [], spec, {
    start() {
      attemptsMs.push(env.nowMs - beganMs);
      if (attemptsMs.length <= failing) throw new Error('not yet');
      return 0;
    },
  });
  const started = lane.spawn(supervisor({ intensity: 2, children: [child] }), 'top');
  return { ...harness, attemptsMs, started };
}

async function failsAfter(attempts: number, spec: Partial<ChildSpec>): Promise<void> {
  const { lane, env, attemptsMs, started } = aReluctant(1000, spec);
  await env.advance(60_000);
  assert.match((await rejection(started)).message, /^top did not start: top\/a did not start: not/);
  assert.is(attemptsMs.length, attempts);
  assert.equal([lane.describe(), env.pendingTimers], [[], 0]);
}

/** What a parent takes; it answers `who` with the children it has. */
type Asked = 'boom' | { readonly kind: 'who'; readonly to: Reply<readonly string[]> };

/** A parent of two children whose hooks end with `gate`, and what happened in order. */
async function aFamily(spec: Partial<ChildSpec>, seen: string[]) {
  const gate = deferred();
  const grandchild = (name: string): ActorSpec<null, string> =>
    anActor<null, string>({
      receive(state, message) {
        seen.push(`${name} ${message}`);
        return state;
      },
      async stop() {
        seen.push(`stopping ${name}`);
        await gate.promise;
        seen.push(`stopped ${name}`);
      },
    });
  let starts = 0;
  const parent: ActorSpec<null, Asked> = {
    kind: 'parent',
    async start(ctx) {
      starts += 1;
      seen.push('start');
      if (starts > 1) return null;
      for (const name of ['x', 'y']) await ctx.spawn(grandchild(name), name);
      return null;
    },
    receive(state, message, ctx) {
      if (message === 'boom') throw new Error('boom');
      const children = ctx.childRefs().map(({ path, uid }) => `${path}#${uid}`);
      seen.push('asked');
      ctx.send(message.to, children);
      return state;
    },
  };
  const tree = await aTree({ children: [{ id: 'a', start: () => parent, ...spec }] });
  const answers: unknown[] = [];
  const ask = (): void => {
    void tree.lane
      .ask(
        refByPath<Asked>('top/a'),
        (to: Reply<readonly string[]>): Asked => ({ kind: 'who', to }),
        60_000,
      )
      .then((children) => answers.push(children));
  };
  return { ...tree, gate, answers, ask };
}

class Lost extends Error {}
class Refused extends Error {}

export const BACKOFF: Topic = {
  async 'SUP-037'() {
    await failsAfter(1, {});
    await failsAfter(3, { retriesFirstStart: true });
    const { lane, env, attemptsMs, started } = aReluctant(1, {
      retriesFirstStart: true,
      backoff: backoffOf(100),
    });
    await env.advance(99);
    assert.equal(attemptsMs, [0]);
    await env.advance(1);
    assert.equal(attemptsMs, [0, 100]);
    assert.is((await started).path, 'top');
    assert.is(lane.describe().length, 2);
  },

  async 'SUP-038'() {
    const seen: string[] = [];
    const { env, say, alive } = await aTree({
      intensity: 100,
      children: [aChild('a', seen, { backoff: backoffOf(1000, 10_000) })],
    });
    const delaysMs = [1000, 2000, 4000, 8000, 10_000, 10_000];
    for (const [at, delayMs] of delaysMs.entries()) {
      say('a', 'one');
      say('a', 'boom');
      await env.advance(delayMs - 1);
      assert.is(alive(), '', `not before ${delayMs} ms`);
      await env.advance(1);
      assert.is(alive(), `a#${at + 3}`);
    }
    assert.equal(
      seen.filter((line) => line.startsWith('a ')),
      delaysMs.map(() => 'a 1 one'),
      'every incarnation counts from 0',
    );
  },

  async 'SUP-039'() {
    const seen: string[] = [];
    const { lane, env, say } = await aTree({
      children: [
        aChild('a', seen, { mailboxOnRestart: 'keep', stashMax: 2, backoff: backoffOf(1000) }),
      ],
    });
    say('a', 'boom');
    await env.settle();
    const taken = ['1', '2', '3', '4'].map((message) => say('a', message));
    assert.equal(taken, [true, true, false, false]);
    await env.advance(1000);
    assert.equal(seen.slice(-3), ['start a', 'a 1 1', 'a 2 2']);
    assert.equal(
      lane.deadLetters.latest().map(({ path, message, reason }) => [path, message, reason]),
      [
        ['top/a', 'boom', 'failed'],
        ['top/a', '3', 'stash-full'],
        ['top/a', '4', 'stash-full'],
      ],
    );
    assert.ok(say('a', '5'), 'the successor takes messages as ever');
  },

  async 'SUP-040'() {
    const seen: string[] = [];
    const { env, say, gate, answers, ask } = await aFamily({ mailboxOnRestart: 'keep' }, seen);
    say('a', 'boom');
    await env.settle();
    ask();
    await env.advance(1000);
    assert.equal([seen, answers], [['start', 'stopping y'], []]);
    gate.resolve();
    await env.settle();
    assert.equal(seen, [
      ...['start', 'stopping y', 'stopped y', 'stopping x', 'stopped x'],
      ...['start', 'asked'],
    ]);
    assert.equal(answers, [[]]);
  },

  async 'SUP-041'() {
    const seen: string[] = [];
    const tree = await aFamily({ keepsChildren: true }, seen);
    const { lane, env, say, answers, ask } = tree;
    say('a', 'boom');
    await env.settle();
    ask();
    await env.settle();
    assert.equal(answers, [['top/a/x#3', 'top/a/y#4']]);
    assert.ok(lane.send(refByPath<string>('top/a/x'), 'hello'));
    await env.settle();
    assert.equal(seen, ['start', 'start', 'asked', 'x hello']);
    assert.is(tree.alive(), 'a#5');
  },

  async 'SUP-042'() {
    const seen: string[] = [];
    const { lane, env, say, alive, events } = await aTree({
      intensity: 100,
      children: [
        aChild('a', seen, {
          backoff: backoffOf(7),
          backoffRules: [
            { error: Lost, backoff: backoffOf(1000, 8000) },
            { error: Refused, backoff: backoffOf(100, 800) },
          ],
        }),
      ],
    });
    const delaysMs: string[] = [];
    for (const error of [new Lost(), new Refused(), new Lost(), new Refused(), new Error('else')]) {
      say('a', 'one');
      lane.inject('top/a', error);
      await env.advance(10_000);
      const last = events.findLast((event) => event.startsWith('restarting'));
      delaysMs.push(/in (\d+) ms/.exec(last ?? '')?.[1] ?? '');
    }
    assert.equal(delaysMs, ['1000', '100', '2000', '200', '7']);
    say('a', 'two');
    await env.settle();
    assert.is(alive(), 'a#7');
    assert.is(seen.at(-1), 'a 1 two');
  },
};
