import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { journalFaultText } from '../../../src/storage/journal/faults.ts';

type Fault = Parameters<typeof journalFaultText>[0];

const cases: readonly (readonly [Fault, string])[] = [
  [
    { kind: 'full', file: 'f', doing: 'writing', detail: 'ENOSPC' },
    'f: writing failed: no space is left on the medium',
  ],
  [
    { kind: 'corrupt', file: 'f', offset: 9, found: 'it is bad', remedy: 'restore it' },
    'f at byte 9: it is bad; restore it',
  ],
  [{ kind: 'malformed-event', sequence: 3, found: 'x: short' }, 'record 3: x: short'],
  [
    { kind: 'store-full', path: 'p', detail: '9 bytes' },
    'the store in p is full: 9 bytes; raise the bound or free space',
  ],
  [
    { kind: 'store-io', path: 'p', doing: 'committing', detail: 'EIO' },
    'the store in p: committing failed: EIO',
  ],
  [
    { kind: 'store-corrupt', path: 'p', found: 'rubbish', remedy: 'restore it' },
    'the store in p: rubbish; restore it',
  ],
  [
    { kind: 'wrong-expected-version', stream: 'order/a', expected: 'none', actual: 2 },
    'order/a has version 2, none was expected',
  ],
  [
    { kind: 'wrong-stream', stream: 'order/a', sequence: 4, belongsTo: 'desk' },
    'record 4 belongs to desk, not to order/a',
  ],
  [{ kind: 'sequence-gap', expected: 4, found: 6 }, 'record 4 comes next, 6 was offered'],
];

test('every fault says what was found and what would be right', () => {
  for (const [fault, text] of cases) assert.is(journalFaultText(fault), text);
});

test('a fault that nobody knows is a bug', () => {
  assert.throws(() => journalFaultText({ kind: 'other' } as never), /unreachable/);
});

test.run();
