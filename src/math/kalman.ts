import { assert } from '../core/result.ts';

/**
 * A linear Gaussian model with k states and one observation a step:
 * a_t = T a_{t−1} + η, η ~ N(0, Q); y_t = Z_t a_t + ε, ε ~ N(0, h).
 * Matrices are k × k, row after row.
 */
export interface StateSpace {
  readonly transition: ArrayLike<number>;
  readonly stateNoise: ArrayLike<number>;
  /** h, at least 0. */
  readonly observationNoise: number;
  /** Predicted state of the first step, length k. */
  readonly start: ArrayLike<number>;
  /** Predicted covariance of the first step. */
  readonly startCovariance: ArrayLike<number>;
}

/** log of √(2π). */
const LOG_ROOT_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/**
 * The Kalman filter, one step at a time; a step is O(k³) and allocates nothing, so k is small.
 * A missing observation is NaN: the state is predicted and nothing is learnt.
 *
 * @see Durbin, Koopman 2012, "Time series analysis by state space methods", section 4.3
 */
export class KalmanFilter {
  readonly #size: number;
  readonly #model: StateSpace;
  /** a_t|t, length k. */
  readonly state: Float64Array;
  /** P_t|t. */
  readonly covariance: Float64Array;
  /** a_t|t−1 of the last step. */
  readonly predicted: Float64Array;
  /** P_t|t−1 of the last step. */
  readonly predictedCovariance: Float64Array;
  /** y − Z a of the last step; NaN when it was missing. */
  innovation = Number.NaN;
  /** Its variance F. */
  innovationVariance = Number.NaN;
  /** Log likelihood of everything so far; a missing observation adds 0. */
  logLikelihood = 0;
  readonly #gain: Float64Array;
  readonly #scratch: Float64Array;
  #steps = 0;

  constructor(model: StateSpace) {
    const size = model.start.length;
    assert(size >= 1 && model.transition.length === size * size, 'k states, k × k matrices');
    assert(model.stateNoise.length === size * size, 'k × k state noise');
    assert(model.startCovariance.length === size * size, 'k × k start covariance');
    this.#size = size;
    this.#model = model;
    this.state = new Float64Array(size);
    this.covariance = new Float64Array(size * size);
    this.predicted = Float64Array.from(model.start);
    this.predictedCovariance = Float64Array.from(model.startCovariance);
    this.#gain = new Float64Array(size);
    this.#scratch = new Float64Array(size * size);
  }

  /**
   * Takes the next observation.
   *
   * @param observed y, or NaN where it is missing
   * @param loading Z of this step, length k
   */
  step(observed: number, loading: ArrayLike<number>): void {
    if (this.#steps > 0) this.#predict();
    this.#steps += 1;
    this.#innovate(observed, loading);
    if (Number.isNaN(observed)) {
      this.state.set(this.predicted);
      this.covariance.set(this.predictedCovariance);
      return;
    }
    this.#update(loading);
    const { innovation, innovationVariance } = this;
    this.logLikelihood -=
      LOG_ROOT_TWO_PI +
      0.5 * (Math.log(innovationVariance) + (innovation * innovation) / innovationVariance);
  }

  /** Normalised innovation squared, v²/F: χ² with one degree of freedom while the model holds. */
  get surprise(): number {
    return (this.innovation * this.innovation) / this.innovationVariance;
  }

  #predict(): void {
    const size = this.#size;
    const { transition, stateNoise } = this.#model;
    const half = this.#scratch;
    for (let row = 0; row < size; row += 1) {
      let sum = 0;
      for (let inner = 0; inner < size; inner += 1) {
        sum += (transition[row * size + inner] as number) * (this.state[inner] as number);
      }
      this.predicted[row] = sum;
      for (let column = 0; column < size; column += 1) {
        let cell = 0;
        for (let inner = 0; inner < size; inner += 1) {
          cell +=
            (transition[row * size + inner] as number) *
            (this.covariance[inner * size + column] as number);
        }
        half[row * size + column] = cell;
      }
    }
    for (let row = 0; row < size; row += 1) {
      for (let column = 0; column < size; column += 1) {
        let cell = stateNoise[row * size + column] as number;
        for (let inner = 0; inner < size; inner += 1) {
          cell +=
            (half[row * size + inner] as number) * (transition[column * size + inner] as number);
        }
        this.predictedCovariance[row * size + column] = cell;
      }
    }
  }

  #innovate(observed: number, loading: ArrayLike<number>): void {
    const size = this.#size;
    let variance = this.#model.observationNoise;
    let fitted = 0;
    for (let row = 0; row < size; row += 1) {
      let sum = 0;
      for (let inner = 0; inner < size; inner += 1) {
        sum +=
          (this.predictedCovariance[row * size + inner] as number) * (loading[inner] as number);
      }
      this.#gain[row] = sum;
      variance += (loading[row] as number) * sum;
      fitted += (loading[row] as number) * (this.predicted[row] as number);
    }
    this.innovation = observed - fitted;
    this.innovationVariance = variance;
  }

  /** Joseph's form, which keeps the covariance symmetric and positive. */
  #update(loading: ArrayLike<number>): void {
    const size = this.#size;
    const gain = this.#gain;
    const half = this.#scratch;
    for (let row = 0; row < size; row += 1) {
      gain[row] = (gain[row] as number) / this.innovationVariance;
      this.state[row] = (this.predicted[row] as number) + (gain[row] as number) * this.innovation;
    }
    for (let row = 0; row < size; row += 1) {
      for (let column = 0; column < size; column += 1) {
        let cell = 0;
        for (let inner = 0; inner < size; inner += 1) {
          const kept = (row === inner ? 1 : 0) - (gain[row] as number) * (loading[inner] as number);
          cell += kept * (this.predictedCovariance[inner * size + column] as number);
        }
        half[row * size + column] = cell;
      }
    }
    for (let row = 0; row < size; row += 1) {
      for (let column = 0; column < size; column += 1) {
        let cell = (gain[row] as number) * (gain[column] as number) * this.#model.observationNoise;
        for (let inner = 0; inner < size; inner += 1) {
          const kept =
            (column === inner ? 1 : 0) - (gain[column] as number) * (loading[inner] as number);
          cell += (half[row * size + inner] as number) * kept;
        }
        this.covariance[row * size + column] = cell;
      }
    }
  }
}

/** Predicted variance and gain that a local level filter settles at. */
export interface SteadyState {
  readonly predictedVariance: number;
  readonly gain: number;
}

/**
 * A local level with state noise q and observation noise h settles at
 * P = (q + √(q² + 4qh))/2 and K = P/(P + h).
 */
export function steadyState(stateNoise: number, observationNoise: number): SteadyState {
  const [q, h] = [stateNoise, observationNoise];
  const predictedVariance = (q + Math.sqrt(q * q + 4 * q * h)) / 2;
  return { predictedVariance, gain: predictedVariance / (predictedVariance + h) };
}
