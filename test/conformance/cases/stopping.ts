/** How much time a child has to stop, and what happens after that: SUP-011 … SUP-013. */
import * as assert from 'uvu/assert';
import { refByPath } from '../../../actors/runtime/ref.ts';
import { aChild, aTree } from '../../support/children.ts';
import { aRecorder } from '../../support/lanes.ts';
import type { Topic } from '../case.ts';

export const STOPPING: Topic = {
  async 'SUP-011'() {
    const seen: string[] = [];
    const heard: string[] = [];
    const tree = await aTree({
      children: [
        aChild('a', seen, { shutdownMs: 1000 }),
        aChild(
          'b',
          seen,
          { shutdownMs: 1000 },
          {
            handlerTimeoutMs: 250_000,
            receive(count, _message, ctx) {
              return new Promise((resolve) => {
                tree.env.timers.after(200_000, () => {
                  ctx.send(refByPath<string>('outside'), 'from the stuck one');
                  resolve(count + 1);
                });
              });
            },
          },
        ),
      ],
    });
    const { lane, env, say, events } = tree;
    await lane.spawn(aRecorder(heard), 'outside');
    say('b', 'x');
    await env.settle();
    const beganMs = env.nowMs;
    let tookMs = -1;
    void lane.stop('top').then(() => {
      tookMs = env.nowMs - beganMs;
    });
    await env.advance(999);
    assert.is(tookMs, -1);
    await env.advance(1);
    assert.is(tookMs, 1000);
    assert.equal(events.slice(-3), [
      'stopped top/b#3 killed',
      'stopped top/a#2 shutdown',
      'stopped top#1 shutdown',
    ]);
    const lateBefore = lane.lateEffects;
    await env.advance(200_000);
    assert.equal(heard, []);
    assert.is(lane.lateEffects - lateBefore, 2, 'the send and the state');
    assert.is(lane.deadLetters.countOf('late-sender'), 1);
  },

  async 'SUP-012'() {
    const tree = await aTree({
      children: [
        aChild(
          'a',
          [],
          { shutdownMs: 'unlimited' },
          {
            stop: () =>
              new Promise<void>((resolve) => {
                tree.env.timers.after(3000, resolve);
              }),
          },
        ),
      ],
    });
    const { lane, env, events } = tree;
    void lane.stop('top');
    await env.advance(2999);
    assert.equal(events.slice(2), []);
    await env.advance(1);
    assert.equal(events.slice(2), ['stopped top/a#2 shutdown', 'stopped top#1 shutdown']);
  },

  async 'SUP-013'() {
    const seen: string[] = [];
    const { lane, env, events } = await aTree({
      children: [aChild('a', seen, { shutdownMs: 'brutal-kill' })],
    });
    void lane.stop('top');
    await env.settle();
    assert.equal(seen, ['start a']);
    assert.equal(events.slice(2), ['stopped top/a#2 killed', 'stopped top#1 shutdown']);
  },
};
