import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../../../src/core/rng.ts';
import { jumpTests } from '../../../../src/risk/jumps/jump-tests.ts';
import {
  JUMP_SIGNIFICANCE,
  JumpWatch,
  jumpWindow,
} from '../../../../src/risk/volatility/live/jump-watch.ts';
import { law } from '../../../support/law.ts';

const HOUR_MS = 3_600_000;

test('the window is the root of the periods a year, within bounds', () => {
  assert.is(jumpWindow(60_000), 725);
  assert.is(jumpWindow(HOUR_MS), 94);
  assert.is(jumpWindow(1), 2_048);
  assert.is(jumpWindow(365 * 24 * HOUR_MS), 16);
});

test('one return after the other says what the test of a whole series says', () => {
  law(
    fc.property(fc.nat(), fc.array(fc.nat(399), { maxLength: 5 }), (seed, places) => {
      const random = rngOf(seed);
      const returns = Float64Array.from({ length: 400 }, () => 1e-3 * random.normal());
      for (const at of places) returns[at] = 0.03;
      const watch = new JumpWatch(HOUR_MS);
      const found: number[] = [];
      const window = jumpWindow(HOUR_MS);
      const statistics = Array.from(returns, (value, at) => {
        const jump = watch.take(value);
        if (jump !== null) found.push(at);
        return jump?.statistic ?? null;
      });
      const whole = jumpTests(returns, { window, significance: JUMP_SIGNIFICANCE });
      assert.ok(whole.ok);
      // A day of hours has a lower threshold than the whole series.
      for (const [at, row] of whole.value.jumps.entries()) {
        const [one, other] = [statistics[row] as number, whole.value.statistics[at] as number];
        assert.ok(Math.abs(one / other - 1) < 1e-12, `${one} ${other}`);
      }
      assert.ok(whole.value.jumps.every((row) => found.includes(row)));
    }),
    40,
  );
});

test('while too little is known, or nothing moves, nothing is a jump', () => {
  const watch = new JumpWatch(HOUR_MS);
  for (let at = 0; at < jumpWindow(HOUR_MS); at += 1) assert.is(watch.take(0), null);
  assert.is(watch.take(1), null);
});

test('a day without a jump has one in about a hundred', () => {
  const random = rngOf(5);
  const watch = new JumpWatch(HOUR_MS);
  let found = 0;
  // 4,000 days: 40 are expected, and at a Poisson deviation of 6.3 no more than 65.
  for (let at = 0; at < 4_000 * 24; at += 1) if (watch.take(random.normal()) !== null) found += 1;
  assert.ok(found < 65 * 2, String(found));
});

test.run();
