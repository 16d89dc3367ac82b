import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MoneyWatch } from '../../../src/risk/watch/money-watch.ts';
import { aPort } from '../../support/trade/watches.ts';

const EQUITY = 100_000;

/** A desk that began with 100,000; profits are since then. */
function aDesk(peak = Number.NEGATIVE_INFINITY) {
  const { port, found } = aPort();
  const peaks: number[] = [];
  const watch = new MoneyWatch(port, peak, (profit) => void peaks.push(profit));
  let nowMs = 0;
  const at = (profit: number, afterMs = 1_000, lossToday = -profit): void => {
    nowMs += afterMs;
    watch.sample({ profit, lossToday, equity: EQUITY + profit }, nowMs);
  };
  return { watch, found, peaks, at };
}

test('C20: a day that loses slowly warns, leaves no new risk, and is a stop at last', () => {
  const { found, at } = aDesk();
  const losses = [0, 1_999, 2_001, 2_999, 3_001, 4_999, 5_001];
  for (const loss of losses) at(-loss, 120_000);
  assert.equal(
    found.filter((line) => line.startsWith('C20')),
    ['C20 desk warn', 'C20 desk reduced', 'C20 desk emergency'],
  );
});

test('C21: a drawdown is of the equity at its peak, whatever the day', () => {
  const { found, at } = aDesk();
  at(20_000, 1_000, 0);
  at(20_000 - 17_999, 120_000, 0);
  assert.equal(found, []);
  at(20_000 - 18_001, 120_000, 0);
  assert.equal(found, ['C21 desk reduced']);
  at(20_000 - 24_001, 120_000, 0);
  assert.equal(found, ['C21 desk reduced', 'C21 desk emergency']);
});

test('C21: a restart forgives no drawdown', () => {
  const { watch, found, at } = aDesk(30_000);
  at(0, 1_000, 0);
  assert.is(watch.peak, 30_000);
  assert.equal(found, ['C21 desk emergency']);
});

test('C23: one percent within a minute is an emergency, and slower is not', () => {
  const slow = aDesk();
  for (let second = 0; second < 300; second += 1) slow.at(-second * 16);
  assert.equal(
    slow.found.filter((line) => line.startsWith('C23')),
    [],
  );
  const fast = aDesk();
  fast.at(0);
  fast.at(-1_000);
  assert.equal(fast.found, []);
  fast.at(-1_001);
  assert.equal(fast.found, ['C23 desk emergency']);
});

test('C23: what was lost more than a minute ago counts no longer', () => {
  const { found, at } = aDesk();
  at(0);
  at(-900, 59_000);
  at(-1_500, 2_000);
  assert.equal(found, []);
});

test('without a valuation the controls of money are blind, and see again with one', () => {
  const { port, found } = aPort();
  const watch = new MoneyWatch(port, 0, () => {});
  watch.sample({ profit: -90_000, lossToday: 90_000, equity: Number.NaN }, 0);
  assert.equal([watch.isBlind, found], [true, []]);
  watch.sample({ profit: -90_000, lossToday: 90_000, equity: 10_000 }, 1);
  assert.is(watch.isBlind, false);
  assert.ok(found.includes('C20 desk emergency'));
});

test('equity that is used up has lost everything', () => {
  const { port, found } = aPort();
  const watch = new MoneyWatch(port, 0, () => {});
  watch.sample({ profit: -5, lossToday: 5, equity: -10 }, 0);
  assert.ok(found.includes('C21 desk emergency'));
});

test('the peak is journaled as it rises, once a minute at most', () => {
  const { peaks, at } = aDesk();
  for (let second = 0; second < 130; second += 1) at(second);
  assert.equal(peaks, [0, 60, 120]);
  at(50, 600_000);
  assert.equal(peaks.length, 4);
  at(40, 600_000);
  assert.equal(peaks.length, 4);
});

test.run();
