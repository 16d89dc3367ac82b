import { assert } from '../../../core/result.ts';

/** A bucket counts as much as so many returns of the size of the whole day. */
const SHRINK_RETURNS = 20;
/** A part of a day is never taken to be calmer or wilder than this. */
const FACTOR_MIN = 0.2;
const FACTOR_MAX = 5;

/** How large returns are at a time of day, against the whole day: one factor a bucket. */
export interface IntradayProfile {
  readonly bucketMs: number;
  /** Of standard deviations; the mean of their squares, weighted by returns, is 1. */
  readonly factors: Float64Array;
}

export const DAY_MS = 86_400_000;

/** Every time of day is like another. */
export function flatProfile(bucketMs: number): IntradayProfile {
  assert(bucketMs > 0 && DAY_MS % bucketMs === 0, 'buckets that fill a day');
  return { bucketMs, factors: new Float64Array(DAY_MS / bucketMs).fill(1) };
}

/**
 * Learns the profile from returns with their times. The size of a bucket is the mean of |r|, which
 * a single jump moves little, drawn towards that of the day by as much as the bucket is thin; so a
 * funding time or an opening is told from chance.
 *
 * @param returns log returns; NaN where one is missing
 * @param endsMs wall clock at the end of each, UTC
 */
export function profileOf(
  returns: ArrayLike<number>,
  endsMs: ArrayLike<number>,
  bucketMs: number,
): IntradayProfile {
  const flat = flatProfile(bucketMs);
  const buckets = flat.factors.length;
  const sums = new Float64Array(buckets);
  const counts = new Float64Array(buckets);
  let [whole, known] = [0, 0];
  for (let at = 0; at < returns.length; at += 1) {
    const size = Math.abs(returns[at] as number);
    if (!Number.isFinite(size)) continue;
    const bucket = bucketOf(flat, endsMs[at] as number);
    sums[bucket] = (sums[bucket] as number) + size;
    counts[bucket] = (counts[bucket] as number) + 1;
    whole += size;
    known += 1;
  }
  if (!(whole > 0)) return flat;
  const mean = whole / known;
  const factors = sums.map((sum, bucket) => {
    const count = counts[bucket] as number;
    const size = (sum + SHRINK_RETURNS * mean) / (count + SHRINK_RETURNS);
    return Math.min(Math.max(size / mean, FACTOR_MIN), FACTOR_MAX);
  });
  let squares = 0;
  factors.forEach((factor, bucket) => {
    squares += ((counts[bucket] as number) * factor ** 2) / known;
  });
  return { bucketMs, factors: factors.map((factor) => factor / Math.sqrt(squares)) };
}

/** The factor of the period that ends at a time; no allocation. */
export function factorAt(profile: IntradayProfile, endMs: number): number {
  return profile.factors[bucketOf(profile, endMs)] as number;
}

/** A period that ends with a bucket belongs to it. */
function bucketOf({ bucketMs }: IntradayProfile, endMs: number): number {
  const ofDay = (((endMs - 1) % DAY_MS) + DAY_MS) % DAY_MS;
  return Math.floor(ofDay / bucketMs);
}
