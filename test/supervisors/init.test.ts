/** Supervisors that make their spec when they start, and first starts that are tried again. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { SupervisorSpec } from '../../supervisors/child-spec.ts';
import { StepQueue, step } from '../../supervisors/steps/step-queue.ts';
import { optionalSupervisor, supervisor } from '../../supervisors/supervisor.ts';
import { aChild, aTree } from '../support/children.ts';
import { aLane, rejection } from '../support/lanes.ts';

const backoff = { minMs: 100, maxMs: 100, jitterFraction: 0, resetAfterMs: 0 };

/** A child whose first so many starts fail. */
function aLate(failing: number, seen: string[], spec = {}) {
  let starts = 0;
  return aChild('late', seen, spec, {
    start() {
      starts += 1;
      if (starts <= failing) throw new Error(`attempt ${starts}`);
      seen.push('start late');
      return 0;
    },
  });
}

test('an init that has a spec starts it, and is asked again when it is restarted', async () => {
  const seen: string[] = [];
  let answer: SupervisorSpec | 'ignore' = { children: [aChild('a', seen)] };
  const { lane, env, alive, children } = await aTree({
    intensity: 5,
    children: [{ id: 'sub', type: 'supervisor', start: () => optionalSupervisor(() => answer) }],
  });
  assert.equal([seen, alive()], [['start a'], 'sub#2']);
  answer = 'ignore';
  void lane.kill('top/sub');
  await env.settle();
  assert.equal(
    children.list().map(({ id, phase }) => [id, phase]),
    [['sub', 'stopped']],
  );
  answer = { children: [] };
  const byHand = children.restartChild('sub');
  await env.settle();
  assert.ok((await byHand).ok);
  assert.match(alive(), /^sub#\d$/);
});

test('a child that is added and ignores its start is kept as a spec', async () => {
  const { env, children } = await aTree({ children: [] });
  const ignoring = optionalSupervisor(() => 'ignore');
  const added = children.startChild({ id: 'sub', type: 'supervisor', start: () => ignoring });
  await env.settle();
  assert.equal(await added, { ok: true, value: 'ignored' });
  assert.equal(children.count(), { specs: 1, active: 0, supervisors: 1, workers: 0 });
});

test('those after a first start that is tried again wait for it', async () => {
  const seen: string[] = [];
  const { lane, env } = aLane();
  const late = aLate(2, seen, { retriesFirstStart: true, backoff });
  const started = lane.spawn(
    supervisor({ intensity: 2, children: [aChild('a', seen), late, aChild('z', seen)] }),
    'top',
  );
  await env.advance(199);
  assert.equal(seen, ['start a']);
  await env.advance(1);
  await started;
  assert.equal(seen, ['start a', 'start late', 'start z']);
});

test('a supervisor that waits for a first start can be stopped', async () => {
  const seen: string[] = [];
  const { lane, env } = aLane();
  const late = aLate(9, seen, { retriesFirstStart: true, backoff });
  const started = lane.spawn(
    supervisor({ intensity: 9, children: [aChild('a', seen), late] }),
    'top',
  );
  await env.advance(150);
  const stopped = lane.stop('top');
  await env.settle();
  assert.ok((await stopped).ok);
  assert.match((await rejection(started)).message, 'top did not start: it was stopped before that');
  assert.equal([seen, lane.describe()], [['start a', 'stop a'], []]);
  await env.advance(60_000);
  assert.is(env.pendingTimers, 0);
});

test('attempts at a first start are taken from the budget of restarts', async () => {
  const seen: string[] = [];
  const { env, say, events } = await aTree({ children: [] }).then(async () =>
    aTree({ intensity: 1, children: [aLate(0, seen), aChild('b', seen)] }),
  );
  say('late', 'boom');
  await env.settle();
  say('b', 'boom');
  await env.settle();
  assert.ok(events.includes('gave-up top#1 over b'));

  const { lane, env: clock } = aLane();
  const late = aLate(1, seen, { retriesFirstStart: true });
  void lane.spawn(supervisor({ intensity: 1, children: [late] }), 'top');
  await clock.settle();
  assert.is(lane.describe().length, 2);
  void lane.kill('top/late');
  await clock.settle();
  assert.equal(lane.describe(), [], 'the one restart was spent on the start');
});

test('a first start that is fatal is not tried again', async () => {
  const overflow = (): number => 1 + overflow();
  let starts = 0;
  const { lane, env } = aLane();
  const start = (): number => {
    starts += 1;
    return overflow();
  };
  const child = aChild('a', [], { retriesFirstStart: true }, { start });
  const started = lane.spawn(supervisor({ intensity: 9, children: [child] }), 'top');
  await env.advance(1000);
  assert.match((await rejection(started)).message, /Maximum call stack/);
  assert.is(starts, 1);
});

test('steps run one at a time, in order, and those put first before the others', () => {
  const seen: string[] = [];
  let mayRun = true;
  let asked = 0;
  let finish = (): void => undefined;
  const queue = new StepQueue(
    () => mayRun,
    () => {
      asked += 1;
    },
  );
  const quick = (name: string) =>
    step((done) => {
      seen.push(name);
      done();
    });
  const slow = step((done) => {
    seen.push('slow');
    finish = done;
  });
  queue.add(slow, quick('second'));
  queue.advance();
  queue.putFirst(quick('first'));
  queue.advance();
  assert.equal([seen, queue.size, asked], [['slow'], 2, 0]);
  finish();
  assert.is(asked, 1);
  mayRun = false;
  queue.advance();
  assert.equal(seen, ['slow']);
  mayRun = true;
  queue.advance();
  assert.equal([seen, queue.size], [['slow', 'first', 'second'], 0]);
  let cancelled = 0;
  queue.add(quick('never'), {
    run: (done) => done(),
    cancel() {
      cancelled += 1;
    },
  });
  queue.cancelAll();
  queue.advance();
  assert.equal([seen.length, cancelled], [3, 1]);
});

test.run();
