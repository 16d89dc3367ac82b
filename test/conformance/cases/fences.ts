/** What the dead cannot do any more: SUP-064, SUP-066 … SUP-068, SUP-071. */
import * as assert from 'uvu/assert';
import type { ActorSpec } from '../../../actors/runtime/actor-spec.ts';
import { deadLettered, type LaneEventOf } from '../../../actors/runtime/bus/lane-events.ts';
import type { DeadLetter } from '../../../actors/runtime/mail/dead-letters.ts';
import { type Reply, refByPath } from '../../../actors/runtime/ref.ts';
import type { AskFailed } from '../../../actors/runtime/switchboard.ts';
import { aChild, aTree } from '../../support/children.ts';
import { aLane, anActor, aRecorder, deferred } from '../../support/lanes.ts';
import type { Topic } from '../case.ts';

/** A lane with an actor `order` whose handler takes 50 ms, and a place that its sends go to. */
async function aSlowOrder() {
  const harness = aLane();
  const { lane, env } = harness;
  const seen: string[] = [];
  const spec = (label: string): ActorSpec<string, string> =>
    anActor<string, string>({
      start: () => 'fresh',
      receive(_state, message, ctx) {
        return new Promise((resolve) => {
          env.timers.after(50, () => {
            ctx.send(refByPath<string>('outside'), `${label} sent ${message}`);
            resolve('changed');
          });
        });
      },
      stop: (state) => void seen.push(`hook of ${label} sees ${state}`),
      view: (state) => state,
    });
  await lane.spawn(aRecorder(seen), 'outside');
  const ref = await lane.spawn(spec('old'), 'order');
  lane.send(ref, 'x');
  await env.settle();
  return { ...harness, seen, ref, spec };
}

/** Counts errors that reach the process until it is called back. */
function processErrors(): () => number {
  let count = 0;
  const note = (): void => {
    count += 1;
  };
  process.on('uncaughtException', note).on('unhandledRejection', note);
  return () => {
    process.off('uncaughtException', note).off('unhandledRejection', note);
    return count;
  };
}

interface Intent {
  readonly kind: 'order-intent';
  readonly id: string;
  readonly reply: Reply<string>;
}

type Tick = { readonly kind: string; readonly price: number };

