import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SortedTicks } from '../../../src/simulation/book/sorted-ticks.ts';

for (const ticksMax of [10, 31, 32, 1_000, 100_000_000, 2 ** 45]) {
  test(`up to ${ticksMax} it agrees with a sorted list`, () => {
    const price = fc.oneof(
      fc.integer({ min: 1, max: Math.min(40, ticksMax) }),
      fc.maxSafeInteger().map((n) => 1 + (Math.abs(n) % ticksMax)),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(price, fc.boolean()), { maxLength: 100 }),
        price,
        (changes, probe) => {
          const set = new SortedTicks(ticksMax);
          const model = new Set<number>();
          for (const [ticks, isAdded] of changes) {
            if (isAdded) set.add(ticks);
            else set.delete(ticks);
            if (isAdded) model.add(ticks);
            else model.delete(ticks);
          }
          const sorted = [...model].sort((left, right) => left - right);
          assert.is(set.size, sorted.length);
          for (const ticks of [probe, ...sorted]) {
            assert.is(set.has(ticks), model.has(ticks));
            assert.is(set.above(ticks), sorted.find((other) => other > ticks) ?? -1);
            assert.is(set.below(ticks), sorted.findLast((other) => other < ticks) ?? -1);
          }
        },
      ),
    );
  });
}

test.run();
