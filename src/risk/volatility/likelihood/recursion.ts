import { MEAN_ABSOLUTE_NORMAL, type VolatilityModel, type VolatilityParameters } from '../model.ts';

/** Parameters that a variance depends on: mu, omega, alpha, gamma, beta. */
export const SLOPES = 5;
/** ln h beyond this is no variance any more. */
const LOG_VARIANCE_MAX = 600;

/**
 * Returns and what a model makes of them: shocks e, variances h, and the derivatives of the
 * variances. One is made for a series and filled anew for each set of parameters.
 */
export class VariancePath {
  readonly returns: Float64Array;
  /** e_t = r_t − μ. */
  readonly shocks: Float64Array;
  /** h_t, length n + 1: the last one is the forecast of what comes next. */
  readonly variances: Float64Array;
  /** ∂h_t of a linear recursion, ∂ ln h_t of a logarithmic one: five for each t of the returns. */
  readonly slopes: Float64Array;
  readonly isLogarithmic: boolean;
  /** Derivatives of the likelihood of each return, by its mean directly and by its variance. */
  readonly byMean: Float64Array;
  readonly byVariance: Float64Array;
  readonly #model: Pick<VolatilityModel, 'variance'>;
  readonly #rounding: number;

  /**
   * @param rounding how far |z| of `egarch` is rounded at zero, as √(z² + rounding²): a fit needs
   *   that, for the likelihood has a kink in μ at every return
   */
  constructor(model: Pick<VolatilityModel, 'variance'>, returns: Float64Array, rounding = 0) {
    this.#model = model;
    this.#rounding = rounding;
    this.returns = returns;
    this.shocks = new Float64Array(returns.length);
    this.variances = new Float64Array(returns.length + 1);
    this.slopes = new Float64Array((returns.length + 1) * SLOPES);
    this.byMean = new Float64Array(returns.length);
    this.byVariance = new Float64Array(returns.length);
    this.isLogarithmic = model.variance === 'egarch';
  }

  /**
   * Runs the recursion over the series, O(n). Variances that cannot be are NaN from there on.
   *
   * @see Fiorentini, Calzolari, Panattoni 1996, "Analytic derivatives and the computation of GARCH
   *   estimates": the derivative by μ runs through the start value as well
   */
  fill(parameters: VolatilityParameters): void {
    // One by one: from a destructured list they would be boxed, and the loop take twice as long.
    let sum = 0;
    let squares = 0;
    const { returns, shocks } = this;
    const count = returns.length;
    for (let at = 0; at < count; at += 1) {
      const shock = (returns[at] as number) - parameters.mu;
      shocks[at] = shock;
      sum += shock;
      squares += shock * shock;
    }
    const start = { meanSquare: squares / count, slope: (-2 * sum) / count };
    const { variance } = this.#model;
    if (variance === 'egarch') fillEgarch(this, parameters, start, this.#rounding);
    else fillLinear(this, parameters, start, variance === 'gjr');
  }
}

/** The mean of e² and its derivative by μ. */
interface Start {
  readonly meanSquare: number;
  readonly slope: number;
}

/** `garch` is a `gjr` that knows no fall: its γ moves nothing, and has no slope. */
function fillLinear(
  path: VariancePath,
  parameters: VolatilityParameters,
  start: Start,
  isGjr: boolean,
): void {
  const { shocks, variances, slopes } = path;
  const { omega, alpha, gamma, beta } = parameters;
  let square = start.meanSquare;
  let fall = isGjr ? start.meanSquare / 2 : 0;
  let squareByMu = start.slope;
  let fallByMu = isGjr ? start.slope / 2 : 0;
  let h = start.meanSquare;
  let byMu = start.slope;
  let byOmega = 0;
  let byAlpha = 0;
  let byGamma = 0;
  let byBeta = 0;
  for (let at = 0, cell = 0; at < variances.length; at += 1, cell += SLOPES) {
    byMu = alpha * squareByMu + gamma * fallByMu + beta * byMu;
    byOmega = 1 + beta * byOmega;
    byAlpha = square + beta * byAlpha;
    byGamma = fall + beta * byGamma;
    byBeta = h + beta * byBeta;
    h = omega + alpha * square + gamma * fall + beta * h;
    variances[at] = h;
    slopes[cell] = byMu;
    slopes[cell + 1] = byOmega;
    slopes[cell + 2] = byAlpha;
    slopes[cell + 3] = byGamma;
    slopes[cell + 4] = byBeta;
    if (at === shocks.length) break;
    const shock = shocks[at] as number;
    square = shock * shock;
    squareByMu = -2 * shock;
    const isFall = isGjr && shock < 0;
    fall = isFall ? square : 0;
    fallByMu = isFall ? squareByMu : 0;
  }
}

function fillEgarch(
  path: VariancePath,
  parameters: VolatilityParameters,
  start: Start,
  rounding: number,
): void {
  const { shocks, variances, slopes } = path;
  const { omega, alpha, gamma, beta } = parameters;
  let log = Math.log(start.meanSquare);
  let size = MEAN_ABSOLUTE_NORMAL;
  let z = 0;
  let own = 0;
  let feedback = beta;
  let byMu = start.slope / start.meanSquare;
  let byOmega = 0;
  let byAlpha = 0;
  let byGamma = 0;
  let byBeta = 0;
  for (let at = 0, cell = 0; at < variances.length; at += 1, cell += SLOPES) {
    byMu = own + feedback * byMu;
    byOmega = 1 + feedback * byOmega;
    byAlpha = size - MEAN_ABSOLUTE_NORMAL + feedback * byAlpha;
    byGamma = z + feedback * byGamma;
    byBeta = log + feedback * byBeta;
    log = omega + alpha * (size - MEAN_ABSOLUTE_NORMAL) + gamma * z + beta * log;
    // One exponential serves both: what follows waits for it.
    const inverse = Math.abs(log) < LOG_VARIANCE_MAX ? Math.exp(-0.5 * log) : Number.NaN;
    variances[at] = 1 / (inverse * inverse);
    slopes[cell] = byMu;
    slopes[cell + 1] = byOmega;
    slopes[cell + 2] = byAlpha;
    slopes[cell + 3] = byGamma;
    slopes[cell + 4] = byBeta;
    if (at === shocks.length) break;
    z = (shocks[at] as number) * inverse;
    size = rounding === 0 ? Math.abs(z) : Math.sqrt(z * z + rounding * rounding);
    // z = e h^−½ moves with μ at once, and with every parameter through h.
    const bend = size === 0 ? gamma : gamma + (alpha * z) / size;
    own = -bend * inverse;
    feedback = beta - 0.5 * bend * z;
  }
}
