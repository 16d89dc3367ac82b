import { assert } from '../../core/result.ts';
import { logGamma } from '../../math/gamma.ts';
import { normalCdf, normalPdf, normalQuantile } from '../../math/normal.ts';

/** Jumps that are expected in a period at most; above it the sums grow past their bound. */
export const JUMPS_EXPECTED_MAX = 1_000;
/** A term of the mixture that is rarer is left out; all of them together are below rounding. */
const WEIGHT_MIN = 1e-18;
const TERMS_MAX = 2_000;
/** Halvings that take a quantile to its last digit. */
const BISECTIONS = 200;

/**
 * A jump diffusion: returns drift and diffuse, and now and then they jump. Rates and volatility are
 * a year's, or of whatever unit `time` is in.
 *
 * @see Merton 1976, "Option pricing when underlying stock returns are discontinuous"
 */
export interface JumpDiffusion {
  /** Drift of the price, jumps included. */
  readonly drift: number;
  /** Volatility of the diffusion, above 0. */
  readonly volatility: number;
  /** Jumps expected a unit of time, at least 0. */
  readonly jumpRate: number;
  /** Mean and standard deviation of the logarithm of a jump. */
  readonly jumpMean: number;
  readonly jumpDeviation: number;
}

/**
 * The log return over a time: a Poisson mixture of normals, one for each number of jumps. VaR and
 * ES are positive losses.
 */
export class JumpDiffusionReturns {
  readonly #weights: number[] = [];
  readonly #means: number[] = [];
  readonly #deviations: number[] = [];
  readonly #model: JumpDiffusion;
  readonly #time: number;

  /** @param time above 0 */
  constructor(model: JumpDiffusion, time: number) {
    const { drift, volatility, jumpRate, jumpMean, jumpDeviation } = model;
    assertModel(model, time);
    this.#model = model;
    this.#time = time;
    const base = (drift - volatility ** 2 / 2 - jumpRate * meanJump(model)) * time;
    eachPoisson(jumpRate * time, (jumps, weight) => {
      this.#weights.push(weight);
      this.#means.push(base + jumps * jumpMean);
      this.#deviations.push(Math.sqrt(volatility ** 2 * time + jumps * jumpDeviation ** 2));
    });
  }

  density(x: number): number {
    return this.#mixed((mean, deviation) => normalPdf((x - mean) / deviation) / deviation);
  }

  /** P(return ≤ x). */
  cdf(x: number): number {
    return this.#mixed((mean, deviation) => normalCdf((x - mean) / deviation));
  }

  /** The x with P(return ≤ x) = p, 0 < p < 1. */
  quantile(p: number): number {
    assert(p > 0 && p < 1, 'a share between 0 and 1');
    const z = normalQuantile(p);
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    // Every part has its quantile there, so that of the mixture is between the least and the most.
    this.#means.forEach((mean, at) => {
      const own = mean + z * (this.#deviations[at] as number);
      low = Math.min(low, own);
      high = Math.max(high, own);
    });
    for (let step = 0; step < BISECTIONS; step += 1) {
      const middle = low + (high - low) / 2;
      if (middle <= low || middle >= high) break;
      if (this.cdf(middle) < p) low = middle;
      else high = middle;
    }
    return low + (high - low) / 2;
  }

  /** The loss that a return is beyond with a chance of 1 − level. */
  valueAtRisk(level: number): number {
    return -this.quantile(1 - level);
  }

  /**
   * The mean loss beyond that. In closed form, Σ w (m Φ(k) − s φ(k)) / (1 − level) with
   * k = (q − m)/s, for each part of the mixture is a normal.
   */
  expectedShortfall(level: number): number {
    const q = this.quantile(1 - level);
    const below = this.#mixed((mean, deviation) => {
      const k = (q - mean) / deviation;
      return mean * normalCdf(k) - deviation * normalPdf(k);
    });
    return -below / (1 - level);
  }

  /** Mean, variance, skewness and excess kurtosis, from the cumulants. */
  moments(): {
    readonly mean: number;
    readonly variance: number;
    readonly skewness: number;
    readonly excessKurtosis: number;
  } {
    const { drift, volatility, jumpRate, jumpMean: m, jumpDeviation: s } = this.#model;
    const expected = jumpRate * this.#time;
    const diffusion = volatility ** 2 * this.#time;
    const variance = diffusion + expected * (m ** 2 + s ** 2);
    return {
      mean: drift * this.#time - diffusion / 2 - expected * (meanJump(this.#model) - m),
      variance,
      skewness: (expected * (m ** 3 + 3 * m * s ** 2)) / variance ** 1.5,
      excessKurtosis: (expected * (m ** 4 + 6 * m ** 2 * s ** 2 + 3 * s ** 4)) / variance ** 2,
    };
  }

  #mixed(of: (mean: number, deviation: number) => number): number {
    let sum = 0;
    for (let at = 0; at < this.#weights.length; at += 1) {
      const value = of(this.#means[at] as number, this.#deviations[at] as number);
      sum += (this.#weights[at] as number) * value;
    }
    return sum;
  }
}

/**
 * The value of a European call whose asset jumps: a Poisson sum, at the rate λ(1 + k)T, of the
 * values without jumps, with v_n² = v² + n s²/T and r_n = r − λ k + n ln(1 + k)/T.
 *
 * @param option.drift of the model is the rate without risk
 */
export function mertonCall(option: {
  readonly spot: number;
  readonly strike: number;
  readonly time: number;
  readonly model: JumpDiffusion;
}): number {
  const { spot, strike, time, model } = option;
  assertModel(model, time);
  const { drift, volatility, jumpRate, jumpDeviation } = model;
  const k = meanJump(model);
  let value = 0;
  eachPoisson(jumpRate * (1 + k) * time, (jumps, weight) => {
    const variance = volatility ** 2 * time + jumps * jumpDeviation ** 2;
    const growth = (drift - jumpRate * k) * time + jumps * Math.log1p(k);
    value += weight * blackScholesCall(spot, strike, growth, variance);
  });
  return value;
}

/** With the rate and the variance of the whole time. */
function blackScholesCall(spot: number, strike: number, growth: number, variance: number): number {
  const deviation = Math.sqrt(variance);
  const up = (Math.log(spot / strike) + growth + variance / 2) / deviation;
  return spot * normalCdf(up) - strike * Math.exp(-growth) * normalCdf(up - deviation);
}

/** E[e^jump] − 1. */
function meanJump({ jumpMean, jumpDeviation }: JumpDiffusion): number {
  return Math.expm1(jumpMean + jumpDeviation ** 2 / 2);
}

/** Every number of jumps that is likely enough, from none on. */
function eachPoisson(expected: number, take: (jumps: number, weight: number) => void): void {
  for (let jumps = 0; jumps < TERMS_MAX; jumps += 1) {
    const log = jumps === 0 ? 0 : jumps * Math.log(expected) - logGamma(jumps + 1);
    const weight = Math.exp(log - expected);
    if (weight > WEIGHT_MIN) take(jumps, weight);
    else if (jumps > expected) break;
  }
}

function assertModel({ volatility, jumpRate, jumpDeviation }: JumpDiffusion, time: number): void {
  assert(time > 0 && volatility > 0 && jumpDeviation >= 0, 'a time and a volatility above zero');
  assert(jumpRate >= 0 && jumpRate * time <= JUMPS_EXPECTED_MAX, 'jumps of a rate in range');
}
