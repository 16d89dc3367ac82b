import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Rng, rngOf } from '../../src/core/rng.ts';
import { law } from '../support/law.ts';

const draws = (random: Rng, count: number): number[] =>
  Array.from({ length: count }, () => random.next());

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

test('one seed gives one sequence, another seed another', () => {
  law(
    fc.property(fc.integer(), fc.integer(), (seed, other) => {
      assert.equal(draws(rngOf(seed), 5), draws(rngOf(seed), 5));
      const isSame = draws(rngOf(seed), 5).join() === draws(rngOf(other), 5).join();
      assert.is(isSame, seed === other);
    }),
  );
});

test('the sequence of seed 1 is what the published algorithms give', () => {
  const uint32s = draws(rngOf(1), 4).map((value) => value * 2 ** 32);
  assert.equal(uint32s, [393_288_148, 2_174_103_013, 3_814_759_091, 2_092_745_082]);
});

test('draws lie in 0 to 1 and spread evenly', () => {
  const values = draws(rngOf(7), 20_000);
  assert.ok(values.every((value) => value >= 0 && value < 1));
  const counts = new Array(20).fill(0);
  for (const value of values) counts[Math.floor(value * 20)] += 1;
  // Chi-squared of 19 degrees of freedom; 43.8 is passed once in a thousand seeds.
  const chiSquared = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  assert.ok(chiSquared < 43.8, `${chiSquared}`);
});

test('a bounded draw is whole and below its bound', () => {
  law(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 2 ** 32 }), (seed, bound) => {
      const value = rngOf(seed).below(bound);
      assert.ok(Number.isInteger(value) && value >= 0 && value < bound);
    }),
  );
});

test('a bound that is no whole number from 1 to 2^32 throws', () => {
  for (const bound of [0, -1, 1.5, Number.NaN, 2 ** 32 + 1]) {
    assert.throws(
      () => rngOf(1).below(bound),
      (thrown: Error) => thrown instanceof RangeError,
    );
  }
});

test('normal draws have mean 0, variance 1 and a kurtosis of 3', () => {
  const random = rngOf(3);
  const values = Array.from({ length: 40_000 }, () => random.normal());
  assert.ok(Math.abs(mean(values)) < 0.02);
  assert.ok(Math.abs(mean(values.map((value) => value ** 2)) - 1) < 0.03);
  assert.ok(Math.abs(mean(values.map((value) => value ** 4)) - 3) < 0.2);
});

test('exponential draws are positive with mean 1 and variance 1', () => {
  const random = rngOf(4);
  const values = Array.from({ length: 40_000 }, () => random.exponential());
  assert.ok(values.every((value) => value >= 0));
  assert.ok(Math.abs(mean(values) - 1) < 0.02);
  assert.ok(Math.abs(mean(values.map((value) => (value - 1) ** 2)) - 1) < 0.06);
});

test('a fork is named: other users of the stream do not shift it', () => {
  const alone = rngOf(5).fork('latency');
  const beside = rngOf(5);
  beside.next();
  const other = beside.fork('flow');
  const crowded = beside.fork('latency');
  assert.equal(draws(alone, 5), draws(crowded, 5));
  assert.is.not(draws(other, 5).join(), draws(rngOf(5).fork('latency'), 5).join());
});

test('forks of different labels, seeds and depths are different streams', () => {
  const root = rngOf(6);
  const streams = [root, root.fork('a'), root.fork('b'), root.fork('a').fork('a')];
  streams.push(rngOf(8).fork('a'));
  assert.is(new Set(streams.map((stream) => draws(stream, 5).join())).size, streams.length);
});

test('a fork takes nothing from its parent', () => {
  const forked = rngOf(9);
  forked.fork('a');
  assert.equal(draws(forked, 5), draws(rngOf(9), 5));
});

test.run();
