import { assert, err, ok, type Result } from '../../core/result.ts';
import { leastSquares } from '../least-squares.ts';
import { isExact, lagsFault, levelTest, seriesFault, type UnitRootFault } from './dickey-fuller.ts';
import { type CriticalValues, mackinnonCritical, mackinnonP } from './mackinnon.ts';
import type { Deterministic } from './mackinnon-tables.ts';

export interface EngleGranger {
  /** t of the level of the residuals; the lower, the likelier they are cointegrated. */
  readonly statistic: number;
  readonly p: number;
  readonly critical: CriticalValues;
  /** Of the regression y = constant + beta x (+ trend t). */
  readonly constant: number;
  readonly beta: number;
  /** Of the residuals, with the degrees of freedom that are left. */
  readonly residualDeviation: number;
  readonly residuals: Float64Array;
}

/**
 * Whether two series with unit roots have a combination without one: the residuals of y on x are
 * tested as Dickey and Fuller do, without a constant, against the distribution for two series,
 * which lies lower. The order of the two matters: test both.
 *
 * @param deterministic of the regression
 * @see Engle, Granger 1987, "Co-integration and error correction"
 */
export function engleGranger(
  y: ArrayLike<number>,
  x: ArrayLike<number>,
  { deterministic, lags }: { readonly deterministic: 'constant' | 'trend'; readonly lags: number },
): Result<EngleGranger, UnitRootFault> {
  assert(y.length === x.length, 'two series of one length');
  const fault = seriesFault(y) ?? seriesFault(x) ?? lagsFault(lags);
  if (fault !== null) return err(fault);
  const count = y.length;
  const columns = [new Float64Array(count).fill(1), Float64Array.from(x)];
  if (deterministic === 'trend') columns.push(Float64Array.from({ length: count }, (_, at) => at));
  const left = Float64Array.from(y);
  const fit = leastSquares(columns, left);
  if (!fit.ok) return fit;
  const { coefficients, residuals, rss } = fit.value;
  if (isExact(rss, left)) return err({ kind: 'no-residual' });
  const level = levelTest(residuals, 'none', lags);
  if (!level.ok) return level;
  const { statistic } = level.value;
  const law: Deterministic = deterministic;
  const p = mackinnonP(statistic, law, 2);
  const critical = mackinnonCritical(count - 1, law, 2);
  assert(p !== null && critical !== null, 'tables for two series');
  return ok({
    ...{ statistic, p, critical, residuals },
    constant: coefficients[0] as number,
    beta: coefficients[1] as number,
    residualDeviation: Math.sqrt(rss / (count - columns.length)),
  });
}
