import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cholesky } from '../../../src/math/linear/cholesky.ts';
import { symmetricEigen } from '../../../src/math/linear/symmetric-eigen.ts';
import { at, rowsOf } from '../../../src/math/matrix.ts';
import { correlationOf, EwmaCovariance } from '../../../src/risk/covariance/ewma-covariance.ts';
import { repairedCovariance } from '../../../src/risk/covariance/repair.ts';
import { sampleCovariance } from '../../../src/risk/covariance/sample-covariance.ts';
import {
  constantCorrelation,
  ledoitWolf,
  oracleApproximating,
} from '../../../src/risk/covariance/shrinkage.ts';
import { law } from '../../support/law.ts';
import { near } from '../../support/near.ts';
import {
  aCovariance,
  covarianceOf,
  errorIn,
  matrixOf,
  normalReturns,
  valueIn,
} from '../../support/risk/samples.ts';

const SETTINGS = { assets: 3, lambda: 0.94, seedRows: 5, returnMax: 2 };
const columnsOf = (count: number, rows: number, seed: number): number[][] =>
  Array.from({ length: count }, (_, at) => normalReturns(rows, seed + at));

test('exponential weights are the mean of the seed, then the recursion, by hand', () => {
  const estimator = new EwmaCovariance({ assets: 2, lambda: 0.5, seedRows: 2, returnMax: 10 });
  assert.is(estimator.correlation(0, 1), null);
  valueIn(estimator.update([1, 2]));
  assert.not.ok(estimator.isSeeded);
  valueIn(estimator.update([3, -2]));
  assert.ok(estimator.isSeeded);
  assert.equal(rowsOf(estimator.matrix), [
    [5, -2],
    [-2, 4],
  ]);
  valueIn(estimator.update([1, 1]));
  assert.equal(rowsOf(estimator.matrix), [
    [3, -0.5],
    [-0.5, 2.5],
  ]);
  near(estimator.correlation(0, 1) as number, -0.5 / Math.sqrt(7.5));
  assert.is(estimator.effectiveRows, 3);
  assert.is(estimator.rows, 3);
});

test('what rows make stays symmetric and positive semidefinite, and scales with its square', () => {
  const aRow = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), {
    minLength: 3,
    maxLength: 3,
  });
  law(
    fc.property(fc.array(aRow, { minLength: 1, maxLength: 40 }), (rows) => {
      const [plain, halved] = [new EwmaCovariance(SETTINGS), new EwmaCovariance(SETTINGS)];
      for (const row of rows) {
        valueIn(plain.update(row));
        valueIn(halved.update(row.map((each) => each / 2)));
      }
      const { values } = symmetricEigen(plain.matrix);
      assert.ok((values[2] as number) >= -1e-14);
      plain.matrix.cells.forEach((cell, place) => {
        near(halved.matrix.cells[place] as number, cell / 4, 1e-12, 1e-300);
        assert.is(cell, at(plain.matrix, place % 3, Math.floor(place / 3)));
      });
      const correlation = plain.correlation(0, 1);
      assert.ok(correlation === null || Math.abs(correlation) <= 1);
    }),
  );
});

test('a row with a gap or a broken price is refused whole, with its place and number', () => {
  const estimator = new EwmaCovariance(SETTINGS);
  valueIn(estimator.update([0.1, 0.2, 0.3]));
  const before = rowsOf(estimator.matrix);
  assert.equal(errorIn(estimator.update([0.1, Number.NaN, 0])), {
    kind: 'not-finite',
    asset: 1,
    value: Number.NaN,
  });
  const value = Math.log(1e6);
  assert.equal(errorIn(estimator.update([0, 0, -value])), {
    kind: 'implausible-return',
    asset: 2,
    value: -value,
  });
  assert.equal(rowsOf(estimator.matrix), before);
  assert.is(estimator.rows, 1);
  assert.throws(() => estimator.update([1]), /a return of each asset/);
});

test('settings that make no estimator are bugs', () => {
  for (const changed of [
    { assets: 0 },
    { assets: 257 },
    { lambda: 1 },
    { seedRows: 0 },
    { returnMax: 0 },
  ]) {
    assert.throws(() => new EwmaCovariance({ ...SETTINGS, ...changed }));
  }
});

test('the correlation of twins is one and no more', () => {
  const third = 1 / 3;
  assert.is(
    correlationOf(
      matrixOf([
        [third, third],
        [third, third],
      ]),
      0,
      1,
    ),
    1,
  );
  assert.is(
    correlationOf(
      matrixOf([
        [0, 0],
        [0, 1],
      ]),
      0,
      1,
    ),
    null,
  );
});

const SHRINKERS = { ledoitWolf, oracleApproximating, constantCorrelation };

