import { assert, err, ok, type Result } from '../../../core/result.ts';
import { normalCdf } from '../../../math/normal.ts';

export interface MeanBreaks {
  /** Points before each break, of the number of breaks with the least BIC. */
  readonly breaks: readonly number[];
  /** By number of breaks, 0 first. */
  readonly bic: readonly number[];
  readonly rss: readonly number[];
  readonly ols: FluctuationTest & { readonly path: readonly number[]; readonly argmax: number };
  readonly recursive: FluctuationTest;
}

/** How far cumulated residuals stray, and the chance of that without a change. */
export interface FluctuationTest {
  readonly statistic: number;
  readonly p: number;
}

export type MeanBreaksFault =
  | { readonly kind: 'too-few-points'; readonly found: number; readonly wanted: number }
  | { readonly kind: 'constant'; readonly value: number };

/** Points beyond this belong to a summary first: the search is quadratic. */
export const MEAN_BREAKS_POINTS_MAX = 5_000;
const SERIES_TERMS = 1_000;

/**
 * Changes of the mean by least squares over all segmentations, O(m n²), with the number of breaks
 * that the BIC chooses, and two tests for any change at all. For a whole series, off the lane.
 *
 * @param segmentMin share of the points that a segment holds at least, inside 0 … ½
 * @see Bai, Perron 2003, "Computation and analysis of multiple structural change models";
 *   Ploberger, Krämer 1992 (OLS-CUSUM); Brown, Durbin, Evans 1975 (recursive CUSUM)
 */
export function meanBreaks(
  series: ArrayLike<number>,
  segmentMin: number,
): Result<MeanBreaks, MeanBreaksFault> {
  const n = series.length;
  assert(segmentMin > 0 && segmentMin <= 0.5, 'a segment holds a share of the points');
  assert(n <= MEAN_BREAKS_POINTS_MAX, `at most ${MEAN_BREAKS_POINTS_MAX} points`);
  const least = Math.max(Math.floor(segmentMin * n), 1);
  const wanted = Math.max(2 * least, 3);
  if (n < wanted) return err({ kind: 'too-few-points', found: n, wanted });
  const values = Float64Array.from(series);
  const first = values[0] as number;
  if (values.every((value) => value === first)) return err({ kind: 'constant', value: first });
  const breaksMax = Math.max(Math.ceil(n / least) - 2, 1);
  const { rss, breaksOf } = segmentations(values, least, breaksMax);
  const bic = rss.map((sum, breaks) => bicOf(sum, n, breaks));
  const chosen = bic.indexOf(Math.min(...bic));
  return ok({
    breaks: breaksOf(chosen),
    bic,
    rss,
    ols: olsCusum(values, rss[0] as number),
    recursive: recursiveCusum(values),
  });
}

/** n (ln RSS + 1 − ln n + ln 2π) + ln n × parameters, a mean and a variance or break a segment. */
function bicOf(rss: number, n: number, breaks: number): number {
  const likelihood = n * (Math.log(rss) + 1 - Math.log(n) + Math.log(2 * Math.PI));
  return likelihood + Math.log(n) * 2 * (breaks + 1);
}

interface Segmentations {
  /** Least sum of squares by number of breaks. */
  readonly rss: number[];
  readonly breaksOf: (breaks: number) => number[];
}

function segmentations(values: Float64Array, least: number, breaksMax: number): Segmentations {
  const n = values.length;
  const cost = squaresWithin(values);
  let best = Float64Array.from({ length: n + 1 }, (_, end) =>
    end >= least ? cost(0, end) : Infinity,
  );
  const rss = [best[n] as number];
  const cameFrom: Int32Array[] = [];
  for (let breaks = 1; breaks <= breaksMax; breaks += 1) {
    const next = new Float64Array(n + 1).fill(Number.POSITIVE_INFINITY);
    const from = new Int32Array(n + 1);
    for (let end = (breaks + 1) * least; end <= n; end += 1) {
      for (let at = breaks * least; at <= end - least; at += 1) {
        const total = (best[at] as number) + cost(at, end);
        if (total >= (next[end] as number)) continue;
        next[end] = total;
        from[end] = at;
      }
    }
    if (next[n] === Number.POSITIVE_INFINITY) break;
    cameFrom.push(from);
    rss.push(next[n] as number);
    best = next;
  }
  const breaksOf = (breaks: number): number[] => {
    const found: number[] = [];
    for (let level = breaks, end = n; level > 0; level -= 1) {
      end = cameFrom[level - 1]?.[end] as number;
      found.unshift(end);
    }
    return found;
  };
  return { rss, breaksOf };
}

function squaresWithin(values: Float64Array): (start: number, end: number) => number {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value / n, 0);
  const sums = new Float64Array(n + 1);
  const squares = new Float64Array(n + 1);
  values.forEach((value, at) => {
    sums[at + 1] = (sums[at] as number) + (value - mean);
    squares[at + 1] = (squares[at] as number) + (value - mean) ** 2;
  });
  return (start, end) => {
    const sum = (sums[end] as number) - (sums[start] as number);
    const square = (squares[end] as number) - (squares[start] as number);
    return Math.max(square - (sum * sum) / (end - start), 0);
  };
}

function olsCusum(values: Float64Array, rss: number): MeanBreaks['ols'] {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const scale = Math.sqrt((rss / (n - 1)) * n);
  const path = [0];
  let sum = 0;
  for (const value of values) {
    sum += value - mean;
    path.push(sum / scale);
  }
  const argmax = path.reduce(
    (best, value, at) => (Math.abs(value) > Math.abs(path[best] as number) ? at : best),
    0,
  );
  const statistic = Math.abs(path[argmax] as number);
  return { statistic, p: bridgeTail(statistic), path, argmax };
}

/** P(max |Brownian bridge| > x) = 2 Σ (−1)^(k+1) exp(−2k²x²). */
function bridgeTail(x: number): number {
  let sum = 0;
  for (let k = 1; k <= SERIES_TERMS; k += 1) {
    sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x);
  }
  return Math.min(Math.max(sum, 0), 1);
}

function recursiveCusum(values: Float64Array): FluctuationTest {
  const n = values.length;
  const residuals: number[] = [];
  let mean = values[0] as number;
  for (let at = 1; at < n; at += 1) {
    const off = (values[at] as number) - mean;
    residuals.push(off * Math.sqrt(at / (at + 1)));
    mean += off / (at + 1);
  }
  const count = residuals.length;
  const centre = residuals.reduce((sum, value) => sum + value, 0) / count;
  const squares = residuals.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  const scale = Math.sqrt((squares / (count - 1)) * count);
  let [sum, statistic] = [0, 0];
  residuals.forEach((residual, at) => {
    sum += residual;
    const bound = 1 + (2 * (at + 1)) / count;
    statistic = Math.max(statistic, Math.abs(sum / scale) / bound);
  });
  return { statistic, p: boundaryTail(statistic) };
}

/** Chance that a Brownian motion crosses x (1 + 2t) on 0 … 1; linear below the least tabled x. */
function boundaryTail(x: number): number {
  if (x < 0.3) return 1 - 0.1465 * x;
  return (
    2 *
    (1 -
      normalCdf(3 * x) +
      Math.exp(-4 * x * x) * (normalCdf(x) + normalCdf(5 * x) - 1) -
      Math.exp(-16 * x * x) * (1 - normalCdf(x)))
  );
}
