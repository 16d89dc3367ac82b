import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Rung } from '../../../src/risk/ladders/de-risking.ts';
import { MoneyWatch } from '../../../src/risk/watch/money-watch.ts';
import { aPort } from '../../support/trade/watches.ts';

const EQUITY = 100_000;
const SECOND = 1_000;
const HOUR = 3_600_000;
const NOBODY = { peaked: () => {}, rung: () => {} };

/** A desk that began with 100,000; profits are since then. */
function aDesk(peak = Number.NEGATIVE_INFINITY, rung: Rung = 'none') {
  const { port, found, release } = aPort();
  const peaks: number[] = [];
  const rungs: string[] = [];
  const watch = new MoneyWatch(
    port,
    { peak, rung },
    {
      peaked: (profit) => void peaks.push(profit),
      rung: ({ from, to }) => void rungs.push(`${from} to ${to}`),
    },
  );
  let nowMs = 0;
  const at = (profit: number, afterMs = 1_000, lossToday = -profit): void => {
    nowMs += afterMs;
    watch.sample({ profit, lossToday, equity: EQUITY + profit }, nowMs);
  };
  return { watch, found, peaks, rungs, release, at };
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

/** What C21 has found so far. */
const ofC21 = (found: readonly string[]): string[] =>
  found.filter((line) => line.startsWith('C21')).map((line) => line.slice('C21 desk '.length));

test('C21: a drawdown is of the equity at its peak, whatever the day', () => {
  const { found, rungs, at } = aDesk();
  at(20_000, SECOND, 0);
  at(20_000 - 11_999, 120_000, 0);
  assert.equal(found, []);
  for (const loss of [12_001, 17_999]) at(20_000 - loss, 120_000, 0);
  assert.equal(found, ['C21 desk warn']);
  at(20_000 - 18_001, 120_000, 0);
  at(20_000 - 24_001, 120_000, 0);
  assert.equal(ofC21(found), ['warn', 'reduced', 'emergency']);
  assert.equal(rungs, ['none to warn', 'warn to scale', 'scale to flatten']);
});

test('C21: the soft limit is left after an hour below four fifths of it', () => {
  const { watch, rungs, at } = aDesk();
  at(0, SECOND, 0);
  at(-16_000, SECOND, 0);
  assert.is(watch.drawdown.stage, 'soft');
  at(-5_000, SECOND, 0);
  at(-5_000, HOUR - 1, 0);
  assert.is(watch.drawdown.stage, 'soft');
  at(-5_000, 1, 0);
  assert.is(watch.drawdown.stage, 'normal');
  assert.equal(rungs, ['none to scale', 'scale to none']);
});

test('C21: money that is paid in or out is no profit, and shifts the peak by as much', () => {
  const { port } = aPort();
  const watch = new MoneyWatch(port, { peak: 0, rung: 'none' }, NOBODY);
  for (const [equity, fall] of [
    [90, 0.1],
    [990, 0.01],
    [40, 0.2],
  ] as const) {
    watch.sample({ profit: -10, lossToday: 0, equity }, 0);
    assert.ok(Math.abs(watch.drawdown.fall - fall) < 1e-12, String(equity));
  }
  assert.is(watch.peak, 0);
});

test('C21: a restart goes on at the soft limit that stood, and at the hard one', () => {
  const soft = aDesk(0, 'scale');
  soft.at(-14_000, SECOND, 0);
  assert.equal(ofC21(soft.found), ['reduced']);
  const hard = aDesk(0, 'flatten');
  hard.at(-30_000, SECOND, 0);
  // Nothing stands any more: people have reset it before this begins.
  assert.equal(ofC21(hard.found), ['reduced']);
});

test('C21: after people have reset it, the distance between the limits may be lost again', () => {
  const { watch, found, peaks, release, at } = aDesk();
  at(0, SECOND, 0);
  at(-30_000, SECOND, 0);
  assert.is(watch.drawdown.stage, 'hard');
  at(-30_000, HOUR, 0);
  assert.is(watch.drawdown.stage, 'hard');
  release('C21 desk');
  at(-30_000, SECOND, 0);
  assert.ok(Math.abs(watch.drawdown.fall - 0.15) < 1e-9);
  assert.is(peaks.at(-1), watch.peak, 'what a restart would begin with');
  // 70,000 are left of a peak that is 82,353 now; 20 % below that are 65,882.
  at(-34_117, SECOND, 0);
  assert.is(watch.drawdown.stage, 'soft');
  at(-34_119, SECOND, 0);
  assert.equal(ofC21(found), ['emergency', 'reduced', 'emergency']);
});

test('C21: a restart forgives no drawdown', () => {
  const { watch, found, at } = aDesk(30_000);
  at(0, SECOND, 0);
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
  const watch = new MoneyWatch(port, { peak: 0, rung: 'none' }, NOBODY);
  watch.sample({ profit: -90_000, lossToday: 90_000, equity: Number.NaN }, 0);
  assert.equal([watch.isBlind, found], [true, []]);
  watch.sample({ profit: -90_000, lossToday: 90_000, equity: 10_000 }, 1);
  assert.is(watch.isBlind, false);
  assert.ok(found.includes('C20 desk emergency'));
});

test('equity that is used up has lost everything', () => {
  const { port, found } = aPort();
  const watch = new MoneyWatch(port, { peak: 0, rung: 'none' }, NOBODY);
  watch.sample({ profit: -5, lossToday: 5, equity: -10 }, 0);
  assert.ok(found.includes('C21 desk emergency'));
});

test('a peak that rises by much is journaled at once', () => {
  const { peaks, at } = aDesk();
  for (const profit of [0, 99, 101, 202]) at(profit);
  assert.equal(peaks, [0, 101, 202]);
});

test('the peak is journaled as it rises by little, once a minute at most', () => {
  const { peaks, at } = aDesk();
  for (let second = 0; second < 130; second += 1) at(second);
  assert.equal(peaks, [0, 60, 120]);
  at(50, 600_000);
  assert.equal(peaks.length, 4);
  at(40, 600_000);
  assert.equal(peaks.length, 4);
});

test.run();
