import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ForecastEvent, LossForecast } from '../../../../src/risk/report/forecasts.ts';
import {
  FORECASTS_MAX,
  ForecastBook,
  scoredIn,
} from '../../../../src/risk/report/live/forecast-book.ts';
import { HOUR_MS, START_MS, somePositions } from '../../../support/risk/reports.ts';

const METHODS = { normal: { valueAtRisk99: 3, valueAtRisk975: 2, shortfall975: 4 } };

function forecastAt(hour: number): LossForecast {
  const atMs = START_MS + hour * HOUR_MS;
  return { atMs, equity: 1_000, methods: METHODS, stressed: null };
}

function aBook(scored = 0) {
  const events: ForecastEvent[] = [];
  const before = Array.from({ length: scored }, (_, at) => ({
    ...forecastAt(at),
    ...{ hypothetical: at, actual: null },
  }));
  const book = new ForecastBook(HOUR_MS, before, (event) => void events.push(event));
  return { book, events };
}

const start = (profit: number | null = 10) => ({ positions: somePositions(), profit });
/** Bitcoin at 39,000 and ether at 2,100: 0.3 and −2 of them lose 300 and 200. */
const later = (profit: number | null = -20) => ({
  positions: somePositions([{ price: 39_000 }, { price: 2_100, quantity: 0 }]),
  profit,
});

test('a forecast is written down before its outcome, which is of the book of then', () => {
  const { book, events } = aBook();
  book.begin(forecastAt(0), start());
  assert.equal(
    events.map(({ kind, atMs }) => [kind, atMs]),
    [['loss-forecast', START_MS]],
  );
  book.score(START_MS + HOUR_MS, later());
  assert.is(events[1]?.kind, 'loss-scored');
  assert.equal(book.scored, [{ ...forecastAt(0), hypothetical: 500, actual: 30 }]);
  assert.equal(scoredIn(events), book.scored);
});

test('an unknown profit leaves the actual loss unknown', () => {
  for (const [before, after] of [
    [null, 1],
    [1, null],
  ] as const) {
    const { book } = aBook();
    book.begin(forecastAt(0), start(before));
    book.score(START_MS + HOUR_MS, later(after));
    assert.is(book.scored[0]?.actual, null);
  }
});

test('a missed period and a lost price say nothing of a forecast', () => {
  const { book, events } = aBook();
  book.score(START_MS, later());
  book.begin(forecastAt(0), start());
  book.score(START_MS + 2 * HOUR_MS, later());
  book.begin(forecastAt(2), start());
  book.score(START_MS + 3 * HOUR_MS, { positions: [], profit: 1 });
  book.begin(forecastAt(3), start());
  book.begin(forecastAt(4), start());
  assert.is(book.unscored, 3);
  assert.is(book.scored.length, 0);
  assert.ok(events.every(({ kind }) => kind === 'loss-forecast'));
});

test('a market that was flat needs no price', () => {
  const { book } = aBook();
  const positions = somePositions([{}, { quantity: 0, price: Number.NaN }, { quantity: 0 }]);
  book.begin(forecastAt(0), { positions, profit: null });
  book.score(START_MS + HOUR_MS, { positions, profit: null });
  assert.is(book.scored[0]?.hypothetical, 0);
});

test('the oldest forecasts are forgotten', () => {
  const { book } = aBook(FORECASTS_MAX + 5);
  assert.is(book.scored.length, FORECASTS_MAX);
  assert.is(book.scored[0]?.hypothetical, 5);
  book.begin(forecastAt(9_000), start());
  book.score(START_MS + 9_001 * HOUR_MS, later());
  assert.is(book.scored.length, FORECASTS_MAX);
  assert.is(book.scored[0]?.hypothetical, 6);
});

test('events that are no forecasts are left out', () => {
  const told = (change: object): ForecastEvent => {
    const { atMs, ...detail } = forecastAt(0);
    const text = JSON.stringify({ ...detail, ...change });
    return { kind: 'loss-forecast', atMs, detail: text };
  };
  const outcome = (detail: object, atMs = START_MS): ForecastEvent => ({
    ...{ kind: 'loss-scored', atMs },
    detail: JSON.stringify(detail),
  });
  const fine = outcome({ hypothetical: 1, actual: null });
  assert.is(scoredIn([told({}), fine]).length, 1);
  const wrong: readonly (readonly ForecastEvent[])[] = [
    [fine],
    [{ ...told({}), detail: '{' }, fine],
    [{ ...told({}), detail: '7' }, fine],
    [told({ equity: null }), fine],
    [told({ stressed: 'x' }), fine],
    [told({ methods: null }), fine],
    [told({ methods: 1 }), fine],
    [told({ methods: { normal: null } }), fine],
    [told({ methods: { normal: 1 } }), fine],
    [told({ methods: { normal: { valueAtRisk99: 1 } } }), fine],
    [told({}), outcome({ hypothetical: null, actual: null })],
    [told({}), outcome({ hypothetical: 1, actual: 'x' })],
    [told({}), outcome({ hypothetical: 1, actual: 1 }, START_MS + 1)],
    [told({}), { ...fine, detail: 'null' }],
  ];
  for (const events of wrong) assert.equal(scoredIn(events), [], JSON.stringify(events));
});

test.run();
