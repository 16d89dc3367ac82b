import { assert, err, ok, type Result } from '../../core/result.ts';
import { type MinimumFault, minimise } from '../../math/optimise/bounded-bfgs.ts';
import { CorrelationPath } from './correlation-path.ts';
import { type FitFault, fitVolatility, type VolatilityFit } from './fit.ts';
import { logLikelihood, SCORES } from './likelihood/likelihood.ts';
import { VariancePath } from './likelihood/recursion.ts';
import type { VolatilityParameters } from './model.ts';

/** A step of the filter is O(N³), and a fit some 40 steps a return. */
export const SERIES_MAX = 64;
/** Above it the correlations would never come back to their mean. */
const MEMORY_MAX = 0.999_99;
/** Where a and b are looked for, the likeliest first. */
const STARTS = [
  [0.05, 0.9],
  [0.02, 0.95],
  [0.1, 0.7],
  [0.01, 0.5],
] as const;

const MODEL = { variance: 'garch', innovations: { kind: 'normal' }, mean: 'zero' } as const;

/**
 * Dynamic conditional correlations: z = e/√h of a GARCH(1,1) for each series,
 * Q_t = (1 − a − b) Q̄ + a z z'_{t−1} + b Q_{t−1} from Q̄ = (1/T) Σ z z', which is not forced to a
 * diagonal of ones, and R = D^−½ Q D^−½ with the diagonal D of Q.
 *
 * @see Engle 2002, "Dynamic conditional correlation"
 */
export interface DccParameters {
  readonly variances: readonly VolatilityParameters[];
  readonly a: number;
  readonly b: number;
}

/** What a filter makes of the series; matrices are N × N, row after row. */
export interface DccPath {
  /** Of both steps: each GARCH, and the correlations with what they add. */
  readonly logLikelihood: number;
  /** Q̄. */
  readonly mean: Float64Array;
  /** R of the last return. */
  readonly last: Float64Array;
  /** Forecasts for what comes next: h of each series, and R. */
  readonly nextVariances: Float64Array;
  readonly next: Float64Array;
}

export interface DccFit extends DccPath {
  readonly parameters: DccParameters;
  readonly fits: readonly VolatilityFit[];
  readonly iterations: number;
}

export type DccFault =
  | { readonly kind: 'bad-shape'; readonly detail: string }
  | { readonly kind: 'series'; readonly series: number; readonly fault: FitFault }
  /** Two series that are one: their mean correlation has no inverse. */
  | { readonly kind: 'singular' }
  | { readonly kind: 'correlations'; readonly fault: MinimumFault };

/**
 * Fits in two steps, each to its maximum.
 *
 * @param series of returns with mean zero, one for each asset, of one length
 */
export function fitDcc(series: readonly ArrayLike<number>[]): Result<DccFit, DccFault> {
  const shape = shapeFault(series);
  if (shape !== null) return err(shape);
  const fits: VolatilityFit[] = [];
  for (const [at, returns] of series.entries()) {
    const fit = fitVolatility(returns, MODEL);
    if (!fit.ok) return err({ kind: 'series', series: at, fault: fit.error });
    fits.push(fit.value);
  }
  const path = pathOf(
    series,
    fits.map(({ variances }) => variances),
  );
  if (path === null) return err({ kind: 'singular' });
  const found = climb(path);
  if (!found.ok) return found;
  const { a, b, iterations } = found.value;
  const parameters = { variances: fits.map((fit) => fit.parameters), a, b };
  const whole = fits.reduce((sum, fit) => sum + fit.logLikelihood, 0);
  return ok({
    ...summaryOf(
      path,
      fits.map(({ variances }) => variances),
      { a, b },
      whole,
    ),
    parameters,
    fits,
    iterations,
  });
}

/** The second step alone, of shocks that are standardised already. */
export interface CorrelationFit {
  readonly a: number;
  readonly b: number;
  /** Q̄, and Q of what comes next: N × N. */
  readonly mean: Float64Array;
  readonly next: Float64Array;
  readonly observations: number;
  /** What the correlations add. */
  readonly logLikelihood: number;
}

