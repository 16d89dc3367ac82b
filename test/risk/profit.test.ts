import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dayOf, Profit } from '../../src/risk/profit.ts';
import { law } from '../support/law.ts';

const DAY_MS = 86_400_000;

test('days begin at midnight of UTC', () => {
  const midnight = Date.UTC(2026, 2, 29);
  assert.is(dayOf(midnight) - dayOf(midnight - 1), 1);
  assert.is(dayOf(midnight), dayOf(midnight + DAY_MS - 1));
});

test('the total is what was booked and what is open, over all instruments', () => {
  const profit = new Profit(3);
  profit.setBooked(0, 10);
  profit.setBooked(0, 7);
  profit.setBooked(2, -1);
  profit.setUnrealised(1, 5);
  assert.is(profit.total(), 11);
});

test('the loss of a day is counted from its first moment', () => {
  const profit = new Profit(1);
  profit.setBooked(0, -50);
  assert.is(profit.lossToday(), 50);
  assert.equal(profit.roll(3 * DAY_MS + 5), { day: 3, atDayStart: -50 });
  assert.is(profit.lossToday(), 0);
  profit.setBooked(0, -80);
  assert.is(profit.lossToday(), 30);
  assert.is(profit.roll(4 * DAY_MS - 1), null);
  assert.is(profit.lossToday(), 30);
  assert.equal(profit.roll(4 * DAY_MS), { day: 4, atDayStart: -80 });
  profit.setUnrealised(0, 20);
  assert.is(profit.lossToday(), -20);
});

test('a restart forgives no loss of the day', () => {
  law(
    fc.property(fc.integer(), fc.integer(), fc.nat({ max: 30_000 }), (morning, now, day) => {
      const before = new Profit(1);
      before.setBooked(0, morning);
      const opened = before.roll(day * DAY_MS) as { day: number; atDayStart: number };
      before.setBooked(0, now);
      const restarted = new Profit(1);
      restarted.restoreDay(opened.day, opened.atDayStart);
      restarted.setBooked(0, now);
      assert.is(restarted.roll(day * DAY_MS + 1), null);
      assert.is(restarted.lossToday(), before.lossToday());
    }),
  );
});

test.run();
