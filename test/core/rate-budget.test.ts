import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RateBudget } from '../../src/core/rate-budget.ts';
import { law } from '../support/law.ts';

test('a burst is passed at once and the rest at the rate', () => {
  const budget = new RateBudget({ ratePerSecond: 10, burst: 3 }, 0);
  assert.equal(
    [budget.take(0), budget.take(0), budget.take(0), budget.take(0)],
    [true, true, true, false],
  );
  assert.not.ok(budget.take(99));
  assert.ok(budget.take(100));
  assert.not.ok(budget.take(100));
});

test('a reserve is kept for those who do not ask for one', () => {
  const budget = new RateBudget({ ratePerSecond: 1, burst: 5 }, 0);
  assert.ok(budget.take(0, 3, 2));
  assert.not.ok(budget.take(0, 1, 2));
  assert.is(budget.available(0), 2);
  assert.ok(budget.take(0, 2));
});

test('a clock that goes back neither gives nor takes', () => {
  const budget = new RateBudget({ ratePerSecond: 1000, burst: 10 }, 1000);
  assert.ok(budget.take(1000, 10));
  assert.is(budget.available(0), 0);
  assert.is(budget.available(1001), 1);
});

test('no window of time passes more than the burst and its share of the rate', () => {
  const step = fc.record({ waitMs: fc.nat({ max: 400 }), tokens: fc.integer({ min: 1, max: 4 }) });
  law(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const limits = { ratePerSecond: 20, burst: 5 };
      const budget = new RateBudget(limits, 0);
      const taken: { atMs: number; tokens: number }[] = [];
      let nowMs = 0;
      for (const { waitMs, tokens } of steps) {
        nowMs += waitMs;
        if (budget.take(nowMs, tokens)) taken.push({ atMs: nowMs, tokens });
      }
      for (let from = 0; from < taken.length; from += 1) {
        let sum = 0;
        for (const { atMs, tokens } of taken.slice(from)) {
          sum += tokens;
          const windowMs = atMs - (taken[from]?.atMs as number);
          assert.ok(sum <= limits.burst + (windowMs * limits.ratePerSecond) / 1000 + 1e-9);
        }
      }
    }),
  );
});

test.run();
