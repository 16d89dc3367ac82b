/** What a failure does to the actor itself: SUP-031 … SUP-036. */
import * as assert from 'uvu/assert';
import type { ActorSpec } from '../../../actors/runtime/actor-spec.ts';
import { type Reply, refByPath } from '../../../actors/runtime/ref.ts';
import { supervisor } from '../../../supervisors/supervisor.ts';
import { aChild, aTree } from '../../support/children.ts';
import { aLane, anActor, failuresOf } from '../../support/lanes.ts';
import type { Topic } from '../case.ts';

/** What a counting actor is told; `get` is answered with its count. */
type Told = 'count' | 'boom' | { readonly kind: 'get'; readonly reply: Reply<number> };

class Weary extends Error {}

function aCounter(parts: Partial<ActorSpec<number, Told>> = {}): ActorSpec<number, Told> {
  return {
    kind: 'counter',
    start: () => 0,
    receive(count, message, ctx) {
      if (message === 'boom') throw new Weary('boom');
      if (message === 'count') return count + 1;
      ctx.send(message.reply, count);
      return count;
    },
    ...parts,
  };
}

const counter = refByPath<Told>('top/a');
const get = (reply: Reply<number>): Told => ({ kind: 'get', reply });

/** An actor that notes the news it named for the end of another. */
function aWatcher(of: string, seen: unknown[]): ActorSpec<null, string> {
  return anActor<null, string>({
    start(ctx) {
      ctx.watch(refByPath(of), 'gone');
      return null;
    },
    receive(state, message) {
      seen.push(message);
      return state;
    },
  });
}

export const FAILURE: Topic = {
  async 'SUP-031'() {
    const { lane, env } = aLane();
    const hooks: unknown[] = [];
    const news: unknown[] = [];
    const ref = await lane.spawn(
      aCounter({ stop: (count, _ctx, { kind }) => void hooks.push([count, kind]) }),
      'a',
    );
    await lane.spawn(
      anActor({
        start(ctx) {
          ctx.watch(refByPath('a'));
          return null;
        },
        receive(state, message) {
          news.push(message);
          return state;
        },
      }),
      'watcher',
    );
    const failures = failuresOf(lane);
    for (const message of ['count', 'boom', 'count', 'count'] as const) lane.send(ref, message);
    await env.settle();
    assert.equal(hooks, [[1, 'failed']]);
    assert.is(failures.length, 1);
    const error = failures[0]?.error;
    assert.instance(error, Weary);
    assert.equal(news, [
      { kind: 'terminated', path: 'a', uid: 1, reason: { kind: 'failed', error, isFatal: false } },
    ]);
    assert.equal(
      lane.deadLetters.latest().map(({ message, reason }) => [message, reason]),
      [
        ['boom', 'failed'],
        ['count', 'stopped'],
        ['count', 'stopped'],
      ],
    );
    assert.not.ok(lane.actorAt('a').ok);
  },

  async 'SUP-032'() {
    for (const isLater of [false, true]) {
      const { lane, env, log } = aLane();
      const failures = failuresOf(lane);
      let booms = 0;
      const spec = aCounter({ resumesAfter: [Weary] });
      const ref = await lane.spawn(
        aCounter({
          resumesAfter: [Weary],
          async receive(count, message, ctx) {
            if (message === 'boom') booms += 1;
            if (isLater) await Promise.resolve();
            return spec.receive(count, message, ctx);
          },
        }),
        'a',
      );
      for (const message of ['count', 'boom'] as const) lane.send(ref, message);
      await env.settle();
      const answer = lane.ask(ref, get, 1000);
      await env.settle();
      assert.is(await answer, 1);
      assert.equal([booms, failures], [1, []], 'handled once, and no failure');
      assert.equal(
        log.filter(({ level }) => level === 'error').map(({ kind, detail }) => [kind, detail]),
        [['actor-resumed', 'message: boom']],
      );
      assert.is(lane.describe()[0]?.uid, 1);
    }
  },

  async 'SUP-033'() {
    const before: unknown[] = [];
    const hooks: unknown[] = [];
    const { lane, env } = await aTree({
      children: [
        {
          id: 'a',
          start: () =>
            aCounter({
              beforeRestart: (count, _ctx, { kind }) => void before.push([count, kind]),
              stop: (count) => void hooks.push(count),
            }),
        },
      ],
    });
    for (const message of ['count', 'boom'] as const) lane.send(counter, message);
    await env.settle();
    assert.equal([before, hooks], [[[1, 'failed']], []]);
    const answer = lane.ask(counter, get, 1000);
    await env.settle();
    assert.is(await answer, 0, 'the reference by path is valid, and the state is fresh');
  },

  async 'SUP-034'() {
    const overflow = (): number => 1 + overflow();
    const exhausted = Object.assign(new Error('no memory'), {
      code: 'ERR_WORKER_OUT_OF_MEMORY',
    });
    const causes: (() => number)[] = [
      overflow,
      () => {
        throw exhausted;
      },
    ];
    for (const receive of causes) {
      const emergencies: unknown[] = [];
      let starts = 0;
      const { lane, env, say, events } = await aTree({
        intensity: 1000,
        onGiveUp: ({ isFatal }) => void emergencies.push(isFatal),
        children: [
          aChild('a', [], {}, { start: () => (starts += 1), receive, resumesAfter: [Error] }),
        ],
      });
      say('a', 'x');
      await env.advance(60_000);
      assert.is(starts, 1, 'it is restarted nowhere');
      assert.equal(emergencies, [true]);
      assert.ok(events.includes('fatal top/a#2') && events.includes('fatal top#1'));
      assert.not.ok(events.some((event) => event.startsWith('restarting')));
      assert.equal(lane.describe(), []);
    }
  },

  async 'SUP-035'() {
    const hooks: string[] = [];
    const news: unknown[] = [];
    const { lane, env } = aLane();
    await env.settle();
    const child = aCounter({
      start(ctx) {
        // Three failures at once, one an incarnation.
        if (hooks.length > 0) ctx.send(ctx.self, 'boom');
        return 0;
      },
      beforeRestart: () => void hooks.push('before restart'),
      stop: () => void hooks.push('stop'),
    });
    const limited = supervisor({
      intensity: 2,
      periodMs: 500,
      children: [{ id: 'a', start: () => child }],
    });
    const started = lane.spawn(limited, 'top');
    await env.settle();
    await started;
    await lane.spawn(aWatcher('top', news), 'watcher');
    lane.send(counter, 'boom');
    await env.settle();
    assert.equal(hooks, ['before restart', 'before restart', 'stop']);
    assert.equal(news, ['gone']);
    assert.not.ok(lane.send(counter, 'count'));
    assert.not.ok(lane.actorAt('top/a').ok);
  },

  async 'SUP-036'() {
    const hooks: string[] = [];
    const { lane, env } = await aTree({
      intensity: 0,
      children: [
        {
          id: 'a',
          start: () =>
            aCounter({
              beforeRestart: () => void hooks.push('before restart'),
              stop: () => void hooks.push('stop'),
            }),
        },
      ],
    });
    lane.send(counter, 'boom');
    await env.settle();
    assert.equal([hooks, lane.describe()], [['stop'], []]);
  },
};
