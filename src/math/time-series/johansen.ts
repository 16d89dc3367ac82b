import { err, ok, type Result } from '../../core/result.ts';
import { backward, cholesky, choleskySolve, forward } from '../linear/cholesky.ts';
import { symmetricEigen } from '../linear/symmetric-eigen.ts';
import { at, type Matrix, product, put, zeros } from '../matrix.ts';
import {
  type CriticalTable,
  MACKINNON_HAUG_MICHELIS,
  OSTERWALD_LENUM,
  type Quantiles,
} from './johansen-tables.ts';

/** As many as the longer of the tables has. */
export const VARIABLES_MAX = 12;

/** One test a rank, from none up: that there are no more relations than that. */
export interface RankTest {
  readonly statistics: readonly number[];
  /** At 10, 5 and 1 %, by rank; null where the table has no row for so many variables. */
  readonly critical: readonly (Quantiles | null)[];
}

export interface Johansen {
  /** Squared canonical correlations, the largest first; that of a restricted term is last. */
  readonly eigenvalues: readonly number[];
  /** −T Σ ln(1 − λ) of those after the rank. */
  readonly trace: RankTest;
  /** −T ln(1 − λ) of the next one. */
  readonly maximum: RankTest;
  /** Of which table the critical values are: they differ between tables. */
  readonly table: string;
  /** Relations, a column each, whose first element is 1; restricted terms are the last row. */
  readonly vectors: Matrix;
  /** How each variable answers to each relation. */
  readonly loadings: Matrix;
  readonly observations: number;
}

export type JohansenFault =
  | { readonly kind: 'bad-variables'; readonly found: number; readonly wanted: string }
  | { readonly kind: 'bad-lags'; readonly found: number; readonly wanted: string }
  | { readonly kind: 'too-few-rows'; readonly rows: number; readonly wanted: number }
  | { readonly kind: 'ragged'; readonly column: number; readonly found: number }
  | { readonly kind: 'not-finite'; readonly column: number; readonly at: number }
  /** Series that are one, or do not move: what they make has no inverse. */
  | { readonly kind: 'singular' };

/**
 * Johansen's test for the number of cointegrating relations, in the form with Δx_t, its lags, and
 * x_{t−K}; a constant or a trend is inside the relations (`constant`, `trend`), or the constant
 * outside of them (`none`). Critical values of Osterwald-Lenum.
 *
 * @param series one a variable, in levels, of one length
 * @param how.lags K ≥ 2, of the autoregression in levels
 * @param how.season periods of a year; its dummies are centred, so that they leave the mean alone
 * @see Johansen 1991, "Estimation and hypothesis testing of cointegration vectors in Gaussian
 *   vector autoregressive models"
 */
export function johansen(
  series: readonly ArrayLike<number>[],
  how: {
    readonly lags: number;
    readonly restricted: 'none' | 'constant' | 'trend';
    readonly season?: number | null;
  },
): Result<Johansen, JohansenFault> {
  const { lags, restricted } = how;
  const season = how.season ?? null;
  if (!(Number.isInteger(lags) && lags >= 2)) {
    return err({ kind: 'bad-lags', found: lags, wanted: 'a whole number from 2 on' });
  }
  const fault = seriesFault(series, lags);
  if (fault !== null) return err(fault);
  const rows = rowsAfter(series, lags);
  const short: Float64Array[] = [];
  if (restricted !== 'constant') short.push(new Float64Array(rows).fill(1));
  for (let dummy = 0; dummy + 1 < (season ?? 1); dummy += 1) {
    short.push(
      column(
        rows,
        (row) => ((row + lags) % (season as number) === dummy ? 1 : 0) - 1 / (season ?? 1),
      ),
    );
  }
  const parts = differences(series, lags, rows);
  const level = series.map((values) => column(rows, (row) => values[row] as number));
  if (restricted === 'constant') level.push(new Float64Array(rows).fill(1));
  if (restricted === 'trend') level.push(column(rows, (row) => row + 1));
  const { now, before } = parts;
  return ranks({ now, short: [...short, ...before], level }, OSTERWALD_LENUM[restricted]);
}

/**
 * The same with a polynomial taken out of the series, and its lower degrees out of the differences,
 * before anything is correlated. Critical values of MacKinnon, Haug and Michelis.
 *
 * @param how.degree −1 takes out nothing, 0 the mean, 1 a trend
 * @param how.differences lags of Δx_t, at least 0
 */
