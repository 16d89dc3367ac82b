import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SortedWindow } from '../../src/math/sorted-window.ts';
import { law } from '../support/law.ts';

const small = fc.integer({ min: -4, max: 4 });

test('the rank counts what is smaller, half of what is equal, and half of the value itself', () => {
  law(
    fc.property(fc.array(small, { minLength: 1, maxLength: 30 }), small, (all, value) => {
      const window = new SortedWindow(9);
      for (const each of all) window.add(each);
      const kept = all.slice(-9);
      const below = kept.filter((each) => each < value).length;
      const even = kept.filter((each) => each === value).length;
      const rank = (below + (even + 1) / 2) / (kept.length + 1);
      assert.is(window.rankOf(value), rank);
      assert.ok(rank > 0 && rank < 1);
      const distances = kept.map((each) => Math.abs(each - value));
      const mean = distances.reduce((sum, each) => sum + each, 0) / kept.length;
      assert.is(window.meanDistance(value), mean);
    }),
  );
});

test('an empty window has no distances, and any value stands in its middle', () => {
  const window = new SortedWindow(3);
  assert.is(window.rankOf(0), 0.5);
  assert.ok(Number.isNaN(window.meanDistance(0)));
});

test.run();
