import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CoverageWatch } from '../../src/audit/coverage.ts';
import { nanosOf } from '../../src/core/units.ts';
import { law } from '../support/law.ts';

const MS = 1e6;

test('what is covered at once is never late, and what is not grows older with every look', () => {
  const watch = new CoverageWatch();
  assert.is(watch.look(5, 5, nanosOf(0)), 0);
  assert.is(watch.look(9, 5, nanosOf(100 * MS)), 0);
  assert.is(watch.look(12, 8, nanosOf(200 * MS)), 100);
  assert.is(watch.look(20, 9, nanosOf(300 * MS)), 100, 'record 9 is covered, 12 since 100 ms not');
  assert.is(watch.look(20, 19, nanosOf(1_400 * MS)), 1_100);
  assert.is(watch.look(20, 20, nanosOf(1_500 * MS)), 0);
});

test('C33: a log that stands still is found out, and the answer is never above the truth', () => {
  const steps = fc.array(fc.record({ appended: fc.nat({ max: 5 }), covered: fc.nat({ max: 6 }) }));
  law(
    fc.property(steps, fc.integer({ min: 1, max: 200 }), (looks, pauseMs) => {
      const watch = new CoverageWatch();
      const writtenMs: number[] = [];
      let covered = 0;
      let lastLookMs = 0;
      for (const [at, step] of looks.entries()) {
        const nowMs = at * pauseMs;
        covered = Math.min(writtenMs.length, covered + step.covered);
        for (let count = step.appended; count > 0; count -= 1) writtenMs.push(lastLookMs);
        const age = watch.look(writtenMs.length, covered, nanosOf(nowMs * MS));
        const oldest = covered < writtenMs.length ? nowMs - (writtenMs[covered] as number) : 0;
        assert.ok(age <= oldest, `${age} is above ${oldest}`);
        assert.ok(age >= oldest - pauseMs, `${age} for ${oldest}`);
        lastLookMs = nowMs;
      }
    }),
  );
});

test('when more looks wait than are remembered, the oldest is still known', () => {
  const watch = new CoverageWatch();
  for (let look = 0; look <= 200; look += 1) {
    assert.is(watch.look(look + 1, 0, nanosOf(look * MS)), look);
  }
});

test.run();
