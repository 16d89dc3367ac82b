import { assert } from '../../core/result.ts';
import type { Rng } from '../../core/rng.ts';
import { type VectorKernels, vectorKernels } from '../kernels/vector-kernels.ts';
import { expectedImprovement, type Prospect, probabilityOfImprovement } from './acquisition.ts';
import { GaussianProcess, memoryFor } from './gaussian-process.ts';

/** Beyond this a fit of the process costs more than most functions. */
export const EVALUATIONS_MAX = 500;
export const DIMENSIONS_MAX = 16;
/** Length scales that are tried, as shares of the side of the cube. */
const LENGTHS = [0.1, 0.2, 0.4, 0.8, 1.6];
/** Of values with variance 1: the functions are seeded, so it only keeps the fit sound. */
const NOISE = 1e-4;
const MARGIN = 0.01;
/** Points that are weighed for each evaluation: anywhere, and around the best one. */
const CANDIDATES = 400;
const NEARBY = 100;
/** Deviation of a nearby point, as a share of the side of the cube. */
const NEARBY_STEP = 0.05;

export interface OptimiserOptions {
  /** 1 … DIMENSIONS_MAX. */
  readonly dimensions: number;
  /** How often the function may be asked, 2 … EVALUATIONS_MAX. */
  readonly evaluations: number;
  readonly random: Rng;
}

export interface Evaluation {
  /** In the unit cube. */
  readonly point: Float64Array;
  readonly value: number;
}

/** A point to ask about, and how likely it is to be the best; 1 while nothing is known. */
export interface Proposal {
  readonly point: Float64Array;
  readonly chance: number;
}

/**
 * Looks for the largest value of an expensive function over the unit cube: a Latin hypercube first,
 * then always the point of the largest expected improvement under a Gaussian process (Matérn 5/2)
 * whose length scale is the likeliest of a few. Whoever uses it asks `next`, evaluates, and tells.
 * The same seed and the same answers lead the same way on every machine.
 *
 * @see Jones, Schonlau, Welch 1998; Snoek, Larochelle, Adams 2012 for the Matérn 5/2
 */
export class BayesianOptimiser {
  readonly #options: OptimiserOptions;
  readonly #kernels: VectorKernels;
  readonly #design: readonly Float64Array[];
  readonly #told: Evaluation[] = [];

  constructor(options: OptimiserOptions) {
    const { dimensions, evaluations, random } = options;
    assert(isWhole(dimensions, 1, DIMENSIONS_MAX), `dimensions are 1 … ${DIMENSIONS_MAX}`);
    assert(isWhole(evaluations, 2, EVALUATIONS_MAX), `evaluations are 2 … ${EVALUATIONS_MAX}`);
    this.#options = options;
    this.#kernels = vectorKernels(memoryFor(evaluations));
    const first = Math.min(evaluations, 2 * dimensions + 2);
    this.#design = latinHypercube(first, dimensions, random);
  }

  /** Evaluations that are left. */
  get left(): number {
    return this.#options.evaluations - this.#told.length;
  }

  /** The largest value so far, the first of equals; null before the first. */
  get best(): Evaluation | null {
    return this.#told.reduce<Evaluation | null>(
      (best, each) => (best === null || each.value > best.value ? each : best),
      null,
    );
  }

  next(): Proposal {
    assert(this.left > 0, 'an evaluation is left');
    const planned = this.#design[this.#told.length];
    return planned === undefined ? this.#search() : { point: planned, chance: 1 };
  }

  /** @param value finite; larger is better */
  tell(point: Float64Array, value: number): void {
    assert(this.left > 0, 'an evaluation was left');
    assert(Number.isFinite(value), 'a value is finite');
    this.#told.push({ point: Float64Array.from(point), value });
  }

  #search(): Proposal {
    const { values, best } = this.#standardised();
    const process = this.#fit(values);
    const { random, dimensions } = this.#options;
    const around = (this.best as Evaluation).point;
    const prospectOf = (point: Float64Array): Prospect => {
      process.predict(point);
      return { mean: process.mean, deviation: process.deviation, best, margin: MARGIN };
    };
    let chosen: Float64Array | null = null;
    let gainMax = Number.NEGATIVE_INFINITY;
    for (let at = 0; at < CANDIDATES + NEARBY; at += 1) {
      const point = Float64Array.from({ length: dimensions }, (_, axis) =>
        at < CANDIDATES
          ? random.next()
          : inside((around[axis] as number) + NEARBY_STEP * random.normal()),
      );
      const gain = expectedImprovement(prospectOf(point));
      if (gain <= gainMax) continue;
      gainMax = gain;
      chosen = point;
    }
    assert(chosen !== null, 'some candidate is the best');
    return { point: chosen, chance: probabilityOfImprovement(prospectOf(chosen)) };
  }

  /** The values with mean 0 and variance 1, or all 0 when they are equal. */
  #standardised(): { readonly values: Float64Array; readonly best: number } {
    const { memory, sum, dot } = this.#kernels;
    const count = this.#told.length;
    memory.set(this.#told.map(({ value }) => value));
    const mean = sum(0, count) / count;
    for (let at = 0; at < count; at += 1) memory[at] = (memory[at] as number) - mean;
    const deviation = Math.sqrt(dot(0, 0, count) / count);
    const values = memory.slice(0, count).map((value) => (deviation > 0 ? value / deviation : 0));
    return { values, best: values.reduce((most, value) => Math.max(most, value), -Infinity) };
  }

  /** The process of the likeliest length; it was fitted last, so the memory is its own. */
  #fit(values: Float64Array): GaussianProcess {
    const points = this.#told.map(({ point }) => point);
    const fit = (length: number): GaussianProcess =>
      new GaussianProcess(
        points,
        values,
        { shape: 'matern52', variance: 1, length, noise: NOISE },
        this.#kernels,
      );
    let likeliest = LENGTHS[0] as number;
    let most = Number.NEGATIVE_INFINITY;
    for (const length of LENGTHS) {
      const { logLikelihood } = fit(length);
      if (logLikelihood <= most) continue;
      most = logLikelihood;
      likeliest = length;
    }
    return fit(likeliest);
  }
}

/**
 * Points of which each has a slice of its own on every axis.
 *
 * @see McKay, Beckman, Conover 1979
 */
function latinHypercube(count: number, dimensions: number, random: Rng): Float64Array[] {
  const points = Array.from({ length: count }, () => new Float64Array(dimensions));
  for (let axis = 0; axis < dimensions; axis += 1) {
    const slices = Array.from({ length: count }, (_, at) => at);
    for (let at = count - 1; at > 0; at -= 1) {
      const other = random.below(at + 1);
      [slices[at], slices[other]] = [slices[other] as number, slices[at] as number];
    }
    points.forEach((point, at) => {
      point[axis] = ((slices[at] as number) + random.next()) / count;
    });
  }
  return points;
}

function inside(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
