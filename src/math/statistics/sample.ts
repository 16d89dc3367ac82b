import { err, ok, type Result } from '../../core/result.ts';

/** Why nothing can be said about a series of numbers. */
export type SampleFault =
  | { readonly kind: 'too-few'; readonly found: number; readonly wanted: number }
  /** NaN, infinite, or so large that its square is. */
  | { readonly kind: 'not-finite'; readonly at: number; readonly value: number }
  /** All are the same, to working precision. */
  | { readonly kind: 'no-variance'; readonly mean: number };

export interface Moments {
  readonly count: number;
  readonly mean: number;
  /** With n − 1. */
  readonly sd: number;
  /** Population skewness, m₃ / m₂^1.5. */
  readonly skewness: number;
  /** Population excess kurtosis, m₄ / m₂² − 3: 0 for a normal. */
  readonly excessKurtosis: number;
}

/** Beyond this a fourth power is infinite. */
const MAGNITUDE_MAX = 1e75;
/** Spread below this share of the numbers is rounding. */
const SPREAD_MIN = 1e-14;

/** Null when there are enough numbers and all can be worked with. */
export function sampleFault(values: ArrayLike<number>, wanted: number): SampleFault | null {
  if (values.length < wanted) return { kind: 'too-few', found: values.length, wanted };
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] as number;
    // Written so that NaN is refused as well.
    if (!(Math.abs(value) <= MAGNITUDE_MAX)) return { kind: 'not-finite', at, value };
  }
  return null;
}

/** Moments of a series, in two passes. */
export function momentsOf(values: ArrayLike<number>): Result<Moments, SampleFault> {
  const fault = sampleFault(values, 2);
  if (fault !== null) return err(fault);
  const count = values.length;
  const mean = meanOf(values);
  let m2 = 0;
  let m3 = 0;
  let m4 = 0;
  let largest = 0;
  for (let at = 0; at < count; at += 1) {
    const value = values[at] as number;
    const squared = (value - mean) ** 2;
    m2 += squared;
    m3 += squared * (value - mean);
    m4 += squared * squared;
    largest = Math.max(largest, Math.abs(value));
  }
  const variance = m2 / count;
  if (!(Math.sqrt(variance) > SPREAD_MIN * largest && variance * variance > 0)) {
    return err({ kind: 'no-variance', mean });
  }
  return ok({
    count,
    mean,
    sd: Math.sqrt(m2 / (count - 1)),
    skewness: m3 / count / variance ** 1.5,
    excessKurtosis: m4 / count / (variance * variance) - 3,
  });
}

/** The mean, summed with compensation; NaN for none. */
export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  let lost = 0;
  for (let at = 0; at < values.length; at += 1) {
    const part = (values[at] as number) - lost;
    const next = sum + part;
    lost = next - sum - part;
    sum = next;
  }
  return sum / values.length;
}