export const FENCES: Topic = {
  async 'SUP-064'() {
    const stopped = await aSlowOrder();
    let reason = '';
    const noteEnd = (outcome: { readonly ok: boolean }): void => {
      const { value } = outcome as { readonly ok: boolean; readonly value?: { kind: string } };
      reason = value?.kind ?? 'unknown';
    };
    void stopped.lane.stop('order').then(noteEnd);
    await stopped.env.advance(49);
    assert.equal([stopped.seen, reason], [[], '']);
    await stopped.env.advance(1);
    assert.is(reason, 'shutdown');
    assert.equal(stopped.seen, ['old sent x', 'hook of old sees changed']);
    assert.is(stopped.lane.lateEffects, 0);

    reason = '';
    const killed = await aSlowOrder();
    void killed.lane.kill('order').then(noteEnd);
    await killed.env.settle();
    assert.is(reason, 'killed');
    await killed.env.advance(60_000);
    assert.equal(killed.seen, []);
    assert.is(killed.lane.lateEffects, 2, 'the send and the result');
  },

  async 'SUP-066'() {
    for (const how of ['stop', 'kill'] as const) {
      const { lane, env, seen, ref, spec } = await aSlowOrder();
      void lane[how]('order');
      const early = lane.spawn(spec('new'), 'order');
      await env.settle();
      if (how === 'stop') {
        const refused = await early.then(
          () => '',
          ({ message }) => message,
        );
        assert.match(refused, /an actor of this path is there already/);
        await env.advance(50);
        await lane.spawn(spec('new'), 'order');
        assert.equal(seen, ['old sent x', 'hook of old sees changed']);
      } else {
        await early;
        await env.advance(50);
        assert.equal(seen, [], 'the old handler sends nothing');
      }
      assert.equal(lane.view('order'), { ok: true, value: 'fresh' });
      assert.not.ok(lane.send(ref, 'for the old'));
      assert.is(lane.deadLetters.countOf('stale-incarnation'), 1);
      await env.advance(60_000);
      assert.equal(lane.view('order'), { ok: true, value: 'fresh' });
      assert.not.ok(seen.some((line) => line.startsWith('new')));
    }
  },

  async 'SUP-067'() {
    for (const shutdownMs of [5000, 1000]) {
      const gate = deferred();
      let active = 0;
      let most = 0;
      let begun = 0;
      const busy = aChild(
        'busy',
        [],
        { mailboxOnRestart: 'keep', shutdownMs },
        {
          handlerTimeoutMs: 60_000,
          view: (count) => count,
          async receive(count) {
            begun += 1;
            if (begun > 1) return count + 1;
            active += 1;
            most = Math.max(most, active);
            await gate.promise;
            active -= 1;
            return 999;
          },
        },
      );
      const { lane, env, say, alive } = await aTree({
        strategy: 'one-for-all',
        children: [aChild('peer', []), busy],
      });
      for (let n = 0; n < 6; n += 1) say('busy', 'x');
      await env.settle();
      say('peer', 'boom');
      await env.settle();
      // The one waits for its handler, the other is given up and its handler fenced.
      if (shutdownMs === 5000) gate.resolve();
      await env.advance(1000);
      assert.is(alive(), 'peer#4 busy#5');
      assert.equal(lane.view('top/busy'), { ok: true, value: 5 });
      gate.resolve();
      await env.settle();
      assert.equal(lane.view('top/busy'), { ok: true, value: 5 });
      assert.equal([begun, active, most], [6, 0, 1]);
    }
  },

  async 'SUP-068'() {
    const errorsSince = processErrors();
    const hooks: [how: string, stop: () => void | Promise<void>, ms: number][] = [
      [
        'throws',
        () => {
          throw new Error('in the hook');
        },
        0,
      ],
      ['rejects', () => Promise.reject(new Error('in the hook')), 0],
      ['hangs', () => deferred().promise, 700],
    ];
    for (const [how, stop, deadlineMs] of hooks) {
      let runs = 0;
      const late = deferred<number>();
      const { lane, env, say, events, children } = await aTree({
        children: [
          aChild(
            'a',
            [],
            { shutdownMs: 700, restart: 'temporary' },
            {
              receive(_count, message, ctx) {
                if (message === 'leave') ctx.fenced(() => late.promise.then(() => undefined))();
                return 1;
              },
              stop() {
                runs += 1;
                return stop();
              },
            },
          ),
        ],
      });
      say('a', 'leave');
      await env.settle();
      const beganMs = env.nowMs;
      let tookMs = -1;
      void children.terminateChild('a').then(() => {
        tookMs = env.nowMs - beganMs;
      });
      await env.advance(10_000);
      assert.is(tookMs, deadlineMs, `a hook that ${how}`);
      late.reject(new Error('late'));
      await env.settle();
      assert.equal([runs, lane.lateEffects], [1, 1]);
      assert.is(events.filter((event) => event.startsWith('stopped top/a')).length, 1);
      assert.is(children.count().active, 0);
    }
    // What the process is told of a rejection comes a turn later.
    await new Promise((resolve) => setImmediate(resolve));
    assert.is(errorsSince(), 0);
  },

  async 'SUP-071'() {
    const order = refByPath<Intent | 'boom'>('top/order');
    const sent: string[] = [];
    const prices: number[] = [];
    const { lane, env } = await aTree({
      intensity: 2,
      children: [
        {
          id: 'order',
          start: () =>
            anActor<null, Intent | 'boom'>({
              receive(state, message) {
                if (message === 'boom') throw new Error('boom');
                sent.push(message.id);
                return state;
              },
            }),
        },
        {
          id: 'feed',
          mailboxOnRestart: 'conflate',
          start: () =>
            anActor<null, Tick | 'boom'>({
              mailbox: { keyOf: (message) => (message === 'boom' ? message : message.kind) },
              receive(state, message) {
                if (message === 'boom') throw new Error('boom');
                prices.push(message.price);
                return state;
              },
            }),
        },
      ],
    });
    const letters: DeadLetter[] = [];
    const heard: string[] = [];
    const requester = await lane.spawn(
      anActor<null, 'go' | LaneEventOf<'dead-letter'>>({
        start(ctx) {
          ctx.bus.subscribe(deadLettered);
          return null;
        },
        receive(state, message, ctx) {
          if (message !== 'go') {
            const { sender, reason, message: intent } = message.event;
            if (sender === ctx.path) heard.push(`${(intent as Intent).id} ${reason}`);
            return state;
          }
          const reply = refByPath<string>(ctx.path);
          ctx.send(order, { kind: 'order-intent', id: '4', reply });
          return state;
        },
      }),
      'requester',
    );
    lane.observe({ deadLetter: (letter) => void letters.push(letter) });
    const feed = refByPath<Tick | 'boom'>('top/feed');
    const told: string[] = [];
    lane.suspend('top/order');
    lane.send(order, 'boom');
    for (const id of ['1', '2', '3']) {
      lane
        .ask(order, (reply: Reply<string>): Intent => ({ kind: 'order-intent', id, reply }), 60_000)
        .catch(({ reason, recipient }: AskFailed) => told.push(`${id} ${reason} ${recipient}`));
    }
    lane.send(feed, 'boom');
    for (const price of [1, 2, 3]) lane.send(feed, { kind: 'tick', price });
    lane.send(requester, 'go');
    await env.settle();
    const beganMs = env.nowMs;
    lane.resume('top/order');
    await env.settle();
    assert.is(env.nowMs, beganMs, 'at once');
    assert.equal(heard, ['4 stale-after-restart'], 'who only sent hears of the letter');
    assert.equal(sent, []);
    assert.equal(told, ['1 died top/order', '2 died top/order', '3 died top/order']);
    assert.equal(
      letters
        .filter(({ reason }) => reason === 'stale-after-restart')
        .map(({ path, kind, message }) => [path, kind, (message as Intent).id ?? message]),
      [
        ['top/feed', 'tick', { kind: 'tick', price: 1 }],
        ['top/feed', 'tick', { kind: 'tick', price: 2 }],
        ['top/order', 'order-intent', '1'],
        ['top/order', 'order-intent', '2'],
        ['top/order', 'order-intent', '3'],
        ['top/order', 'order-intent', '4'],
      ],
    );
    assert.equal(prices, [3], 'of what is fed the latest counts');
    assert.ok(
      lane.describe().every(({ status }) => status === 'running'),
      'both are back',
    );
  },
};
