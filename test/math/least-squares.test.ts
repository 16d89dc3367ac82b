import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { leastSquares, neweyWestErrors } from '../../src/math/least-squares.ts';
import { at, product, rowsOf, solve, zeros } from '../../src/math/matrix.ts';
import { law } from '../support/law.ts';

const value = fc.double({ min: -100, max: 100, noNaN: true });

test('residuals are orthogonal to every column', () => {
  law(
    fc.property(
      fc.array(fc.tuple(value, value, value), { minLength: 4, maxLength: 30 }),
      (rows) => {
        const columns = [rows.map(() => 1), rows.map(([x]) => x), rows.map(([, z]) => z)];
        const fit = leastSquares(
          columns,
          rows.map(([, , y]) => y),
        );
        if (!fit.ok) return;
        for (const column of columns) {
          let [dot, scale] = [0, 1];
          fit.value.residuals.forEach((residual, row) => {
            dot += residual * (column[row] as number);
            scale += Math.abs(residual * (column[row] as number)) + Math.abs(column[row] as number);
          });
          const size = fit.value.coefficients.reduce((sum, one) => sum + Math.abs(one), 1);
          assert.ok(Math.abs(dot) <= 1e-8 * scale * size, `${dot} of ${scale}`);
        }
      },
    ),
  );
});

test('a line is found with its errors', () => {
  // By hand: x̄ = 2, Sxx = 10, slope 0.45, intercept 2.5; RSS 2.675, three degrees of freedom.
  const fit = leastSquares(
    [
      [1, 1, 1, 1, 1],
      [0, 1, 2, 3, 4],
    ],
    [2, 4, 2.5, 4.5, 4],
  );
  assert.ok(fit.ok);
  if (!fit.ok) return;
  const [intercept, slope] = fit.value.coefficients as [number, number];
  assert.ok(Math.abs(slope - 0.45) < 1e-12 && Math.abs(intercept - 2.5) < 1e-12);
  const { rss, r2, standardErrors } = fit.value;
  assert.ok(Math.abs(rss - 2.675) < 1e-12);
  assert.ok(Math.abs((r2 as number) - (1 - 2.675 / 4.7)) < 1e-12);
  assert.ok(Math.abs((standardErrors[1] as number) - Math.sqrt(2.675 / 3 / 10)) < 1e-12);
});

test('without lags the robust errors are those of White', () => {
  const columns = [
    [1, 1, 1, 1],
    [0, 1, 2, 3],
  ];
  const fit = leastSquares(columns, [1, 3, 2, 7]);
  assert.ok(fit.ok);
  if (!fit.ok) return;
  const { residuals, inverseGram } = fit.value;
  const bread = inverseGram[1] as readonly number[];
  let variance = 0;
  residuals.forEach((residual, row) => {
    const pull = (bread[0] as number) + (bread[1] as number) * (columns[1]?.[row] as number);
    variance += (residual * pull) ** 2;
  });
  const [, slopeError] = neweyWestErrors(columns, fit.value, 0);
  assert.ok(Math.abs((slopeError as number) - Math.sqrt(variance)) < 1e-12);
});

test('columns that are alike, and rows that are too few, are said', () => {
  const twins = leastSquares(
    [
      [1, 2, 3],
      [2, 4, 6],
    ],
    [1, 1, 2],
  );
  assert.equal(twins, { ok: false, error: { kind: 'collinear', column: 1 } });
  const few = leastSquares([[1], [2]], [3]);
  assert.equal(few, { ok: false, error: { kind: 'too-few-rows', rows: 1, wanted: 2 } });
  const flat = leastSquares([[1, 1, 1]], [5, 5, 5]);
  assert.ok(flat.ok && flat.value.r2 === null);
});

test('a solution solves, and a singular system has none', () => {
  law(
    fc.property(fc.array(value, { minLength: 9, maxLength: 9 }), (cells) => {
      const square = { rows: 3, columns: 3, cells: Float64Array.from(cells) };
      const right = { rows: 3, columns: 1, cells: Float64Array.from([1, -2, 3]) };
      const answer = solve(square, right);
      if (answer === null) return;
      const size = answer.cells.reduce((sum, cell) => sum + Math.abs(cell), 1);
      product(square, answer).cells.forEach((cell, row) => {
        assert.ok(Math.abs(cell - (right.cells[row] as number)) <= 1e-9 * (1 + 100 * size));
      });
    }),
  );
  const singular = { rows: 2, columns: 2, cells: Float64Array.from([1, 2, 2, 4]) };
  assert.is(solve(singular, zeros(2, 1)), null);
  assert.is(solve(zeros(1, 1), zeros(1, 1)), null);
});

test('rows and cells of a matrix are where they are said to be', () => {
  const matrix = { rows: 2, columns: 3, cells: Float64Array.from([1, 2, 3, 4, 5, 6]) };
  assert.equal(rowsOf(matrix), [
    [1, 2, 3],
    [4, 5, 6],
  ]);
  assert.is(at(matrix, 1, 2), 6);
});

test.run();
