import { logGamma } from '../../../math/gamma.ts';
import { type Matrix, put, zeros } from '../../../math/matrix.ts';
import { digamma } from '../../../math/student-t.ts';
import { PARAMETERS, type VolatilityParameters } from '../model.ts';
import { SLOPES, type VariancePath } from './recursion.ts';

/** All of them, estimated or not: mu, omega, alpha, gamma, beta, nu. */
export const SCORES = PARAMETERS.length;
const NU_PLACE = PARAMETERS.indexOf('nu');

/** What a fit asks of a model, for the returns that it was made with. */
export interface ModelLikelihood {
  /** As `logLikelihood`. */
  readonly value: (parameters: VolatilityParameters, gradient: Float64Array) => number;
  /**
   * A guess of the second derivatives of −log likelihood, positive semidefinite: the information
   * where it is known, else Σ score score'.
   */
  readonly curvature: (parameters: VolatilityParameters) => Matrix;
  /** At parameters that have a likelihood. */
  readonly moments: (parameters: VolatilityParameters) => Moments;
  /** h_t, n + 1: last the forecast of what comes next. */
  readonly variances: (parameters: VolatilityParameters) => Float64Array;
}

/** By the six parameters, 6 × 6. */
export interface Moments {
  /** Σ score score'. */
  readonly scores: Matrix;
  /**
   * I, ½ Σ ∂h ∂h'/h² and Σ 1/h for the mean, with nothing between the mean and the variance; null
   * where that is not known to be so.
   */
  readonly information: Matrix | null;
}

export const LOG_TWO_PI = Math.log(2 * Math.PI);
/** A running product is turned into a sum of logarithms before it leaves the doubles. */
export const PRODUCT_MAX = 1e100;
export const PRODUCT_MIN = 1e-100;
/** Variances beyond these are no answer, and would break the products. */
export const VARIANCE_MAX = 1e200;
export const VARIANCE_MIN = 1e-200;

/**
 * The log likelihood of the returns of a path, and its derivatives. Constants are included.
 *
 * Normal: −½ (ln 2π + ln h + e²/h). Student's t of variance one:
 * ln Γ((ν+1)/2) − ln Γ(ν/2) − ½ ln(π(ν−2)) − ½ ln h − (ν+1)/2 ln(1 + e²/(h(ν−2))).
 *
 * @param gradient six numbers, which are written, by the names of `PARAMETERS`; those that the
 *   model has not are 0
 * @returns NaN where a variance is not above zero or not finite
 */
export function logLikelihood(
  path: VariancePath,
  parameters: VolatilityParameters,
  gradient: Float64Array,
): number {
  path.fill(parameters);
  gradient.fill(0);
  const { nu } = parameters;
  const value = nu === null ? normalLikelihood(path) : studentLikelihood(path, nu, gradient);
  addThroughVariances(path, gradient);
  return value;
}

/**
 * The derivatives of the likelihood of each return by the parameters at some places, a row a
 * place, at the parameters that the path was filled with last.
 */
export function scoresOf(
  path: VariancePath,
  { nu }: VolatilityParameters,
  places: readonly number[],
): Float64Array[] {
  return places.map((place) => {
    if (place === NU_PLACE) return tailScores(path, nu as number);
    const { byMean, byVariance, slopes } = path;
    const row = new Float64Array(byMean.length);
    for (let at = 0, cell = place; at < row.length; at += 1, cell += SLOPES) {
      row[at] = (byVariance[at] as number) * (slopes[cell] as number);
    }
    if (place > 0) return row;
    for (let at = 0; at < row.length; at += 1)
      row[at] = (row[at] as number) + (byMean[at] as number);
    return row;
  });
}

function tailScores({ shocks, variances }: VariancePath, nu: number): Float64Array {
  const constantByNu = constantOf(nu).byNu;
  return shocks.map((shock, at) => {
    const tail = 1 + shock ** 2 / ((variances[at] as number) * (nu - 2));
    const share = ((nu + 1) / 2) * (1 - 1 / tail);
    return constantByNu - 0.5 * Math.log(tail) + share / (nu - 2);
  });
}

/**
 * Σ v v' of vectors whose elements are given by row, as a matrix of `size` with each row at its
 * place; two sums at a time, which do not wait for each other.
 */
export function crossed(
  rows: readonly Float64Array[],
  places: readonly number[],
  size: number,
): Matrix {
  const sums = zeros(size, size);
  rows.forEach((one, row) => {
    for (let column = 0; column <= row; column += 1) {
      const sum = dotOf(one, rows[column] as Float64Array);
      put(sums, places[row] as number, places[column] as number, sum);
      put(sums, places[column] as number, places[row] as number, sum);
    }
  });
  return sums;
}

