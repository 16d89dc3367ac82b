import { at, type Matrix, put } from '../../../math/matrix.ts';
import type { VolatilityParameters } from '../model.ts';
import {
  crossed,
  LOG_TWO_PI,
  type ModelLikelihood,
  type Moments,
  PRODUCT_MAX,
  PRODUCT_MIN,
  SCORES,
  VARIANCE_MAX,
  VARIANCE_MIN,
} from './likelihood.ts';

/** Where the parameters of the model, mu, omega, alpha and beta, are among the six. */
const PLACES = [0, 1, 2, 4] as const;

/**
 * The likelihood of `garch` with normal shocks, the model that is fitted most. Its gradient is
 * taken backwards: with λ_t = ∂L/∂h_t, which is w_t + β λ_{t+1} for w_t = ½ (e²/h − 1)/h, it is
 * Σ λ_t times what h_t has of each parameter, and four derivatives of each variance need not be
 * carried along. The same numbers as those of `PathLikelihood`, in half the time.
 *
 * @see Griewank, Walther 2008, "Evaluating derivatives", chapter 3 (reverse accumulation)
 */
export class GarchLikelihood implements ModelLikelihood {
  readonly #returns: Float64Array;
  readonly #mean: number;
  readonly #meanSquare: number;
  readonly #variances: Float64Array;
  readonly #weights: Float64Array;
  /** Of mu, omega, alpha and beta. */
  readonly #rows: readonly [Float64Array, Float64Array, Float64Array, Float64Array];

  /** @param returns around zero, as a fit has them: their mean square starts the recursion */
  constructor(returns: Float64Array) {
    const count = returns.length;
    let sum = 0;
    let squares = 0;
    for (let at = 0; at < count; at += 1) {
      const value = returns[at] as number;
      sum += value;
      squares += value * value;
    }
    this.#returns = returns;
    this.#mean = sum / count;
    this.#meanSquare = squares / count;
    // One piece of memory: what is asked for and swept piece by piece takes a tenth of a fit.
    const memory = new Float64Array(6 * count);
    const piece = (at: number): Float64Array => memory.subarray(at * count, (at + 1) * count);
    this.#variances = piece(0);
    this.#weights = piece(1);
    this.#rows = [piece(2), piece(3), piece(4), piece(5)];
  }

  value(parameters: VolatilityParameters, gradient: Float64Array): number {
    const value = this.#forward(parameters, gradient);
    this.#backward(parameters, gradient);
    return value;
  }