for (const [name, shrink] of Object.entries(SHRINKERS)) {
  test(`${name} makes fewer rows than assets positive definite, and keeps the total variance`, () => {
    law(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 2, max: 30 }),
        fc.integer({ min: 0, max: 1e6 }),
        (assets, rows, seed) => {
          const columns = columnsOf(assets, rows, seed);
          const { covariance, intensity } = valueIn(shrink(columns));
          assert.ok(intensity >= 0 && intensity <= 1);
          const sample = valueIn(sampleCovariance(columns));
          const trace = (matrix: typeof sample): number =>
            columns.reduce((sum, _, row) => sum + at(matrix, row, row), 0);
          near(trace(covariance), (trace(sample) * (rows - 1)) / rows, 1e-10);
          if (intensity > 0.01 && name !== 'constantCorrelation')
            assert.ok(cholesky(covariance).ok);
        },
      ),
    );
  });

  test(`${name} does not know the unit or the order of the assets`, () => {
    const columns = columnsOf(4, 40, 9);
    const { covariance, intensity } = valueIn(shrink(columns));
    const turned = valueIn(
      shrink([...columns].reverse().map((column) => column.map((x) => 100 * x))),
    );
    near(turned.intensity, intensity, 1e-9);
    near(at(turned.covariance, 0, 1), 1e4 * at(covariance, 3, 2), 1e-9);
  });

  test(`${name} refuses columns that are short, ragged, constant or broken`, () => {
    const fine = normalReturns(10, 1);
    assert.equal(errorIn(shrink([fine, [1, 2]])), {
      kind: 'ragged',
      column: 1,
      found: 2,
      wanted: 10,
    });
    assert.is(errorIn(shrink([[1]])).kind, 'too-few');
    const still = new Array<number>(10).fill(0.5);
    assert.equal(errorIn(shrink([fine, still])), { kind: 'constant', column: 1 });
    assert.is(
      errorIn(shrink([fine.map((x, row) => (row === 3 ? Number.NaN : x))])).kind,
      'not-finite',
    );
  });
}

test('shrinking is nearer to the truth than the sample when rows are few', () => {
  let [sampleError, shrunkError] = [0, 0];
  for (let seed = 0; seed < 20; seed += 1) {
    const columns = columnsOf(10, 20, seed * 100);
    const sample = valueIn(sampleCovariance(columns));
    const { covariance } = valueIn(ledoitWolf(columns));
    sample.cells.forEach((cell, place) => {
      const truth = place % 11 === 0 ? 1e-4 : 0;
      sampleError += (cell - truth) ** 2;
      shrunkError += ((covariance.cells[place] as number) - truth) ** 2;
    });
  }
  assert.ok(shrunkError < 0.5 * sampleError);
});

test('a pair that moves as its mean correlation says is not shrunk for nothing', () => {
  const { meanCorrelation, intensity } = valueIn(constantCorrelation([normalReturns(30, 2)]));
  assert.equal([meanCorrelation, intensity], [0, 1]);
});

test('a sample covariance of nothing is empty', () => {
  assert.equal(rowsOf(valueIn(sampleCovariance([]))), []);
  assert.is(
    errorIn(
      sampleCovariance([
        [1, 2],
        [1, 1e300],
      ]),
    ).kind,
    'not-finite',
  );
});

test('a covariance that is none is made one, with its variances', () => {
  law(
    fc.property(
      aCovariance(7),
      fc.integer({ min: 0, max: 48 }),
      fc.double({ min: -1, max: 1, noNaN: true }),
      (covariance, cell, rho) => {
        const size = covariance.rows;
        const [row, column] = [cell % size, Math.floor(cell / 7) % size];
        if (row !== column) {
          const value = rho * Math.sqrt(at(covariance, row, row) * at(covariance, column, column));
          covariance.cells[row * size + column] = value;
          covariance.cells[column * size + row] = value;
        }
        const { covariance: repaired, raised } = valueIn(repairedCovariance(covariance));
        if (raised > 0) assert.ok(cholesky(repaired).ok);
        for (let each = 0; each < size; each += 1) {
          near(at(repaired, each, each), at(covariance, each, each), 1e-12);
        }
      },
    ),
  );
});

test('a covariance that is one comes back as it was', () => {
  const covariance = covarianceOf(5, 4);
  const found = valueIn(repairedCovariance(covariance));
  assert.is(found.covariance, covariance);
  assert.is(found.raised, 0);
  assert.ok(found.leastEigenvalue > 0);
});

test('what cannot be repaired is refused with its place', () => {
  const refused = (rows: readonly (readonly number[])[]): unknown =>
    errorIn(repairedCovariance(matrixOf(rows)));
  assert.equal(
    refused([
      [1, 0.5],
      [0.4, 1],
    ]),
    { kind: 'not-symmetric', row: 1, column: 0 },
  );
  assert.equal(
    refused([
      [1, Number.NaN],
      [0.4, 1],
    ]),
    { kind: 'not-finite', row: 1, column: 0 },
  );
  assert.equal(
    refused([
      [1, 0],
      [0, Number.NaN],
    ]),
    { kind: 'not-finite', row: 1, column: 1 },
  );
  assert.equal(
    refused([
      [1, 0],
      [0, 0],
    ]),
    { kind: 'no-variance', row: 1 },
  );
});

test.run();
