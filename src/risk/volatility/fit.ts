import { assert, err, ok, type Result } from '../../core/result.ts';
import { cholesky, choleskySolve } from '../../math/linear/cholesky.ts';
import { type Minimum, minimise } from '../../math/optimise/bounded-bfgs.ts';
import { Coordinates, NU_MIN } from './coordinates.ts';
import { GarchLikelihood } from './likelihood/garch-likelihood.ts';
import { type ModelLikelihood, SCORES } from './likelihood/likelihood.ts';
import { PathLikelihood } from './likelihood/path-likelihood.ts';
import {
  longRunVariance,
  type ParameterName,
  persistenceOf,
  type VolatilityModel,
  type VolatilityParameters,
} from './model.ts';
import { type ReturnsFault, type Scale, scaleOf } from './returns.ts';
import { between, type StandardErrors, standardErrors } from './standard-errors.ts';

/** Largest derivative of the log likelihood, of scaled returns, at which a fit is one. */
export const GRADIENT_MAX = 1e-4;
/** Newton steps that take the last digits; each doubles how many are right. */
const NEWTON_STEPS_MAX = 6;
/** Gain in log likelihood that another Newton step is not worth. */
const NEWTON_GAIN_MIN = 1e-18;
/**
 * Differences of gradients are taken over this share of a standard error: short enough for one
 * side, and a thousand times longer than rounding.
 */
const DIFFERENCE_SHARE = 1e-5;
/** Added to the guess of the curvature, which may be singular at a start. */
const RIDGE_SHARE = 1e-6;
/**
 * |z| of `egarch` is rounded so far at zero while a fit is searched: some returns in a hundred are
 * that near, so that no single one makes a kink. Of DEM/GBP μ and ω move by 6e-5.
 */
const ROUNDING = 0.005;
/**
 * Log likelihood below which the search leaves the rest to Newton, a third of a thousandth of a
 * standard error away; where Newton goes astray, the search goes to its own end.
 */
const PROMISES = [1e-7, 0] as const;
/** Persistence and answer to shocks from which the search begins, until one leads to a top. */
const STARTS = [
  { persistence: 0.95, share: 0.12 },
  { persistence: 0.95, share: 0.05 },
  { persistence: 0.8, share: 0.1 },
  { persistence: 0.99, share: 0.03 },
] as const;
const NU_START = 6;

export interface VolatilityFit {
  readonly model: VolatilityModel;
  readonly parameters: VolatilityParameters;
  readonly logLikelihood: number;
  readonly observations: number;
  readonly errors: StandardErrors;
  /** What is left of a shock a period later; at 1 and above the forecasts grow for ever. */
  readonly persistence: number;
  readonly isStationary: boolean;
  /** Null where there is none. */
  readonly longRunVariance: number | null;
  /** Parameters that ended on a bound of what is searched: they have no standard error. */
  readonly held: readonly ParameterName[];
  readonly gradientMax: number;
  readonly iterations: number;
  readonly evaluations: number;
  /** h_t of the returns, and last the forecast of what comes next: n + 1. */
  readonly variances: Float64Array;
}

export type FitFault =
  | ReturnsFault
  | { readonly kind: 'bad-nu'; readonly found: number; readonly min: number }
  | {
      readonly kind: 'no-convergence';
      readonly iterations: number;
      readonly gradientMax: number;
      readonly gradientLimit: number;
    }
  /** The likelihood has no single top: variance that does not change leaves β open, for one. */
  | { readonly kind: 'not-identified'; readonly parameters: VolatilityParameters };

/**
 * Fits a model of the variance by maximum likelihood, with analytic gradients: BFGS from a few
 * starts until one leads to a top, with the information or the outer product of the scores as first
 * curvature, then Newton for the last digits. A parameter vector is only returned where the
 * gradient is zero and the Hessian positive definite for −log likelihood.
 *
 * @param returns oldest first, in any unit; at least 100
 */
export function fitVolatility(
  returns: ArrayLike<number>,
  model: VolatilityModel,
): Result<VolatilityFit, FitFault> {
  const { innovations } = model;
  if (innovations.kind === 't' && innovations.nu !== null && !(innovations.nu >= NU_MIN)) {
    return err({ kind: 'bad-nu', found: innovations.nu, min: NU_MIN });
  }
  const scale = scaleOf(returns, model.mean === 'zero' ? 0 : null);
  if (!scale.ok) return scale;
  return new Fit(returns, model, scale.value).run();
}

