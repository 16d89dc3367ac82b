import { assert } from '../../core/result.ts';

/** Two positions that are nearly one, which an order would make larger. */
export interface CorrelatedPair {
  readonly asset: number;
  readonly other: number;
  /** Correlation of the returns of the positions as they are signed: a hedge is negative. */
  readonly correlation: number;
  readonly limit: number;
}

/**
 * The pair whose position-signed correlation is the highest above the limit among those that a
 * change of one weight would make larger; null when there is none. A position that only shrinks
 * enlarges no pair. O(n); allocates only for a refusal.
 *
 * @param correlations n × n, row after row; NaN where nothing is known counts as 1
 * @param weights signed, before the change
 */
export function correlatedPair(
  correlations: Float64Array,
  weights: Float64Array,
  order: { readonly asset: number; readonly change: number; readonly limit: number },
): CorrelatedPair | null {
  const { asset, change, limit } = order;
  const size = weights.length;
  assert(correlations.length === size * size, 'a correlation for each pair');
  const before = weights[asset] as number;
  const after = before + change;
  const isShrinking = Math.abs(after) <= Math.abs(before) && after * before >= 0;
  if (isShrinking) return null;
  let worst = -1;
  let highest = limit;
  for (let other = 0; other < size; other += 1) {
    const held = weights[other] as number;
    if (other === asset || held === 0) continue;
    const signed = signedOf(correlations[asset * size + other] as number, after * held);
    if (signed > highest) {
      worst = other;
      highest = signed;
    }
  }
  return worst === -1 ? null : { asset, other: worst, correlation: highest, limit };
}

function signedOf(correlation: number, sides: number): number {
  if (Number.isNaN(correlation)) return 1;
  return sides < 0 ? -correlation : correlation;
}
