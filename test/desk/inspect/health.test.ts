import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type DeskHealth, healthOf } from '../../../src/desk/inspect/health.ts';
import { CALM } from '../../support/edge/command-world.ts';
import { TREE_ROW } from '../../support/edge/test-inspector.ts';

const GOOD: DeskHealth = {
  control: CALM,
  journalFault: null,
  storeFault: null,
  journalSequence: 10,
  journalBehind: 0,
  overBudget: null,
  restarts: 0,
  deadLetters: 0,
};

test('a desk with nothing wrong is healthy', () => {
  const report = healthOf([TREE_ROW, { ...TREE_ROW, status: 'awaiting' }], GOOD, []);
  assert.equal([report.isHealthy, report.complaints, report.actors], [true, [], 2]);
});

const wrong: [
  what: string,
  row: Partial<typeof TREE_ROW>,
  desk: Partial<DeskHealth>,
  said: RegExp,
][] = [
  ['an actor that is down', { status: 'down' }, {}, /^trading\/risk is down, it should run$/],
  ['a full mailbox', { mailbox: 8_000 }, {}, /^trading\/risk has 8000 messages in a mailbox of/],
  ['many restarts', { recentRestarts: 4 }, {}, /was restarted 4 times within a minute$/],
  ['a closed gate', {}, { control: { ...CALM, gate: ['journal'] } }, /^the gate is closed: jour/],
  ['a fault', {}, { control: { ...CALM, faults: ['venue:x'] } }, /^control has a fault: venue:x$/],
  ['an emergency', {}, { control: { ...CALM, mode: 'emergency' } }, /`reset` comes first$/],
  ['a broken journal', {}, { journalFault: 'no space' }, /^no space$/],
  ['a broken store', {}, { storeFault: 'it died' }, /^it died$/],
  ['a journal over its budget', {}, { overBudget: 'too much' }, /^too much$/],
];
for (const [what, row, desk, said] of wrong) {
  test(`${what} is the one complaint`, () => {
    const report = healthOf([{ ...TREE_ROW, ...row }], { ...GOOD, ...desk }, []);
    assert.equal([report.isHealthy, report.complaints.length], [false, 1]);
    assert.match(report.complaints[0] as string, said);
  });
}

test.run();
