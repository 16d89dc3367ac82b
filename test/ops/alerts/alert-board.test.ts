import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err } from '../../../src/core/result.ts';
import { millisOf } from '../../../src/core/units.ts';
import type { Alert } from '../../../src/ops/alerts/alert.ts';
import { ALERTS_MAX, AlertBoard } from '../../../src/ops/alerts/alert-board.ts';
import { law } from '../../support/law.ts';

const LIMIT_MS = 300_000;

const anAlert = (id: number, parts: Partial<Alert> = {}): Alert => ({
  id,
  level: 'critical',
  what: 'emergency',
  by: 'ada',
  text: 'x',
  at: millisOf(1_700_000_000_000),
  ...parts,
});

test('C36: a critical alert is overdue after its time, not at it, and then again', () => {
  const board = new AlertBoard();
  board.raise(anAlert(1), 1_000);
  assert.is(board.overdue(1_000 + LIMIT_MS, LIMIT_MS), null);
  assert.is(board.overdue(1_001 + LIMIT_MS, LIMIT_MS)?.id, 1);
  assert.is(board.overdue(1_001 + 2 * LIMIT_MS, LIMIT_MS), null);
  assert.is(board.overdue(1_002 + 2 * LIMIT_MS, LIMIT_MS)?.id, 1);
  assert.ok(board.acknowledge(1, 'ada', 'seen').ok);
  assert.is(board.overdue(9e9, LIMIT_MS), null);
});

test('notices and warnings wait for nobody', () => {
  const board = new AlertBoard();
  board.raise(anAlert(1, { level: 'notice' }), 0);
  board.raise(anAlert(2, { level: 'warning' }), 0);
  assert.is(board.overdue(9e9, LIMIT_MS), null);
  assert.equal(board.open(), []);
});

test('an alert is acknowledged once, by name and with a reason', () => {
  const board = new AlertBoard();
  board.raise(anAlert(4), 0);
  board.raise(anAlert(5), 0);
  const done = board.acknowledge(4, 'ada', 'seen');
  assert.ok(done.ok);
  assert.equal([done.value.acknowledgedBy, done.value.reason], ['ada', 'seen']);
  assert.equal(
    board.acknowledge(4, 'bob', 'me too'),
    err({ kind: 'acknowledged', detail: '4 was acknowledged by ada' }),
  );
  assert.equal(
    board.acknowledge(9, 'bob', 'what?'),
    err({ kind: 'unknown-alert', detail: 'found 9, wanted one of 5' }),
  );
  board.acknowledge(5, 'bob', 'seen');
  const nothing = board.acknowledge(9, 'bob', 'what?');
  assert.match(nothing.ok ? '' : nothing.error.detail, /none: nothing is open/);
});

test('the same event is one alert, and warnings that repeat are counted', () => {
  const board = new AlertBoard();
  const crash = { level: 'warning', what: 'actor-failed', by: 'trading/risk' } as const;
  assert.ok(board.raise(anAlert(1, crash), 0));
  assert.not(board.raise(anAlert(1, crash), 0));
  assert.not(board.raise(anAlert(2, crash), 59_999));
  assert.is(board.rows()[0]?.count, 2);
  assert.ok(board.raise(anAlert(3, crash), 60_000), 'after a minute it is told again');
  assert.ok(board.raise(anAlert(4, { ...crash, by: 'trading/portfolio' }), 60_000));
  const command = { level: 'notice', what: 'command-given' } as const;
  assert.ok(board.raise(anAlert(5, command), 60_000));
  assert.ok(board.raise(anAlert(6, command), 60_000), 'no intervention is folded away');
});

test('whatever comes, the board is bounded and keeps what waits for somebody longest', () => {
  const level = fc.constantFrom('notice' as const, 'warning' as const, 'critical' as const);
  law(
    fc.property(fc.array(level, { minLength: 1, maxLength: 600 }), (levels) => {
      const board = new AlertBoard();
      levels.forEach((each, at) => {
        board.raise(anAlert(at + 1, { level: each, by: String(at) }), at);
      });
      const criticals = levels.filter((each) => each === 'critical').length;
      assert.is(board.rows().length, Math.min(levels.length, ALERTS_MAX));
      assert.ok(board.open().length >= Math.min(criticals, ALERTS_MAX - 1));
    }),
  );
});

test.run();
