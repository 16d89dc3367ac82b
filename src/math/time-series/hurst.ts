import { assert, err, ok, type Result } from '../../core/result.ts';
import { logGamma } from '../gamma.ts';
import { leastSquares } from '../least-squares.ts';
import { type Moments, momentsOf, type SampleFault } from '../statistics/sample.ts';

/** The least box of the empirical estimates, and the least part of the halving one. */
const BOX_MIN = 50;
const PART_MIN = 8;
/** Shorter series have no two boxes to draw a line through. */
const ROWS_MIN = 2 * BOX_MIN;
/** Up to here the ratio of gamma functions is computed, beyond its limit. */
const GAMMA_MAX = 340;
const DFA_WINDOWS = [8, 16, 32, 64, 128] as const;
const LAGS = { first: 2, last: 20 } as const;

export type HurstFault =
  | SampleFault
  /** A part of the series stands still, so that its range has no scale. */
  | { readonly kind: 'still'; readonly from: number }
  /** The length has no two divisors to make boxes of. */
  | { readonly kind: 'no-boxes'; readonly rows: number };

/** Exponents that are all called Hurst's and differ on returns: none is a signal by itself. */
export interface RescaledRange {
  /** ln(R/S) / ln n of the whole. */
  readonly simple: number;
  /** Slope over halves, quarters and so on. */
  readonly halving: number;
  /** Slope over boxes of the divisors of the length, 50 and more. */
  readonly empirical: number;
  /** The same less what independent numbers would have at that size. */
  readonly corrected: number;
  /** What independent numbers of this length would have. */
  readonly theoretical: number;
}

/**
 * Rescaled-range exponents of a series of increments. The length is made even by the mean of the
 * last two, and cut by up to 1 % to where it has the most divisors.
 *
 * @see Weron 2002, "Estimating long-range dependence: finite sample properties and confidence
 *   intervals", Physica A 312
 */
export function rescaledRange(series: ArrayLike<number>): Result<RescaledRange, HurstFault> {
  const moments = momentsAbove(series, ROWS_MIN);
  if (!moments.ok) return moments;
  const values = Array.from(series);
  const [last = 0, before = 0] = [values.at(-1), values.at(-2)];
  if (values.length % 2 === 1) values.push((before + last) / 2);
  const { length, boxes } = bestLength(values.length);
  if (boxes.length < 2) return err({ kind: 'no-boxes', rows: values.length });
  const cut = values.slice(0, length);
  const whole = rangeOf(cut, 0, length);
  const halves = halvingMeans(cut);
  const measured = boxes.map((box) => meanRange(cut, box));
  const still = [whole, ...halves.map(({ range }) => range), ...measured].findIndex(
    (range) => !(range > 0),
  );
  if (still !== -1) return err({ kind: 'still', from: still });
  const expected = boxes.map(independentRange);
  const level = boxes.map((box) => Math.sqrt(0.5 * Math.PI * box));
  const excess = measured.map(
    (range, at) => range - (expected[at] as number) + (level[at] as number),
  );
  return ok({
    simple: Math.log(whole) / Math.log(length),
    halving: logSlope(
      halves.map(({ size }) => size),
      halves.map(({ range }) => range),
    ),
    empirical: logSlope(boxes, measured),
    corrected: logSlope(boxes, excess),
    theoretical: logSlope(boxes, expected),
  });
}

export interface DetrendedFluctuation {
  readonly alpha: number;
  /** Root mean square around the lines, for windows of 8, 16, 32, 64 and 128. */
  readonly fluctuations: readonly number[];
}

/**
 * Detrended fluctuation analysis with lines: the sums of the series less its mean, in windows from
 * the start, what is left over dropped; the slope of ln F on ln s.
 *
 * @see Peng et al. 1994, "Mosaic organization of DNA nucleotides", Physical Review E 49
 */
export function detrendedFluctuation(
  series: ArrayLike<number>,
): Result<DetrendedFluctuation, HurstFault> {
  const moments = momentsAbove(series, DFA_WINDOWS[DFA_WINDOWS.length - 1] as number);
  if (!moments.ok) return moments;
  const sums = cumulative(Array.from(series), moments.value.mean);
  const fluctuations = DFA_WINDOWS.map((window) => fluctuation(sums, window));
  const still = fluctuations.findIndex((each) => !(each > 0));
  if (still !== -1) return err({ kind: 'still', from: still });
  return ok({ alpha: logSlope(DFA_WINDOWS, fluctuations), fluctuations });
}

/**
 * Slope of ln sd(x_{t+l} − x_t) on ln l, l = 2 … 20, population deviations, of a series of levels.
 */