class Fit {
  readonly #model: VolatilityModel;
  readonly #scale: Scale;
  readonly #coordinates: Coordinates;
  readonly #returns: Float64Array;
  readonly #likelihood: ModelLikelihood;
  readonly #slopes = new Float64Array(SCORES);
  #evaluations = 0;

  constructor(returns: ArrayLike<number>, model: VolatilityModel, scale: Scale) {
    const { centre, spread } = scale;
    this.#model = model;
    this.#scale = scale;
    this.#coordinates = new Coordinates(model, scale);
    const scaled = new Float64Array(returns.length);
    for (let at = 0; at < scaled.length; at += 1) {
      scaled[at] = ((returns[at] as number) - centre) / spread;
    }
    this.#returns = scaled;
    this.#likelihood = likelihoodOf(model, scaled, ROUNDING);
  }

  run(): Result<VolatilityFit, FitFault> {
    let fault: FitFault | null = null;
    for (const { persistence, share } of STARTS) {
      const start = this.#coordinates.point(startOf(this.#model, persistence, share));
      for (const promiseMin of PROMISES) {
        const found = this.#climb(start, promiseMin);
        if (found.ok) return found;
        fault ??= found.error;
      }
    }
    assert(fault !== null, 'there is a start');
    return err(fault);
  }

