import { assert, err, ok, type Result } from '../../core/result.ts';
import type { Rng } from '../../core/rng.ts';
import { fadingMean } from '../../math/statistics/fading.ts';
import { type SampleFault, sampleFault } from '../../math/statistics/sample.ts';
import { historicalRisk } from './historical.ts';
import type { OutOfRange, TailRisk } from './tail-risk.ts';

/** Periods of one simulated path, and paths of one simulation. */
const HORIZON_MAX = 365;
const PATHS_MAX = 1_000_000;

export type FilterFault = SampleFault | OutOfRange;

/** Volatility of each period, known before it, and that of the period to come. */
export interface VolatilityPath {
  /** As long as the returns, above 0. */
  readonly past: ArrayLike<number>;
  readonly forecast: number;
}

/**
 * The history as it would look at today's volatility: every return is divided by the volatility of
 * its day and multiplied by the forecast, and the tail of those is taken. The volatilities come
 * from any model: an exponentially weighted one here, or a fitted GARCH.
 *
 * @param returns with a mean of about 0
 * @see Barone-Adesi, Giannopoulos, Vosper 1999, "VaR without correlations for portfolios of
 *   derivative securities"; Hull, White 1998
 */
export function filteredHistoricalRisk(
  returns: ArrayLike<number>,
  { past, forecast }: VolatilityPath,
  level: number,
): Result<TailRisk, FilterFault> {
  const shocks = standardised(returns, past);
  if (!shocks.ok) return shocks;
  const fault = volatilityFault(forecast);
  if (fault !== null) return err(fault);
  return historicalRisk(
    shocks.value.map((shock) => shock * forecast),
    level,
  );
}

/**
 * The same over several periods: paths of shocks drawn from the past ones, along which the
 * variance moves by exponential weights, h' = λ h + (1 − λ) r².
 */
export function filteredPathsRisk(
  shocks: Float64Array,
  how: {
    readonly forecast: number;
    readonly lambda: number;
    readonly horizon: number;
    readonly paths: number;
    readonly rng: Rng;
  },
  level: number,
): Result<TailRisk, FilterFault> {
  const { forecast, lambda, horizon, paths, rng } = how;
  const fault =
    sampleFault(shocks, 1) ??
    volatilityFault(forecast) ??
    wholeFault('horizon', horizon, HORIZON_MAX) ??
    wholeFault('paths', paths, PATHS_MAX);
  if (fault !== null) return err(fault);
  const sums = Float64Array.from({ length: paths }, () => {
    let variance = forecast * forecast;
    let sum = 0;
    for (let period = 0; period < horizon; period += 1) {
      const r = Math.sqrt(variance) * (shocks[rng.below(shocks.length)] as number);
      variance = fadingMean(variance, r * r, lambda);
      sum += r;
    }
    return sum;
  });
  return historicalRisk(sums, level);
}

/**
 * Exponentially weighted volatilities, zero mean: h₁ is the mean square of the first `seed`
 * returns, and each return moves the next, h' = λ h + (1 − λ) r².
 *
 * @param lambda above 0 and below 1; 0.94 for days (RiskMetrics 1996)
 */
export function ewmaVolatilities(
  returns: ArrayLike<number>,
  lambda: number,
  seed: number,
): Result<VolatilityPath & { readonly past: Float64Array }, FilterFault> {
  assert(lambda > 0 && lambda < 1, 'a weight between 0 and 1');
  const fault = sampleFault(returns, seed) ?? wholeFault('seed', seed, returns.length);
  if (fault !== null) return err(fault);
  let variance = 0;
  for (let at = 0; at < seed; at += 1) variance += (returns[at] as number) ** 2 / seed;
  if (!(variance > 0)) return err({ kind: 'no-variance', mean: 0 });
  const past = new Float64Array(returns.length);
  for (let at = 0; at < returns.length; at += 1) {
    past[at] = Math.sqrt(variance);
    variance = fadingMean(variance, (returns[at] as number) ** 2, lambda);
  }
  return ok({ past, forecast: Math.sqrt(variance) });
}

/** Returns in units of the volatility of their day. */
export function standardised(
  returns: ArrayLike<number>,
  volatilities: ArrayLike<number>,
): Result<Float64Array, FilterFault> {
  assert(returns.length === volatilities.length, 'a volatility for each return');
  const fault = sampleFault(returns, 1);
  if (fault !== null) return err(fault);
  const shocks = new Float64Array(returns.length);
  for (let at = 0; at < shocks.length; at += 1) {
    const volatility = volatilities[at] as number;
    const found = volatilityFault(volatility);
    if (found !== null) return err(found);
    shocks[at] = (returns[at] as number) / volatility;
  }
  return ok(shocks);
}

function volatilityFault(volatility: number): OutOfRange | null {
  if (volatility > 0 && volatility < Number.POSITIVE_INFINITY) return null;
  return { kind: 'out-of-range', name: 'volatility', found: volatility, wanted: 'above 0' };
}

function wholeFault(name: string, found: number, most: number): OutOfRange | null {
  if (Number.isInteger(found) && found >= 1 && found <= most) return null;
  return { kind: 'out-of-range', name, found, wanted: `a whole number, 1 … ${most}` };
}
