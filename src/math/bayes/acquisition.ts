import { normalCdf, normalPdf } from '../normal.ts';

export interface Prospect {
  /** What is believed of the value at a point, and how unsure that is (0 or more). */
  readonly mean: number;
  readonly deviation: number;
  /** The best value so far. */
  readonly best: number;
  /** By how much a point must be better to count, 0 or more. */
  readonly margin: number;
}

/**
 * How much better than the best a point is expected to be, where worse counts as 0:
 * (μ − f* − ξ) Φ(z) + σ φ(z) with z = (μ − f* − ξ) / σ.
 *
 * @see Jones, Schonlau, Welch 1998, "Efficient global optimization of expensive functions"
 */
export function expectedImprovement({ mean, deviation, best, margin }: Prospect): number {
  const better = mean - best - margin;
  if (deviation === 0) return Math.max(0, better);
  const z = better / deviation;
  return better * normalCdf(z) + deviation * normalPdf(z);
}

/** How likely a point is to be better than the best by the margin, 0 … 1. */
export function probabilityOfImprovement({ mean, deviation, best, margin }: Prospect): number {
  const better = mean - best - margin;
  if (deviation === 0) return better > 0 ? 1 : 0;
  return normalCdf(better / deviation);
}