  /** −log likelihood of the scaled returns. */
  readonly #evaluate = (point: Float64Array, gradient: Float64Array): number => {
    this.#evaluations += 1;
    const parameters = this.#coordinates.parameters(point);
    const value = this.#likelihood.value(parameters, this.#slopes);
    this.#coordinates.descend(this.#slopes, parameters, gradient);
    return -value;
  };

  #climb(start: Float64Array, promiseMin: number): Result<VolatilityFit, FitFault> {
    const { lower, upper } = this.#coordinates;
    const curvature = this.#guess(start);
    const size = start.length;
    for (let at = 0; at < size; at += 1) {
      const cell = at * size + at;
      curvature[cell] = (curvature[cell] as number) * (1 + RIDGE_SHARE) + Number.MIN_VALUE;
    }
    const widths = Float64Array.from(
      start,
      (_, at) => 1 / Math.sqrt(curvature[at * size + at] as number),
    );
    const found = minimise({
      evaluate: this.#evaluate,
      start,
      lower,
      upper,
      curvature,
      promiseMin,
    });
    if (!found.ok) {
      const fault = found.error;
      assert(fault.kind === 'no-convergence', 'a start has a likelihood');
      const { iterations, gradientMax } = fault;
      return err({ kind: 'no-convergence', iterations, gradientMax, gradientLimit: GRADIENT_MAX });
    }
    return this.#polish(found.value, widths);
  }

  /** Newton with the Hessian at what was found, which is then the Hessian of the fit. */
  #polish(
    { x, value: found, gradient, held, iterations }: Minimum,
    widths: Float64Array,
  ): Result<VolatilityFit, FitFault> {
    const free = held.flatMap((isHeld, at) => (isHeld ? [] : [at]));
    const size = free.length;
    const hessian = this.#hessian(x, gradient, free, widths);
    const factor = cholesky({ rows: size, columns: size, cells: hessian });
    if (!factor.ok) {
      const parameters = this.#coordinates.unscaled(this.#coordinates.parameters(x));
      return err({ kind: 'not-identified', parameters });
    }
    let value = found;
    for (let round = 0; round < NEWTON_STEPS_MAX; round += 1) {
      const slope = free.map((at) => gradient[at] as number);
      const step = choleskySolve(factor.value, slope);
      const gain = step.reduce((sum, by, row) => sum + by * (slope[row] as number), 0);
      if (gain < NEWTON_GAIN_MIN || !this.#isWithin(x, free, step)) break;
      free.forEach((at, row) => {
        x[at] = (x[at] as number) - (step[row] as number);
      });
      value = this.#evaluate(x, gradient);
    }
    let gradientMax = 0;
    for (const at of free) gradientMax = Math.max(gradientMax, Math.abs(gradient[at] as number));
    if (!(gradientMax < GRADIENT_MAX)) {
      return err({ kind: 'no-convergence', iterations, gradientMax, gradientLimit: GRADIENT_MAX });
    }
    return ok(this.#fit({ x, value, held, hessian, gradientMax, iterations }));
  }

  #isWithin(x: Float64Array, free: readonly number[], step: Float64Array): boolean {
    const { lower, upper } = this.#coordinates;
    return free.every((at, row) => {
      const next = (x[at] as number) - (step[row] as number);
      return next >= (lower[at] as number) && next <= (upper[at] as number);
    });
  }

  /** Second derivatives of −log likelihood by differences of the analytic gradient. */
  #hessian(
    x: Float64Array,
    gradient: Float64Array,
    free: readonly number[],
    widths: Float64Array,
  ): Float64Array {
    const size = free.length;
    const point = Float64Array.from(x);
    const moved = new Float64Array(x.length);
    const hessian = new Float64Array(size * size);
    free.forEach((at, row) => {
      const from = x[at] as number;
      const to = from + DIFFERENCE_SHARE * (widths[at] as number);
      point[at] = to;
      this.#evaluate(point, moved);
      point[at] = from;
      free.forEach((other, column) => {
        hessian[row * size + column] =
          ((moved[other] as number) - (gradient[other] as number)) / (to - from);
      });
    });
    for (let row = 0; row < size; row += 1) {
      for (let column = 0; column < row; column += 1) {
        const [one, other] = [row * size + column, column * size + row];
        hessian[one] = ((hessian[one] as number) + (hessian[other] as number)) / 2;
        hessian[other] = hessian[one] as number;
      }
    }
    return hessian;
  }

  /** Of the second derivatives by the numbers that are searched. */
  #guess(point: Float64Array): Float64Array {
    this.#evaluations += 1;
    const parameters = this.#coordinates.parameters(point);
    const guess = this.#likelihood.curvature(parameters);
    return between(guess, this.#coordinates.slopes(parameters, [])).cells;
  }

  #fit(found: {
    readonly x: Float64Array;
    readonly value: number;
    readonly held: readonly boolean[];
    readonly hessian: Float64Array;
    readonly gradientMax: number;
    readonly iterations: number;
  }): VolatilityFit {
    const { x, value, held, hessian, gradientMax, iterations } = found;
    const [model, coordinates, returns] = [this.#model, this.#coordinates, this.#returns];
    const scaled = coordinates.parameters(x);
    const moments = this.#likelihood.moments(scaled);
    let exact = this.#likelihood;
    let logLikelihood = -value;
    if (model.variance === 'egarch') {
      exact = new PathLikelihood(model, returns, 0);
      logLikelihood = exact.value(scaled, this.#slopes);
    }
    const parameters = coordinates.unscaled(scaled);
    const persistence = persistenceOf(model, parameters);
    const { spread } = this.#scale;
    const observations = returns.length;
    const slopes = coordinates.slopes(scaled, held);
    return {
      model,
      parameters,
      logLikelihood: logLikelihood - observations * Math.log(spread),
      observations,
      errors: standardErrors({
        ...moments,
        names: coordinates.names,
        hessian,
        slopes,
        unscaling: coordinates.unscaling(),
      }),
      persistence,
      isStationary: persistence < 1,
      longRunVariance: longRunVariance(model, parameters),
      held: coordinates.names.filter((_, at) => held[at]),
      gradientMax,
      iterations,
      evaluations: this.#evaluations,
      variances: times(exact.variances(scaled), spread ** 2),
    };
  }
}

function likelihoodOf(
  model: VolatilityModel,
  returns: Float64Array,
  rounding: number,
): ModelLikelihood {
  const isPlain = model.variance === 'garch' && model.innovations.kind === 'normal';
  return isPlain ? new GarchLikelihood(returns) : new PathLikelihood(model, returns, rounding);
}

function startOf(
  { variance, innovations }: VolatilityModel,
  persistence: number,
  share: number,
): VolatilityParameters {
  const nu = innovations.kind === 't' ? (innovations.nu ?? NU_START) : null;
  if (variance === 'egarch') {
    return { mu: 0, omega: 0, alpha: 2 * share, gamma: 0, beta: persistence, nu };
  }
  return { mu: 0, omega: 1 - persistence, alpha: share, gamma: 0, beta: persistence - share, nu };
}

function times(values: Float64Array, by: number): Float64Array {
  for (let at = 0; at < values.length; at += 1) values[at] = (values[at] as number) * by;
  return values;
}
