import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { refusalOf } from '../../../src/venues/connection/refusal.ts';

const unsaid = Number.NaN;

test('429 and 418 are a ban for as long as the venue says, three days at most', () => {
  for (const status of [429, 418]) {
    assert.equal(refusalOf({ status, retryAfterSeconds: 7 }), { kind: 'banned', forMs: 7_000 });
    const longest = refusalOf({ status, retryAfterSeconds: 1e9 });
    assert.equal(longest, { kind: 'banned', forMs: 3 * 86_400_000 });
  }
});

test('a ban whose end is not said, or makes no sense, is of the usual length', () => {
  for (const retryAfterSeconds of [unsaid, 0, -5]) {
    const tooMany = refusalOf({ status: 429, retryAfterSeconds });
    assert.equal(tooMany, { kind: 'banned', forMs: 60_000 });
    const banned = refusalOf({ status: 418, retryAfterSeconds });
    assert.equal(banned, { kind: 'banned', forMs: 120_000 });
  }
});

test('503 is maintenance, and any other status says nothing about the next attempt', () => {
  assert.equal(refusalOf({ status: 503, retryAfterSeconds: 3 }), { kind: 'maintenance' });
  for (const status of [200, 400, 404, 500, 502]) {
    assert.is(refusalOf({ status, retryAfterSeconds: unsaid }), null);
  }
});

test.run();
