import { type Matrix, put, zeros } from '../../math/matrix.ts';
import {
  estimatedOf,
  PARAMETERS,
  type ParameterName,
  type VolatilityModel,
  type VolatilityParameters,
} from './model.ts';
import type { Scale } from './returns.ts';

/** Tails fatter than this have no variance to speak of. */
export const NU_MIN = 2.05;
/** Thinner ones cannot be told from the normal. */
export const NU_MAX = 500;
const MU_MAX = 10;
const OMEGA_MIN = 1e-9;
const OMEGA_MAX = 10;
const SHOCK_MAX = 5;
/** Below one: at one the start of the series would never be forgotten. */
const BETA_MAX = 0.999_99;

/**
 * The numbers in which a fit is searched: returns are brought to mean zero and variance one, the
 * tail is 1/ν, in which a likelihood is nearly a parabola, and of `gjr` the answers to a rise and
 * to a fall are searched, which are both at least zero. So bounds are a box, and no unit matters.
 */
export class Coordinates {
  readonly names: readonly ParameterName[];
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly #model: VolatilityModel;
  readonly #scale: Scale;

  constructor(model: VolatilityModel, scale: Scale) {
    this.#model = model;
    this.#scale = scale;
    this.names = estimatedOf(model);
    this.lower = Float64Array.from(this.names, (name) => boundsOf(name, model)[0]);
    this.upper = Float64Array.from(this.names, (name) => boundsOf(name, model)[1]);
  }

  /** What the numbers say of the scaled returns. */
  parameters(point: Float64Array): VolatilityParameters {
    const { innovations, variance } = this.#model;
    const numberOf = (name: ParameterName): number | undefined => point[this.names.indexOf(name)];
    const [alpha, gamma] = [numberOf('alpha') as number, numberOf('gamma') ?? 0];
    const tail = numberOf('nu');
    const fixed = innovations.kind === 't' ? innovations.nu : null;
    return {
      mu: numberOf('mu') ?? 0,
      omega: numberOf('omega') as number,
      alpha,
      gamma: variance === 'gjr' ? gamma - alpha : gamma,
      beta: numberOf('beta') as number,
      nu: tail === undefined ? fixed : 1 / tail,
    };
  }

  /** The inverse of `parameters`. */
  point({ mu, omega, alpha, gamma, beta, nu }: VolatilityParameters): Float64Array {
    const down = this.#model.variance === 'gjr' ? alpha + gamma : gamma;
    const all = { mu, omega, alpha, gamma: down, beta, nu: 1 / (nu ?? 1) };
    return Float64Array.from(this.names, (name) => all[name]);
  }

  /** From the gradient by the parameters to that by the numbers, changed of sign. */
  descend(from: Float64Array, { nu }: VolatilityParameters, into: Float64Array): void {
    const isGjr = this.#model.variance === 'gjr';
    for (let at = 0; at < this.names.length; at += 1) {
      const name = this.names[at] as ParameterName;
      const slope = from[PARAMETERS.indexOf(name)] as number;
      if (name === 'nu') into[at] = slope * (nu as number) ** 2;
      else if (name === 'alpha' && isGjr) into[at] = (from[3] as number) - slope;
      else into[at] = -slope;
    }
  }

  /** Derivatives of the six parameters, of scaled returns, by the numbers that are not held. */
  slopes({ nu }: VolatilityParameters, held: readonly boolean[]): Matrix {
    const columns = this.names.filter((_, at) => !held[at]);
    const slopes = zeros(PARAMETERS.length, columns.length);
    columns.forEach((name, column) => {
      put(slopes, PARAMETERS.indexOf(name), column, name === 'nu' ? -((nu as number) ** 2) : 1);
      if (name === 'alpha' && this.#model.variance === 'gjr') put(slopes, 3, column, -1);
    });
    return slopes;
  }

  /** From the parameters of the scaled returns to those of the returns. */
  unscaled(parameters: VolatilityParameters): VolatilityParameters {
    const { centre, spread } = this.#scale;
    const isLog = this.#model.variance === 'egarch';
    const { omega, beta } = parameters;
    return {
      ...parameters,
      mu: centre + spread * parameters.mu,
      omega: isLog ? omega + (1 - beta) * 2 * Math.log(spread) : omega * spread ** 2,
    };
  }

  /** Derivatives of `unscaled`, 6 × 6. */
  unscaling(): Matrix {
    const { spread } = this.#scale;
    const isLog = this.#model.variance === 'egarch';
    const slopes = zeros(PARAMETERS.length, PARAMETERS.length);
    const diagonal = [spread, isLog ? 1 : spread ** 2, 1, 1, 1, 1];
    diagonal.forEach((value, at) => {
      put(slopes, at, at, value);
    });
    if (isLog) put(slopes, 1, 4, -2 * Math.log(spread));
    return slopes;
  }
}

function boundsOf(name: ParameterName, { variance }: VolatilityModel): readonly [number, number] {
  if (name === 'mu') return [-MU_MAX, MU_MAX];
  if (name === 'nu') return [1 / NU_MAX, 1 / NU_MIN];
  if (variance === 'egarch') {
    if (name === 'omega') return [-OMEGA_MAX, OMEGA_MAX];
    return name === 'beta' ? [-BETA_MAX, BETA_MAX] : [-SHOCK_MAX, SHOCK_MAX];
  }
  if (name === 'omega') return [OMEGA_MIN, OMEGA_MAX];
  return name === 'beta' ? [0, BETA_MAX] : [0, SHOCK_MAX];
}
