import { assert, err, ok, type Result } from '../../core/result.ts';
import { logGamma } from '../../math/gamma.ts';
import { cholesky, forward, type NotPositiveDefinite } from '../../math/linear/cholesky.ts';
import { at, type Matrix } from '../../math/matrix.ts';
import type { SampleFault } from '../../math/statistics/sample.ts';
import { studentQuantile } from '../../math/student-t.ts';

/** The last rows are enough for one number, and each takes a solve for each candidate. */
const ROWS_MAX = 500;
const ROWS_MIN = 30;
/** Degrees of freedom that are tried; between two of these the tail hardly differs. */
const CANDIDATES = [2.5, 3, 4, 5, 6, 8, 11, 16, 25, 50, 100] as const;

/**
 * Degrees of freedom of a t copula of a known correlation, by the largest pseudo-likelihood among a
 * few candidates: every column is replaced by its ranks, u = rank/(n + 1), so that the laws of the
 * assets do not matter. Fewer mean that the assets crash together.
 *
 * @param columns of returns of the same moments, at least 30; the last 500 count
 * @see Genest, Ghoudi, Rivest 1995, "A semiparametric estimation procedure of dependence
 *   parameters in multivariate families of distributions", Biometrika 82
 */
export function fitCopulaNu(
  columns: readonly ArrayLike<number>[],
  correlation: Matrix,
): Result<number, SampleFault | NotPositiveDefinite> {
  assert(columns.length === correlation.rows, 'a row of the correlation for each column');
  const found = columns[0]?.length ?? 0;
  if (found < ROWS_MIN) return err({ kind: 'too-few', found, wanted: ROWS_MIN });
  const factored = cholesky(correlation);
  if (!factored.ok) return factored;
  const rows = Math.min(found, ROWS_MAX);
  const ranks = columns.map((column) => ranksOf(Array.from(column).slice(-rows)));
  let [best, most] = [CANDIDATES[0] as number, Number.NEGATIVE_INFINITY];
  for (const nu of CANDIDATES) {
    const likelihood = likelihoodOf(ranks, factored.value, nu);
    if (likelihood > most) [best, most] = [nu, likelihood];
  }
  return ok(best);
}

/**
 * ln c(u) = ln Γ((ν+d)/2) + (d−1) ln Γ(ν/2) − d ln Γ((ν+1)/2) − ½ ln|R|
 *   − (ν+d)/2 ln(1 + xᵀR⁻¹x/ν) + (ν+1)/2 Σ ln(1 + xᵢ²/ν), xᵢ the t quantile of uᵢ, summed over rows
 * without ln|R|, which is the same for every ν.
 */
function likelihoodOf(ranks: readonly Uint32Array[], lower: Matrix, nu: number): number {
  const size = ranks.length;
  const rows = (ranks[0] as Uint32Array).length;
  const quantiles = Float64Array.from({ length: rows }, (_, rank) =>
    studentQuantile((rank + 1) / (rows + 1), nu),
  );
  const norm =
    logGamma((nu + size) / 2) + (size - 1) * logGamma(nu / 2) - size * logGamma((nu + 1) / 2);
  const x = new Float64Array(size);
  let sum = rows * norm;
  for (let row = 0; row < rows; row += 1) {
    for (let asset = 0; asset < size; asset += 1) {
      const value = quantiles[(ranks[asset] as Uint32Array)[row] as number] as number;
      x[asset] = value;
      sum += ((nu + 1) / 2) * Math.log1p((value * value) / nu);
    }
    const length = forward(lower, x).reduce((total, each) => total + each * each, 0);
    sum -= ((nu + size) / 2) * Math.log1p(length / nu);
  }
  return sum;
}

/** From 0; equal values in their order, which ranks of returns hardly ever meet. */
function ranksOf(values: readonly number[]): Uint32Array {
  const order = values.map((_, place) => place);
  order.sort((one, other) => (values[one] as number) - (values[other] as number));
  const ranks = new Uint32Array(values.length);
  order.forEach((place, rank) => {
    ranks[place] = rank;
  });
  return ranks;
}

/** Correlation of a covariance whose variances are above 0. */
export function correlationMatrix(covariance: Matrix): Matrix {
  const { rows, cells } = covariance;
  const sds = Array.from({ length: rows }, (_, row) => Math.sqrt(at(covariance, row, row)));
  return {
    ...covariance,
    cells: cells.map((cell, place) => {
      const [row, column] = [Math.floor(place / rows), place % rows];
      return row === column ? 1 : cell / ((sds[row] as number) * (sds[column] as number));
    }),
  };
}
