import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SortedWindow } from '../../src/math/sorted-window.ts';
import { law } from '../support/law.ts';

const small = fc.integer({ min: -4, max: 4 });

test('the share below counts what is smaller, and half of what is equal', () => {
  law(
    fc.property(fc.array(small, { minLength: 1, maxLength: 30 }), small, (all, value) => {
      const window = new SortedWindow(9);
      for (const each of all) window.add(each);
      const kept = all.slice(-9);
      const below = kept.filter((each) => each < value).length;
      const even = kept.filter((each) => each === value).length;
      assert.is(window.shareBelow(value), (below + even / 2) / kept.length);
      const distances = kept.map((each) => Math.abs(each - value));
      const mean = distances.reduce((sum, each) => sum + each, 0) / kept.length;
      assert.is(window.meanDistance(value), mean);
    }),
  );
});

test('an empty window has neither shares nor distances', () => {
  const window = new SortedWindow(3);
  assert.ok(Number.isNaN(window.shareBelow(0)));
  assert.ok(Number.isNaN(window.meanDistance(0)));
});

test.run();
