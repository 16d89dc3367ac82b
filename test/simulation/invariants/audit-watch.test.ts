import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { signCheckpoint } from '../../../src/audit/note/checkpoint.ts';
import { signerOf, verifierKeyText } from '../../../src/audit/note/keys.ts';
import { lossyFiles } from '../../../src/simulation/disk/lossy-files.ts';
import { AuditWatch, UNCOVERED_MS_MAX } from '../../../src/simulation/invariants/audit-watch.ts';
import { Verdicts } from '../../../src/simulation/invariants/verdicts.ts';
import { submitted } from '../../storage/journal/events.ts';

const SIGNER = signerOf('flyball/x', 'log', new Uint8Array(32).fill(7));
const FILE = 'audit/checkpoint';
const event = submitted();

function checkpointOf(size: number): Uint8Array {
  const head = { origin: 'flyball/x', size, root: new Uint8Array(32).fill(size) };
  return Buffer.from(signCheckpoint(head, [SIGNER]));
}

function watched() {
  const verdicts = new Verdicts(
    () => ({ step: 0, atMs: 0 }),
    () => {},
  );
  const files = lossyFiles();
  files.replace('keys/audit.vkey', Buffer.from(`${verifierKeyText(SIGNER.key)}\n`));
  const options = { folder: 'audit', keyFile: 'keys/audit.vkey', segments: 'journal/segments' };
  const watch = new AuditWatch({ verdicts, ...options });
  const commit = (size: number): void => {
    files.replace(FILE, checkpointOf(size));
    watch.replaced(FILE, checkpointOf(size));
  };
  const found = () => verdicts.violations.map(({ invariant, detail }) => `${invariant} ${detail}`);
  return { watch, files, commit, found };
}

test('I4: no order leaves while one before it is without a leaf beyond the bound', () => {
  const { watch, commit, found } = watched();
  watch.journaled(5, event, 1_000);
  watch.orderLeaves('a', 1_000 + UNCOVERED_MS_MAX);
  assert.equal(found(), []);
  watch.orderLeaves('b', 1_001 + UNCOVERED_MS_MAX);
  assert.equal(found(), ['I4 b leaves while record 5 has no leaf for 1501 ms']);
  commit(5);
  watch.orderLeaves('c', 9_000);
  assert.is(found().length, 1);
});

test('what is no order and no fill may wait for its leaf', () => {
  const { watch, found } = watched();
  watch.journaled(5, { kind: 'heartbeat', covered: 4 }, 0);
  watch.orderLeaves('a', 60_000);
  assert.equal(found(), []);
});

test('I4: a checkpoint that is none, and one that is smaller, are found', () => {
  const { watch, commit, found } = watched();
  commit(7);
  assert.is(watch.covered, 7);
  watch.replaced('audit/witnessed', checkpointOf(1));
  commit(6);
  watch.replaced(FILE, new Uint8Array(3));
  assert.is(found().length, 2);
  assert.match(found()[0] ?? '', /^I4 a checkpoint of 6 entries comes after one of 7/);
  assert.match(found()[1] ?? '', /^I4 a checkpoint that is none/);
});

test('I4: a desk that opens has covered everything that its journal holds', () => {
  const { watch, files, commit, found } = watched();
  commit(9);
  watch.opened(files, 9);
  assert.equal(found(), []);
  watch.opened(files, 10);
  assert.equal(found(), ['I4 a desk opens with 9 of 10 records covered']);
});

test('a medium that was false takes the heads back that it had vouched for', () => {
  const { watch, files, commit, found } = watched();
  commit(9);
  watch.mediumWasFalse();
  files.replace(FILE, checkpointOf(4));
  watch.opened(files, 4);
  assert.equal([found(), watch.covered], [[], 4]);
  commit(3);
  assert.is(found().length, 1, 'from here on it counts again');
});

test('a process that is gone leaves what it had not covered to the next one', () => {
  const { watch, found } = watched();
  watch.journaled(5, event, 0);
  watch.ended();
  watch.orderLeaves('a', 60_000);
  assert.equal(found(), []);
});

test('I4: a log at rest that does not stand verification is found', () => {
  const { watch, files, commit, found } = watched();
  commit(3);
  watch.opened(files, 3);
  watch.verify(files, 3);
  assert.is(found().length, 1);
  assert.match(found()[0] ?? '', /^I4 the log at rest: /);
});

test.run();