  /** Leaves in `gradient` what the mean does at once. @returns NaN where there is no value */
  #forward({ mu, omega, alpha, beta }: VolatilityParameters, gradient: Float64Array): number {
    const returns = this.#returns;
    const variances = this.#variances;
    const weights = this.#weights;
    const count = returns.length;
    let square = this.#startSquare(mu);
    let h = square;
    let byMean = 0;
    let squares = 0;
    let logs = 0;
    let product = 1;
    for (let at = 0; at < count; at += 1) {
      h = omega + alpha * square + beta * h;
      const inverse = 1 / h;
      const e = (returns[at] as number) - mu;
      square = e * e;
      const ratio = square * inverse;
      variances[at] = h;
      weights[at] = (0.5 * ratio - 0.5) * inverse;
      squares += ratio;
      byMean += e * inverse;
      product *= h;
      // Written so that NaN goes in as well.
      if (!(product < PRODUCT_MAX && product > PRODUCT_MIN)) {
        if (!(h > VARIANCE_MIN && h < VARIANCE_MAX)) return Number.NaN;
        logs += Math.log(product);
        product = 1;
      }
    }
    gradient.fill(0);
    gradient[0] = byMean;
    return -0.5 * (count * LOG_TWO_PI + logs + Math.log(product) + squares);
  }

  #backward({ mu, alpha, beta }: VolatilityParameters, gradient: Float64Array): void {
    const returns = this.#returns;
    const variances = this.#variances;
    const weights = this.#weights;
    let whole = 0;
    let byMu = 0;
    let byOmega = 0;
    let byAlpha = 0;
    let byBeta = 0;
    for (let at = returns.length - 1; at > 0; at -= 1) {
      whole = (weights[at] as number) + beta * whole;
      const shock = (returns[at - 1] as number) - mu;
      const along = whole * shock;
      byOmega += whole;
      byMu += along;
      byAlpha += along * shock;
      byBeta += whole * (variances[at - 1] as number);
    }
    whole = (weights[0] as number) + beta * whole;
    const start = this.#startSquare(mu);
    const byStart = -2 * (this.#mean - mu) * (alpha + beta) * whole;
    gradient[0] = (gradient[0] as number) - 2 * alpha * byMu + byStart;
    gradient[1] = byOmega + whole;
    gradient[2] = byAlpha + start * whole;
    gradient[4] = byBeta + start * whole;
  }

  /** Before the first return e² and h are the mean of e². */
  #startSquare(mu: number): number {
    return this.#meanSquare + mu * (mu - 2 * this.#mean);
  }

  curvature(parameters: VolatilityParameters): Matrix {
    this.#fillSlopes(parameters);
    return this.#information();
  }

  moments(parameters: VolatilityParameters): Moments {
    this.#fillSlopes(parameters);
    const information = this.#information();
    this.#slopesToScores(parameters.mu);
    return { scores: crossed(this.#rows, PLACES, SCORES), information };
  }

  #information(): Matrix {
    const information = crossed(this.#rows, PLACES, SCORES);
    const { cells } = information;
    for (let cell = 0; cell < cells.length; cell += 1) cells[cell] = 0.5 * (cells[cell] as number);
    let inverses = 0;
    for (let at = 0; at < this.#variances.length; at += 1) {
      inverses += 1 / (this.#variances[at] as number);
    }
    for (const row of PLACES) {
      put(information, 0, row, row === 0 ? at(information, 0, 0) + inverses : 0);
      put(information, row, 0, at(information, 0, row));
    }
    return information;
  }

  /** ½ (e²/h − 1) ∂h/h, and of the mean e/h besides. */
  #slopesToScores(mu: number): void {
    const returns = this.#returns;
    const variances = this.#variances;
    const weights = this.#weights;
    for (let at = 0; at < returns.length; at += 1) {
      const e = (returns[at] as number) - mu;
      weights[at] = (0.5 * e * e) / (variances[at] as number) - 0.5;
    }
    for (const row of this.#rows) scale(row, weights);
    const [first] = this.#rows;
    for (let at = 0; at < returns.length; at += 1) {
      first[at] =
        (first[at] as number) + ((returns[at] as number) - mu) / (variances[at] as number);
    }
  }

  /** Puts ∂h_t/h_t by each parameter into the rows, and h_t beside. */
  #fillSlopes({ mu, omega, alpha, beta }: VolatilityParameters): void {
    const returns = this.#returns;
    const variances = this.#variances;
    const count = returns.length;
    const [byMus, byOmegas, byAlphas, byBetas] = this.#rows;
    let square = this.#startSquare(mu);
    let squareByMu = -2 * (this.#mean - mu);
    let h = square;
    let byMu = squareByMu;
    let byOmega = 0;
    let byAlpha = 0;
    let byBeta = 0;
    for (let at = 0; at < count; at += 1) {
      byMu = alpha * squareByMu + beta * byMu;
      byOmega = 1 + beta * byOmega;
      byAlpha = square + beta * byAlpha;
      byBeta = h + beta * byBeta;
      h = omega + alpha * square + beta * h;
      const shock = (returns[at] as number) - mu;
      const inverse = 1 / h;
      square = shock * shock;
      squareByMu = -2 * shock;
      variances[at] = h;
      byMus[at] = byMu * inverse;
      byOmegas[at] = byOmega * inverse;
      byAlphas[at] = byAlpha * inverse;
      byBetas[at] = byBeta * inverse;
    }
  }

  variances({ mu, omega, alpha, beta }: VolatilityParameters): Float64Array {
    const returns = this.#returns;
    const variances = new Float64Array(returns.length + 1);
    let square = this.#startSquare(mu);
    let h = square;
    for (let at = 0; at < variances.length; at += 1) {
      h = omega + alpha * square + beta * h;
      variances[at] = h;
      square = ((returns[at] as number) - mu) ** 2;
    }
    return variances;
  }
}

function scale(row: Float64Array, by: Float64Array): void {
  for (let at = 0; at < row.length; at += 1) row[at] = (row[at] as number) * (by[at] as number);
}
