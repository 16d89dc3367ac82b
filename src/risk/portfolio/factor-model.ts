import { assert, err, ok, type Result } from '../../core/result.ts';
import { type LeastSquaresFault, leastSquares } from '../../math/least-squares.ts';
import { at, type Matrix, put, zeros } from '../../math/matrix.ts';
import { type CovarianceFault, sampleCovariance } from '../covariance/sample-covariance.ts';

/** Returns as a few factors and what is left: r = α + B f + e. */
export interface FactorModel {
  /** Assets × factors. */
  readonly loadings: Matrix;
  readonly factorCovariance: Matrix;
  /** Variance of what the factors leave of each asset. */
  readonly specific: readonly number[];
}

export type FactorFault =
  | CovarianceFault
  | (LeastSquaresFault & { readonly asset: number })
  /** No row is left over for the residuals. */
  | { readonly kind: 'no-freedom'; readonly rows: number; readonly factors: number };

/**
 * Loadings of each asset on the factors, by least squares with a constant. n (k + 1)² for n assets.
 *
 * @param assets columns of returns
 * @param factors columns of returns of the same moments, at least one
 */
export function fitFactorModel(
  assets: readonly (readonly number[])[],
  factors: readonly (readonly number[])[],
): Result<FactorModel, FactorFault> {
  const checked = sampleCovariance([...assets, ...factors]);
  if (!checked.ok) return checked;
  const rows = factors[0]?.length ?? 0;
  if (rows <= factors.length + 1) return err({ kind: 'no-freedom', rows, factors: factors.length });
  const columns = [new Array<number>(rows).fill(1), ...factors];
  const loadings = zeros(assets.length, factors.length);
  const specific: number[] = [];
  for (const [asset, returns] of assets.entries()) {
    const fitted = leastSquares(columns, returns);
    if (!fitted.ok) return err({ ...fitted.error, asset });
    const { coefficients, rss } = fitted.value;
    coefficients.slice(1).forEach((loading, factor) => {
      put(loadings, asset, factor, loading);
    });
    specific.push(rss / (rows - factors.length - 1));
  }
  return ok({ loadings, factorCovariance: lastBlock(checked.value, factors.length), specific });
}

/** Covariance of the assets that the model implies, B Σ Bᵀ and the specific variances. */
export function modelCovariance({ loadings, factorCovariance, specific }: FactorModel): Matrix {
  const result = zeros(loadings.rows, loadings.rows);
  specific.forEach((variance, row) => {
    for (let column = 0; column <= row; column += 1) {
      let sum = row === column ? variance : 0;
      for (let one = 0; one < loadings.columns; one += 1) {
        for (let other = 0; other < loadings.columns; other += 1) {
          const cell = at(factorCovariance, one, other);
          sum += at(loadings, row, one) * cell * at(loadings, column, other);
        }
      }
      put(result, row, column, sum);
      put(result, column, row, sum);
    }
  });
  return result;
}

export interface FactorRisk {
  /** Money that is in each factor: Bᵀ w. */
  readonly exposures: readonly number[];
  /** Variance that each factor adds, in money squared; with the specific one they are the whole. */
  readonly contributions: readonly number[];
  readonly specific: number;
  readonly variance: number;
}

/** The risk of a book by factor. @param weights money in each asset, signed */
export function factorRisk(model: FactorModel, weights: readonly number[]): FactorRisk {
  const { loadings, factorCovariance } = model;
  assert(weights.length === loadings.rows, 'a weight for each asset of the model');
  const factors = Array.from({ length: loadings.columns }, (_, factor) => factor);
  const exposures = factors.map((factor) =>
    weights.reduce((sum, weight, asset) => sum + weight * at(loadings, asset, factor), 0),
  );
  const contributions = factors.map((factor) => {
    const pull = exposures.reduce(
      (sum, exposure, other) => sum + at(factorCovariance, factor, other) * exposure,
      0,
    );
    return (exposures[factor] as number) * pull;
  });
  const specific = weights.reduce(
    (sum, weight, asset) => sum + weight * weight * (model.specific[asset] as number),
    0,
  );
  const variance = contributions.reduce((sum, each) => sum + each, specific);
  return { exposures, contributions, specific, variance };
}

/** The lower right corner of a matrix. */
function lastBlock(matrix: Matrix, size: number): Matrix {
  const block = zeros(size, size);
  const from = matrix.rows - size;
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      put(block, row, column, at(matrix, from + row, from + column));
    }
  }
  return block;
}
