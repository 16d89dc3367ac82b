import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Inquiries } from '../../src/execution/inquiries.ts';
import { law } from '../support/law.ts';

const MS = 1e6;
/** The window of a request closes here; a second later the venue surely acts on it no more. */
const VALID_UNTIL_MS = 10_000;
const LATE_MS = VALID_UNTIL_MS + 1001;

function asked(...clientIds: readonly string[]): Inquiries {
  const inquiries = new Inquiries();
  for (const clientId of clientIds) inquiries.open(clientId, VALID_UNTIL_MS, 0);
  return inquiries;
}

test('an order is asked about at once, and not again before the answer', () => {
  const inquiries = asked('a');
  assert.equal([inquiries.size, inquiries.has('a'), inquiries.has('b')], [1, true, false]);
  assert.equal(inquiries.due(0, 5), ['a']);
  assert.equal(inquiries.due(1e12, 5), []);
});

test('no more are asked at once than may be, the oldest first', () => {
  const inquiries = asked('a', 'b', 'c');
  assert.equal(inquiries.due(0, 2), ['a', 'b']);
  assert.equal(inquiries.due(0, 2), ['c']);
  assert.equal(asked('a').due(0, 0), []);
});

test('each answer that settles nothing doubles the pause, up to five seconds', () => {
  const inquiries = asked('a');
  let nowMs = 0;
  for (const pauseMs of [250, 500, 1000, 2000, 4000, 5000, 5000]) {
    assert.equal(inquiries.due(nowMs * MS, 1), ['a']);
    inquiries.onSilence('a', nowMs * MS);
    assert.equal(inquiries.due((nowMs + pauseMs) * MS - 1, 1), [], `before ${pauseMs} ms`);
    nowMs += pauseMs;
  }
});

test('to open an inquiry twice changes nothing', () => {
  const inquiries = asked('a');
  inquiries.onNotFound('a', LATE_MS, 0);
  inquiries.onNotFound('a', LATE_MS, 0);
  inquiries.open('a', LATE_MS * 2, 0);
  assert.is(inquiries.onNotFound('a', LATE_MS, 0), true);
});

test('a closed inquiry is forgotten, and what nobody asked for proves nothing', () => {
  const inquiries = asked('a');
  inquiries.close('a');
  assert.equal([inquiries.size, inquiries.due(0, 1)], [0, []]);
  for (let n = 0; n < 5; n += 1) assert.is(inquiries.onNotFound('a', LATE_MS, 0), false);
  inquiries.onSilence('a', 0);
  inquiries.onFound('a', 0);
  assert.is(inquiries.size, 0);
});

type Answer = { readonly kind: 'found' | 'not-found' | 'silence'; readonly venueMs: number };

const anAnswer: fc.Arbitrary<Answer> = fc.record({
  kind: fc.constantFrom<Answer['kind'][]>(
    'not-found',
    'not-found',
    'not-found',
    'silence',
    'found',
  ),
  venueMs: fc.oneof(
    fc.integer({ min: VALID_UNTIL_MS - 2000, max: VALID_UNTIL_MS + 3000 }),
    fc.constantFrom(LATE_MS - 1, LATE_MS),
  ),
});

test('absence is proof after three not-founds in a row, the last of them after the window', () => {
  law(
    fc.property(fc.array(anAnswer, { maxLength: 12 }), (answers) => {
      const inquiries = asked('a');
      let inRow = 0;
      for (const { kind, venueMs } of answers) {
        if (kind === 'found') {
          inRow = 0;
          inquiries.onFound('a', 0);
        } else if (kind === 'silence') {
          inquiries.onSilence('a', 0);
        } else {
          inRow += 1;
          const isProof = inRow >= 3 && venueMs > VALID_UNTIL_MS + 1000;
          assert.is(inquiries.onNotFound('a', venueMs, 0), isProof);
        }
      }
    }),
    500,
  );
});

test.run();
