import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type LossMeasure,
  sdAllowed,
  shareOf,
  tightestLoss,
  type Usage,
  useOf,
} from '../../../src/risk/portfolio/loss-limits.ts';
import { law } from '../../support/law.ts';
import { near } from '../../support/near.ts';

const LIMITS = { valueAtRisk95Max: 0.02, valueAtRisk99Max: 0.03, shortfallMax: 0.04 };
const NORMAL = { at95: 1.645, at99: 2.326, shortfall: 2.338 };
const FAT = { at95: 1.507, at99: 2.65, shortfall: 2.8 };

function tightest(sd: number, equity = 1_000, limits = LIMITS, tail = NORMAL): Usage<LossMeasure> {
  const into: Usage<LossMeasure> = { measure: 'value-at-risk-95', measured: 0, limit: 0, use: 0 };
  tightestLoss(sd, equity, limits, tail, into);
  return into;
}

test('under a normal the limit at 95 % binds, under fat tails the one at 99 %', () => {
  near(sdAllowed(LIMITS, NORMAL, 1_000), 20 / 1.645);
  near(sdAllowed(LIMITS, FAT, 1_000), 30 / 2.65);
  near(sdAllowed({ ...LIMITS, shortfallMax: 0.001 }, FAT, 1_000), 1 / 2.8);
  assert.is(tightest(1).measure, 'value-at-risk-95');
  assert.is(tightest(1, 1_000, LIMITS, FAT).measure, 'value-at-risk-99');
  assert.is(tightest(1, 1_000, { ...LIMITS, shortfallMax: 0.01 }).measure, 'expected-shortfall');
});

test('a deviation is within what is allowed exactly when no limit is used up by it', () => {
  law(
    fc.property(
      fc.double({ min: 0, max: 100, noNaN: true }),
      fc.double({ min: 0.001, max: 0.1, noNaN: true }),
      (sd, shortfallMax) => {
        const limits = { ...LIMITS, shortfallMax };
        const room = sdAllowed(limits, FAT, 1_000) - sd;
        // At the limit itself either answer is a rounding.
        if (Math.abs(room) < 1e-9) return;
        assert.is(room > 0, tightest(sd, 1_000, limits, FAT).use < 1);
      },
    ),
  );
});

test('a desk without equity is beyond every limit, and what is not known is at it', () => {
  for (const equity of [0, -5]) {
    assert.is(shareOf(1, equity), Number.POSITIVE_INFINITY);
    assert.is(tightest(0, equity).use, Number.POSITIVE_INFINITY);
    assert.ok(sdAllowed(LIMITS, NORMAL, equity) <= 0);
  }
  assert.is(useOf(Number.NaN, 0.02), 1);
  assert.equal([useOf(0, 0), useOf(1, 0)], [0, Number.POSITIVE_INFINITY]);
  assert.is(tightest(Number.NaN).use, 1);
});

test('a tail that is none is a bug', () => {
  for (const part of ['at95', 'at99', 'shortfall']) {
    assert.throws(() => sdAllowed(LIMITS, { ...NORMAL, [part]: 0 }, 1), /tail/);
  }
});

test.run();
