import { assert, err, ok, type Result } from '../../core/result.ts';
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

/** What a desk of some size may do. */
export interface CapitalTier {
  /** Equity from which it holds, in money; that of the first is 0. */
  readonly from: number;
  readonly leverageMax: number;
  readonly symbolMax: number;
  readonly symbolsMax: number;
}

/** How far above its beginning a larger tier is entered, so that equity does not flicker. */
const ENTER_ABOVE = 1.05;

/**
 * The tier of an equity: a smaller one at once, a larger one 5 % above where it begins, one at a
 * time.
 *
 * @param tiers rising, the first from 0
 * @param current place of the present tier
 */
export function tierOf(
  tiers: readonly CapitalTier[],
  equity: number,
  current: number,
): Result<number, { readonly kind: 'out-of-range'; readonly equity: number }> {
  assert(tiers[0]?.from === 0, 'the first tier begins at nothing');
  assert(current >= 0 && current < tiers.length, 'the present tier is one of them');
  if (!Number.isFinite(equity)) return err({ kind: 'out-of-range', equity });
  const held = Math.max(0, tiers.filter(({ from }) => from <= equity).length - 1);
  if (held <= current) return ok(held);
  const next = tiers[current + 1] as CapitalTier;
  return ok(equity >= next.from * ENTER_ABOVE ? current + 1 : current);
}