function dotOf(one: Float64Array, other: Float64Array): number {
  const even = one.length & ~1;
  let sum = even < one.length ? (one[even] as number) * (other[even] as number) : 0;
  let second = 0;
  for (let at = 0; at < even; at += 2) {
    sum += (one[at] as number) * (other[at] as number);
    second += (one[at + 1] as number) * (other[at + 1] as number);
  }
  return sum + second;
}

function normalLikelihood({
  shocks,
  variances,
  isLogarithmic,
  byMean,
  byVariance,
}: VariancePath): number {
  const count = shocks.length;
  let logs = 0;
  let squares = 0;
  let product = 1;
  for (let at = 0; at < count; at += 1) {
    const h = variances[at] as number;
    if (!(h > VARIANCE_MIN && h < VARIANCE_MAX)) return Number.NaN;
    const e = shocks[at] as number;
    const inverse = 1 / h;
    const ratio = e * e * inverse;
    squares += ratio;
    product *= h;
    if (product > PRODUCT_MAX || product < PRODUCT_MIN) {
      logs += Math.log(product);
      product = 1;
    }
    byMean[at] = e * inverse;
    const byLogVariance = 0.5 * (ratio - 1);
    byVariance[at] = isLogarithmic ? byLogVariance : byLogVariance * inverse;
  }
  return -0.5 * (count * LOG_TWO_PI + logs + Math.log(product) + squares);
}

function studentLikelihood(
  { shocks, variances, isLogarithmic, byMean, byVariance }: VariancePath,
  nu: number,
  gradient: Float64Array,
): number {
  const count = shocks.length;
  const power = (nu + 1) / 2;
  const constant = constantOf(nu);
  let logs = 0;
  let product = 1;
  let tails = 0;
  let tailProduct = 1;
  let shares = 0;
  for (let at = 0; at < count; at += 1) {
    const h = variances[at] as number;
    if (!(h > VARIANCE_MIN && h < VARIANCE_MAX)) return Number.NaN;
    const e = shocks[at] as number;
    const inverse = 1 / h;
    const tail = 1 + (e * e * inverse) / (nu - 2);
    if (!(tail < VARIANCE_MAX)) return Number.NaN;
    product *= h;
    if (product > PRODUCT_MAX || product < PRODUCT_MIN) {
      logs += Math.log(product);
      product = 1;
    }
    tailProduct *= tail;
    if (tailProduct > PRODUCT_MAX) {
      tails += Math.log(tailProduct);
      tailProduct = 1;
    }
    const rest = 1 / tail;
    const share = 1 - rest;
    shares += share;
    byMean[at] = (2 * power * e * inverse * rest) / (nu - 2);
    const byLogVariance = power * share - 0.5;
    byVariance[at] = isLogarithmic ? byLogVariance : byLogVariance * inverse;
  }
  tails += Math.log(tailProduct);
  gradient[SLOPES] = count * constant.byNu - 0.5 * tails + (power * shares) / (nu - 2);
  return count * constant.value - 0.5 * (logs + Math.log(product)) - power * tails;
}

/** What of the log density of the t depends on ν alone, and its derivative. */
function constantOf(nu: number): { readonly value: number; readonly byNu: number } {
  const power = (nu + 1) / 2;
  return {
    value: logGamma(power) - logGamma(nu / 2) - 0.5 * Math.log(Math.PI * (nu - 2)),
    byNu: 0.5 * (digamma(power) - digamma(nu / 2) - 1 / (nu - 2)),
  };
}

/** By the mean directly, and by every parameter through the variances. */
function addThroughVariances(
  { slopes, byMean, byVariance }: VariancePath,
  gradient: Float64Array,
): void {
  let mu = 0;
  let omega = 0;
  let alpha = 0;
  let gamma = 0;
  let beta = 0;
  for (let at = 0, cell = 0; at < byMean.length; at += 1, cell += SLOPES) {
    const weight = byVariance[at] as number;
    mu += (byMean[at] as number) + weight * (slopes[cell] as number);
    omega += weight * (slopes[cell + 1] as number);
    alpha += weight * (slopes[cell + 2] as number);
    gamma += weight * (slopes[cell + 3] as number);
    beta += weight * (slopes[cell + 4] as number);
  }
  gradient[0] = mu;
  gradient[1] = omega;
  gradient[2] = alpha;
  gradient[3] = gamma;
  gradient[4] = beta;
}
