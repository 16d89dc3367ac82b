import { hash } from 'node:crypto';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeEntry } from '../../../../src/audit/entry.ts';
import { lossyFiles } from '../../../../src/simulation/disk/lossy-files.ts';
import { JournalLeaves } from '../../../../src/storage/audit/drain/journal-leaves.ts';
import type { JournalEvent } from '../../../../src/storage/journal/event-table.ts';
import { DOCUMENT_BYTES_MAX } from '../../../../src/storage/journal/fields.ts';
import { entriesIn, LOG, verdictOf } from '../../../support/audit/forgeries.ts';
import { commit, openedLog } from '../../../support/audit/logs.ts';
import { recordOf } from '../../../support/audit/records.ts';
import { law } from '../../../support/law.ts';
import { must } from '../../../support/venue/fixtures.ts';
import { anyEvent, submitted } from '../../journal/events.ts';

/** A hand-over of the key is the writer's to make an entry of. */
const anEvent = anyEvent.filter(({ kind }) => kind !== 'audit-key-rotated');
const modeChanged = (over: object = {}): JournalEvent => ({
  kind: 'mode-changed',
  ...{
    from: 'full-auto',
    to: 'manual',
    requested: 'manual',
    by: 'alice',
    reason: 'lunch',
    epoch: 7,
  },
  ...{ machine: '{}', machineVersion: 1, ...over },
});

function leavesOf(events: readonly JournalEvent[]) {
  const files = lossyFiles();
  const { log } = openedLog(files, LOG);
  const leaves = new JournalLeaves(log);
  for (const [at, event] of events.entries()) must(leaves.append(...recordOf(event, at + 1)));
  commit(log);
  assert.is(verdictOf(files), 'verified');
  return entriesIn(files).map((bytes) => must(decodeEntry(bytes)));
}

test('every event of the journal becomes an entry, and the log of them is verified', () => {
  law(
    fc.property(fc.array(anEvent, { minLength: 1, maxLength: 30 }), (events) => {
      const entries = leavesOf(events);
      assert.equal(
        entries.map(({ type }) => type),
        events.map(({ kind }) => kind),
      );
      assert.equal(
        entries.map(({ seq }) => seq),
        events.map((_, at) => at + 1),
      );
    }),
    25,
  );
});

test('an entry says who did it, and no name poses as another kind', () => {
  const filled: JournalEvent = { kind: 'order-canceled', clientId: 'desk-1-mm-1', reason: '' };
  const posing: JournalEvent = { kind: 'command-given', by: 'strategy:mm', command: 'go' };
  const moved: JournalEvent = { kind: 'venue-reconciled', venue: 'kraken', marks: '' };
  const actors = leavesOf([submitted(), filled, posing, moved]).map(({ actor }) => actor);
  assert.equal(actors, ['strategy:mm', 'desk', 'by:strategy:mm', 'venue:kraken']);
});

test('the epoch of an entry never goes back in a boot, though a late intent names an old', () => {
  const events = [submitted({ epoch: 3 }), modeChanged(), submitted({ epoch: 3 })];
  assert.equal(
    leavesOf(events).map(({ epoch }) => epoch),
    [3, 7, 7],
  );
});

test('a drain goes on where the log ends, and a new boot has its own epochs', () => {
  const files = lossyFiles();
  const first = openedLog(files, LOG).log;
  must(new JournalLeaves(first).append(...recordOf(modeChanged(), 1)));
  commit(first);
  first.close();
  const { log } = openedLog(files, LOG);
  const leaves = new JournalLeaves(log);
  must(leaves.append(...recordOf(submitted({ epoch: 2 }), 2)));
  must(leaves.append(...recordOf(submitted({ epoch: 2 }), 3, 2)));
  const gap = leaves.append(...recordOf(submitted(), 5, 2));
  assert.is(gap.ok ? '' : gap.error.kind, 'entry-missing');
  commit(log);
  const epochs = entriesIn(files).map((bytes) => must(decodeEntry(bytes)).epoch);
  assert.equal(epochs, [7, 7, 2]);
});

test('an event too long for an entry keeps its short fields and digests of its long ones', () => {
  const machine = '"\u0000'.repeat(DOCUMENT_BYTES_MAX / 2);
  const [entry] = leavesOf([modeChanged({ machine })]);
  assert.equal(entry?.payload['machine'], {
    bytes: String(DOCUMENT_BYTES_MAX),
    sha256: hash('sha256', machine),
  });
  assert.equal([entry?.payload['to'], entry?.payload['by']], ['manual', 'alice']);
});

test('the longest names and the worst characters still fit', () => {
  const worst = '\u0000'.repeat(255);
  const reason = '\u0000'.repeat(16_384);
  const order = { clientId: worst, strategy: worst, venue: worst };
  const rejected: JournalEvent = { kind: 'order-rejected', clientId: worst, reason };
  const entries = leavesOf([submitted(order), rejected, modeChanged({ by: worst, reason })]);
  assert.is(entries.length, 3);
});

test('what concerns safety waits for no other entry', () => {
  assert.ok(JournalLeaves.isUrgent(modeChanged()));
  assert.not(JournalLeaves.isUrgent(submitted()));
});

test.run();
