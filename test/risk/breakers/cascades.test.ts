import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { SafetyScope } from '../../../src/control/safety-cause.ts';
import { verdict } from '../../../src/risk/controls/control.ts';
import { staleness } from '../../../src/risk/controls/market.ts';
import { duplicateOrder } from '../../../src/risk/controls/order-size.ts';
import { apiErrors } from '../../../src/risk/controls/orders-and-venue.ts';
import { aBoard } from '../../support/trade/boards.ts';

const FAILING = verdict('halted', 0.6, 0.5);
const venue = (index: number): SafetyScope => ({ kind: 'venue', venue: index });
const symbol = (instrument: number): SafetyScope => ({ kind: 'instrument', instrument });
const DESK: SafetyScope = { kind: 'desk' };

test('C28: two venues that fail halt the desk until an operator has looked', () => {
  const { board, gate, kernel } = aBoard();
  board.report(apiErrors, venue(0), FAILING, 0);
  assert.is(gate.isClosed, false);
  board.report(apiErrors, venue(1), FAILING, 1);
  assert.equal([gate.isClosedBy('breaker'), board.stateOf('C28', DESK)], [true, 'open']);
  for (let atMs = 0; atMs < 1e6; atMs += 1_000) board.tick(atMs);
  assert.equal([board.stateOf('C28', venue(0)), gate.isClosedBy('breaker')], ['closed', true]);
  const by = { kind: 'person', name: 'ann', role: 'operator', reason: 'back' } as const;
  assert.ok(kernel.release('C28@desk', by, 1e6).ok);
  board.tick(1e6);
  assert.equal([gate.isClosed, board.stateOf('C28', DESK)], [false, 'closed']);
});

test('C28: of two venues one is half, and of one venue none is more than itself', () => {
  const two = aBoard({ venues: 2 });
  two.board.report(apiErrors, venue(0), FAILING, 0);
  assert.ok(two.gate.isClosedBy('breaker'));
  const one = aBoard({ venues: 1 });
  one.board.report(apiErrors, venue(0), FAILING, 0);
  assert.equal([one.gate.isClosed, one.gate.venuePauses(0)], [false, ['breaker']]);
});

test('C28: a cascade that stands when it is released is seen again', () => {
  const { board, gate, kernel } = aBoard();
  const fail = (atMs: number): void => {
    board.report(apiErrors, venue(0), FAILING, atMs);
    board.report(apiErrors, venue(1), FAILING, atMs);
    board.tick(atMs);
  };
  fail(0);
  const by = { kind: 'person', name: 'ann', role: 'operator', reason: 'back' } as const;
  kernel.release('C28@desk', by, 1);
  fail(1_000);
  assert.ok(gate.isClosedBy('breaker'));
});

test('three strategies that are halted halt the desk, two do not', () => {
  const { board, gate } = aBoard();
  for (const [count, strategy] of ['a', 'b', 'c'].entries()) {
    assert.is(gate.isClosed, false, String(count));
    const scope: SafetyScope = { kind: 'strategy', strategy };
    board.report(duplicateOrder, scope, verdict('halted', 3, 3), 0);
  }
  assert.equal(gate.causes(), ['soft-breaker']);
});

test('a symbol that is open on every venue is closed on none before it is closed on all', () => {
  const { board, gate } = aBoard();
  const stale = verdict('paused', 3_000, 2_000);
  for (const index of [0, 2, 4]) board.report(staleness, symbol(index), stale, 0);
  let atMs = 0;
  for (; atMs <= 30_000; atMs += 1_000) {
    board.report(staleness, symbol(4), stale, atMs);
    board.tick(atMs);
  }
  assert.is(board.stateOf('C12', symbol(0)), 'closed');
  assert.equal(gate.instrumentPauses(0), ['soft-breaker']);
  assert.equal(gate.instrumentPauses(1), []);
  for (; atMs <= 60_000; atMs += 1_000) board.tick(atMs);
  for (const index of [0, 2, 4]) assert.equal(gate.instrumentPauses(index), [], String(index));
});

test.run();
