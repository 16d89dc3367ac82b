import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Occurrences, SteadyRate } from '../../../src/risk/watch/occurrences.ts';
import { law } from '../../support/law.ts';

test('occurrences are counted within a time, its first moment included', () => {
  const seen = new Occurrences(4);
  for (const atMs of [0, 10, 20]) seen.add(atMs);
  assert.equal([seen.within(10, 20), seen.within(20, 20), seen.within(5, 100)], [2, 3, 0]);
  assert.throws(() => new Occurrences(0), /room for one/);
});

test('of more than there is room for the oldest are forgotten', () => {
  const seen = new Occurrences(2);
  for (const atMs of [0, 1, 2]) seen.add(atMs);
  assert.is(seen.within(10, 2), 2);
});

test('a steady rate is that of the least of the ten seconds before', () => {
  const rate = new SteadyRate();
  assert.is(rate.least, 0);
  for (let second = 0; second < 11; second += 1) {
    for (let at = 0; at < 5 + (second % 2); at += 1) rate.add(second * 1_000 + at);
    if (second < 10) assert.is(rate.least, 0, String(second));
  }
  assert.is(rate.least, 5);
  rate.add(12_000);
  assert.is(rate.least, 0);
  rate.add(60_000);
  assert.is(rate.least, 0);
});

test('a steady rate is what counting by hand says', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 1_500 }), { minLength: 1, maxLength: 200 });
  law(
    fc.property(gaps, (steps) => {
      const rate = new SteadyRate();
      const seconds: number[] = [];
      let nowMs = 0;
      for (const step of steps) {
        nowMs += step;
        rate.add(nowMs);
        seconds.push(Math.floor(nowMs / 1_000));
      }
      const last = Math.floor(nowMs / 1_000);
      const counts = Array.from(
        { length: 10 },
        (_, back) => seconds.filter((second) => second === last - 1 - back).length,
      );
      return rate.least === Math.min(...counts);
    }),
  );
});

test.run();
