import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  BACKTEST_PERIODS,
  backtestOf,
  backtestsOf,
  forecastOf,
  type ScoredForecast,
} from '../../../src/risk/report/forecasts.ts';
import { METHODS, type Method } from '../../../src/risk/report/settings.ts';
import { HOUR_MS, START_MS } from '../../support/risk/reports.ts';
import { errorIn, valueIn } from '../../support/risk/samples.ts';

const PROMISED = { valueAtRisk99: 100, valueAtRisk975: 80, shortfall975: 110 };

/** Forecasts of one method, each with its loss; `actual` is the same unless told. */
function someScored(
  losses: readonly (number | readonly [hypothetical: number, actual: number | null])[],
  method: Method = 'normal',
): ScoredForecast[] {
  return losses.map((loss, at) => {
    const [hypothetical, actual] = typeof loss === 'number' ? [loss, loss] : loss;
    return {
      ...{ atMs: START_MS + at * HOUR_MS, equity: 10_000, stressed: null },
      ...{ methods: { [method]: PROMISED }, hypothetical, actual },
    };
  });
}

const calm = (count: number): number[] => new Array<number>(count).fill(-5);

test('a table of losses becomes promises in money, of the methods that know', () => {
  const row = (method: Method, level: 0.95 | 0.975 | 0.99, known: number | null) => ({
    ...{ method, level, note: '' },
    valueAtRisk: known,
    expectedShortfall: known === null ? null : 2 * known,
  });
  const rows = [
    ...[row('normal', 0.95, 0.01), row('normal', 0.975, 0.02), row('normal', 0.99, 0.03)],
    ...[row('student', 0.975, 0.02), row('student', 0.99, null)],
  ];
  assert.equal(forecastOf(rows, 1_000), {
    normal: { valueAtRisk99: 30, valueAtRisk975: 20, shortfall975: 40 },
  });
});

test('a method that is right keeps its light green', () => {
  const row = backtestOf(someScored([...calm(248), 120, 150]), 'normal');
  assert.equal([row.observations, row.exceptions, row.actual, row.hypothetical], [250, 2, 2, 2]);
  assert.is(valueIn(row.light).zone, 'green');
  assert.ok(valueIn(row.kupiec) > 0.05);
  assert.ok(valueIn(row.coverage) >= 0);
  assert.is(valueIn(row.shortfall).zone, 'green');
});

test('ten losses beyond 99 % of 250 make it red, and every test says so', () => {
  const row = backtestOf(someScored([...calm(240), ...new Array(10).fill(400)]), 'normal');
  assert.is(valueIn(row.light).zone, 'red');
  assert.is(valueIn(row.light).baselAddon, 1);
  assert.ok(valueIn(row.kupiec) < 0.001);
  // They come one after the other.
  assert.ok(valueIn(row.christoffersen) < 0.001);
  assert.ok(valueIn(row.coverage) < 0.001);
  assert.is(valueIn(row.shortfall).zone, 'red');
});

test('the worse of the actual and the hypothetical book counts', () => {
  const actual = backtestOf(
    someScored([
      [-5, 150],
      [120, -5],
      [-5, 130],
      [0, null],
    ]),
    'normal',
  );
  assert.equal([actual.actual, actual.hypothetical, actual.exceptions], [2, 1, 2]);
  const hypothetical = backtestOf(
    someScored([
      [150, -5],
      [120, null],
    ]),
    'normal',
  );
  assert.equal([hypothetical.actual, hypothetical.exceptions], [0, 2]);
});

test('only the last periods count, and only those of the method', () => {
  const scored = [...someScored([400, 400]), ...someScored(calm(BACKTEST_PERIODS))];
  const mixed = [...scored, ...someScored([400], 'student')];
  assert.is(backtestOf(mixed, 'normal').exceptions, 0);
  assert.is(backtestOf(mixed, 'student').observations, 1);
});

test('without forecasts, and without two kinds of periods, the tests say why', () => {
  const none = backtestOf([], 'copula');
  for (const each of [none.light, none.kupiec, none.christoffersen, none.shortfall]) {
    assert.is(errorIn<string>(each as typeof none.kupiec), 'no forecast has come out yet');
  }
  const { christoffersen, kupiec } = backtestOf(someScored(calm(50)), 'normal');
  assert.match(errorIn(christoffersen), /^every forecast came out alike/);
  assert.ok(valueIn(kupiec) > 0.1);
});

test('all methods are tested', () => {
  assert.equal(
    backtestsOf(someScored([1])).map(({ method }) => method),
    METHODS,
  );
});

test.run();
