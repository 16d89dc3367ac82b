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
 * @param scores the same of each return, n × 6, where somebody wants them
 * @returns NaN where a variance is not above zero or not finite
 */
export function logLikelihood(
  path: VariancePath,
  parameters: VolatilityParameters,
  gradient: Float64Array,
  scores: Float64Array | null = null,
): number {
  path.fill(parameters);
  gradient.fill(0);
  return parameters.nu === null
    ? normalLikelihood(path, gradient, scores)
    : studentLikelihood(path, parameters.nu, gradient, scores);
}

function normalLikelihood(
  path: VariancePath,
  gradient: Float64Array,
  scores: Float64Array | null,
): number {
  const { shocks, variances, isLogarithmic } = path;
  const count = shocks.length;
  let [logs, squares, product] = [0, 0, 1];
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
    const byLogVariance = 0.5 * (ratio - 1);
    add(path, at, e * inverse, isLogarithmic ? byLogVariance : byLogVariance * inverse, gradient);
    if (scores !== null) {
      scoreOf(
        path,
        at,
        e * inverse,
        isLogarithmic ? byLogVariance : byLogVariance * inverse,
        scores,
      );
    }
  }
  return -0.5 * (count * LOG_TWO_PI + logs + Math.log(product) + squares);
}

function studentLikelihood(
  path: VariancePath,
  nu: number,
  gradient: Float64Array,
  scores: Float64Array | null,
): number {
  const { shocks, variances, isLogarithmic } = path;
  const count = shocks.length;
  const power = (nu + 1) / 2;
  const constant = logGamma(power) - logGamma(nu / 2) - 0.5 * Math.log(Math.PI * (nu - 2));
  const constantByNu = 0.5 * (digamma(power) - digamma(nu / 2) - 1 / (nu - 2));
  let [logs, product, tails, tailProduct, byNu] = [0, 1, 0, 1, 0];
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
    const share = 1 - 1 / tail;
    const byMean = (2 * power * e * inverse) / ((nu - 2) * tail);
    const byLogVariance = power * share - 0.5;
    const byVariance = isLogarithmic ? byLogVariance : byLogVariance * inverse;
    byNu += share;
    add(path, at, byMean, byVariance, gradient);
    if (scores !== null) {
      scoreOf(path, at, byMean, byVariance, scores);
      scores[at * SCORES + SLOPES] =
        constantByNu - 0.5 * Math.log(tail) + (power * share) / (nu - 2);
    }
  }
  tails += Math.log(tailProduct);
  gradient[SLOPES] = count * constantByNu - 0.5 * tails + (power * byNu) / (nu - 2);
  return count * constant - 0.5 * (logs + Math.log(product)) - power * tails;
}

/** By the mean directly, and by every parameter through the variance. */
function add(
  { slopes }: VariancePath,
  at: number,
  byMean: number,
  byVariance: number,
  gradient: Float64Array,
): void {
  const cell = at * SLOPES;
  gradient[0] = (gradient[0] as number) + byMean + byVariance * (slopes[cell] as number);
  gradient[1] = (gradient[1] as number) + byVariance * (slopes[cell + 1] as number);
  gradient[2] = (gradient[2] as number) + byVariance * (slopes[cell + 2] as number);
  gradient[3] = (gradient[3] as number) + byVariance * (slopes[cell + 3] as number);
  gradient[4] = (gradient[4] as number) + byVariance * (slopes[cell + 4] as number);
}

function scoreOf(
  { slopes }: VariancePath,
  at: number,
  byMean: number,
  byVariance: number,
  scores: Float64Array,
): void {
  for (let parameter = 0; parameter < SLOPES; parameter += 1) {
    scores[at * SCORES + parameter] = byVariance * (slopes[at * SLOPES + parameter] as number);
  }
  scores[at * SCORES] = (scores[at * SCORES] as number) + byMean;
}
