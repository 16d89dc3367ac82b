import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  historyIn,
  historyText,
  jointReturns,
  marketReturns,
  PriceHistory,
} from '../../../src/risk/report/price-history.ts';
import { HOUR_MS, START_MS, somePrices } from '../../support/risk/reports.ts';
import { errorIn, valueIn } from '../../support/risk/samples.ts';

const AB = ['x A', 'x B'];

function aHistory(rows: readonly (readonly number[])[], capacity = 10): PriceHistory {
  const history = new PriceHistory(HOUR_MS, AB, capacity);
  for (const [hour = 0, ...prices] of rows) history.take(START_MS + hour * HOUR_MS, prices);
  return history;
}

test('prices become log returns between neighbours', () => {
  const history = aHistory([
    [0, 100, 10],
    [1, 110, 10],
    [2, 99, 11],
  ]);
  const rows = history.copy();
  assert.is(history.rows, 3);
  assert.is(history.lastMs, START_MS + 2 * HOUR_MS);
  assert.equal(Array.from(marketReturns(rows, 0)), [Math.log(1.1), Math.log(0.9)]);
  assert.equal(Array.from(marketReturns(rows, 1)), [0, Math.log(1.1)]);
});

test('a gap, a lost price and one that is off by a factor of 10⁶ leave no return', () => {
  const rows = aHistory([
    [0, 100, 10],
    [1, Number.NaN, 10],
    [2, 100, 10],
    [3, 100e6, 10],
    [4, 100, 10],
    [6, 101, 11],
    [7, 102, 12],
  ]).copy();
  const missing = Array.from(marketReturns(rows, 0), Number.isNaN);
  assert.equal(missing, [true, true, true, true, true, false]);
  const joint = jointReturns(rows, [0, 1]);
  assert.equal(Array.from(joint.endsMs), [START_MS + 7 * HOUR_MS]);
  assert.equal(
    joint.columns.map((column) => column.length),
    [1, 1],
  );
  assert.equal(Array.from(jointReturns(rows, [1]).endsMs).length, 5);
});

test('no price and one price have no return', () => {
  assert.is(marketReturns(aHistory([]).copy(), 0).length, 0);
  assert.is(marketReturns(aHistory([[0, 1, 2]]).copy(), 0).length, 0);
  assert.ok(Number.isNaN(aHistory([]).lastMs));
});

test('the oldest rows are overwritten, and a clock that steps back adds nothing', () => {
  const history = aHistory(
    [
      [0, 1, 1],
      [1, 2, 2],
      [2, 3, 3],
      [3, 4, 4],
      [1, 9, 9],
    ],
    3,
  );
  assert.is(history.rows, 3);
  assert.equal(Array.from(history.copy().prices), [2, 2, 3, 3, 4, 4]);
});

test('what was kept comes back, whatever markets are followed now', () => {
  const rows = aHistory([
    [0, 1, 2],
    [1, 3, Number.NaN],
  ]).copy();
  const read = valueIn(historyIn(historyText(rows), HOUR_MS));
  assert.is(historyText(read), historyText(rows));
  assert.ok(Number.isNaN(read.prices[3]));
  const later = new PriceHistory(HOUR_MS, ['x B', 'x C', 'x A'], 5);
  later.restore(read);
  const { prices } = later.copy();
  assert.is(Array.from(prices).join(' '), '2 NaN 1 NaN NaN 3');
});

test('a file of many rows survives the way to disk', () => {
  const rows = somePrices(50);
  assert.equal(valueIn(historyIn(historyText(rows), HOUR_MS)), rows);
});

test('a file that cannot be used says what was found', () => {
  const text = historyText(aHistory([[0, 1, 2]]).copy());
  const spoilt = (change: object): string => JSON.stringify({ ...JSON.parse(text), ...change });
  assert.match(errorIn(historyIn('{', HOUR_MS)), /^found no JSON: /);
  assert.is(errorIn(historyIn('null', HOUR_MS)), 'found the version undefined, wanted 1');
  assert.is(errorIn(historyIn(spoilt({ version: 2 }), HOUR_MS)), 'found the version 2, wanted 1');
  assert.is(errorIn(historyIn(text, 60_000)), 'found prices 3600000 ms apart, wanted 60000');
  const names = { markets: [1] };
  assert.is(errorIn(historyIn(spoilt(names), HOUR_MS)), 'found no names of markets');
  for (const rows of [null, [1], [[1, 2]], [['1', 2, 3]], [[1, 2, '3']], [[null, 2, 3]]]) {
    assert.is(errorIn(historyIn(spoilt({ rows }), HOUR_MS)), 'found rows that are none');
  }
  const zero = valueIn(historyIn(spoilt({ rows: [[1, 0, -1]] }), HOUR_MS));
  assert.ok(Array.from(zero.prices).every(Number.isNaN));
});

test.run();
