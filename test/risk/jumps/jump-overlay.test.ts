import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { jumpShape, UnitJumpReturns } from '../../../src/risk/jumps/jump-overlay.ts';
import {
  jumpTail,
  larger,
  STANDING_TAIL,
  studentTail,
} from '../../../src/risk/value-at-risk/tail-factors.ts';
import { law } from '../../support/law.ts';

const near = (found: number, wanted: number, within: number): void =>
  assert.ok(Math.abs(found - wanted) <= within, `${found}, wanted ${wanted}`);

test('a shape is the rate of the jumps found and what they moved', () => {
  const returns = [1, -1, 3, 1, 2, 0, 0, 0];
  assert.equal(jumpShape(returns, [2, 4], 24), { perDay: 6, share: 13 / 16 });
  assert.is(jumpShape(returns, [], 24), null);
});

test('a rate of jumps that no mixture can sum is taken as the largest that one can', () => {
  assert.is(jumpShape([1, 1], [0, 1], 86_400)?.perDay, 1_000);
});

test('without a share the tail is a normal one, with many jumps a day nearly', () => {
  const calm = new UnitJumpReturns({ perDay: 1, share: 0 });
  near(calm.valueAtRisk(0.99), 2.3263478740408408, 1e-9);
  near(calm.expectedShortfall(0.975), 2.3378027922014, 1e-9);
  const busy = new UnitJumpReturns({ perDay: 900, share: 0.5 });
  near(busy.valueAtRisk(0.99), 2.3263, 0.01);
});

test('rare and large jumps have a fatter tail than the stress law', () => {
  const tail = jumpTail({ perDay: 1 / 7, share: 0.8 });
  assert.ok(tail.at99 > STANDING_TAIL.at99 && tail.shortfall > STANDING_TAIL.shortfall);
});

test('no multiple passes what any law of variance one can', () => {
  const shapes = fc.record({
    perDay: fc.double({ min: 1e-4, max: 1_000, noNaN: true }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  law(
    fc.property(shapes, (shape) => {
      const returns = new UnitJumpReturns(shape);
      for (const level of [0.95, 0.975, 0.99]) {
        const found = returns.valueAtRisk(level);
        assert.ok(found >= 0 && found <= Math.sqrt(level / (1 - level)), `${found}`);
        assert.ok(returns.expectedShortfall(level) >= found - 1e-12);
      }
    }),
    60,
  );
});

test('what stands before any fit is the normal at 95 % and four degrees beyond', () => {
  near(STANDING_TAIL.at95, 1.6448536269514722, 1e-12);
  near(STANDING_TAIL.at99, 2.6495, 1e-4);
  assert.ok(STANDING_TAIL.shortfall > STANDING_TAIL.at99);
});

test('the larger of two tails is the larger at each level', () => {
  const [thin, fat] = [studentTail(100), studentTail(3)];
  const both = larger(thin, fat);
  assert.equal(both, { at95: thin.at95, at99: fat.at99, shortfall: fat.shortfall });
});

test.run();
