import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { SafetyScope } from '../../../src/control/safety-cause.ts';
import { isAtLeast } from '../../../src/control/safety-cause.ts';
import { verdict } from '../../../src/risk/controls/control.ts';
import { clockOffset, spreadBlowout, staleness } from '../../../src/risk/controls/market.ts';
import { dailyLoss, drawdown, lossVelocity } from '../../../src/risk/controls/money.ts';
import { reconciliationDifference } from '../../../src/risk/controls/orders-and-venue.ts';
import { eventLoop } from '../../../src/risk/controls/process.ts';
import { law } from '../../support/law.ts';
import { aBoard, told } from '../../support/trade/boards.ts';

const DESK: SafetyScope = { kind: 'desk' };
const SYMBOL: SafetyScope = { kind: 'instrument', instrument: 0 };
const VENUE: SafetyScope = { kind: 'venue', venue: 0 };
const STALE = verdict('paused', 3_000, 2_000);

test('a breaker pauses its scope at once, probes at reduced size, and lets go', () => {
  const { board, gate, kernel, journal } = aBoard();
  board.report(staleness, SYMBOL, STALE, 0);
  assert.equal(gate.instrumentPauses(0), ['soft-breaker']);
  assert.ok(board.isOpen('C12', SYMBOL));
  board.tick(4_999);
  assert.is(kernel.sizeScale(0, 0, 'mm'), 0);
  board.tick(5_000);
  assert.equal([board.stateOf('C12', SYMBOL), gate.instrumentPauses(0)], ['half-open', []]);
  assert.is(kernel.sizeScale(0, 0, 'mm'), 0.5);
  board.tick(9_999);
  assert.is(board.stateOf('C12', SYMBOL), 'half-open');
  board.tick(10_000);
  assert.equal([board.stateOf('C12', SYMBOL), kernel.sizeScale(0, 0, 'mm')], ['closed', 1]);
  assert.equal(told(journal), [
    'breaker-opened C12 instrument:0',
    'breaker-probing C12 instrument:0',
    'breaker-closed C12 instrument:0',
  ]);
});

test('the journal has the measurement, the limit and the regime that opened a breaker', () => {
  const { board, journal } = aBoard();
  board.report(staleness, SYMBOL, STALE, 0, 'turbulent');
  assert.equal(journal[0], {
    kind: 'breaker-opened',
    control: 'C12',
    scope: 'instrument:0',
    severity: 'paused',
    reset: 'A',
    measured: '3000',
    limit: '2000',
    regime: 'turbulent',
  });
});

test('what goes on is raised on and not journaled again', () => {
  const { board, journal } = aBoard();
  for (let atMs = 0; atMs <= 20_000; atMs += 250) {
    board.report(staleness, SYMBOL, STALE, atMs);
    board.tick(atMs);
  }
  assert.is(journal.length, 1);
  assert.is(board.stateOf('C12', SYMBOL), 'open');
});

test('a trigger while it probes opens it again with twice the wait', () => {
  const { board, gate } = aBoard();
  board.report(staleness, SYMBOL, STALE, 0);
  board.tick(5_000);
  board.report(staleness, SYMBOL, STALE, 6_000);
  assert.equal(gate.instrumentPauses(0), ['soft-breaker']);
  board.tick(15_999);
  assert.is(board.stateOf('C12', SYMBOL), 'open');
  board.tick(16_000);
  assert.is(board.stateOf('C12', SYMBOL), 'half-open');
});

test('a warning of class - is told once a minute and opens nothing', () => {
  const { board, kernel, journal, warnings } = aBoard();
  for (let atMs = 0; atMs < 60_000; atMs += 1_000) {
    board.report(staleness, SYMBOL, verdict('warn', 300, 250), atMs);
  }
  assert.equal([warnings, journal, kernel.summary().causes], [['C12 instrument:0'], [], []]);
  board.report(staleness, SYMBOL, verdict('warn', 300, 250), 60_000);
  assert.is(warnings.length, 2);
});

test('what concerns one order opens nothing', () => {
  const { board, journal } = aBoard();
  board.report(eventLoop, DESK, verdict('refused', 1, 0), 0);
  assert.equal([board.rows(0), journal], [[], []]);
});

test('a breaker of class R stays open until a risk officer has released its cause', () => {
  const { board, kernel, gate } = aBoard();
  board.report(reconciliationDifference, VENUE, verdict('halted', 5, 1), 0);
  board.tick(3_600_000);
  assert.equal(gate.venuePauses(0), ['breaker']);
  const by = { kind: 'person', name: 'ann', role: 'risk-officer', reason: 'booked' } as const;
  assert.ok(kernel.release('C25@venue:0', by, 3_600_001).ok);
  assert.equal(gate.venuePauses(0), []);
  board.tick(3_600_002);
  assert.is(board.stateOf('C25', VENUE), 'closed');
});

test('an emergency is raised once, so that its cool-down can end', () => {
  const { board, emergencies } = aBoard();
  for (let atMs = 0; atMs < 5_000; atMs += 1_000) {
    board.report(lossVelocity, DESK, verdict('emergency', 0.02, 0.01), atMs);
    board.tick(atMs);
  }
  assert.is(emergencies.length, 1);
});

