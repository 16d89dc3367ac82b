import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bookOf, bookReturns } from '../../../src/risk/report/book.ts';
import { type BookReturns, lossTable } from '../../../src/risk/report/loss-table.ts';
import { METHODS } from '../../../src/risk/report/settings.ts';
import { historicalRisk } from '../../../src/risk/value-at-risk/historical.ts';
import { HOUR_MS, START_MS, somePositions, somePrices } from '../../support/risk/reports.ts';
import { errorIn, normalReturns, valueIn } from '../../support/risk/samples.ts';

const SETTINGS = { returnsMin: 100, paths: 1_000, seed: 5 };
const book = valueIn(bookOf(somePositions(), 100_000));
const returns = valueIn(bookReturns(book, somePrices(600)));

/** A book of one market with these returns. */
function ofReturns(values: readonly number[]): BookReturns {
  const column = Float64Array.from(values);
  return {
    endsMs: column.map((_, at) => START_MS + at * HOUR_MS),
    ...{ book: column, columns: [column], weights: [1] },
  };
}

test('every method answers at every level, and a rarer loss is a larger one', () => {
  const rows = lossTable(returns, SETTINGS);
  assert.is(rows.length, METHODS.length * 3);
  for (const method of METHODS) {
    const own = rows.filter((row) => row.method === method);
    const losses = own.map(({ valueAtRisk }) => valueAtRisk ?? Number.NaN);
    assert.equal(
      losses,
      [...losses].sort((one, other) => one - other),
      method,
    );
    for (const { valueAtRisk, expectedShortfall, note } of own) {
      assert.ok((expectedShortfall ?? 0) >= (valueAtRisk ?? 1), `${method}: ${note}`);
      assert.ok((valueAtRisk ?? 0) > 0 && (expectedShortfall ?? 1) < 0.1, method);
    }
  }
});

test('methods agree on the order of a loss that all of them can tell', () => {
  const at99 = lossTable(returns, SETTINGS).filter(({ level }) => level === 0.99);
  const losses = at99.map(({ valueAtRisk }) => valueAtRisk as number);
  assert.ok(Math.max(...losses) < 2 * Math.min(...losses), losses.join(' '));
});

test('the same seed gives the same simulation, another one another', () => {
  const copula = (seed: number) =>
    lossTable(returns, { ...SETTINGS, seed }).filter(({ method }) => method === 'copula');
  assert.equal(copula(5), copula(5));
  assert.not.equal(copula(5), copula(6));
});

test('too few returns are said to be too few, by every method', () => {
  const rows = lossTable(ofReturns(normalReturns(99, 1)), SETTINGS);
  for (const { valueAtRisk, expectedShortfall, note } of rows) {
    assert.is(valueAtRisk, null);
    assert.is(expectedShortfall, null);
    assert.is(note, 'too few returns: found 99, wanted 100');
  }
});

test('a market that never moves has a history and no law', () => {
  const rows = lossTable(ofReturns(new Array<number>(150).fill(0)), SETTINGS);
  for (const { method, valueAtRisk, note } of rows) {
    if (method === 'historical') assert.is(valueAtRisk, -0);
    else assert.is(`${valueAtRisk} ${note}`, 'null the returns do not vary');
  }
});

test('markets that move as one are simulated as one', () => {
  const one = normalReturns(150, 3);
  const column = Float64Array.from(one);
  const twins = { ...ofReturns(one), columns: [column, column], weights: [0.5, 0.5] };
  const rows = lossTable(twins, SETTINGS).filter(({ method }) => method === 'copula');
  for (const { valueAtRisk, note } of rows) {
    assert.is(valueAtRisk, null);
    assert.is(note, 'the covariance is singular: markets that move as one');
  }
});

test('moments outside the guard of Cornish and Fisher fall back to history and say so', () => {
  const wild = normalReturns(300, 7);
  wild[10] = -0.3;
  const rows = lossTable(ofReturns(wild), SETTINGS);
  const [expanded] = rows.filter(({ method }) => method === 'cornish-fisher');
  assert.match(expanded?.note ?? '', /^historical: the expansion is no quantile/);
  assert.is(expanded?.valueAtRisk, valueIn(historicalRisk(wild, 0.95)).valueAtRisk);
});

test('a number that is missing makes every method say so', () => {
  const broken = normalReturns(150, 8);
  broken[3] = Number.NaN;
  for (const { valueAtRisk, note } of lossTable(ofReturns(broken), SETTINGS)) {
    assert.is(valueAtRisk, null);
    assert.is(note, 'a number is missing among the returns');
  }
});

test('the book of now is revalued at every return', () => {
  const { held, equity } = book;
  const [bitcoin] = held;
  const expected = held.reduce((sum, { notional }, at) => {
    const column = returns.columns[at] as Float64Array;
    return sum + (notional / equity) * Math.expm1(column[17] as number);
  }, 0);
  assert.ok(Math.abs((returns.book[17] as number) - expected) < 1e-15);
  assert.is(bitcoin?.notional, 12_000);
  assert.is(returns.weights[1], -0.04);
});

test('a book needs equity, and a price for what is held', () => {
  for (const equity of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.is(errorIn(bookOf(somePositions(), equity)), 'the equity of the desk is not known');
  }
  const silent = somePositions([{}, { price: Number.NaN }]);
  assert.is(errorIn(bookOf(silent, 1)), 'kraken ETH/USD is held and has no price');
  const flat = valueIn(bookOf(somePositions([{}, { price: Number.NaN, quantity: 0 }]), 1));
  assert.is(flat.held.length, 2);
  const empty = valueIn(bookOf([], 1));
  assert.is(errorIn(bookReturns(empty, somePrices(10))), 'nothing is held');
});

test('assets have the class that scenarios move', () => {
  const bases = ['BTC', 'XBT', 'ETH', 'USDC', 'SOL'];
  const positions = bases.map((base) => ({ ...(somePositions()[0] as object), base }));
  const { held } = valueIn(bookOf(positions as ReturnType<typeof somePositions>, 1));
  assert.equal(
    held.map(({ assetClass }) => assetClass),
    ['btc', 'btc', 'eth', 'stablecoin', 'other-coin'],
  );
});

test.run();
