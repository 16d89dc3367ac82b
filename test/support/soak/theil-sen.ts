import { assert } from '../../../src/core/result.ts';

/** A line through points that a few outliers do not move, and how sure its slope is. */
export interface Trend {
  /** Change of y for one of x. */
  readonly slope: number;
  /** Ends of the 95 % confidence interval of the slope. */
  readonly low: number;
  readonly high: number;
}

/** Every pair of points is looked at, so 2,000 points are two million slopes. */
export const POINTS_MAX = 2_000;
/** The 97.5th percentile of the normal distribution. */
const Z_95 = 1.959963984540054;

/**
 * The Theil–Sen estimator: the median of the slopes of all pairs of points. The interval is made of
 * two of those slopes, the ranks of which follow from the standard deviation of Kendall's S,
 * sqrt((n(n − 1)(2n + 5) − ties) / 18) with ties = the sum of t(t − 1)(2t + 5) over groups of t
 * equal values.
 *
 * @param xs at least two different ones, ys as many; O(n² log n), n at most 2,000
 * @see Sen 1968, Estimates of the regression coefficient based on Kendall's tau, JASA 63, eq. 2.6;
 *   Kendall 1970, Rank Correlation Methods, for the ties
 */
export function theilSen(xs: readonly number[], ys: readonly number[]): Trend {
  assert(xs.length === ys.length, 'every x has its y');
  assert(xs.length <= POINTS_MAX, 'the pairs of so many points can be looked at');
  const slopes = slopesOf(xs, ys);
  assert(slopes.length > 0, 'two points have different x');
  const n = xs.length;
  const variance = (spread(n) - tiesIn(xs) - tiesIn(ys)) / 18;
  const width = Z_95 * Math.sqrt(variance);
  const last = slopes.length - 1;
  const low = Math.max(0, roundHalfEven((slopes.length - width) / 2) - 1);
  const high = Math.min(last, roundHalfEven((slopes.length + width) / 2));
  const middle = slopes.length >> 1;
  const upper = slopes[middle] as number;
  const isOdd = slopes.length % 2 === 1;
  return {
    slope: isOdd ? upper : ((slopes[middle - 1] as number) + upper) / 2,
    low: slopes[low] as number,
    high: slopes[high] as number,
  };
}

/** Slopes of all pairs with different x, smallest first. */
function slopesOf(xs: readonly number[], ys: readonly number[]): Float64Array {
  const slopes: number[] = [];
  for (let from = 0; from < xs.length; from += 1) {
    for (let to = 0; to < from; to += 1) {
      const run = (xs[from] as number) - (xs[to] as number);
      if (run !== 0) slopes.push(((ys[from] as number) - (ys[to] as number)) / run);
    }
  }
  return Float64Array.from(slopes).sort();
}

const spread = (count: number): number => count * (count - 1) * (2 * count + 5);

function tiesIn(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let ties = 0;
  for (const count of counts.values()) ties += spread(count);
  return ties;
}

function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
