import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EntryStaging } from '../../src/audit/entry-staging.ts';
import { encodeEntries } from '../../src/audit/tree/tiles.ts';
import { anEntry, encoded } from '../support/audit/entries.ts';

const entries = [1, 2, 3, 4, 5].map((seq) => anEntry({ seq, payload: { n: 'x'.repeat(seq) } }));
const bytes = entries.map(encoded);

test('entries lie side by side as a bundle has them, whichever way they came', () => {
  const staging = new EntryStaging();
  entries.forEach((entry, at) => {
    if (at % 2 === 1) staging.addBytes(encoded(entry));
    else {
      const added = staging.add(entry);
      assert.ok(added.ok);
      assert.equal(Buffer.from(added.value), Buffer.from(bytes[at] as Uint8Array));
    }
    assert.is(staging.count, at + 1);
  });
  for (let from = 0; from < bytes.length; from += 1) {
    for (let count = 1; from + count <= bytes.length; count += 1) {
      const bundle = encodeEntries(bytes.slice(from, from + count));
      assert.is(Buffer.compare(staging.bundled(from, count), bundle), 0, `${from}, ${count}`);
    }
  }
});

test('an entry that is refused leaves nothing behind', () => {
  const staging = new EntryStaging();
  assert.ok(staging.add(anEntry()).ok);
  assert.not(staging.add(anEntry({ payload: { n: Number.NaN } })).ok);
  assert.not(staging.add(anEntry({ payload: { n: 'x'.repeat(70_000) } })).ok);
  assert.not(staging.add(anEntry({ seq: -1 })).ok);
  assert.ok(staging.add(anEntry({ seq: 2 })).ok);
  assert.is(staging.count, 2);
  const whole = encodeEntries([encoded(anEntry()), encoded(anEntry({ seq: 2 }))]);
  assert.is(Buffer.compare(staging.bundled(0, 2), whole), 0);
});

test('after a commit of many large entries it is empty and holds what it held at first', () => {
  const staging = new EntryStaging();
  const large = anEntry({ payload: { text: 'x'.repeat(65_000) } });
  for (let at = 0; at < 100; at += 1) assert.ok(staging.add(large).ok);
  assert.is(staging.bundled(0, 100).length, 100 * (2 + encoded(large).length));
  staging.clear();
  assert.is(staging.count, 0);
  assert.ok(staging.add(anEntry()).ok);
  assert.is(Buffer.compare(staging.bundled(0, 1), encodeEntries([encoded(anEntry())])), 0);
});

test.run();