test('an emergency that people have reset comes back only after the measure has fallen', () => {
  const { board, kernel, emergencies } = aBoard();
  const lost = (fraction: number, atMs: number): void => {
    const found = dailyLoss.check(
      { lossFraction: fraction },
      { warnFraction: 0.02, noRiskFraction: 0.03, flattenFraction: 0.05 },
    );
    board.report(dailyLoss, DESK, found, atMs);
    board.tick(atMs);
  };
  lost(0.06, 0);
  kernel.releaseAfterReset('ann', 'seen', 1_000);
  lost(0.06, 2_000);
  lost(0.06, 3_000);
  assert.is(emergencies.length, 1);
  assert.equal([kernel.severityOf(DESK), kernel.sizeScale(0, 0, 'mm')], ['reduced', 0]);
  lost(0.01, 4_000);
  lost(0.06, 5_000);
  assert.is(emergencies.length, 2);
});

test('one without a milder response is silent until the measure has fallen', () => {
  const { board, kernel, emergencies } = aBoard();
  const bad = verdict('emergency', 0.02, 0.01);
  board.report(lossVelocity, DESK, bad, 0);
  kernel.releaseAfterReset('ann', 'seen', 1_000);
  board.tick(1_000);
  board.report(lossVelocity, DESK, bad, 2_000);
  board.report(lossVelocity, DESK, null, 3_000);
  board.report(lossVelocity, DESK, bad, 4_000);
  assert.is(emergencies.length, 2);
});

test('what gets worse is raised to the worse, which only its own class releases', () => {
  const { board, kernel, journal } = aBoard();
  board.report(eventLoop, DESK, verdict('paused', 60, 50), 0);
  board.report(eventLoop, DESK, verdict('emergency', 300, 250), 1_000);
  assert.equal(
    journal.map((event) => 'severity' in event && `${event.severity} ${event.reset}`),
    ['paused A', 'emergency 2P'],
  );
  board.tick(1e6);
  assert.is(kernel.summary().causes[0]?.severity, 'emergency');
});

test('a board that begins anew takes over what the one before it has raised', () => {
  const first = aBoard();
  first.board.report(staleness, SYMBOL, STALE, 0);
  first.board.report(clockOffset, VENUE, verdict('halted', 2_000, 1_000), 0);
  const second = aBoard({ kernel: first, nowMs: 60_000 });
  assert.ok(second.board.isOpen('C12', SYMBOL));
  second.board.tick(65_000);
  second.board.tick(70_000);
  assert.equal(first.kernel.summary().causes, []);
});

test('a cause that the kernel does not let go yet stays open here as well', () => {
  const { board, kernel } = aBoard();
  board.report(spreadBlowout, SYMBOL, verdict('paused', 9, 8), 0);
  const later = { ...(kernel.summary().causes[0] as object), nowMs: 1e6 } as never;
  kernel.raise(later);
  board.tick(60_000);
  assert.is(board.stateOf('C14', SYMBOL), 'open');
});

test('a probe that somebody else ends in the kernel is no proof: the breaker opens again', () => {
  const { board, kernel } = aBoard();
  board.report(spreadBlowout, SYMBOL, verdict('paused', 9, 8), 0);
  board.tick(60_000);
  assert.is(board.stateOf('C14', SYMBOL), 'half-open');
  kernel.raise({ ...(kernel.summary().causes[0] as object), nowMs: 61_000 } as never);
  board.tick(65_000);
  assert.is(board.stateOf('C14', SYMBOL), 'open');
  assert.ok(kernel.isRaised('C14@instrument:0'));
});

test('C21: what is reduced leaves half, and what was measured may be no number', () => {
  const { board, kernel, journal } = aBoard();
  board.report(drawdown, DESK, verdict('reduced', Number.NaN, 0.15), 0);
  assert.is(kernel.sizeScale(0, 0, 'mm'), 0.5);
  const [opened] = journal;
  assert.is(opened?.kind === 'breaker-opened' && opened.measured, 'NaN');
});

test('rows say what is open, why, and how long it waits', () => {
  const { board } = aBoard();
  board.report(staleness, SYMBOL, STALE, 0);
  board.report(reconciliationDifference, VENUE, verdict('halted', 5, 1), 0);
  const rows = board.rows(1_000).map((row) => [row.control, row.scope, row.state, row.waitMs]);
  assert.equal(rows, [
    ['C12', 'instrument:0', 'open', 4_000],
    ['C25', 'venue:0', 'open', 0],
  ]);
});

test('whatever is reported, a scope is no better in the kernel than its breakers say', () => {
  const found = fc.record({
    control: fc.constantFrom(staleness, spreadBlowout),
    isBad: fc.boolean(),
    ms: fc.integer({ min: 0, max: 20_000 }),
  });
  law(
    fc.property(fc.array(found, { maxLength: 40 }), (steps) => {
      const { board, kernel, gate } = aBoard();
      let nowMs = 0;
      for (const { control, isBad, ms } of steps) {
        nowMs += ms;
        board.tick(nowMs);
        if (isBad) board.report(control, SYMBOL, verdict('paused', 2, 1), nowMs);
        const states = ['C12', 'C14'].map((id) => board.stateOf(id, SYMBOL));
        const severity = kernel.severityOf(SYMBOL);
        const isPaused = gate.instrumentPauses(0).length > 0;
        if (states.includes('open') !== isPaused) return false;
        if (states.includes('half-open') && !isAtLeast(severity, 'reduced')) return false;
        if (states.every((state) => state === 'closed') && severity !== 'normal') return false;
      }
      return true;
    }),
  );
});

test.run();
