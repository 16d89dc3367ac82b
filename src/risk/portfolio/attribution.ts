import { assert, ok, type Result } from '../../core/result.ts';
import type { Matrix } from '../../math/matrix.ts';
import { type PortfolioFault, portfolioSpread } from '../value-at-risk/portfolio-risk.ts';

/** A position of one strategy in one symbol at one venue. */
export interface AttributedPosition {
  readonly strategy: string;
  readonly symbol: string;
  readonly venue: string;
  /** Row of the covariance. */
  readonly asset: number;
  /** In money, signed. */
  readonly notional: number;
}

export type Dimension = 'strategy' | 'symbol' | 'venue';

export interface Attribution {
  /** Standard deviation of the book, in money. */
  readonly sd: number;
  /** What each adds to it; together they are sd. A hedge has a negative part. */
  readonly parts: ReadonlyMap<string, number>;
}

/**
 * Divides the risk of the book among its strategies, symbols or venues by component value at risk,
 * which adds up. Stand-alone figures do not: they forget what cancels.
 */
export function attributed(
  covariance: Matrix,
  positions: readonly AttributedPosition[],
  by: Dimension,
): Result<Attribution, PortfolioFault> {
  const weights = new Array<number>(covariance.rows).fill(0);
  for (const { asset, notional } of positions) {
    assert(asset >= 0 && asset < weights.length, 'an asset of the covariance');
    weights[asset] = (weights[asset] as number) + notional;
  }
  const spread = portfolioSpread(covariance, weights);
  if (!spread.ok) return spread;
  const { sd, marginal } = spread.value;
  const parts = new Map<string, number>();
  for (const position of positions) {
    const part = position.notional * (marginal[position.asset] as number);
    parts.set(position[by], (parts.get(position[by]) ?? 0) + part);
  }
  return ok({ sd, parts });
}
