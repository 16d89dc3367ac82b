import type { Matrix } from '../../../math/matrix.ts';
import {
  estimatedOf,
  PARAMETERS,
  type VolatilityModel,
  type VolatilityParameters,
} from '../model.ts';
import {
  crossed,
  logLikelihood,
  type ModelLikelihood,
  type Moments,
  SCORES,
  scoresOf,
} from './likelihood.ts';
import { VariancePath } from './recursion.ts';

/** The likelihood of any of the models, by a path of its variances and their derivatives. */
export class PathLikelihood implements ModelLikelihood {
  readonly #path: VariancePath;
  readonly #slopes = new Float64Array(SCORES);
  /** Places of the parameters that are estimated: scores of the others do not count. */
  readonly #places: readonly number[];

  /** @param rounding of `egarch`, as `VariancePath` has it */
  constructor(model: VolatilityModel, returns: Float64Array, rounding: number) {
    this.#path = new VariancePath(model, returns, rounding);
    this.#places = estimatedOf(model).map((name) => PARAMETERS.indexOf(name));
  }

  value(parameters: VolatilityParameters, gradient: Float64Array): number {
    return logLikelihood(this.#path, parameters, gradient);
  }

  curvature(parameters: VolatilityParameters): Matrix {
    logLikelihood(this.#path, parameters, this.#slopes);
    return crossed(scoresOf(this.#path, parameters, this.#places), this.#places, SCORES);
  }

  moments(parameters: VolatilityParameters): Moments {
    return { scores: this.curvature(parameters), information: null };
  }

  variances(parameters: VolatilityParameters): Float64Array {
    this.#path.fill(parameters);
    return this.#path.variances;
  }
}
