import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isSelfTestDue, proofState } from '../../../hardware/estop/proof-test.ts';
import { millisOf } from '../../../src/core/units.ts';

const DAY_MS = 86_400_000;
const last = millisOf(1_767_225_600_000);
const after = (ms: number) => proofState(last, millisOf(last + ms));

test('ES26: the proof test warns from the 30th day and bars full-auto from the 37th', () => {
  assert.is(after(0), 'in-date');
  assert.is(after(30 * DAY_MS - 1), 'in-date');
  assert.is(after(30 * DAY_MS), 'overdue');
  assert.is(after(37 * DAY_MS - 1), 'overdue');
  assert.is(after(37 * DAY_MS), 'barred');
});

test('ES26: a test that was never made, or lies in the future, counts as none', () => {
  assert.is(proofState(null, last), 'barred');
  assert.is(after(-1), 'barred');
  assert.is(after(Number.NaN), 'barred');
});

test('ES25: the self-test is due at the start and 24 h after it passed', () => {
  assert.is(isSelfTestDue(null, 0), true);
  assert.is(isSelfTestDue(5, 5 + DAY_MS * 1_000 - 1), false);
  assert.is(isSelfTestDue(5, 5 + DAY_MS * 1_000), true);
});

test.run();
