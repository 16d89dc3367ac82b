import { err, ok, type Result } from '../../core/result.ts';
import { quantileInPlace, select } from '../../math/statistics/quantile.ts';
import { type SampleFault, sampleFault } from '../../math/statistics/sample.ts';
import { levelFault, type OutOfRange, type TailRisk } from './tail-risk.ts';

/** A single return says nothing about its own tail. */
const RETURNS_MIN = 2;

/**
 * Value at risk and expected shortfall of past returns as they were: minus the type-7 quantile, and
 * the mean of the worst n·p of them, the last one counted by its share. O(n), by selection.
 *
 * @param returns in any order
 * @see Acerbi, Tasche 2002, "On the coherence of expected shortfall", definition 2.6
 */
export function historicalRisk(
  returns: ArrayLike<number>,
  level: number,
): Result<TailRisk, SampleFault | OutOfRange> {
  const fault = levelFault(level) ?? sampleFault(returns, RETURNS_MIN);
  if (fault !== null) return err(fault);
  const kept = Float64Array.from(returns);
  const p = 1 - level;
  const worst = kept.length * p;
  const whole = Math.min(Math.floor(worst), kept.length - 1);
  let sum = (worst - whole) * select(kept, whole);
  for (let at = 0; at < whole; at += 1) sum += kept[at] as number;
  const expectedShortfall = -sum / worst;
  const valueAtRisk = -quantileInPlace(kept, p);
  // They are equal where the tail is one number, and rounding must not turn them round.
  return ok({ valueAtRisk, expectedShortfall: Math.max(expectedShortfall, valueAtRisk) });
}

/** Returns of a portfolio: one number a row, the weighted sum of its columns. */
export function portfolioReturns(
  columns: readonly ArrayLike<number>[],
  weights: readonly number[],
): Float64Array {
  const sums = new Float64Array(columns[0]?.length ?? 0);
  columns.forEach((column, place) => {
    const weight = weights[place] as number;
    for (let at = 0; at < sums.length; at += 1) {
      sums[at] = (sums[at] as number) + weight * (column[at] as number);
    }
  });
  return sums;
}