export function laggedDeviationSlope(levels: ArrayLike<number>): Result<number, HurstFault> {
  const moments = momentsAbove(levels, LAGS.last + 2);
  if (!moments.ok) return moments;
  const lags = Array.from({ length: LAGS.last - LAGS.first + 1 }, (_, at) => at + LAGS.first);
  const deviations: number[] = [];
  for (const lag of lags) {
    const moved = momentsOf(
      Float64Array.from(
        { length: levels.length - lag },
        (_, at) => (levels[at + lag] as number) - (levels[at] as number),
      ),
    );
    if (!moved.ok) return moved;
    const { sd, count } = moved.value;
    deviations.push(sd * Math.sqrt((count - 1) / count));
  }
  return ok(logSlope(lags, deviations));
}

function momentsAbove(values: ArrayLike<number>, wanted: number): Result<Moments, SampleFault> {
  const moments = momentsOf(values);
  if (!moments.ok || values.length >= wanted) return moments;
  return err({ kind: 'too-few', found: values.length, wanted });
}

/** The length, of the last 1 %, with the most divisors for boxes; the shortest of equals. */
function bestLength(rows: number): { length: number; boxes: readonly number[] } {
  const first = Math.min(Math.floor(0.99 * rows), rows - 1);
  let best = { length: first, boxes: divisorsOf(first) };
  for (let length = first + 1; length <= rows; length += 1) {
    const boxes = divisorsOf(length);
    if (boxes.length > best.boxes.length) best = { length, boxes };
  }
  return best;
}

function divisorsOf(length: number): readonly number[] {
  const found: number[] = [];
  for (let box = BOX_MIN; box <= length / 2; box += 1) if (length % box === 0) found.push(box);
  return found;
}

/** Range of the sums around the mean, over the deviation (n − 1), of rows from … to − 1. */
function rangeOf(values: readonly number[], from: number, to: number): number {
  const part = values.slice(from, to);
  const mean = part.reduce((sum, each) => sum + each, 0) / part.length;
  const sums = cumulative(part, mean);
  const squares = part.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  return (Math.max(...sums) - Math.min(...sums)) / Math.sqrt(squares / (part.length - 1));
}

function meanRange(values: readonly number[], box: number): number {
  const count = values.length / box;
  let sum = 0;
  for (let at = 0; at < count; at += 1) sum += rangeOf(values, at * box, (at + 1) * box) / count;
  return sum;
}

/** The whole, then its halves, quarters … while all parts have eight rows: mean size and range. */
function halvingMeans(values: readonly number[]): readonly { size: number; range: number }[] {
  const means = [{ size: values.length, range: rangeOf(values, 0, values.length) }];
  let ends = [0, Math.floor(values.length / 2), values.length];
  for (;;) {
    const parts = ends.slice(1).map((to, at) => ({ from: ends[at] as number, to }));
    if (parts.some(({ from, to }) => to - from < PART_MIN)) return means;
    const sum = parts.reduce((total, { from, to }) => total + rangeOf(values, from, to), 0);
    means.push({ size: values.length / parts.length, range: sum / parts.length });
    ends = [0, ...parts.flatMap(({ from, to }) => [from + Math.floor((to - from + 1) / 2), to])];
  }
}

/** Mean rescaled range of n independent normal numbers. @see Anis, Lloyd 1976, Biometrika 63 */
function independentRange(n: number): number {
  let sum = 0;
  for (let at = 1; at < n; at += 1) sum += Math.sqrt((n - at) / at);
  const ratio = ((n - 0.5) / n) * sum;
  if (n > GAMMA_MAX) return ratio / Math.sqrt(0.5 * Math.PI * n);
  return (Math.exp(logGamma(0.5 * (n - 1)) - logGamma(0.5 * n)) * ratio) / Math.sqrt(Math.PI);
}

function cumulative(values: readonly number[], mean: number): number[] {
  let sum = 0;
  return values.map((each) => {
    sum += each - mean;
    return sum;
  });
}

/** Root mean square of what lines leave of the sums, window after window. */
function fluctuation(sums: readonly number[], window: number): number {
  const count = Math.floor(sums.length / window);
  const centre = (window - 1) / 2;
  const spread = (window * (window * window - 1)) / 12;
  let squares = 0;
  for (let part = 0; part < count; part += 1) {
    const values = sums.slice(part * window, (part + 1) * window);
    const mean = values.reduce((sum, each) => sum + each, 0) / window;
    const slope = values.reduce((sum, each, at) => sum + (at - centre) * each, 0) / spread;
    values.forEach((each, at) => {
      squares += (each - mean - slope * (at - centre)) ** 2;
    });
  }
  return Math.sqrt(squares / (count * window));
}

/** Slope of ln y on ln x, for numbers above 0 of which at least two x differ. */
function logSlope(x: readonly number[], y: readonly number[]): number {
  const fitted = leastSquares([x.map(() => 1), x.map(Math.log)], y.map(Math.log));
  assert(fitted.ok, 'a line through sizes that differ');
  return fitted.value.coefficients[1] as number;
}
