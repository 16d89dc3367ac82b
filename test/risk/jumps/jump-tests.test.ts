import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../../src/core/rng.ts';
import { jumpShare, jumpTests } from '../../../src/risk/jumps/jump-tests.ts';
import { law } from '../../support/law.ts';

const HOW = { window: 60, significance: 0.01 };

function calm(length: number, seed: number): number[] {
  const random = rngOf(seed);
  return Array.from({ length }, () => 0.001 * random.normal());
}

test('a jump is found where it is, with its sign', () => {
  law(
    fc.property(fc.integer({ min: 60, max: 599 }), fc.boolean(), fc.nat(), (at, isUp, seed) => {
      const returns = calm(600, seed).with(at, isUp ? 0.02 : -0.02);
      const found = jumpTests(returns, HOW);
      assert.ok(found.ok);
      const place = found.value.jumps.indexOf(at);
      assert.ok(place >= 0);
      assert.is(Math.sign(found.value.statistics[place] as number), isUp ? 1 : -1);
    }),
    50,
  );
});

test('a series without jumps shows one about as rarely as was asked for', () => {
  let spurious = 0;
  for (let seed = 1; seed <= 100; seed += 1) {
    const found = jumpTests(calm(600, seed), { window: 270, significance: 0.05 });
    assert.ok(found.ok);
    if (found.value.jumps.length > 0) spurious += 1;
  }
  // Five of a hundred, and four standard errors of it; the test is one for long windows.
  assert.ok(spurious <= 5 + 4 * Math.sqrt(100 * 0.05 * 0.95), String(spurious));
});

test('the unit of the returns does not matter', () => {
  const returns = calm(400, 3).with(200, 0.05);
  const [plain, scaled] = [returns, returns.map((value) => value * 2 ** 10)].map((series) =>
    jumpTests(series, HOW),
  );
  assert.ok(plain?.ok && scaled?.ok);
  assert.equal(scaled.value.jumps, plain.value.jumps);
  assert.ok(Math.abs(scaled.value.wholeSeries.z - plain.value.wholeSeries.z) < 1e-9);
});

test('the ratio of a whole series tells one with jumps from one without', () => {
  const without = jumpShare(calm(2_000, 5));
  assert.ok(Math.abs(without.z) < 4 && without.p > 1e-4);
  const withJumps = jumpShare(calm(2_000, 5).with(700, 0.03).with(900, -0.03));
  assert.ok(withJumps.z > 10 && withJumps.p < 1e-20);
});

test('what cannot be tested is a tagged error', () => {
  const kindOf = (returns: readonly number[], more: Partial<typeof HOW> = {}): string => {
    const found = jumpTests(returns, { ...HOW, ...more });
    return found.ok ? 'ok' : found.error.kind;
  };
  const returns = calm(200, 1);
  assert.is(kindOf(returns), 'ok');
  assert.is(kindOf(returns, { window: 3 }), 'bad-window');
  assert.is(kindOf(returns, { window: 60.5 }), 'bad-window');
  assert.is(kindOf(returns, { significance: 0 }), 'bad-significance');
  assert.is(kindOf(returns, { significance: Number.NaN }), 'bad-significance');
  assert.is(kindOf(returns.slice(0, 61)), 'too-short');
  assert.is(kindOf(returns.with(3, Number.NaN)), 'not-finite');
  assert.is(kindOf(returns.with(3, Number.POSITIVE_INFINITY)), 'not-finite');
  assert.is(kindOf(returns.map(() => 0)), 'no-variance');
});

test.run();
