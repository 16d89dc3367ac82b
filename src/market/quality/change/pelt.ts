import { assert } from '../../../core/result.ts';

/** How badly a segment fits: its sum of squares around the mean (`l2`), or −2 log likelihood. */
export type SegmentCost = 'l2' | 'normal-mean-variance';

export interface PeltOptions {
  readonly cost: SegmentCost;
  /** Added for every change, at least 0. */
  readonly penalty: number;
  /** Points of a segment at least; 2 or more where a variance is estimated. */
  readonly segmentMin: number;
}

export interface Segmentation {
  /** One past the last point of each segment, the last is the length of the series. */
  readonly ends: readonly number[];
  /** Sum of the segments' costs and `penalty` × changes. */
  readonly cost: number;
}

/** Points beyond this belong to a summary first: the worst case is quadratic. */
export const PELT_POINTS_MAX = 50_000;
/** A segment that never moves has no likelihood; its variance is taken for this. */
const VARIANCE_MIN = 1e-8;
const LOG_TWO_PI = Math.log(2 * Math.PI);

/**
 * The segmentation of least cost, exactly: it equals the O(n²) dynamic programme, and is near O(n)
 * where changes are many. For a whole series, off the lane.
 *
 * A start s is dropped once F(s) + C(s, t) ≥ F(t) for a t that is a whole segment earlier: a change
 * at t is then as good for every end after. The law behind it, C(s,t) + C(t,u) ≤ C(s,u), fails
 * where variances are at their floor, so a series with such stretches is not pruned.
 *
 * @param series finite numbers, at most PELT_POINTS_MAX; fewer than `segmentMin` are one segment
 * @see Killick, Fearnhead, Eckley 2012, "Optimal detection of changepoints with a linear
 *   computational cost"
 */
export function pelt(series: ArrayLike<number>, options: PeltOptions): Segmentation {
  const { penalty, segmentMin } = options;
  const n = series.length;
  assert(n <= PELT_POINTS_MAX, `at most ${PELT_POINTS_MAX} points`);
  assert(penalty >= 0 && segmentMin >= 1, 'a penalty of at least 0, segments of at least 1');
  assert(options.cost === 'l2' || segmentMin >= 2, 'a variance takes two points');
  if (n === 0) return { ends: [], cost: 0 };
  const costOf = segmentCost(series, options.cost);
  if (n < 2 * segmentMin) return { ends: [n], cost: costOf(0, n) };
  const canPrune = options.cost === 'l2' || !hasFlatStretch(series, segmentMin);
  const best = new Float64Array(n + 1).fill(Number.POSITIVE_INFINITY);
  const from = new Int32Array(n + 1);
  best[0] = -penalty;
  let starts: Start[] = [{ at: 0, droppedAfter: Number.POSITIVE_INFINITY }];
  for (let end = segmentMin; end <= n; end += 1) {
    for (const { at } of starts) {
      const cost = (best[at] as number) + costOf(at, end) + penalty;
      if (cost >= (best[end] as number)) continue;
      best[end] = cost;
      from[end] = at;
    }
    if (canPrune) starts = pruned(starts, end, { best, costOf, segmentMin });
    const opening = end - segmentMin + 1;
    if (opening >= segmentMin) starts.push({ at: opening, droppedAfter: Number.POSITIVE_INFINITY });
  }
  const ends: number[] = [];
  for (let end = n; end > 0; end = from[end] as number) ends.unshift(end);
  return { ends, cost: best[n] as number };
}

interface Start {
  readonly at: number;
  /** The last end that this start may still be best for. */
  droppedAfter: number;
}

type CostOf = (start: number, end: number) => number;

function pruned(
  starts: readonly Start[],
  end: number,
  known: { readonly best: Float64Array; readonly costOf: CostOf; readonly segmentMin: number },
): Start[] {
  const { best, costOf, segmentMin } = known;
  const kept: Start[] = [];
  for (const start of starts) {
    const isBeaten = (best[start.at] as number) + costOf(start.at, end) >= (best[end] as number);
    if (isBeaten) start.droppedAfter = Math.min(start.droppedAfter, end + segmentMin - 1);
    if (end < start.droppedAfter) kept.push(start);
  }
  return kept;
}

/** Costs from prefix sums of the series around its mean, O(1) each. */
function segmentCost(series: ArrayLike<number>, cost: SegmentCost): CostOf {
  const n = series.length;
  let mean = 0;
  for (let at = 0; at < n; at += 1) mean += (series[at] as number) / n;
  const sums = new Float64Array(n + 1);
  const squares = new Float64Array(n + 1);
  for (let at = 0; at < n; at += 1) {
    const off = (series[at] as number) - mean;
    sums[at + 1] = (sums[at] as number) + off;
    squares[at + 1] = (squares[at] as number) + off * off;
  }
  const deviation: CostOf = (start, end) => {
    const sum = (sums[end] as number) - (sums[start] as number);
    const square = (squares[end] as number) - (squares[start] as number);
    return Math.max(square - (sum * sum) / (end - start), 0);
  };
  if (cost === 'l2') return deviation;
  return (start, end) => {
    const points = end - start;
    const variance = Math.max(deviation(start, end) / points, VARIANCE_MIN);
    return points * (LOG_TWO_PI + Math.log(variance) + 1);
  };
}

/** Some `length` points in a row hardly move. */
function hasFlatStretch(series: ArrayLike<number>, length: number): boolean {
  const deviation = segmentCost(series, 'l2');
  for (let start = 0; start + length <= series.length; start += 1) {
    if (deviation(start, start + length) <= 4 * VARIANCE_MIN * length) return true;
  }
  return false;
}
