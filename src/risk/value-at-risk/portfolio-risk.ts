import { assert, err, ok, type Result } from '../../core/result.ts';
import { at, type Matrix } from '../../math/matrix.ts';

export type PortfolioFault =
  | { readonly kind: 'not-finite'; readonly row: number; readonly column: number }
  /** wᵀ Σ w below zero by more than rounding: the covariance is none. */
  | { readonly kind: 'not-positive-semidefinite'; readonly variance: number }
  /** Nothing is held, or what is held cancels: there is nothing to attribute. */
  | { readonly kind: 'flat'; readonly gross: number };

/** Standard deviations, as fractions of the money that the weights are shares of. */
export interface PortfolioSpread {
  readonly sd: number;
  /** d sd / d wᵢ = (Σw)ᵢ / sd. */
  readonly marginal: readonly number[];
  /** wᵢ times the marginal: what each position adds; together they are sd. */
  readonly component: readonly number[];
  /** The components as shares of sd; together 1. A hedge has a negative one. */
  readonly share: readonly number[];
  /** Σ |wᵢ| sdᵢ: what it would be if everything moved against us at once. */
  readonly undiversified: number;
  /** sd less what it would be without each position: larger is worse, negative is a hedge. */
  readonly incremental: readonly number[];
  /** Undiversified over sd, at least 1. */
  readonly diversificationRatio: number;
}

/** Rounding of a sum of this many products, against the sum of their sizes. */
const ROUNDING = 1e-12;

/**
 * How the risk of a portfolio divides among its positions, O(n²). Times a quantile and the money
 * these are value at risk, marginal, component and incremental.
 *
 * @param weights share of the money in each asset; negative for a short
 * @see Jorion 2007, "Value at Risk", chapter 7
 */
export function portfolioSpread(
  covariance: Matrix,
  weights: readonly number[],
): Result<PortfolioSpread, PortfolioFault> {
  const size = weights.length;
  assert(covariance.rows === size && covariance.columns === size, 'a row for each weight');
  const unusable = covariance.cells.findIndex((cell) => !Number.isFinite(cell));
  if (unusable !== -1) {
    const row = Math.floor(unusable / size);
    return err({ kind: 'not-finite', row, column: unusable - row * size });
  }
  const place = weights.findIndex((weight) => !Number.isFinite(weight));
  if (place !== -1) return err({ kind: 'not-finite', row: place, column: -1 });
  const pull = weights.map((_, row) =>
    weights.reduce((sum, weight, column) => sum + at(covariance, row, column) * weight, 0),
  );
  const variance = sumOf(weights.map((weight, row) => weight * (pull[row] as number)));
  const undiversified = sumOf(
    weights.map((weight, row) => Math.abs(weight) * Math.sqrt(Math.abs(at(covariance, row, row)))),
  );
  if (variance < -ROUNDING * undiversified ** 2) {
    return err({ kind: 'not-positive-semidefinite', variance });
  }
  if (!(variance > ROUNDING * ROUNDING * undiversified ** 2)) {
    return err({ kind: 'flat', gross: sumOf(weights.map(Math.abs)) });
  }
  const sd = Math.sqrt(variance);
  const marginal = pull.map((each) => each / sd);
  const component = weights.map((weight, row) => weight * (marginal[row] as number));
  return ok({
    sd,
    marginal,
    component,
    share: component.map((each) => each / sd),
    undiversified,
    incremental: weights.map((weight, row) => {
      const without =
        variance - 2 * weight * (pull[row] as number) + weight * weight * at(covariance, row, row);
      // What is left of the only position is rounding, on either side of zero.
      return sd - Math.sqrt(Math.max(0, without));
    }),
    diversificationRatio: undiversified / sd,
  });
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
