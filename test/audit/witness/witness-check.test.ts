import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Head, signCheckpoint } from '../../../src/audit/note/checkpoint.ts';
import { consistencyProof, rangeRoot } from '../../../src/audit/tree/proofs.ts';
import { checkWitnessed } from '../../../src/audit/witness/witness-check.ts';
import { aForeignKey, aLogKey, ORIGIN } from '../../support/audit/keys.ts';
import { keptTree, someLeaves } from '../../support/audit/trees.ts';
import { law } from '../../support/law.ts';

const LEAVES = 40;
const tree = keptTree(someLeaves(LEAVES));
const fork = keptTree([...someLeaves(10), ...someLeaves(LEAVES, 'other')]);

const headOf = (size: number, of = tree, origin = ORIGIN): Head => ({
  origin,
  size,
  root: rangeRoot(0, size, of.nodeAt),
});

/** What a witness that has seen the first `seen` leaves says to a head of `size`. */
function verdict(
  seen: number | null,
  size: number,
  parts: {
    readonly of?: typeof tree;
    readonly fromSize?: number;
    readonly proof?: readonly Uint8Array[];
    readonly origin?: string;
    readonly note?: string;
  } = {},
): string {
  const { of = tree, fromSize = seen ?? 0, origin = ORIGIN } = parts;
  const isProvable = fromSize > 0 && fromSize <= size;
  const proof = parts.proof ?? (isProvable ? consistencyProof(fromSize, size, of.nodeAt) : []);
  const note = parts.note ?? signCheckpoint(headOf(size, of, origin), [aLogKey(origin)]);
  const last = seen === null ? null : headOf(seen);
  const checked = checkWitnessed(last, { checkpoint: Buffer.from(note), fromSize, proof });
  if (checked.ok) return `seen ${checked.value.size}`;
  const { error } = checked;
  return error.kind === 'stale-proof' ? `${error.kind} ${error.seenSize}` : error.kind;
}

test('a log that has only grown is witnessed, at every size and from every size', () => {
  law(
    fc.property(fc.nat(LEAVES), fc.nat(LEAVES), (one, other) => {
      const [seen, size] = one < other ? [one, other] : [other, one];
      assert.is(verdict(seen, size), `seen ${size}`);
    }),
  );
});

test('the first head of a log needs no proof', () => {
  assert.is(verdict(null, 7), 'seen 7');
  assert.is(verdict(null, 0), 'seen 0');
  assert.is(verdict(null, 7, { fromSize: 3 }), 'stale-proof 0');
});

test('A07 A08: a smaller log, however well it is signed, is a rollback', () => {
  law(
    fc.property(fc.integer({ min: 1, max: LEAVES }), fc.nat(LEAVES - 1), (seen, size) => {
      fc.pre(size < seen);
      assert.is(verdict(seen, size), 'inconsistent');
      assert.is(verdict(seen, size, { fromSize: size }), 'inconsistent');
    }),
  );
});

test('A03 A09: a log that was written anew or forked is found out, at any size', () => {
  for (const seen of [11, 16, 20]) {
    for (const size of [seen, seen + 1, LEAVES]) {
      assert.is(verdict(seen, size, { of: fork }), 'inconsistent', `${seen} to ${size}`);
    }
  }
  assert.is(verdict(10, LEAVES, { of: fork }), `seen ${LEAVES}`, 'before the fork it is the same');
});

test('a proof of another log, or none, does not do', () => {
  assert.is(verdict(11, 30, { proof: [] }), 'inconsistent');
  const proof = consistencyProof(11, 30, fork.nodeAt);
  assert.is(verdict(11, 30, { proof }), 'inconsistent');
});

test('a proof from another size is told which one is right, and is no evidence', () => {
  assert.is(verdict(11, 30, { fromSize: 10 }), 'stale-proof 11');
  assert.is(verdict(11, 30, { fromSize: 0 }), 'stale-proof 11');
});

test('the same head is witnessed again without a proof', () => {
  assert.is(verdict(11, 11, { proof: [] }), 'seen 11');
});

test('A12: another log is not witnessed in the place of the one that was seen', () => {
  assert.is(verdict(11, 30, { origin: 'desk.example/other' }), 'inconsistent');
});

test('a stolen key rolls nothing back, and who has signed is not what is asked', () => {
  const note = signCheckpoint(headOf(5), [aForeignKey()]);
  assert.is(verdict(11, 5, { note }), 'inconsistent');
});

test('what is no checkpoint is refused as such', () => {
  assert.is(verdict(11, 30, { note: 'no note' }), 'refused');
  const odd = signCheckpoint(headOf(30), [aLogKey()]).replace('\n30\n', '\n030\n');
  assert.is(verdict(11, 30, { note: odd }), 'refused');
});

test.run();
