/**
 * An exponentially weighted mean when one more value has come. It is the value where nothing is
 * kept, and stays as it is where the value is the mean.
 *
 * @param keep 0 … 1, what the past still counts: λ of RiskMetrics, or `keptAfter` of a half-life
 * @see J.P. Morgan, RiskMetrics technical document 1996, section 5.2
 */
export function fadingMean(before: number, value: number, keep: number): number {
  return value + keep * (before - value);
}

/** What the past still counts after a time: half of it after each half-life, above 0. */
export function keptAfter(time: number, halfLife: number): number {
  return 0.5 ** (time / halfLife);
}

/** How many equally weighted values say as much: (1 + λ)/(1 − λ), 32 at 0.94. */
export function effectiveCount(lambda: number): number {
  return (1 + lambda) / (1 - lambda);
}
