import { err, ok, type Result } from '../../core/result.ts';
import { at, type Matrix, put, zeros } from '../../math/matrix.ts';
import { type Centred, type CovarianceFault, centre } from './sample-covariance.ts';

export interface Shrunk {
  readonly covariance: Matrix;
  /** Share of the target, 0 … 1: at 1 the sample says nothing that the target does not. */
  readonly intensity: number;
}

export interface ShrunkToCorrelation extends Shrunk {
  /** Mean of the correlations off the diagonal. */
  readonly meanCorrelation: number;
}

/** The assets do not vary, or one of them does not. */
type ShrinkageFault = CovarianceFault | { readonly kind: 'constant'; readonly column: number };

/**
 * Towards the identity times the mean variance, with the intensity that makes the expected squared
 * error least. The sample is divided by n.
 *
 * @see Ledoit, Wolf 2004, "A well-conditioned estimator for large-dimensional covariance matrices",
 *   Journal of Multivariate Analysis 88, lemma 3.2 … 3.4
 */
export function ledoitWolf(columns: readonly ArrayLike<number>[]): Result<Shrunk, ShrinkageFault> {
  const made = varying(columns);
  if (!made.ok) return made;
  const { columns: centred, rows, covariance } = made.value;
  const size = covariance.rows;
  const mean = meanVariance(covariance);
  const squares = sumOfSquares(covariance);
  // Mean over the rows of |x xᵀ − S|², by |x xᵀ|² = |x|⁴.
  let fourth = 0;
  for (let row = 0; row < rows; row += 1) {
    const length = centred.reduce((sum, column) => sum + (column[row] as number) ** 2, 0);
    fourth += (length * length) / rows;
  }
  const distance = squares - size * mean * mean;
  const error = Math.max(0, (fourth - squares) / rows);
  const intensity = error === 0 ? 0 : Math.min(1, error / distance);
  return ok({ covariance: towardsIdentity(covariance, mean, intensity), intensity });
}

/**
 * Towards the identity times the mean variance, with the intensity that is best for normal returns:
 * less of it than Ledoit and Wolf's where tails are fat.
 *
 * @see Chen, Wiesel, Eldar, Hero 2010, "Shrinkage algorithms for MMSE covariance estimation", IEEE
 *   Transactions on Signal Processing 58, equation 23 (in the form with 1 in place of 1 − 2/p)
 */
export function oracleApproximating(
  columns: readonly ArrayLike<number>[],
): Result<Shrunk, ShrinkageFault> {
  const made = varying(columns);
  if (!made.ok) return made;
  const { rows, covariance } = made.value;
  const intensity = oracleIntensity(covariance, rows);
  const mean = meanVariance(covariance);
  return ok({ covariance: towardsIdentity(covariance, mean, intensity), intensity });
}

/**
 * That intensity of a covariance alone, whatever it was estimated from: of an exponential average
 * too, with the count of equal rows that say as much. Above 0, so that what is shrunk by it is
 * positive definite.
 *
 * @param rows that the covariance was estimated from, at least 1
 */
export function oracleIntensity(covariance: Matrix, rows: number): number {
  const size = covariance.rows;
  const mean = meanVariance(covariance);
  const alpha = sumOfSquares(covariance) / (size * size);
  const distance = (rows + 1) * (alpha - (mean * mean) / size);
  return distance <= 0 ? 1 : Math.min(1, (alpha + mean * mean) / distance);
}

/**
 * Towards the sample's own variances with one correlation for all pairs: their mean. Fits assets
 * that share a market, as coins do.
 *
 * @see Ledoit, Wolf 2004, "Honey, I shrunk the sample covariance matrix", Journal of Portfolio
 *   Management 30, appendices A and B
 */
export function constantCorrelation(
  columns: readonly ArrayLike<number>[],
): Result<ShrunkToCorrelation, ShrinkageFault> {
  const made = varying(columns);
  if (!made.ok) return made;
  const { rows, covariance } = made.value;
  const size = covariance.rows;
  const sds = Array.from({ length: size }, (_, row) => Math.sqrt(at(covariance, row, row)));
  const meanCorrelation = meanOffDiagonal(covariance, sds);
  const target = zeros(size, size);
  let uncertainty = 0;
  let alike = 0;
  let distance = 0;
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const [one, other] = [sds[row] as number, sds[column] as number];
      const isSame = row === column;
      const aim = isSame ? at(covariance, row, row) : meanCorrelation * one * other;
      put(target, row, column, aim);
      distance += (at(covariance, row, column) - aim) ** 2;
      const { pi, theta } = errorsOf(made.value, row, column);
      uncertainty += pi;
      // Theta is of the row's variance; summed over both orders of a pair it is the paper's rho.
      alike += isSame ? pi : meanCorrelation * (other / one) * theta;
    }
  }
  const kappa = distance === 0 ? rows : (uncertainty - alike) / distance;
  const intensity = Math.max(0, Math.min(1, kappa / rows));
  return ok({ covariance: mixed(covariance, target, intensity), intensity, meanCorrelation });
}

/**
 * For a pair of assets: pi, how far the products of single rows lie from the covariance, squared;
 * and theta, how those go along with the row asset's own squares.
 */
function errorsOf(
  { columns, rows, covariance }: Centred,
  row: number,
  column: number,
): { pi: number; theta: number } {
  const [x, y] = [columns[row] as Float64Array, columns[column] as Float64Array];
  const [cell, variance] = [at(covariance, row, column), at(covariance, row, row)];
  let pi = 0;
  let theta = 0;
  for (let each = 0; each < rows; each += 1) {
    const off = (x[each] as number) * (y[each] as number) - cell;
    pi += (off * off) / rows;
    theta += (off * ((x[each] as number) ** 2 - variance)) / rows;
  }
  return { pi, theta };
}

function varying(columns: readonly ArrayLike<number>[]): Result<Centred, ShrinkageFault> {
  const centred = centre(columns);
  if (!centred.ok) return centred;
  const { covariance } = centred.value;
  const constant = columns.findIndex((_, column) => !(at(covariance, column, column) > 0));
  return constant === -1 ? centred : err({ kind: 'constant', column: constant });
}

function meanVariance(covariance: Matrix): number {
  let sum = 0;
  for (let row = 0; row < covariance.rows; row += 1) sum += at(covariance, row, row);
  return sum / covariance.rows;
}

/** 0 for a single asset. */
function meanOffDiagonal(covariance: Matrix, sds: readonly number[]): number {
  let sum = 0;
  for (let row = 0; row < sds.length; row += 1) {
    for (let column = 0; column < row; column += 1) {
      sum += at(covariance, row, column) / ((sds[row] as number) * (sds[column] as number));
    }
  }
  return sds.length === 1 ? 0 : (2 * sum) / (sds.length * (sds.length - 1));
}

function sumOfSquares({ cells }: Matrix): number {
  return cells.reduce((sum, cell) => sum + cell * cell, 0);
}

function towardsIdentity(covariance: Matrix, mean: number, intensity: number): Matrix {
  const target = zeros(covariance.rows, covariance.rows);
  for (let row = 0; row < covariance.rows; row += 1) put(target, row, row, mean);
  return mixed(covariance, target, intensity);
}

function mixed(sample: Matrix, target: Matrix, intensity: number): Matrix {
  const cells = sample.cells.map(
    (cell, place) => (1 - intensity) * cell + intensity * (target.cells[place] as number),
  );
  return { ...sample, cells };
}
