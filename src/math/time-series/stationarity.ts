import { err, ok, type Result } from '../../core/result.ts';
import { leastSquares } from '../least-squares.ts';
import { isExact, lagsFault, seriesFault, type UnitRootFault } from './dickey-fuller.ts';
import type { CriticalValues } from './mackinnon.ts';

/** What the statistic has to be above, for stationarity to be rejected at each level. */
export interface StationarityTest {
  readonly statistic: number;
  readonly critical: {
    readonly at10: number;
    readonly at5: number;
    readonly at2_5: number;
    readonly at1: number;
  };
}

const AROUND_LEVEL = { at10: 0.347, at5: 0.463, at2_5: 0.574, at1: 0.739 };
const AROUND_TREND = { at10: 0.119, at5: 0.146, at2_5: 0.176, at1: 0.216 };

/**
 * The test whose null is that a series is stationary, around a level or around a trend:
 * Σ S_t²/(n² s²), S the running sum of the residuals and s² their long-run variance.
 *
 * @see Kwiatkowski, Phillips, Schmidt, Shin 1992, "Testing the null hypothesis of stationarity
 *   against the alternative of a unit root", with table 1
 */
export function kpss(
  series: ArrayLike<number>,
  around: 'level' | 'trend',
  lags: number,
): Result<StationarityTest, UnitRootFault> {
  const fault = seriesFault(series) ?? lagsFault(lags);
  if (fault !== null) return err(fault);
  const count = series.length;
  const columns = [new Float64Array(count).fill(1)];
  if (around === 'trend') columns.push(Float64Array.from({ length: count }, (_, at) => at + 1));
  const fit = leastSquares(columns, Float64Array.from(series));
  if (!fit.ok) return fit;
  const { residuals } = fit.value;
  const spread = longRunVariance(residuals, lags);
  if (!(spread > 0)) return err({ kind: 'no-residual' });
  let sum = 0;
  let squares = 0;
  for (const residual of residuals) {
    sum += residual;
    squares += sum * sum;
  }
  const critical = around === 'level' ? AROUND_LEVEL : AROUND_TREND;
  return ok({ statistic: squares / (count * count * spread), critical });
}

export interface PhillipsPerron {
  /** Z of t; the lower, the less likely a unit root. */
  readonly statistic: number;
  readonly lags: number;
  readonly critical: CriticalValues;
}

/**
 * The test for a unit root with a constant whose t is corrected for autocorrelation, in place of
 * lagged differences.
 *
 * @param lags left out: the usual short count, 4 (n/100)^¼
 * @see Phillips, Perron 1988, "Testing for a unit root in time series regression"
 */
export function phillipsPerron(
  series: ArrayLike<number>,
  lags: number | null = null,
): Result<PhillipsPerron, UnitRootFault> {
  const count = series.length - 1;
  const used = lags ?? Math.trunc(4 * (Math.max(0, count) / 100) ** 0.25);
  const fault = seriesFault(series) ?? lagsFault(used);
  if (fault !== null) return err(fault);
  const y = Float64Array.from({ length: Math.max(0, count) }, (_, at) => series[at + 1] as number);
  const before = y.map((_, at) => series[at] as number);
  const fit = leastSquares([before, new Float64Array(y.length).fill(1)], y);
  if (!fit.ok) return fit;
  const { coefficients, standardErrors, residuals, rss } = fit.value;
  const short = rss / count;
  const long = longRunVariance(residuals, used);
  const mean = y.reduce((sum, value) => sum + value, 0) / count;
  const around = y.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count ** 2;
  const t = ((coefficients[0] as number) - 1) / (standardErrors[0] as number);
  const bias = (0.5 * (long - short)) / Math.sqrt(long * around);
  const statistic = Math.sqrt(short / long) * t - bias;
  if (isExact(rss, y) || !Number.isFinite(statistic)) return err({ kind: 'no-residual' });
  return ok({
    statistic,
    lags: used,
    // MacKinnon 1991, table 1, one series.
    critical: {
      at1: -3.4335 - 5.999 / count - 29.25 / count ** 2,
      at5: -2.8621 - 2.738 / count - 8.36 / count ** 2,
      at10: -2.5671 - 1.438 / count - 4.48 / count ** 2,
    },
  });
}

/** With the weights of Bartlett, 1 − l/(lags + 1), divided by n. */
function longRunVariance(residuals: Float64Array, lags: number): number {
  const count = residuals.length;
  let sum = 0;
  for (let lag = 0; lag <= Math.min(lags, count - 1); lag += 1) {
    let cross = 0;
    for (let at = lag; at < count; at += 1) {
      cross += (residuals[at] as number) * (residuals[at - lag] as number);
    }
    sum += (lag === 0 ? 1 : 2 * (1 - lag / (lags + 1))) * cross;
  }
  return sum / count;
}
