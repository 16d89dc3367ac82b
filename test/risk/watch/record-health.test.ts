import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultsOf } from '../../../src/risk/controls/control.ts';
import { auditHealth } from '../../../src/risk/controls/process.ts';
import { type RecordFigures, recordTrouble } from '../../../src/risk/watch/record-health.ts';

const LIMITS = defaultsOf(auditHealth);

const figures = (over: Partial<RecordFigures> = {}): RecordFigures => ({
  overBudget: null,
  unsyncedMs: 0,
  recordsBehind: 0,
  uncoveredMs: 0,
  freeFraction: 1,
  ...over,
});

const CASES: readonly [Partial<RecordFigures>, string][] = [
  [{}, ''],
  [{ unsyncedMs: 1_000, uncoveredMs: 1_000, recordsBehind: 100_000, freeFraction: 0.05 }, ''],
  [
    { overBudget: { usedBytes: 2, budgetBytes: 1 }, freeFraction: 0 },
    'the journal takes 2 bytes and may take 1',
  ],
  [{ freeFraction: 0.049 }, '4.9 % of the disk are free, wanted 5 %'],
  [{ freeFraction: Number.NaN }, 'NaN % of the disk are free, wanted 5 %'],
  [{ unsyncedMs: 1_000.6 }, 'events are unsynced for 1001 ms'],
  [{ unsyncedMs: Number.NaN }, 'events are unsynced for NaN ms'],
  [{ recordsBehind: 100_001 }, 'the store is 100001 events behind'],
  [{ uncoveredMs: 1_001 }, 'events are without a signed checkpoint for 1001 ms'],
];

for (const [over, wanted] of CASES) {
  test(`C33: ${JSON.stringify(over)} comes to ${wanted || 'no trouble'}`, () => {
    assert.is(recordTrouble(figures(over), LIMITS), wanted);
  });
}

test.run();
