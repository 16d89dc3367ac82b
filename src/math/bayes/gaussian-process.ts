import { assert } from '../../core/result.ts';
import type { VectorKernels } from '../kernels/vector-kernels.ts';
import { type CovarianceShape, covarianceOf } from './covariance.ts';

export interface ProcessOptions {
  readonly shape: CovarianceShape;
  /** Signal variance, above 0: how far the function strays from 0. */
  readonly variance: number;
  /** Length scale, above 0, in the unit of the points. */
  readonly length: number;
  /** Variance of the noise of a value, 0 or more. */
  readonly noise: number;
}

/**
 * A Gaussian process with zero mean, seen at some points. Everything it needs lies in the memory of
 * the kernels, whose sums it is made of. Fitting is O(n³), predicting O(n²); predicting allocates
 * nothing.
 *
 * @see Rasmussen, Williams 2006, "Gaussian processes for machine learning", algorithm 2.1
 */
export class GaussianProcess {
  readonly #kernels: VectorKernels;
  readonly #points: readonly Float64Array[];
  readonly #covariance: (distance: number) => number;
  readonly #variance: number;
  readonly #count: number;
  /** Places in the memory: the factor by rows, the weights α, and two vectors to work on. */
  readonly #factor = 0;
  readonly #weights: number;
  readonly #cross: number;
  readonly #solved: number;
  /** log p(values | points); −∞ when the covariance is not positive definite. */
  readonly logLikelihood: number;
  /** Of the last prediction; the deviation is that of the function, without noise. */
  mean = 0;
  deviation = 0;

  /**
   * @param points of one dimension, at least one
   * @param values one for each point, finite
   * @param kernels with a memory of at least `memoryFor(points.length)`, which it overwrites
   */
  constructor(
    points: readonly Float64Array[],
    values: Float64Array,
    { shape, variance, length, noise }: ProcessOptions,
    kernels: VectorKernels,
  ) {
    const count = points.length;
    assert(count >= 1 && values.length === count, 'a process is seen at points with values');
    assert(variance > 0 && length > 0 && noise >= 0, 'variance and length are above 0');
    assert(kernels.memory.length >= memoryFor(count), 'the memory holds the factor');
    this.#kernels = kernels;
    this.#points = points;
    this.#covariance = covarianceOf(shape, variance, length);
    this.#variance = variance;
    this.#count = count;
    this.#weights = count * count;
    this.#cross = this.#weights + count;
    this.#solved = this.#cross + count;
    this.logLikelihood = this.#factorise(noise) ? this.#weigh(values) : Number.NEGATIVE_INFINITY;
  }

  /** Sets `mean` and `deviation` to what is known of the function at a point. */
  predict(point: Float64Array): void {
    assert(this.logLikelihood !== Number.NEGATIVE_INFINITY, 'the process could be fitted');
    const { memory, dot } = this.#kernels;
    for (let at = 0; at < this.#count; at += 1) {
      memory[this.#cross + at] = this.#covariance(
        distance(this.#points[at] as Float64Array, point),
      );
    }
    this.mean = dot(this.#cross, this.#weights, this.#count);
    this.#solveForward(this.#cross);
    const explained = dot(this.#solved, this.#solved, this.#count);
    this.deviation = Math.sqrt(Math.max(0, this.#variance - explained));
  }

  /** K + noise = L Lᵀ, row by row. @returns false when it is not positive definite */
  #factorise(noise: number): boolean {
    const { memory, dot } = this.#kernels;
    const count = this.#count;
    for (let row = 0; row < count; row += 1) {
      const rowAt = this.#factor + row * count;
      for (let column = 0; column <= row; column += 1) {
        const columnAt = this.#factor + column * count;
        const [here, there] = [this.#points[row], this.#points[column]];
        const covariance = this.#covariance(distance(here as Float64Array, there as Float64Array));
        const left = covariance - dot(rowAt, columnAt, column);
        if (column < row) {
          memory[rowAt + column] = left / (memory[columnAt + column] as number);
        } else if (left + noise > 0) {
          memory[rowAt + row] = Math.sqrt(left + noise);
        } else {
          return false;
        }
      }
    }
    return true;
  }

  /** α = L⁻ᵀ L⁻¹ y. @returns the log marginal likelihood */
  #weigh(values: Float64Array): number {
    const { memory, dot } = this.#kernels;
    const count = this.#count;
    memory.set(values, this.#cross);
    this.#solveForward(this.#cross);
    let logDeterminant = 0;
    for (let row = count - 1; row >= 0; row -= 1) {
      let left = memory[this.#solved + row] as number;
      for (let below = row + 1; below < count; below += 1) {
        const factor = memory[this.#factor + below * count + row] as number;
        left -= factor * (memory[this.#weights + below] as number);
      }
      const diagonal = memory[this.#factor + row * count + row] as number;
      memory[this.#weights + row] = left / diagonal;
      logDeterminant += Math.log(diagonal);
    }
    const fit = dot(this.#cross, this.#weights, count);
    return -0.5 * fit - logDeterminant - (count / 2) * Math.log(2 * Math.PI);
  }

  /** Solves L v = b, where b lies at a place; v comes to lie at `#solved`. */
  #solveForward(from: number): void {
    const { memory, dot } = this.#kernels;
    for (let row = 0; row < this.#count; row += 1) {
      const rowAt = this.#factor + row * this.#count;
      const left = (memory[from + row] as number) - dot(rowAt, this.#solved, row);
      memory[this.#solved + row] = left / (memory[rowAt + row] as number);
    }
  }
}

/** Doubles that a process of so many points takes. */
export function memoryFor(points: number): number {
  return points * points + 3 * points;
}

/** Euclidean. */
function distance(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < left.length; at += 1) {
    const way = (left[at] as number) - (right[at] as number);
    sum += way * way;
  }
  return Math.sqrt(sum);
}