/** @param shocks T × N, row after row */
export function fitCorrelations(
  shocks: Float64Array,
  size: number,
): Result<CorrelationFit, DccFault> {
  assert(size >= 2 && size <= SERIES_MAX, 'series that can be fitted together');
  const path = new CorrelationPath(shocks, size);
  if (!path.isDefinite) return err({ kind: 'singular' });
  const found = climb(path);
  if (!found.ok) return found;
  const { a, b } = found.value;
  const logLikelihood = path.fill(a, b, new Float64Array(2));
  return ok({
    ...{ a, b, logLikelihood, mean: path.mean, next: Float64Array.from(path.nextLevel) },
    observations: path.length,
  });
}

/** The same at parameters that are given. */
export function filterDcc(
  series: readonly ArrayLike<number>[],
  { variances, a, b }: DccParameters,
): Result<DccPath, DccFault> {
  const shape = shapeFault(series);
  if (shape !== null) return err(shape);
  assert(variances.length === series.length, 'parameters for each series');
  let whole = 0;
  const paths = series.map((returns, at) => {
    const one = new VariancePath(MODEL, Float64Array.from(returns));
    const parameters = variances[at] as VolatilityParameters;
    whole += logLikelihood(one, parameters, new Float64Array(SCORES));
    return one.variances;
  });
  const path = pathOf(series, paths);
  if (path === null || !Number.isFinite(whole)) return err({ kind: 'singular' });
  return ok(summaryOf(path, paths, { a, b }, whole));
}

function shapeFault(series: readonly ArrayLike<number>[]): DccFault | null {
  const count = series.length;
  if (count < 2 || count > SERIES_MAX) {
    return { kind: 'bad-shape', detail: `${count} series; right are 2 … ${SERIES_MAX}` };
  }
  const lengths = new Set(series.map(({ length }) => length));
  if (lengths.size === 1) return null;
  return { kind: 'bad-shape', detail: `lengths ${[...lengths].join(', ')}; right is one` };
}

/** Null where Q̄ has no inverse. */
function pathOf(
  series: readonly ArrayLike<number>[],
  variances: readonly Float64Array[],
): CorrelationPath | null {
  const count = series.length;
  const { length } = series[0] as ArrayLike<number>;
  const shocks = new Float64Array(length * count);
  for (let time = 0; time < length; time += 1) {
    for (let asset = 0; asset < count; asset += 1) {
      const value = series[asset]?.[time] as number;
      shocks[time * count + asset] = value / Math.sqrt(variances[asset]?.[time] as number);
    }
  }
  const path = new CorrelationPath(shocks, count);
  return path.isDefinite ? path : null;
}

function climb(
  path: CorrelationPath,
): Result<{ readonly a: number; readonly b: number; readonly iterations: number }, DccFault> {
  // In a/(a + b) and a + b, so that the bounds are a box.
  const slopes = new Float64Array(2);
  const evaluate = (point: Float64Array, gradient: Float64Array): number => {
    const { a, b, share, memory } = pairOf(point);
    const value = path.fill(a, b, slopes);
    const [byA = 0, byB = 0] = slopes;
    gradient[0] = -memory * (byA - byB);
    gradient[1] = -(share * byA + (1 - share) * byB);
    return -value;
  };
  const box = { lower: [0, 0], upper: [1, MEMORY_MAX] };
  const scratch = new Float64Array(2);
  const starts = STARTS.map(([a, b]) => Float64Array.of(a / (a + b), a + b))
    .map((start) => ({ start, value: evaluate(start, scratch) }))
    .sort((one, other) => one.value - other.value);
  let fault: MinimumFault | null = null;
  for (const { start } of starts) {
    const found = minimise({ evaluate, start, ...box });
    if (!found.ok) {
      fault ??= found.error;
      continue;
    }
    const { x, iterations } = found.value;
    const { a, b } = pairOf(x);
    return ok({ a, b, iterations });
  }
  assert(fault !== null, 'there is a start');
  return err({ kind: 'correlations', fault });
}

/** From a/(a + b) and a + b. */
function pairOf(point: Float64Array) {
  const [share = 0, memory = 0] = point;
  return { share, memory, a: share * memory, b: (1 - share) * memory };
}

function summaryOf(
  path: CorrelationPath,
  variances: readonly Float64Array[],
  { a, b }: { readonly a: number; readonly b: number },
  whole: number,
): DccPath {
  const added = path.fill(a, b, new Float64Array(2));
  return {
    logLikelihood: whole + added,
    mean: path.mean,
    last: path.last,
    nextVariances: Float64Array.from(variances, (h) => h[h.length - 1] as number),
    next: path.next,
  };
}
