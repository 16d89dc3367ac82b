import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cholesky, choleskyInverse, choleskySolve } from '../../../src/math/optimise/definite.ts';
import { law } from '../../support/law.ts';

test('a system is solved and its matrix inverted', () => {
  const cell = fc.double({ min: -3, max: 3, noNaN: true });
  law(
    fc.property(
      fc.integer({ min: 1, max: 6 }),
      fc.array(cell, { minLength: 42, maxLength: 42 }),
      (size, cells) => {
        const at = (row: number, column: number): number => cells[row * 6 + column] as number;
        const square = new Float64Array(size * size);
        for (let row = 0; row < size; row += 1) {
          for (let column = 0; column < size; column += 1) {
            let sum = row === column ? 1 : 0;
            for (let inner = 0; inner < size; inner += 1) sum += at(row, inner) * at(column, inner);
            square[row * size + column] = sum;
          }
        }
        const factor = cholesky(square, size);
        assert.ok(factor !== null);
        const wanted = Float64Array.from(cells.slice(36, 36 + size));
        const x = Float64Array.from(wanted);
        choleskySolve(factor, size, x);
        const inverse = choleskyInverse(factor, size);
        for (let row = 0; row < size; row += 1) {
          let [back, other] = [0, 0];
          for (let column = 0; column < size; column += 1) {
            back += (square[row * size + column] as number) * (x[column] as number);
            other += (inverse[row * size + column] as number) * (wanted[column] as number);
          }
          assert.ok(Math.abs(back - (wanted[row] as number)) < 1e-9);
          assert.ok(Math.abs(other - (x[row] as number)) < 1e-9);
        }
      },
    ),
  );
});

test('what is not positive definite has no factor', () => {
  assert.is(cholesky([1, 2, 2, 1], 2), null);
  assert.is(cholesky([1, 1, 1, 1], 2), null);
  assert.is(cholesky([0], 1), null);
  assert.is(cholesky([Number.NaN], 1), null);
  assert.is(cholesky([Number.POSITIVE_INFINITY], 1), null);
  assert.is(cholesky([1, 0, Number.NaN, 1], 2), null);
});

test.run();
