import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { CallOutcome } from '../../../src/risk/panic/api-errors.ts';
import { VenueWatch } from '../../../src/risk/watch/venue-watch.ts';
import { aPort } from '../../support/trade/watches.ts';

/** Two venues; a lot of BTC is 1,000 units and worth 0.0001 of the equity. */
function someVenues() {
  const { port, found } = aPort();
  const watch = new VenueWatch(port, 2, (_venue, _asset, units) => ({
    lots: Math.abs(units) / 1_000,
    equityFraction: Math.abs(units) / 1e7,
  }));
  const answered = (outcome: CallOutcome, atMs: number, parts = {}): void =>
    watch.onNews(
      { kind: 'api-answered', venue: 0, outcome, isBan: false, retryAfterMs: 0, ...parts },
      atMs,
    );
  const differed = (units: number, atMs: number): void =>
    watch.onNews(
      { kind: 'balances-differed', venue: 1, differences: [{ asset: 'BTC', units }] },
      atMs,
    );
  return { watch, found, answered, differed };
}

test('C28: five failures in a row halt the venue, and only new ones do so again', () => {
  const { found, answered } = someVenues();
  for (let call = 0; call < 4; call += 1) answered('timeout', call);
  answered('ok', 4);
  for (let call = 5; call < 9; call += 1) answered('5xx', call);
  assert.equal(found, []);
  answered('5xx', 9);
  assert.equal(found, ['C28 venue:0 halted']);
});

test('C28: half of ten calls by weight halt the venue', () => {
  const { found, answered } = someVenues();
  for (let call = 0; call < 10; call += 1) answered(call % 2 === 0 ? '5xx' : 'ok', call);
  assert.equal(found, ['C28 venue:0 halted']);
});

test('C29: two replies 429 in a minute are borne, the third pauses the venue', () => {
  const { found, answered } = someVenues();
  answered('429', 0);
  answered('429', 30_000);
  answered('429', 60_001);
  assert.equal(found, []);
  answered('429', 90_000);
  assert.equal(found, ['C29 venue:0 paused']);
});

test('C29: a ban pauses at once and stands until Retry-After is over', () => {
  const { watch, found, answered } = someVenues();
  answered('429', 0, { isBan: true, retryAfterMs: 5_000 });
  assert.equal(found, ['C29 venue:0 paused']);
  found.length = 0;
  watch.tick(4_999);
  assert.equal(found, []);
  const { port, found: later } = aPort();
  const fresh = new VenueWatch(port, 1, () => ({ lots: 0, equityFraction: 0 }));
  const ban = { kind: 'api-answered', venue: 0, outcome: '429', isBan: true } as const;
  fresh.onNews({ ...ban, retryAfterMs: 5_000 }, 0);
  later.length = 0;
  fresh.tick(5_000);
  assert.equal(later, []);
});

test('C16: a clock that is off warns, halts, and is fine again when it is', () => {
  const { watch, found } = someVenues();
  const off = (offsetMs: number, atMs: number): void => {
    watch.onNews({ kind: 'clock-measured', venue: 0, offsetMs, errorMs: 5 }, atMs);
    watch.tick(atMs);
  };
  off(250, 0);
  assert.equal(found, []);
  off(-300, 1);
  off(1_001, 2);
  off(10, 3);
  assert.equal(found, ['C16 venue:0 warn', 'C16 venue:0 halted', 'C16 venue:0 fine']);
});

test('C16: a monotonic clock that goes back halts every venue', () => {
  const { watch, found } = someVenues();
  watch.tick(1_000);
  watch.tick(999);
  assert.equal(found, ['C16 venue:0 halted', 'C16 venue:1 halted']);
});

test('C25: a difference of more than a lot warns, and a second one within 30 s halts', () => {
  const { found, differed } = someVenues();
  differed(1_000, 0);
  assert.equal(found, []);
  differed(-1_001, 1_000);
  assert.equal(found, ['C25 venue:1 warn']);
  differed(2_000, 40_000);
  assert.equal(found, ['C25 venue:1 warn']);
  differed(2_000, 69_999);
  assert.equal(found, ['C25 venue:1 warn', 'C25 venue:1 halted']);
});

test.run();
