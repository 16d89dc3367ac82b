import { assert } from '../../core/result.ts';
import { normalCdf } from '../../math/normal.ts';
import {
  longRunVariance,
  MEAN_ABSOLUTE_NORMAL,
  persistenceOf,
  type VolatilityModel,
  type VolatilityParameters,
} from './model.ts';

/** Nobody asks further ahead; a forecast allocates as many numbers. */
export const HORIZON_MAX = 10_000;
/** A persistence this near to one is one: the geometric sum would be lost in rounding. */
const UNIT_ROOT = 1e-9;

/**
 * Expected variances of the next periods, from the one that comes next. The variance of a return
 * over all of them is their sum, and not the first one times their number.
 *
 * `garch` and `gjr`: h_{+k} = ω + persistence · h_{+k−1}; without a variance in the long run they
 * grow, and that is what they say. `egarch` with normal shocks: the exact mean of h, by
 * E exp(θ z + δ |z|) = Φ(θ + δ) e^{(θ+δ)²/2} + Φ(δ − θ) e^{(δ−θ)²/2}; with t shocks that mean is
 * infinite from the second period on, so that all but the first are null.
 *
 * @param next h of the period that comes next
 * @param horizon periods, 1 … 10,000
 */
export function forecastVariances(
  model: VolatilityModel,
  parameters: VolatilityParameters,
  next: number,
  horizon: number,
): (number | null)[] {
  assert(Number.isInteger(horizon) && horizon >= 1 && horizon <= HORIZON_MAX, 'a horizon in range');
  if (model.variance === 'egarch') return logarithmic(parameters, next, horizon);
  const persistence = persistenceOf(model, parameters);
  const forecasts = new Array<number>(horizon);
  let h = next;
  for (let ahead = 0; ahead < horizon; ahead += 1) {
    forecasts[ahead] = h;
    h = parameters.omega + persistence * h;
  }
  return forecasts;
}

/**
 * The variance of the sum of the next returns: the sum of the forecasts, in closed form.
 *
 * A persistence above one is taken as one: that variance explodes for ever is an estimate for the
 * next period, and none for a day of them. Of `egarch`, whose exact sum has no closed form, as many
 * periods are taken of the larger of the next variance and the one that it settles at.
 *
 * @param periods at least 1
 */
export function varianceOver(
  model: Pick<VolatilityModel, 'variance'>,
  parameters: VolatilityParameters,
  next: number,
  periods: number,
): number {
  if (model.variance === 'egarch') {
    return periods * Math.max(next, longRunVariance(model, parameters) ?? next);
  }
  const { omega } = parameters;
  const persistence = Math.min(persistenceOf(model, parameters), 1);
  const gap = 1 - persistence;
  if (gap < UNIT_ROOT) return periods * (next + (omega * (periods - 1)) / 2);
  const level = omega / gap;
  return periods * level + ((next - level) * -Math.expm1(periods * Math.log1p(-gap))) / gap;
}

/** ln h_{+k} = Σ β^j (ω + α(|z| − c) + γ z) + β^{k−1} ln h_{+1}, with a z of each term's own. */
function logarithmic(
  { omega, alpha, gamma, beta, nu }: VolatilityParameters,
  next: number,
  horizon: number,
): (number | null)[] {
  const forecasts = new Array<number | null>(horizon).fill(null);
  const first = Math.log(next);
  let [weight, logMean] = [1, 0];
  for (let ahead = 0; ahead < horizon; ahead += 1) {
    const isKnown = ahead === 0 || nu === null || (alpha === 0 && gamma === 0);
    if (isKnown) forecasts[ahead] = Math.exp(logMean + weight * first);
    const shock = logMeanExp(weight * gamma, weight * alpha);
    logMean += weight * (omega - alpha * MEAN_ABSOLUTE_NORMAL) + shock;
    weight *= beta;
  }
  return forecasts;
}

/** ln E exp(θ z + δ |z|) of a normal z. */
function logMeanExp(theta: number, delta: number): number {
  const [up, down] = [theta + delta, delta - theta];
  return Math.log(
    normalCdf(up) * Math.exp(up ** 2 / 2) + normalCdf(down) * Math.exp(down ** 2 / 2),
  );
}
