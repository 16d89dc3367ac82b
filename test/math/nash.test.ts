import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { equilibria } from '../../src/math/nash.ts';
import { law } from '../support/law.ts';
import { near } from '../support/near.ts';

const aGame = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }))
  .chain(([rows, columns]) => {
    const payoffs = fc.array(
      fc.array(fc.double({ min: -5, max: 5, noNaN: true }), {
        minLength: columns,
        maxLength: columns,
      }),
      { minLength: rows, maxLength: rows },
    );
    return fc.tuple(payoffs, payoffs);
  });

const dot = (left: readonly number[], right: readonly number[]): number =>
  left.reduce((sum, each, at) => sum + each * (right[at] as number), 0);

test('in an equilibrium nobody gains by another action, and chances are chances', () => {
  law(
    fc.property(aGame, ([A, B]) => {
      for (const { x, y, rowValue, columnValue } of equilibria(A, B)) {
        near(
          x.reduce((a, b) => a + b, 0),
          1,
        );
        near(
          y.reduce((a, b) => a + b, 0),
          1,
        );
        for (const line of A) assert.ok(dot(line, y) <= rowValue + 1e-9);
        y.forEach((_, column) => {
          const line = B.map((row) => row[column] as number);
          assert.ok(dot(line, x) <= columnValue + 1e-9);
        });
        near(
          dot(
            x,
            A.map((line) => dot(line, y)),
          ),
          rowValue,
          1e-9,
          1e-9,
        );
      }
    }),
  );
});

test('a game of generic payoffs has an odd number of equilibria', () => {
  law(
    fc.property(
      fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 18, maxLength: 18 }),
      (all) => {
        const distinct = all.map((each, at) => each + Math.sin(at * 97.3) / 100);
        const rows = (from: number): number[][] =>
          [0, 3, 6].map((row) => distinct.slice(from + row, from + row + 3));
        assert.is(equilibria(rows(0), rows(9)).length % 2, 1);
      },
    ),
    60,
  );
});

test('a game without actions has no equilibrium, and one of too many is a bug', () => {
  assert.equal(equilibria([], []), []);
  const wide = [new Array<number>(11).fill(0)];
  assert.throws(() => equilibria(wide, wide), /at most 10/);
});

test.run();
