import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { at } from '../../../src/math/matrix.ts';
import { bookOf, type MarketPosition } from '../../../src/risk/report/book.ts';
import { bookCovariance, breakdownOf } from '../../../src/risk/report/breakdown.ts';
import type { PriceRows } from '../../../src/risk/report/price-history.ts';
import { near } from '../../support/near.ts';
import { somePositions, somePrices } from '../../support/risk/reports.ts';
import { errorIn, valueIn } from '../../support/risk/samples.ts';

const OF = { returnsMin: 100, valueAtRisk: 500 };
const rows = somePrices(600);
const aBook = (parts: Partial<MarketPosition>[] = []) =>
  valueIn(bookOf(somePositions(parts), 100_000));
const sumOf = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0);

test('components add up to the value at risk, and a hedge takes some away', () => {
  const { components, deviation, undiversified } = valueIn(breakdownOf(aBook(), rows, OF));
  near(sumOf(components.map(({ component }) => component)), 500);
  near(sumOf(components.map(({ share }) => share)), 1);
  assert.ok(deviation < undiversified);
  const [bitcoin, ether] = components;
  assert.ok((bitcoin?.component ?? 0) > 0);
  assert.ok((ether?.component ?? 0) < 0 && (ether?.incremental ?? 0) < 0);
});

test('without a value at risk the parts are of the deviation', () => {
  const found = valueIn(breakdownOf(aBook(), rows, { ...OF, valueAtRisk: null }));
  near(sumOf(found.components.map(({ component }) => component)), found.deviation);
});

test('every dimension of the attribution is the whole', () => {
  const { attribution } = valueIn(breakdownOf(aBook(), rows, OF));
  for (const by of ['strategy', 'symbol', 'venue', 'factor']) {
    near(sumOf(attribution.filter((row) => row.by === by).map(({ share }) => share)), 1, 1e-9);
  }
  const names = attribution.map(({ by, name }) => `${by} ${name}`);
  assert.equal(names, [
    ...['strategy mm', 'strategy mm2', 'strategy none'],
    ...['symbol BTC', 'symbol ETH', 'symbol SOL'],
    ...['venue kraken', 'venue binance'],
    ...['factor bitcoin', 'factor others against bitcoin', 'factor specific'],
  ]);
});

test('an asset at two venues is one symbol and two venues', () => {
  const twice = aBook([{}, { base: 'BTC' }, { quantity: 0 }]);
  const { attribution } = valueIn(breakdownOf(twice, rows, OF));
  assert.equal(
    attribution.filter(({ by }) => by === 'symbol').map(({ name }) => name),
    ['BTC'],
  );
});

test('bitcoin loads on itself with one', () => {
  const { factors } = valueIn(breakdownOf(aBook(), rows, OF));
  const { loadings, deviations, factors: names } = valueIn(factors);
  assert.equal(names, ['bitcoin', 'others against bitcoin']);
  near(loadings[0]?.loadings[0] ?? 0, 1, 1e-9);
  near(loadings[0]?.loadings[1] ?? 1, 0, 0, 1e-9);
  const covariance = valueIn(bookCovariance(aBook(), rows, 100));
  near(deviations[0] ?? 0, Math.sqrt(at(covariance, 0, 0)), 1e-9);
});

test('without bitcoin the factor is the mean of all markets', () => {
  const { factors } = valueIn(breakdownOf(aBook([{ base: 'DOGE' }]), rows, OF));
  assert.equal(valueIn(factors).factors, ['market']);
});

test('with one other market there is one factor', () => {
  const two: PriceRows = somePrices(300, 2, rows.markets.slice(0, 2));
  const positions = somePositions().slice(0, 2);
  const { factors } = valueIn(breakdownOf(valueIn(bookOf(positions, 1e5)), two, OF));
  assert.equal(valueIn(factors).factors, ['bitcoin']);
});

test('a market without a history does not hide the factors of the others', () => {
  const prices = rows.prices.map((each, place) => (place % 3 === 2 ? Number.NaN : each));
  const held = aBook([{}, {}, { quantity: 0 }]);
  const { factors } = valueIn(breakdownOf(held, { ...rows, prices }, OF));
  assert.equal(valueIn(factors).factors, ['bitcoin']);
});

test('a market that never moves makes the factors collinear, and the rest is known', () => {
  const prices = rows.prices.map((each, place) => (place % 3 === 0 ? 100 : each));
  const found = valueIn(breakdownOf(aBook(), { ...rows, prices }, OF));
  assert.is(errorIn(found.factors), 'the factors move as one');
  assert.is(found.attribution.filter(({ by }) => by === 'factor').length, 0);
});

test('what cannot be divided says why', () => {
  const flat = aBook([{ quantity: 0 }, { quantity: 0 }, { quantity: 0 }]);
  assert.is(errorIn(breakdownOf(flat, rows, OF)), 'nothing is held');
  const few = somePrices(99);
  assert.is(errorIn(breakdownOf(aBook(), few, OF)), 'too few returns: found 99, wanted 100');
  const dead = { ...rows, prices: rows.prices.map(() => 100) };
  assert.is(errorIn(breakdownOf(aBook(), dead, OF)), 'nothing is held, or what is held cancels');
  // Known one by one, and never at the same time.
  const apart = rows.prices.map((each, place) => {
    const isEarly = place < rows.prices.length / 2;
    return place % 3 === 2 && isEarly
      ? Number.NaN
      : place % 3 === 1 && !isEarly
        ? Number.NaN
        : each;
  });
  const held = aBook([{}, { quantity: 0 }, { quantity: 0 }]);
  const { factors } = valueIn(breakdownOf(held, { ...rows, prices: apart }, OF));
  assert.match(errorIn(factors), /^too few returns: found 0, wanted 100$/);
});

test.run();
