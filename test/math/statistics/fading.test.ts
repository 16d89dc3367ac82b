import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { effectiveCount, fadingMean, keptAfter } from '../../../src/math/statistics/fading.ts';
import { law } from '../../support/law.ts';
import { near } from '../../support/near.ts';

test('a value counts what is not kept, and what is kept halves with each half-life', () => {
  near(fadingMean(4, 8, 0.75), 5);
  assert.is(fadingMean(1e9, 0.1, 0), 0.1, 'nothing is kept');
  assert.is(fadingMean(0.1, 0.1, 0.3), 0.1, 'nothing is new');
  near(keptAfter(30, 10), 1 / 8);
  assert.is(keptAfter(0, 10), 1);
  near(effectiveCount(0.94), 32.333_333, 1e-7);
});

test('a fading mean is the weighted mean of all, and so between the least and the largest', () => {
  const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  const keep = fc.double({ min: 0, max: 1, noNaN: true });
  law(
    fc.property(
      number,
      fc.array(number, { minLength: 1, maxLength: 50 }),
      keep,
      (first, rest, keep) => {
        let [mean, whole] = [first, first * keep ** rest.length];
        rest.forEach((value, at) => {
          mean = fadingMean(mean, value, keep);
          whole += (1 - keep) * keep ** (rest.length - 1 - at) * value;
        });
        const all = [first, ...rest];
        assert.ok(mean >= Math.min(...all) - 1e-6 && mean <= Math.max(...all) + 1e-6);
        assert.ok(Math.abs(mean - whole) < 1e-6, `${mean} ${whole}`);
      },
    ),
  );
});

test.run();
