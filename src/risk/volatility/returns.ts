import { err, ok, type Result } from '../../core/result.ts';

/** A fit of five parameters on less says nothing. */
export const OBSERVATIONS_MIN = 100;
/** Twenty years of hours; a fit takes time in proportion. */
export const OBSERVATIONS_MAX = 200_000;
/**
 * Two returns that hold more of the sum of squares than this are a price that was wrong, there and
 * back, and not a tail: of 1,000 returns they would be 70 standard deviations of the rest.
 */
export const DOMINANT_SHARE_MAX = 0.9;
/** A series that varies by less than this share of its mean is rounding. */
const SPREAD_SHARE_MIN = 1e-12;

export type ReturnsFault =
  | { readonly kind: 'too-short'; readonly found: number; readonly wanted: number }
  | { readonly kind: 'too-long'; readonly found: number; readonly wanted: number }
  | { readonly kind: 'not-finite'; readonly at: number; readonly found: number }
  | { readonly kind: 'no-variance'; readonly found: number }
  /** The return at `at` and one more hold this share of the sum of squares. */
  | { readonly kind: 'dominant-return'; readonly at: number; readonly share: number };

/** Mean and root mean square around it of returns that a model can be fitted to. */
export interface Scale {
  readonly centre: number;
  /** Above 0. */
  readonly spread: number;
}

/** @param around 0 where the mean is known to be; null takes that of the series */
export function scaleOf(
  returns: ArrayLike<number>,
  around: number | null = null,
): Result<Scale, ReturnsFault> {
  const count = returns.length;
  if (count < OBSERVATIONS_MIN)
    return err({ kind: 'too-short', found: count, wanted: OBSERVATIONS_MIN });
  if (count > OBSERVATIONS_MAX)
    return err({ kind: 'too-long', found: count, wanted: OBSERVATIONS_MAX });
  let sum = 0;
  let largest = 0;
  for (let at = 0; at < count; at += 1) {
    const value = returns[at] as number;
    if (!Number.isFinite(value)) return err({ kind: 'not-finite', at, found: value });
    sum += value / count;
    largest = Math.max(largest, Math.abs(value));
  }
  const centre = around ?? sum;
  // In units of the largest, so that no square overflows.
  let squares = 0;
  let first = 0;
  let second = 0;
  let firstAt = 0;
  for (let at = 0; at < count; at += 1) {
    const square = (((returns[at] as number) - centre) / largest) ** 2;
    squares += square;
    if (square > first) [first, second, firstAt] = [square, first, at];
    else if (square > second) second = square;
  }
  const spread = largest * Math.sqrt(squares / count);
  if (!(spread > SPREAD_SHARE_MIN * largest)) return err({ kind: 'no-variance', found: spread });
  // The variance of the returns, and not only they, has to be a number that can be computed with.
  if (!Number.isFinite(spread ** 2) || spread ** 2 < Number.MIN_VALUE / Number.EPSILON) {
    return err({ kind: 'not-finite', at: firstAt, found: returns[firstAt] as number });
  }
  const share = (first + second) / squares;
  if (share > DOMINANT_SHARE_MAX) return err({ kind: 'dominant-return', at: firstAt, share });
  return ok({ centre, spread });
}
