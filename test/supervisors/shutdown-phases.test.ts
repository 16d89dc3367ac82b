import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  PHASES_MAX,
  planShutdown,
  type ShutdownPhase,
  type ShutdownPlan,
} from '../../supervisors/shutdown-phases.ts';
import { deferred } from '../support/lanes.ts';
import { manualEnv } from '../support/manual-env.ts';

const phase = (
  name: string,
  after: string[] = [],
  tasks: ShutdownPhase['tasks'] = [],
): ShutdownPhase => ({ name, after, deadlineMs: 1000, tasks });

function planOf(phases: ShutdownPhase[], env = manualEnv()): ShutdownPlan {
  const plan = planShutdown(phases, env);
  if (!plan.ok) throw new Error(JSON.stringify(plan.error));
  return plan.value;
}

test('phases run after those they name, and otherwise as listed (SUP-060)', () => {
  const phases = [phase('d', ['b', 'c']), phase('a'), phase('c', ['a']), phase('b', ['a'])];
  assert.equal(planOf(phases).order, ['a', 'c', 'b', 'd']);
});

test('whatever the phases, the order holds each once and keeps what they ask', () => {
  const dags = fc.integer({ min: 1, max: 10 }).chain((count) =>
    fc.tuple(
      fc.shuffledSubarray(
        Array.from({ length: count }, (_, n) => n),
        { minLength: count },
      ),
      fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 20 }),
    ),
  );
  fc.assert(
    fc.property(dags, ([listed, edges]) => {
      const phases = listed.map((n) =>
        phase(
          `p${n}`,
          edges.filter(([from, to]) => to === n && from < to).map(([from]) => `p${from}`),
        ),
      );
      const { order } = planOf(phases);
      assert.is(new Set(order).size, phases.length);
      for (const { name, after } of phases) {
        for (const before of after) assert.ok(order.indexOf(before) < order.indexOf(name));
      }
    }),
  );
});

test('cycles are refused when the plan is made, and named (SUP-060)', () => {
  const cyclic = [phase('a', ['c']), phase('b', ['a']), phase('c', ['b']), phase('d', ['c'])];
  assert.equal(planShutdown([phase('z'), ...cyclic], manualEnv()), {
    ok: false,
    error: { kind: 'cycle', phases: ['b', 'c', 'a'] },
  });
  assert.equal(planShutdown([phase('d', ['e']), phase('e', ['e'])], manualEnv()), {
    ok: false,
    error: { kind: 'cycle', phases: ['e'] },
  });
});

test('a phase that is named twice, unknown or without a deadline is refused', () => {
  const refused = (phases: ShutdownPhase[]): unknown => {
    const plan = planShutdown(phases, manualEnv());
    return plan.ok ? null : plan.error;
  };
  assert.equal(refused([phase('a'), phase('a')]), { kind: 'duplicate-phase', phase: 'a' });
  assert.equal(refused([phase('a', ['x'])]), { kind: 'unknown-phase', phase: 'a', after: 'x' });
  for (const deadlineMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    const fault = refused([{ ...phase('a'), deadlineMs }]) as { kind: string };
    assert.is(fault.kind, 'bad-deadline');
  }
  const many = Array.from({ length: PHASES_MAX + 1 }, (_, n) => phase(`p${n}`));
  assert.throws(() => refused(many), /65 phases/);
});

test('the tasks of a phase run together, the next phase after all of them (SUP-061)', async () => {
  const env = manualEnv();
  const seen: string[] = [];
  const slow = deferred();
  const plan = planOf(
    [
      phase(
        'b',
        [],
        [
          {
            name: 'slow',
            async run(reason) {
              seen.push(`slow begins: ${reason}`);
              await slow.promise;
              seen.push('slow ends');
            },
          },
          { name: 'quick', run: () => void seen.push('quick') },
        ],
      ),
      phase('c', ['b'], [{ name: 'last', run: () => void seen.push('last') }]),
    ],
    env,
  );
  const report = plan.run('SIGTERM');
  env.timers.after(100, () => slow.resolve());
  await env.advance(100);
  assert.equal(seen, ['slow begins: SIGTERM', 'quick', 'slow ends', 'last']);
  assert.equal(await report, {
    reason: 'SIGTERM',
    phases: [
      {
        phase: 'b',
        elapsedMs: 100,
        tasks: [
          { task: 'slow', outcome: 'done', detail: '' },
          { task: 'quick', outcome: 'done', detail: '' },
        ],
      },
      { phase: 'c', elapsedMs: 0, tasks: [{ task: 'last', outcome: 'done', detail: '' }] },
    ],
  });
  assert.is(env.pendingTimers, 0);
});

test('a plan runs once, for the first reason (SUP-062)', async () => {
  const env = manualEnv();
  const runs: string[] = [];
  const plan = planOf(
    [phase('a', [], [{ name: 't', run: (reason) => void runs.push(reason) }])],
    env,
  );
  const first = plan.run('first');
  assert.is(plan.run('second'), first);
  await env.settle();
  assert.is((await plan.run('third')).reason, 'first');
  assert.equal(runs, ['first']);
});

test('a task that throws, rejects or hangs does not keep the last phase from running', async () => {
  const env = manualEnv();
  const ran: string[] = [];
  const plan = planOf(
    [
      phase(
        'a',
        [],
        [
          {
            name: 'throws',
            run() {
              throw new Error('no');
            },
          },
          { name: 'rejects', run: () => Promise.reject(new Error('never')) },
          { name: 'hangs', run: () => deferred().promise },
        ],
      ),
      phase('hardware', ['a'], [{ name: 'safe', run: () => void ran.push('safe') }]),
    ],
    env,
  );
  const report = plan.run('x');
  await env.advance(999);
  assert.equal(ran, []);
  await env.advance(1);
  assert.equal(ran, ['safe']);
  assert.equal((await report).phases[0]?.tasks, [
    { task: 'throws', outcome: 'failed', detail: 'no' },
    { task: 'rejects', outcome: 'failed', detail: 'never' },
    { task: 'hangs', outcome: 'late', detail: 'not within 1000 ms' },
  ]);
});

test.run();
