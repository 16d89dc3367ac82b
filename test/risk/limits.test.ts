import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type RiskLimits, riskSection } from '../../src/risk/limits.ts';
import { someLimits } from '../support/trade/limits.ts';

test('sound limits are taken over as they are', () => {
  assert.equal(riskSection.parse(someLimits()), someLimits());
});

for (const field of Object.keys(someLimits()) as (keyof RiskLimits)[]) {
  test(`${field} of zero, below zero or of no number is refused by name`, () => {
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '1']) {
      const parsed = riskSection.safeParse({ ...someLimits(), [field]: value });
      assert.equal(parsed.error?.issues[0]?.path, [field], String(value));
    }
  });

  test(`limits without ${field} are refused`, () => {
    const { [field]: _, ...rest } = someLimits();
    assert.equal(riskSection.safeParse(rest).error?.issues[0]?.path, [field]);
  });
}

test('a limit that nobody knows is refused', () => {
  assert.not.ok(riskSection.safeParse({ ...someLimits(), maxLeverage: 3 }).success);
});

test.run();
