import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BenfordCounts } from '../../../src/market/quality/benford.ts';
import { law } from '../../support/law.ts';

test('a whole number counts as its text does', () => {
  law(
    fc.property(
      fc.constantFrom<'first' | 'first-two'>('first', 'first-two'),
      fc.array(fc.maxSafeNat(), { minLength: 1, maxLength: 20 }),
      (digits, values) => {
        const [whole, text] = [new BenfordCounts(digits), new BenfordCounts(digits)];
        for (const value of values) {
          whole.addWhole(value);
          if (value >= (digits === 'first' ? 1 : 10)) text.addText(String(value));
        }
        assert.equal(whole.report(), text.report());
      },
    ),
  );
});

test('zeros, signs, points and exponents are no leading digits', () => {
  const counts = new BenfordCounts('first-two');
  for (const text of ['0.0012', '-12', '1.2e-9', '12,345', '1.2']) counts.addText(text);
  assert.is(counts.report()?.counts[2], 5);
  counts.addText('0.000');
  counts.addText('7');
  assert.is(counts.n, 6);
  assert.is(counts.report()?.counts[60], 1);
});

test('what has no leading digits is left out', () => {
  const counts = new BenfordCounts('first');
  for (const value of [0, -3, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) counts.addWhole(value);
  assert.is(counts.report(), null);
});

test('sizes that span decades conform, prices of one symbol do not', () => {
  const [sizes, prices] = [new BenfordCounts('first'), new BenfordCounts('first')];
  for (let at = 0; at < 3_000; at += 1) {
    sizes.addWhole(Math.round(10 ** (1 + (at / 3_000) * 5)));
    prices.addWhole(6_100_000 + at);
  }
  assert.is(sizes.report()?.conformity, 'close');
  assert.is(prices.report()?.conformity, 'nonconformity');
});

test('counts that were cleared are new', () => {
  const counts = new BenfordCounts('first');
  counts.addWhole(5);
  counts.clear();
  assert.is(counts.n, 0);
  counts.addWhole(40);
  assert.equal(counts.report()?.counts, [0, 0, 0, 1, 0, 0, 0, 0, 0]);
});

test('the names of conformity follow the mean absolute deviation', () => {
  // Shares of the law but for one digit, whose surplus is what the deviation has to be.
  const named = [0.005, 0.011, 0.014, 0.03].map((mad) => {
    const counts = new BenfordCounts('first');
    for (let digit = 1; digit <= 9; digit += 1) {
      const share = Math.log10(1 + 1 / digit) + (digit === 1 ? 1 : -1 / 8) * 4.5 * mad;
      for (let at = 0; at < Math.round(100_000 * share); at += 1) counts.addWhole(digit);
    }
    return counts.report()?.conformity;
  });
  assert.equal(named, ['close', 'acceptable', 'marginal', 'nonconformity']);
});

test.run();
