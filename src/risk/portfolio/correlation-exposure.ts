import { assert } from '../../core/result.ts';

/** A position that an order would make larger. */
export interface Enlarging {
  asset: number;
  /** What it would be with the order filled, in money, signed. */
  after: number;
  /** Correlation from which two positions are one. */
  limit: number;
  /** Assets that are counted elsewhere. */
  without: readonly number[];
}

/**
 * Puts into `target` what moves as one with a position that an order would enlarge: the highest
 * correlation above the limit of the returns as the positions are signed, so that a hedge is a
 * negative one, and the notional of all positions above it; 0 and 0 where there is none, and for a
 * position that only shrinks. O(n), no allocation.
 *
 * @param correlations n × n, row after row; NaN where nothing is known counts as 1
 * @param positions in money, signed, before the order
 */
export function correlatedExposure(
  correlations: Float64Array,
  positions: Float64Array,
  { asset, after, limit, without }: Enlarging,
  target: { correlation: number; otherNotional: number },
): void {
  const size = positions.length;
  assert(correlations.length === size * size, 'a correlation for each pair');
  target.correlation = 0;
  target.otherNotional = 0;
  const before = positions[asset] as number;
  if (Math.abs(after) <= Math.abs(before) && after * before >= 0) return;
  for (let other = 0; other < size; other += 1) {
    const held = positions[other] as number;
    if (other === asset || held === 0 || without.includes(other)) continue;
    const signed = signedOf(correlations[asset * size + other] as number, after * held);
    if (signed <= limit) continue;
    target.correlation = Math.max(target.correlation, signed);
    target.otherNotional += Math.abs(held);
  }
}

function signedOf(correlation: number, sides: number): number {
  if (Number.isNaN(correlation)) return 1;
  return sides < 0 ? -correlation : correlation;
}
