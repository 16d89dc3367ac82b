import { assert } from '../core/result.ts';
import { type Matrix, put, solve, zeros } from './matrix.ts';

/** Supports of so many actions a side are some millions; more would not end in time. */
export const ACTIONS_MAX = 10;
/** A chance of less is none, and a gain of less by another action is rounding. */
const TOLERANCE = 1e-12;

export interface Equilibrium {
  /** Chances of the row player's actions. */
  readonly x: readonly number[];
  /** Chances of the column player's. */
  readonly y: readonly number[];
  readonly rowValue: number;
  readonly columnValue: number;
}

/**
 * All equilibria of a game of two whose supports have the same size, each verified as a mutual best
 * response: by size, then by the row support, then by the column support, in the order of words.
 * A degenerate game may have more.
 *
 * @param rowPayoffs m × n, what the row player gets; at most 10 actions a side
 * @param columnPayoffs m × n, what the column player gets
 * @see Nisan, Roughgarden, Tardos, Vazirani 2007, "Algorithmic Game Theory", algorithm 3.4
 */
export function equilibria(
  rowPayoffs: readonly (readonly number[])[],
  columnPayoffs: readonly (readonly number[])[],
): readonly Equilibrium[] {
  const [rows, columns] = [rowPayoffs.length, rowPayoffs[0]?.length ?? 0];
  assert(Math.max(rows, columns) <= ACTIONS_MAX, `at most ${ACTIONS_MAX} actions a side`);
  const transposed = Array.from({ length: columns }, (_, column) =>
    columnPayoffs.map((line) => line[column] as number),
  );
  const found: Equilibrium[] = [];
  for (let size = 1; size <= Math.min(rows, columns); size += 1) {
    for (const rowSupport of subsets(rows, size)) {
      for (const columnSupport of subsets(columns, size)) {
        const y = indifference(rowPayoffs, rowSupport, columnSupport);
        const x = indifference(transposed, columnSupport, rowSupport);
        if (x === null || y === null) continue;
        const [rowValue, columnValue] = [bestOf(rowPayoffs, y), bestOf(transposed, x)];
        const isBest =
          earns(rowPayoffs, x, y) >= rowValue - TOLERANCE * scaleOf(rowPayoffs) &&
          earns(transposed, y, x) >= columnValue - TOLERANCE * scaleOf(transposed);
        if (isBest) found.push({ x, y, rowValue, columnValue });
      }
    }
  }
  return found;
}

/** Ascending places of so many of the first n, in the order of words. */
function subsets(n: number, size: number): readonly (readonly number[])[] {
  if (size === 0) return [[]];
  return Array.from({ length: n }, (_, first) => first).flatMap((first) =>
    subsets(n - first - 1, size - 1).map((rest) => [
      first,
      ...rest.map((place) => place + first + 1),
    ]),
  );
}

/** Chances of the other's support at which all actions of one's own earn the same; null if none. */
function indifference(
  payoffs: readonly (readonly number[])[],
  own: readonly number[],
  other: readonly number[],
): readonly number[] | null {
  const size = own.length;
  const left: Matrix = zeros(size + 1, size + 1);
  const right = zeros(size + 1, 1);
  own.forEach((action, row) => {
    other.forEach((reply, column) => {
      put(left, row, column, payoffs[action]?.[reply] as number);
    });
    put(left, row, size, -1);
    put(left, size, row, 1);
  });
  put(right, size, 0, 1);
  const solved = solve(left, right);
  if (solved === null) return null;
  const chances = new Array<number>(payoffs[0]?.length ?? 0).fill(0);
  for (const [place, reply] of other.entries()) {
    const chance = solved.cells[place] as number;
    if (!(chance > TOLERANCE)) return null;
    chances[reply] = chance;
  }
  return chances;
}

function bestOf(payoffs: readonly (readonly number[])[], against: readonly number[]): number {
  return Math.max(...payoffs.map((line) => dot(line, against)));
}

function earns(
  payoffs: readonly (readonly number[])[],
  own: readonly number[],
  against: readonly number[],
): number {
  return dot(
    own,
    payoffs.map((line) => dot(line, against)),
  );
}

function scaleOf(payoffs: readonly (readonly number[])[]): number {
  return 1 + Math.max(...payoffs.flat().map(Math.abs));
}

function dot(left: readonly number[], right: readonly number[]): number {
  return left.reduce((sum, each, at) => sum + each * (right[at] as number), 0);
}
