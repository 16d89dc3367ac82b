import { assert, err, ok, type Result } from '../../core/result.ts';
import { at, type Matrix, put, zeros } from '../../math/matrix.ts';

/** One holding, as a shock moves it. */
export interface Holding {
  /** Signed amount of base. */
  readonly quantity: number;
  /** Above 0. */
  readonly price: number;
  /** Second derivative of its worth by the price; 0 for anything linear. */
  readonly gamma: number;
}

export type StressFault =
  | { readonly kind: 'not-finite'; readonly at: number; readonly value: number }
  /** A price cannot fall below nothing. */
  | { readonly kind: 'below-zero'; readonly at: number; readonly shock: number }
  | { readonly kind: 'no-variance'; readonly factor: number };

export interface StressResult {
  /** Profit of each holding, negative for a loss. */
  readonly profits: readonly number[];
  readonly total: number;
}

/**
 * What a jump of the prices does, all at once and at no chance to trade: q dP + ½ γ dP², dP the
 * price times its shock.
 *
 * @param shocks fraction of each price, −1 or more
 */
export function shocked(
  holdings: readonly Holding[],
  shocks: readonly number[],
): Result<StressResult, StressFault> {
  assert(holdings.length === shocks.length, 'a shock for each holding');
  const profits: number[] = [];
  for (const [place, { quantity, price, gamma }] of holdings.entries()) {
    const shock = shocks[place] as number;
    if (shock < -1) return err({ kind: 'below-zero', at: place, shock });
    const move = price * shock;
    const profit = quantity * move + 0.5 * gamma * move * move;
    if (!Number.isFinite(profit)) return err({ kind: 'not-finite', at: place, value: profit });
    profits.push(profit);
  }
  return ok({ profits, total: profits.reduce((sum, each) => sum + each, 0) });
}

export interface Propagated {
  /** Expected move of the other factors, in their order. */
  readonly expected: readonly number[];
  /** Covariance of what is left of them, (n − 1) × (n − 1). */
  readonly covariance: Matrix;
}

/**
 * What a move of one factor makes of the others: E[rⱼ | r₁] = Σⱼ₁/Σ₁₁ · shock, and the covariance
 * that is left, Σ₂₂ − Σ₂₁ Σ₁₂/Σ₁₁.
 *
 * @see Kupiec 1998, "Stress testing in a value at risk framework", Journal of Derivatives 6
 */
export function propagatedShock(
  covariance: Matrix,
  factor: number,
  shock: number,
): Result<Propagated, StressFault> {
  const size = covariance.rows;
  assert(factor >= 0 && factor < size, 'a factor of the covariance');
  const cell = covariance.cells.findIndex((value) => !Number.isFinite(value));
  if (cell !== -1)
    return err({ kind: 'not-finite', at: cell, value: covariance.cells[cell] as number });
  if (!Number.isFinite(shock)) return err({ kind: 'not-finite', at: factor, value: shock });
  const variance = at(covariance, factor, factor);
  if (!(variance > 0)) return err({ kind: 'no-variance', factor });
  const others = Array.from({ length: size }, (_, row) => row).filter((row) => row !== factor);
  const rest = zeros(size - 1, size - 1);
  others.forEach((row, to) => {
    others.forEach((column, place) => {
      const explained = (at(covariance, row, factor) * at(covariance, factor, column)) / variance;
      put(rest, to, place, at(covariance, row, column) - explained);
    });
  });
  return ok({
    expected: others.map((row) => (at(covariance, row, factor) / variance) * shock),
    covariance: rest,
  });
}
