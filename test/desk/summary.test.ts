import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { DeskStatus } from '../../src/commands/desk.ts';
import { showSummary, summaryOf, whyNothingTraded } from '../../src/desk/summary.ts';
import { EventStore } from '../../src/storage/event-store/event-store.ts';
import { memoryTables } from '../../src/storage/event-store/memory-tables.ts';
import { aStatus } from '../support/desk/statuses.ts';

const summaryFor = (status: DeskStatus) =>
  summaryOf(status, new EventStore(memoryTables()), [{ name: 'binance' }]);

const REASONS: readonly [Partial<DeskStatus>, string][] = [
  [{}, 'none of 5 orders met a taker'],
  [{ orders: 0 }, 'no quote was wanted'],
  [{ refusals: { 'order-rate': 3, 'stale-book': 70 } }, '70 × stale-book; 3 × order-rate'],
  [{ bid: null }, 'there is no market'],
  [{ gate: ['emergency', 'journal'] }, 'the gate is closed: emergency, journal'],
  [{ mode: 'manual' }, 'the mode is manual'],
  [{ rejects: 2 }, '2 orders were rejected by the venue'],
  [
    { mode: 'emergency', gate: ['emergency'], bid: null, refusals: { halted: 1 }, rejects: 1 },
    'the mode is emergency; the gate is closed: emergency; there is no market; 1 × halted; ' +
      '1 orders were rejected by the venue',
  ],
];

for (const [parts, why] of REASONS) {
  test(`a run without a trade says that ${why}`, () => {
    assert.is(whyNothingTraded(aStatus(parts)), `0 trades because ${why}`);
  });
}

test('a summary for people has a line for each figure, and a reason only without trades', () => {
  const traded = aStatus({ fills: 3, latencyP99Us: 42 });
  const lines = showSummary(summaryFor(traded), traded).split('\n');
  assert.is(lines.length, 12);
  assert.ok(lines.some((line) => /^decision p99 +42 µs$/.test(line)));
  const idle = aStatus();
  const shown = showSummary(summaryFor(idle), idle).split('\n');
  assert.is(shown.at(-1), '0 trades because none of 5 orders met a taker');
  assert.ok(shown.some((line) => /^decision p99 +-$/.test(line)));
});

test('the state of an empty journal has one hash, whatever the status', () => {
  const one = summaryFor(aStatus());
  assert.match(one.stateHash, /^[0-9a-f]{64}$/);
  assert.is(one.stateHash, summaryFor(aStatus({ fills: 7 })).stateHash);
  assert.is(one.journalSequence, 0);
});

test.run();
