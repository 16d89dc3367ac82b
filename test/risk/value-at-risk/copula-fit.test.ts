import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../../src/core/rng.ts';
import { correlationMatrix, fitCopulaNu } from '../../../src/risk/value-at-risk/copula-fit.ts';
import { historicalRisk } from '../../../src/risk/value-at-risk/historical.ts';
import { copulaReturns, copulaRisk } from '../../../src/risk/value-at-risk/monte-carlo.ts';
import { near } from '../../support/near.ts';
import { errorIn, matrixOf, normalReturns, valueIn } from '../../support/risk/samples.ts';

const HALF = matrixOf([
  [1, 0.5],
  [0.5, 1],
]);

/** Rows of a bivariate t: normals of a correlation over one common scale. */
function studentRows(count: number, nu: number, seed: number): [number[], number[]] {
  const rng = rngOf(seed);
  const columns: [number[], number[]] = [[], []];
  for (let row = 0; row < count; row += 1) {
    const [one, own] = [rng.normal(), rng.normal()];
    let square = 0;
    for (let at = 0; at < nu; at += 1) square += rng.normal() ** 2;
    const stretch = Math.sqrt(nu / square);
    columns[0].push(one * stretch);
    columns[1].push((0.5 * one + Math.sqrt(0.75) * own) * stretch);
  }
  return columns;
}

test('the degrees of freedom of assets that crash together are few', () => {
  const found = valueIn(fitCopulaNu(studentRows(500, 3, 7), HALF));
  assert.ok(found >= 2.5 && found <= 4, String(found));
});

test('normal returns have many degrees of freedom', () => {
  const one = normalReturns(500, 3);
  const own = normalReturns(500, 4);
  const other = one.map((each, at) => 0.5 * each + Math.sqrt(0.75) * (own[at] as number));
  assert.ok(valueIn(fitCopulaNu([one, other], HALF)) >= 16);
});

test('a scale or a law of its own does not move the copula', () => {
  const [one, other] = studentRows(200, 3, 9);
  const bent = one.map((each) => Math.expm1(each / 10));
  const found = fitCopulaNu([one, other], HALF);
  assert.equal(found, fitCopulaNu([bent, other.map((each) => 1e6 * each)], HALF));
});

test('only the last rows count', () => {
  const calm = normalReturns(400, 5).map((each) => 1 + Math.abs(each));
  const [one, other] = studentRows(500, 3, 7);
  const longer = [
    [...calm, ...one],
    [...calm.map((each) => -each), ...other],
  ];
  assert.equal(fitCopulaNu(longer, HALF), fitCopulaNu([one, other], HALF));
});

test('too few rows and a correlation of markets that move as one are faults', () => {
  const few = normalReturns(29, 1);
  assert.equal(errorIn(fitCopulaNu([few, few], HALF)), {
    ...{ kind: 'too-few', found: 29, wanted: 30 },
  });
  assert.is(errorIn(fitCopulaNu([], matrixOf([]))).kind, 'too-few');
  const one = matrixOf([
    [1, 1],
    [1, 1],
  ]);
  const rows = normalReturns(40, 1);
  assert.is(errorIn(fitCopulaNu([rows, rows], one)).kind, 'not-positive-definite');
});

test('a correlation has ones on its diagonal', () => {
  const found = correlationMatrix(
    matrixOf([
      [4, 3],
      [3, 9],
    ]),
  );
  assert.equal(Array.from(found.cells), [1, 0.5, 0.5, 1]);
});

test('the risk of a copula is that of the returns it draws', () => {
  const law = { location: 0, scale: 0.01, nu: 4 };
  const model = { correlation: HALF, nu: 4, margins: [law, law], weights: [1, -0.5] };
  const how = { paths: 500, rng: rngOf(2) };
  const drawn = valueIn(copulaReturns(model, { ...how, rng: rngOf(2) }));
  const risk = valueIn(copulaRisk(model, how, 0.99));
  assert.is(drawn.length, 500);
  assert.equal(risk, valueIn(historicalRisk(drawn, 0.99)));
  near(risk.valueAtRisk, 0.03, 0, 0.02);
  assert.is(errorIn(copulaRisk({ ...model, nu: 1 }, how, 0.99)).kind, 'out-of-range');
});

test.run();