export function johansenDetrended(
  series: readonly ArrayLike<number>[],
  how: { readonly degree: -1 | 0 | 1; readonly differences: number },
): Result<Johansen, JohansenFault> {
  const { degree, differences: lags } = how;
  if (!(Number.isInteger(lags) && lags >= 0)) {
    return err({ kind: 'bad-lags', found: lags, wanted: 'a whole number from 0 on' });
  }
  const fault = seriesFault(series, lags + 1);
  if (fault !== null) return err(fault);
  const plain = series.map((values) => without(Float64Array.from(values), degree));
  const rows = rowsAfter(plain, lags + 1);
  const { now, before } = differences(plain, lags + 1, rows);
  const level = plain.map((values) => column(rows, (row) => values[row + 1] as number));
  // With a polynomial out of the levels, the mean is what the rest may still have.
  const rest = (each: Float64Array): Float64Array => without(each, Math.min(degree, 0));
  const parts = { now: now.map(rest), short: before.map(rest), level: level.map(rest) };
  return ranks(parts, MACKINNON_HAUG_MICHELIS[degree]);
}

function seriesFault(series: readonly ArrayLike<number>[], lags: number): JohansenFault | null {
  const count = series.length;
  if (count < 2 || count > VARIABLES_MAX) {
    return { kind: 'bad-variables', found: count, wanted: `2 … ${VARIABLES_MAX}` };
  }
  const rows = series[0]?.length as number;
  const wanted = (lags + 1) * (count + 2) + count;
  if (rows < wanted) return { kind: 'too-few-rows', rows, wanted };
  for (const [place, values] of series.entries()) {
    if (values.length !== rows) return { kind: 'ragged', column: place, found: values.length };
    for (let row = 0; row < rows; row += 1) {
      if (!Number.isFinite(values[row])) return { kind: 'not-finite', column: place, at: row };
    }
  }
  return null;
}

function rowsAfter(series: readonly ArrayLike<number>[], lags: number): number {
  return (series[0]?.length as number) - lags;
}

/** Δx_t of each series, and its lags 1 … lags − 1, all for the times after so many. */
function differences(
  series: readonly ArrayLike<number>[],
  lags: number,
  rows: number,
): { readonly now: readonly Float64Array[]; readonly before: readonly Float64Array[] } {
  const lagged = (lag: number): Float64Array[] =>
    series.map((values) =>
      column(rows, (row) => {
        const time = row + lags - lag;
        return (values[time] as number) - (values[time - 1] as number);
      }),
    );
  const before: Float64Array[] = [];
  for (let lag = 1; lag < lags; lag += 1) before.push(...lagged(lag));
  return { now: lagged(0), before };
}

function column(rows: number, of: (row: number) => number): Float64Array {
  const cells = new Float64Array(rows);
  for (let row = 0; row < rows; row += 1) cells[row] = of(row);
  return cells;
}

/** Less its mean, or its straight line; a degree below 0 takes out nothing. */
function without(values: Float64Array, degree: number): Float64Array {
  if (degree < 0) return values;
  const count = values.length;
  const middle = (count - 1) / 2;
  let sum = 0;
  let along = 0;
  let squares = 0;
  for (let at = 0; at < count; at += 1) {
    sum += values[at] as number;
    along += (values[at] as number) * (at - middle);
    squares += (at - middle) ** 2;
  }
  const slope = degree === 0 ? 0 : along / squares;
  return values.map((value, at) => value - sum / count - slope * (at - middle));
}

/** Δx_t, what is taken out of everything, and the levels: columns of one length. */
interface Parts {
  readonly now: readonly Float64Array[];
  readonly short: readonly Float64Array[];
  readonly level: readonly Float64Array[];
}

