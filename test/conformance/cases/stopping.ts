/** How much time children and phases have to stop: SUP-011 … SUP-013, SUP-060 … SUP-062. */
import * as assert from 'uvu/assert';
import { refByPath } from '../../../actors/runtime/ref.ts';
import {
  planShutdown,
  type ShutdownPhase,
  type ShutdownPlan,
  type ShutdownTask,
} from '../../../supervisors/shutdown-phases.ts';
import { aChild, aTree } from '../../support/children.ts';
import { aRecorder } from '../../support/lanes.ts';
import { type ManualEnv, manualEnv } from '../../support/manual-env.ts';
import type { Topic } from '../case.ts';

const DEADLINE_MS = 1000;

function phase(
  name: string,
  after: readonly string[],
  tasks: readonly ShutdownTask[] = [],
): ShutdownPhase {
  return { name, after, deadlineMs: DEADLINE_MS, tasks };
}

function planned(phases: readonly ShutdownPhase[], env: ManualEnv): ShutdownPlan {
  const plan = planShutdown(phases, env);
  assert.ok(plan.ok);
  return plan.value;
}

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

  async 'SUP-060'() {
    const env = manualEnv();
    const ran: string[] = [];
    const task = (name: string): ShutdownTask => ({ name, run: () => void ran.push(name) });
    const acyclic = planned(
      [
        phase('d', ['b', 'c'], [task('d')]),
        phase('c', ['a'], [task('c')]),
        phase('b', ['a'], [task('b')]),
        phase('a', [], [task('a')]),
      ],
      env,
    );
    assert.equal(acyclic.order, ['a', 'c', 'b', 'd']);
    const running = acyclic.run('test');
    await env.settle();
    await running;
    assert.equal(ran, ['a', 'c', 'b', 'd']);
    const cycle = [phase('a', ['c'], [task('!')]), phase('b', ['a']), phase('c', ['b'])];
    for (const [phases, length] of [
      [cycle, 3],
      [[phase('a', ['a'], [task('!')])], 1],
    ] as const) {
      const refused = planShutdown(phases, env);
      assert.not.ok(refused.ok);
      const { error } = refused as { error: { kind: string; phases: readonly string[] } };
      assert.equal([error.kind, error.phases.length], ['cycle', length]);
    }
    assert.not.ok(ran.includes('!'));
  },

  async 'SUP-061'() {
    const env = manualEnv();
    const beganMs = env.nowMs;
    const times: [what: string, atMs: number][] = [];
    const note = (what: string): void => void times.push([what, env.nowMs - beganMs]);
    const lasting = (name: string, ms: number): ShutdownTask => ({
      name,
      run() {
        note(`begin ${name}`);
        return new Promise((resolve) => {
          env.timers.after(ms, () => {
            note(`end ${name}`);
            resolve();
          });
        });
      },
    });
    const plan = planned(
      [
        phase('b', [], [lasting('slow', 100), lasting('quick', 10)]),
        phase('c', ['b'], [lasting('last', 5), lasting('stuck', 9_999_999)]),
        phase('d', ['c'], [lasting('safe', 1)]),
      ],
      env,
    );
    const running = plan.run('test');
    await env.advance(10_000);
    assert.equal(times, [
      ['begin slow', 0],
      ['begin quick', 0],
      ['end quick', 10],
      ['end slow', 100],
      ['begin last', 100],
      ['begin stuck', 100],
      ['end last', 105],
      ['begin safe', 100 + DEADLINE_MS],
      ['end safe', 101 + DEADLINE_MS],
    ]);
    const { phases } = await running;
    assert.equal(
      phases.map(({ elapsedMs, tasks }) => [elapsedMs, tasks.map(({ outcome }) => outcome)]),
      [
        [100, ['done', 'done']],
        [DEADLINE_MS, ['done', 'late']],
        [1, ['done']],
      ],
    );
  },

  async 'SUP-062'() {
    const env = manualEnv();
    const reasons: string[] = [];
    const task: ShutdownTask = { name: 't', run: (reason) => void reasons.push(reason) };
    const plan = planned([phase('a', [], [task])], env);
    const first = plan.run('reason1');
    const second = plan.run('reason2');
    assert.is(second, first);
    await env.settle();
    const report = await first;
    assert.is(report.reason, 'reason1');
    assert.is(await plan.run('reason2'), report);
    assert.equal(reasons, ['reason1']);
  },
};
