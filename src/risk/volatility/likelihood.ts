import { logGamma } from '../../math/gamma.ts';
import { digamma } from '../../math/student-t.ts';
import { PARAMETERS, type VolatilityParameters } from './model.ts';
import { SLOPES, type VariancePath } from './recursion.ts';

/** All of them, estimated or not: mu, omega, alpha, gamma, beta, nu. */
export const SCORES = PARAMETERS.length;

const LOG_TWO_PI = Math.log(2 * Math.PI);
/** A running product is turned into a sum of logarithms before it leaves the doubles. */
const PRODUCT_MAX = 1e100;
const PRODUCT_MIN = 1e-100;
/** Variances beyond these are no answer, and would break the products. */
const VARIANCE_MAX = 1e200;
const VARIANCE_MIN = 1e-200;

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
 * The derivatives of the likelihood of each return, n × 6, at the parameters that the path was
 * filled with last.
 */
export function scoresOf(
  path: VariancePath,
  { nu }: VolatilityParameters,
  into: Float64Array,
): void {
  const { shocks, variances, byMean, byVariance, slopes } = path;
  const constantByNu = nu === null ? 0 : constantOf(nu).byNu;
  for (let at = 0; at < shocks.length; at += 1) {
    const [row, cell] = [at * SCORES, at * SLOPES];
    const weight = byVariance[at] as number;
    into[row] = (byMean[at] as number) + weight * (slopes[cell] as number);
    into[row + 1] = weight * (slopes[cell + 1] as number);
    into[row + 2] = weight * (slopes[cell + 2] as number);
    into[row + 3] = weight * (slopes[cell + 3] as number);
    into[row + 4] = weight * (slopes[cell + 4] as number);
    if (nu === null) continue;
    const tail = 1 + (shocks[at] as number) ** 2 / ((variances[at] as number) * (nu - 2));
    const share = ((nu + 1) / 2) * (1 - 1 / tail);
    into[row + 5] = constantByNu - 0.5 * Math.log(tail) + share / (nu - 2);
  }
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