function ranks(parts: Parts, table: CriticalTable): Result<Johansen, JohansenFault> {
  const moments = residualMoments(parts);
  if (moments === null) return err({ kind: 'singular' });
  const { s00, s0k, skk } = moments;
  const [inner, outer] = [cholesky(s00), cholesky(skk)];
  if (!inner.ok || !outer.ok) return err({ kind: 'singular' });
  const size = skk.rows;
  // G = L₀⁻¹ S₀ₖ L⁻ᵀ: its singular values are the canonical correlations, so that G'G is symmetric.
  const half = columnsOf(s0k).map((each) => forward(inner.value, each));
  const turned = zeros(size, half[0]?.length ?? 0);
  for (let row = 0; row < turned.columns; row += 1) {
    const across = forward(
      outer.value,
      half.map((each) => each[row] as number),
    );
    across.forEach((value, place) => {
      put(turned, place, row, value);
    });
  }
  const { values, vectors } = symmetricEigen(product(turned, transposed(turned)));
  const variables = s00.rows;
  const rows = parts.now[0]?.length as number;
  const eigenvalues = Array.from(values, (value) => Math.min(Math.max(value, 0), 1));
  if ((eigenvalues[0] as number) === 1) return err({ kind: 'singular' });
  const relations = zeros(size, size);
  const loadings = zeros(variables, size);
  columnsOf(vectors).forEach((each, place) => {
    const relation = backward(outer.value, each);
    const first = relation[0] as number;
    // Of length one by Sₖₖ, so that a loading needs no division but by what was normalised.
    for (let row = 0; row < size; row += 1) {
      put(relations, row, place, (relation[row] as number) / first);
    }
    for (let row = 0; row < variables; row += 1) {
      let sum = 0;
      for (let other = 0; other < size; other += 1) {
        sum += at(s0k, row, other) * (relation[other] as number);
      }
      put(loadings, row, place, sum * first);
    }
  });
  const added = eigenvalues.map((value) => -rows * Math.log1p(-value));
  const after = (rank: number): number => added.slice(rank).reduce((sum, each) => sum + each, 0);
  const byRank = Array.from({ length: variables }, (_, rank) => rank);
  const critical = (of: CriticalTable['trace']) =>
    byRank.map((rank) => of[variables - rank - 1] ?? null);
  return ok({
    eigenvalues,
    trace: { statistics: byRank.map(after), critical: critical(table.trace) },
    maximum: {
      statistics: byRank.map((rank) => added[rank] as number),
      critical: critical(table.maximum),
    },
    table: table.name,
    vectors: relations,
    loadings,
    observations: rows,
  });
}

/** S_ab = (M_ab − M_a1 M_11⁻¹ M_1b), the moments of what the short run does not explain. */
function residualMoments({ now, short, level }: Parts) {
  const rows = now[0]?.length as number;
  const all = [...now, ...level];
  const whole = crossed(all, all, rows);
  if (short.length > 0) {
    const factor = cholesky(crossed(short, short, rows));
    if (!factor.ok) return null;
    const beside = crossed(short, all, rows);
    const explained = columnsOf(beside).map((each) => choleskySolve(factor.value, each));
    for (let row = 0; row < all.length; row += 1) {
      for (let place = 0; place < all.length; place += 1) {
        let sum = 0;
        const solved = explained[place] as Float64Array;
        for (let inner = 0; inner < short.length; inner += 1) {
          sum += at(beside, inner, row) * (solved[inner] as number);
        }
        put(whole, row, place, at(whole, row, place) - sum);
      }
    }
  }
  const split = now.length;
  return {
    s00: block(whole, [0, split], [0, split]),
    s0k: block(whole, [0, split], [split, all.length]),
    skk: block(whole, [split, all.length], [split, all.length]),
  };
}

function crossed(
  left: readonly Float64Array[],
  right: readonly Float64Array[],
  rows: number,
): Matrix {
  const result = zeros(left.length, right.length);
  left.forEach((one, row) => {
    right.forEach((other, place) => {
      let sum = 0;
      for (let each = 0; each < rows; each += 1)
        sum += (one[each] as number) * (other[each] as number);
      put(result, row, place, sum / rows);
    });
  });
  return result;
}

function block(
  whole: Matrix,
  [top, bottom]: readonly [number, number],
  [left, right]: readonly [number, number],
): Matrix {
  const part = zeros(bottom - top, right - left);
  for (let row = top; row < bottom; row += 1) {
    for (let place = left; place < right; place += 1) {
      put(part, row - top, place - left, at(whole, row, place));
    }
  }
  return part;
}

function columnsOf(matrix: Matrix): Float64Array[] {
  return Array.from({ length: matrix.columns }, (_, place) =>
    column(matrix.rows, (row) => at(matrix, row, place)),
  );
}

function transposed(matrix: Matrix): Matrix {
  const turned = zeros(matrix.columns, matrix.rows);
  for (let row = 0; row < matrix.rows; row += 1) {
    for (let place = 0; place < matrix.columns; place += 1) {
      put(turned, place, row, at(matrix, row, place));
    }
  }
  return turned;
}
