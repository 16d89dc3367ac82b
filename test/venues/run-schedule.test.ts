import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../src/core/rng.ts';
import type { ReconcileOutcome } from '../../src/execution/reconciliation.ts';
import { RunSchedule } from '../../src/venues/run-schedule.ts';

const AGREED: ReconcileOutcome = { kind: 'agreed', marks: new Map() };
const DIFFERS: ReconcileOutcome = { kind: 'differs', differences: [] };
const SILENCE: ReconcileOutcome = { kind: 'no-answer', reason: 'timeout' };
const UNSETTLED: ReconcileOutcome = { kind: 'unsettled', reason: 'waited' };
const RACED: ReconcileOutcome = { kind: 'raced' };

const aSchedule = (seed = 1): RunSchedule => new RunSchedule(rngOf(seed));

/** A schedule that owes a run, as after control's first wish. */
function anOwing(): RunSchedule {
  const schedule = aSchedule();
  schedule.want(1);
  return schedule;
}

const restarted = (schedule: RunSchedule, outcome: ReconcileOutcome) => {
  assert.ok(schedule.begin('restart'));
  return schedule.end(outcome);
};
const verified = (schedule: RunSchedule, outcome: ReconcileOutcome) => {
  assert.ok(schedule.begin('verify'));
  return schedule.end(outcome).kind;
};

test('without a wish there is nothing to restart, and verifications may run', () => {
  const schedule = aSchedule();
  assert.is(schedule.isOwed, false);
  assert.is(schedule.begin('restart'), false);
  assert.is(schedule.begin('verify'), true);
  assert.is(schedule.isRunning, true);
});

test('one run at a time', () => {
  const schedule = anOwing();
  assert.is(schedule.begin('restart'), true);
  assert.is(schedule.begin('restart'), false);
  assert.is(schedule.begin('verify'), false);
});

test('nothing is verified while a run is owed', () => {
  const schedule = anOwing();
  assert.is(schedule.begin('verify'), false);
  assert.is(schedule.isRunning, false);
});

test('a run serves the wishes before it and none that came after it began', () => {
  const schedule = anOwing();
  schedule.want(3);
  assert.ok(schedule.begin('restart'));
  schedule.want(4);
  assert.equal(schedule.end(AGREED), { kind: 'reconciled', token: 3 });
  assert.is(schedule.isOwed, true);
  assert.equal(restarted(schedule, AGREED), { kind: 'reconciled', token: 4 });
  assert.is(schedule.isOwed, false);
});

test('an older wish that comes late takes nothing back', () => {
  const schedule = aSchedule();
  schedule.want(5);
  schedule.want(2);
  assert.equal(restarted(schedule, AGREED), { kind: 'reconciled', token: 5 });
  schedule.want(4);
  assert.is(schedule.isOwed, false);
});

test('a wish during a verification is not served by it', () => {
  const schedule = aSchedule();
  assert.ok(schedule.begin('verify'));
  schedule.want(1);
  assert.equal(schedule.end(AGREED), { kind: 'verified' });
  assert.is(schedule.isOwed, true);
});

test('a venue that does not answer is tried again for ever, with growing pauses', () => {
  const schedule = anOwing();
  const pauses: number[] = [];
  for (let attempt = 0; attempt < 30; attempt += 1) {
    const verdict = restarted(schedule, SILENCE);
    assert.ok(verdict.kind === 'try-again', verdict.kind);
    assert.is(verdict.reason, 'timeout');
    pauses.push(verdict.againMs);
  }
  pauses.forEach((pauseMs, attempt) => {
    const fullMs = Math.min(10_000, 250 * 2 ** attempt);
    assert.ok(pauseMs >= fullMs * 0.5 && pauseMs <= fullMs, `${attempt}: ${pauseMs}`);
  });
  assert.is(schedule.isOwed, true);
});

test('a success makes the pauses short again', () => {
  const schedule = anOwing();
  for (let attempt = 0; attempt < 10; attempt += 1) restarted(schedule, SILENCE);
  restarted(schedule, AGREED);
  schedule.want(2);
  const verdict = restarted(schedule, SILENCE);
  assert.ok(verdict.kind === 'try-again' && verdict.againMs <= 250);
});

test('a venue that answers and does not settle three times is a matter for people', () => {
  const schedule = anOwing();
  assert.is(restarted(schedule, UNSETTLED).kind, 'try-again');
  assert.is(restarted(schedule, UNSETTLED).kind, 'try-again');
  const verdict = restarted(schedule, UNSETTLED);
  assert.ok(verdict.kind === 'stuck' && verdict.reason === 'waited');
  assert.is(schedule.isOwed, true);
});

test('people are called after every third run, with ever longer pauses before the next', () => {
  const schedule = anOwing();
  const verdicts = Array.from({ length: 12 }, () => restarted(schedule, UNSETTLED));
  const stuck = verdicts.flatMap((verdict, at) => (verdict.kind === 'stuck' ? [at] : []));
  assert.equal(stuck, [2, 5, 8, 11]);
  const last = verdicts.at(-1);
  assert.ok(last?.kind === 'stuck' && last.againMs >= 5_000 && last.againMs <= 10_000);
});

test('silence in between says nothing, so the count begins anew', () => {
  const schedule = anOwing();
  for (const outcome of [UNSETTLED, UNSETTLED, SILENCE, UNSETTLED, UNSETTLED]) {
    assert.is(restarted(schedule, outcome).kind, 'try-again');
  }
  assert.is(restarted(schedule, UNSETTLED).kind, 'stuck');
});

test('an outcome without a reason is named by its kind', () => {
  const verdict = restarted(anOwing(), RACED);
  assert.ok(verdict.kind === 'try-again' && verdict.reason === 'raced');
});

test('balances that differ twice in a row are reconciled anew, once is not enough', () => {
  const schedule = aSchedule();
  assert.is(verified(schedule, DIFFERS), 'verified');
  assert.is(verified(schedule, DIFFERS), 'differs');
});

test('an agreement in between means that the difference was on its way', () => {
  const schedule = aSchedule();
  for (const outcome of [DIFFERS, AGREED, DIFFERS]) {
    assert.is(verified(schedule, outcome), 'verified');
  }
  assert.is(verified(schedule, DIFFERS), 'differs');
});

test('a race or silence in between proves nothing', () => {
  const schedule = aSchedule();
  for (const outcome of [DIFFERS, RACED, SILENCE]) {
    assert.is(verified(schedule, outcome), 'verified');
  }
  assert.is(verified(schedule, DIFFERS), 'differs');
});

test('a successful restart forgets the differences before it', () => {
  const schedule = aSchedule();
  verified(schedule, DIFFERS);
  schedule.want(1);
  restarted(schedule, AGREED);
  assert.is(verified(schedule, DIFFERS), 'verified');
});

test('an inquiry about single orders says nothing about balances', () => {
  const schedule = aSchedule();
  verified(schedule, DIFFERS);
  assert.ok(schedule.begin('inquire'));
  assert.equal(schedule.end(AGREED), { kind: 'verified' });
  assert.is(verified(schedule, DIFFERS), 'differs');
});

test.run();
