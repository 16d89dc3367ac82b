import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FAILURES_MAX, LOCK_MS, LoginGuard } from '../../src/remote/login-guard.ts';
import { law } from '../support/law.ts';

function lockedAt(nowMs: number): LoginGuard {
  const guard = new LoginGuard();
  for (let failed = 0; failed < FAILURES_MAX; failed += 1) guard.failed(nowMs);
  return guard;
}

test('five failures within a minute lock for a minute', () => {
  const guard = lockedAt(0);
  assert.equal([guard.isLocked(0), guard.isLocked(LOCK_MS - 1)], [true, true]);
  assert.not(guard.isLocked(LOCK_MS));
});

test('failures that lie a minute back are forgotten', () => {
  const guard = new LoginGuard();
  for (const atMs of [0, 1, 2, 3]) guard.failed(atMs);
  guard.failed(60_000);
  assert.not(guard.isLocked(60_000), 'the first of the five is forgotten');
  guard.failed(60_000);
  guard.failed(60_000);
  assert.ok(guard.isLocked(60_000));
});

test('a flood does not hold the door shut longer than one lock at a time', () => {
  const guard = lockedAt(0);
  for (let atMs = 1; atMs < LOCK_MS; atMs += 1_000) guard.failed(atMs);
  assert.not(guard.isLocked(LOCK_MS));
});

test('fewer than five failures in any minute never lock', () => {
  law(
    fc.property(fc.array(fc.nat(20_000), { maxLength: 50 }), (gaps) => {
      const guard = new LoginGuard();
      let nowMs = 0;
      for (const gap of gaps) {
        nowMs += 15_000 + gap;
        guard.failed(nowMs);
        assert.not(guard.isLocked(nowMs));
      }
    }),
  );
});

test.run();
