/**
 * A model of the variance of returns r_t = μ + e_t, e_t = √h_t z_t, with z independent, of mean
 * zero and variance one.
 *
 * - `garch` h_t = ω + α e²_{t−1} + β h_{t−1} (Bollerslev 1986)
 * - `gjr` h_t = ω + (α + γ 1{e_{t−1} < 0}) e²_{t−1} + β h_{t−1} (Glosten, Jagannathan, Runkle 1993)
 * - `egarch` ln h_t = ω + α (|z_{t−1}| − √(2/π)) + γ z_{t−1} + β ln h_{t−1} (Nelson 1991); √(2/π)
 *   for t as well, which moves nothing but ω
 *
 * Before the first return e² and h are the mean of e² over the series, and a fall is half of it;
 * for `egarch` ln h is its logarithm and the shocks are zero.
 */
export interface VolatilityModel {
  readonly variance: 'garch' | 'gjr' | 'egarch';
  readonly innovations: Innovations;
  /** `zero` where the mean is known to be: μ = 0 is not estimated. */
  readonly mean: 'constant' | 'zero';
}

/** Student's t is scaled to a variance of one; `nu` null is estimated, else it is above 2. */
export type Innovations =
  | { readonly kind: 'normal' }
  | { readonly kind: 't'; readonly nu: number | null };

export interface VolatilityParameters {
  readonly mu: number;
  /** In units of variance; of `egarch` in log units. */
  readonly omega: number;
  readonly alpha: number;
  /** What a fall adds; 0 for `garch`. */
  readonly gamma: number;
  readonly beta: number;
  /** Degrees of freedom of the t; null for the normal. */
  readonly nu: number | null;
}

/** Names of parameters in the order in which every list of them here is. */
export const PARAMETERS = ['mu', 'omega', 'alpha', 'gamma', 'beta', 'nu'] as const;
export type ParameterName = (typeof PARAMETERS)[number];

/** √(2/π), the mean of |z| for a normal z. */
export const MEAN_ABSOLUTE_NORMAL = Math.sqrt(2 / Math.PI);

/** Which parameters a fit of the model estimates. */
export function estimatedOf({ variance, innovations, mean }: VolatilityModel): ParameterName[] {
  return PARAMETERS.filter((name) => {
    if (name === 'mu') return mean === 'constant';
    if (name === 'gamma') return variance !== 'garch';
    if (name === 'nu') return innovations.kind === 't' && innovations.nu === null;
    return true;
  });
}

/**
 * How much of a shock to the variance is left a period later: α + β, with half of γ for `gjr`, and
 * β for `egarch`. From 1 on the process has no variance in the long run.
 */
export function persistenceOf(
  { variance }: Pick<VolatilityModel, 'variance'>,
  { alpha, gamma, beta }: VolatilityParameters,
): number {
  return variance === 'egarch' ? beta : alpha + gamma / 2 + beta;
}

/**
 * The variance in the long run, ω / (1 − persistence); null where there is none. For `egarch` it is
 * exp(ω / (1 − β)), where ln h settles for normal shocks, which is below the mean of h.
 */
export function longRunVariance(
  model: Pick<VolatilityModel, 'variance'>,
  parameters: VolatilityParameters,
): number | null {
  const persistence = persistenceOf(model, parameters);
  if (!(persistence < 1)) return null;
  const level = parameters.omega / (1 - persistence);
  return model.variance === 'egarch' ? Math.exp(level) : level;
}
