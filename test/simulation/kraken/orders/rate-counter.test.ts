import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  pointsOf,
  RateCounters,
  TIERS,
  type Transaction,
} from '../../../../src/simulation/kraken/orders/rate-counter.ts';
import { law } from '../../../support/law.ts';

const cancel = (seconds: number): Transaction => ({ kind: 'cancel', ageMs: seconds * 1_000 });
const amend = (seconds: number): Transaction => ({ kind: 'amend', ageMs: seconds * 1_000 });

test('a cancellation costs the more the younger the order is', () => {
  const ages = [0, 4.999, 5, 9.9, 10, 14.9, 15, 44.9, 45, 89.9, 90, 299, 300, 9_999];
  assert.equal(
    ages.map((age) => pointsOf(cancel(age))),
    [8, 8, 6, 6, 5, 5, 4, 4, 2, 2, 1, 1, 0, 0],
  );
  assert.equal(
    [0, 5, 10, 15].map((age) => pointsOf(amend(age))),
    [4, 3, 2, 1],
  );
  assert.is(pointsOf({ kind: 'add' }), 1);
});

test('a counter fills up for its own pair only, decays, and lets cancellations through', () => {
  const counters = new RateCounters('starter');
  for (let order = 0; order < 60; order += 1) assert.ok(counters.take('A', { kind: 'add' }, 0));
  assert.not.ok(counters.take('A', { kind: 'add' }, 0));
  assert.ok(counters.take('B', { kind: 'add' }, 0));
  assert.ok(counters.take('A', cancel(0), 0));
  assert.is(counters.points('A', 0), 68);
  assert.not.ok(counters.take('A', { kind: 'add' }, 8_999));
  assert.ok(counters.take('A', { kind: 'add' }, 9_000));
  assert.is(counters.points('nobody', 0), 0);
});

test('a counter never falls below 0, never grows by itself, and pairs are bounded', () => {
  const step = fc.record({
    pair: fc.constantFrom('A', 'B'),
    afterMs: fc.integer({ min: -1_000, max: 20_000 }),
    ageMs: fc.integer({ min: 0, max: 400_000 }),
    kind: fc.constantFrom('add' as const, 'amend' as const, 'cancel' as const),
  });
  law(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const counters = new RateCounters('pro');
      let nowMs = 0;
      for (const { pair, afterMs, ageMs, kind } of steps) {
        nowMs = Math.max(0, nowMs + afterMs);
        const before = counters.points(pair, nowMs);
        const isTaken = counters.take(pair, { kind, ageMs }, nowMs);
        const after = counters.points(pair, nowMs);
        const points = pointsOf({ kind, ageMs });
        assert.ok(after >= 0);
        assert.ok(Math.abs(after - before - (isTaken ? points : 0)) < 1e-9);
        if (kind !== 'cancel' && isTaken) assert.ok(after <= TIERS.pro.max + 1e-9);
      }
    }),
    200,
  );
  const many = new RateCounters('pro');
  for (let pair = 0; pair < 1_100; pair += 1) many.take(`P${pair}`, { kind: 'add' }, 0);
  assert.equal([many.points('P0', 0), many.points('P1099', 0)], [0, 1]);
});

test.run();
