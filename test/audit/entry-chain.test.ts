import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { AuditEntry } from '../../src/audit/entry.ts';
import { chainFault, FIRST_LINK } from '../../src/audit/entry-chain.ts';
import { EMPTY_ROOT, leafHash } from '../../src/audit/tree/hash.ts';
import { anEntry, encoded } from '../support/audit/entries.ts';

const before = anEntry({ seq: 10, boot: 3, epoch: 5, monoNs: 1000n });
const link = { entry: before, hash: leafHash(encoded(before)) };
const fault = (over: Partial<AuditEntry>) => {
  const next = { seq: 11, boot: 3, epoch: 5, monoNs: 1000n, prev: link.hash, ...over };
  return chainFault(link, anEntry(next));
};

test('an entry follows another with the next sequence and no earlier time', () => {
  assert.is(fault({}), null);
  assert.is(fault({ epoch: 6, monoNs: 1001n }), null);
});

test('a new boot begins its own clock and epochs', () => {
  assert.is(fault({ boot: 4, epoch: 0, monoNs: 0n }), null);
});

test('the first entry has any sequence, and follows the empty tree', () => {
  assert.is(chainFault(FIRST_LINK, anEntry({ seq: 4711, prev: EMPTY_ROOT })), null);
  assert.is(chainFault(FIRST_LINK, anEntry({ prev: link.hash }))?.kind, 'chain');
});

test('A04 A06 A17: a sequence that is left out or comes twice is found', () => {
  assert.equal(fault({ seq: 12 }), {
    kind: 'entry-missing',
    found: 'seq 12',
    expected: 'seq 11',
  });
  assert.is(fault({ seq: 10 })?.kind, 'sequence');
  assert.is(fault({ seq: 1 })?.kind, 'sequence');
});

test('A05: an entry that was written after another one is found', () => {
  assert.is(fault({ prev: EMPTY_ROOT })?.kind, 'chain');
});

test('A16: a clock that goes back within a boot is found', () => {
  assert.is(fault({ monoNs: 999n })?.kind, 'clock-back');
});

test('a boot or an epoch that goes back is found', () => {
  assert.is(fault({ boot: 2 })?.kind, 'boot-back');
  assert.is(fault({ epoch: 4 })?.kind, 'epoch-back');
});

test.run();
