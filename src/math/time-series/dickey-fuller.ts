import { assert, err, ok, type Result } from '../../core/result.ts';
import { type LeastSquaresFault, leastSquares } from '../least-squares.ts';
import { type CriticalValues, mackinnonCritical, mackinnonP } from './mackinnon.ts';
import type { Deterministic } from './mackinnon-tables.ts';

/** Lagged differences that a test may have. */
export const LAGS_MAX = 200;
/** Residuals below this share of what they are of are rounding. */
const EXACT = 1e-12;

export interface UnitRootTest {
  /** t of the level; the lower, the less likely a unit root. */
  readonly statistic: number;
  /** Of MacKinnon 1994. */
  readonly p: number;
  readonly lags: number;
  readonly observations: number;
  /** Of MacKinnon 2010. */
  readonly critical: CriticalValues;
}

export type UnitRootFault =
  | LeastSquaresFault
  | { readonly kind: 'not-finite'; readonly at: number; readonly found: number }
  | { readonly kind: 'bad-lags'; readonly found: number; readonly max: number }
  /** A regression without an error has no t. */
  | { readonly kind: 'no-residual' };

/**
 * The test of Dickey and Fuller for a unit root: Δy_t on y_{t−1}, lagged differences and what is
 * deterministic; the statistic is t of y_{t−1}.
 *
 * @param lags how many differences; as `{ max }` the count with the least information criterion of
 *   Akaike is taken, over the sample that all counts have, and the test is then made on its longest
 * @see Said, Dickey 1984, "Testing for unit roots in autoregressive-moving average models of
 *   unknown order"
 */
export function dickeyFuller(
  series: ArrayLike<number>,
  deterministic: Deterministic,
  lags: number | { readonly max: number },
): Result<UnitRootTest, UnitRootFault> {
  const most = typeof lags === 'number' ? lags : lags.max;
  const fault = seriesFault(series) ?? lagsFault(most);
  if (fault !== null) return err(fault);
  const chosen = typeof lags === 'number' ? ok(lags) : leastAkaike(series, deterministic, lags.max);
  if (!chosen.ok) return chosen;
  const level = levelTest(series, deterministic, chosen.value);
  if (!level.ok) return level;
  const { statistic, observations } = level.value;
  const p = mackinnonP(statistic, deterministic);
  const critical = mackinnonCritical(observations, deterministic);
  assert(p !== null && critical !== null, 'tables for one series');
  return ok({ statistic, p, lags: chosen.value, observations, critical });
}

/** t of the level with so many lags, and of how many observations. */
export function levelTest(
  series: ArrayLike<number>,
  deterministic: Deterministic,
  lags: number,
): Result<{ readonly statistic: number; readonly observations: number }, UnitRootFault> {
  const { columns, y } = regression(series, deterministic, lags, lags);
  const fit = leastSquares(columns, y);
  if (!fit.ok) return fit;
  const statistic = (fit.value.coefficients[0] as number) / (fit.value.standardErrors[0] as number);
  if (isExact(fit.value.rss, y) || !Number.isFinite(statistic)) return err({ kind: 'no-residual' });
  return ok({ statistic, observations: y.length });
}

/** Whether what a regression leaves of y is rounding. */
export function isExact(rss: number, y: Float64Array): boolean {
  return !(rss > EXACT * EXACT * y.reduce((sum, value) => sum + value * value, 0));
}

/** Null where every number is finite. */
export function seriesFault(series: ArrayLike<number>): UnitRootFault | null {
  for (let at = 0; at < series.length; at += 1) {
    const found = series[at] as number;
    if (!Number.isFinite(found)) return { kind: 'not-finite', at, found };
  }
  return null;
}

export function lagsFault(lags: number): UnitRootFault | null {
  if (Number.isInteger(lags) && lags >= 0 && lags <= LAGS_MAX) return null;
  return { kind: 'bad-lags', found: lags, max: LAGS_MAX };
}

/** n ln(rss/n) + 2k is −2 log likelihood and twice the parameters, constants left out. */
function leastAkaike(
  series: ArrayLike<number>,
  deterministic: Deterministic,
  max: number,
): Result<number, UnitRootFault> {
  let [best, chosen] = [Number.POSITIVE_INFINITY, 0];
  for (let lags = 0; lags <= max; lags += 1) {
    const { columns, y } = regression(series, deterministic, lags, max);
    const fit = leastSquares(columns, y);
    if (!fit.ok) return fit;
    const criterion = y.length * Math.log(fit.value.rss / y.length) + 2 * columns.length;
    if (criterion < best) [best, chosen] = [criterion, lags];
  }
  return ok(chosen);
}

/** The level first, then lagged differences, then what is deterministic. */
function regression(
  series: ArrayLike<number>,
  deterministic: Deterministic,
  lags: number,
  from: number,
): { readonly columns: Float64Array[]; readonly y: Float64Array } {
  const rows = Math.max(0, series.length - 1 - from);
  const column = (of: (row: number) => number): Float64Array => {
    const cells = new Float64Array(rows);
    for (let row = 0; row < rows; row += 1) cells[row] = of(row);
    return cells;
  };
  const difference = (at: number): number => (series[at + 1] as number) - (series[at] as number);
  const columns = [column((row) => series[row + from] as number)];
  for (let lag = 1; lag <= lags; lag += 1) {
    columns.push(column((row) => difference(row + from - lag)));
  }
  const power = ['none', 'constant', 'trend', 'quadratic'].indexOf(deterministic);
  for (let degree = 0; degree < power; degree += 1) {
    // Times of the order of one keep the columns alike in size; the test does not change.
    columns.push(column((row) => ((row + 1) / rows) ** degree));
  }
  return { columns, y: column((row) => difference(row + from)) };
}
