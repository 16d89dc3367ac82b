import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  emergencyCategory,
  onFlat,
  onStopTime,
  type StopCategory,
  type Stopping,
  stopping,
} from '../../../src/control/stop/category.ts';
import { err, ok } from '../../../src/core/result.ts';

const asked = (category: StopCategory, atUs = 0, flattenUs = 1_000) => ({
  category,
  atUs,
  flattenUs,
});

test('ES17: category 1 may flatten until it is flat or until its deadline, then it is 0', () => {
  const one = stopping(null, asked(1, 500));
  assert.equal(one, { category: 1, deadlineUs: 1_500 });
  assert.is(onStopTime(one, 1_499), one);
  const pause = stopping(null, asked(2));
  assert.is(onFlat(pause), pause);
  assert.equal(onStopTime(one, 1_500), { category: 0, deadlineUs: null });
  assert.equal(onFlat(one), { category: 0, deadlineUs: null });
  assert.equal(stopping(null, asked(1, 500, 0)), { category: 0, deadlineUs: null });
});

test('ES18: the emergency stop is configured as category 0 or 1 only', () => {
  assert.equal(emergencyCategory(0), ok(0));
  assert.equal(emergencyCategory(1), ok(1));
  for (const found of [2, '0', null, 0.5]) {
    assert.equal(
      emergencyCategory(found),
      err({ kind: 'no-emergency-category', found: String(found), wanted: '0 or 1' }),
    );
  }
});

test('ES19: while a stop stands its category only falls and its deadline is never put off', () => {
  const move = fc.oneof(
    fc.record({ category: fc.constantFrom<StopCategory>(0, 1, 2), flattenUs: fc.nat(5_000) }),
    fc.constantFrom('flat' as const, 'time' as const),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(2_000), move)), (moves) => {
      let atUs = 0;
      let standing: Stopping | null = null;
      for (const [afterUs, next] of moves) {
        atUs += afterUs;
        const before: Stopping | null = standing;
        if (typeof next === 'object') standing = stopping(before, { ...next, atUs });
        else if (before !== null)
          standing = next === 'flat' ? onFlat(before) : onStopTime(before, atUs);
        if (before === null || standing === null) continue;
        assert.ok(standing.category <= before.category);
        if (before.category === 1 && standing.category === 1) assert.is(standing, before);
      }
    }),
  );
});

test('a deadline that is none is a bug', () => {
  assert.throws(() => stopping(null, asked(1, 0, Number.POSITIVE_INFINITY)), /deadline/);
  assert.throws(() => stopping(null, asked(1, 0, -1)), /deadline/);
});

test.run();
