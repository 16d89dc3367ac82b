import { assert, err, ok, type Result } from '../../core/result.ts';

/**
 * How the desk stops, after IEC 60204-1 9.2.2. 0: no order leaves any more and what rests is
 * cancelled; the sockets of orders stay open, for the cancels leave by them. 1: positions may be
 * flattened besides, until a deadline, then 0. 2: quoting pauses, hedges and connections stay; it
 * is no emergency stop.
 */
export type StopCategory = 0 | 1 | 2;

export interface Stopping {
  readonly category: StopCategory;
  /** When category 1 becomes 0, in microseconds of the monotonic clock; null in the others. */
  readonly deadlineUs: number | null;
}

/** Longest time that flattening may be given: an hour. */
export const FLATTEN_US_MAX = 3_600_000_000;

/**
 * A stop that begins or is asked for again. While one stands the category only falls (2, 1, 0),
 * and the deadline of category 1 is never put off.
 *
 * @param standing the stop that stands, or null
 * @param flattenUs how long category 1 may flatten, 0 … FLATTEN_US_MAX; 0 means not at all
 */
export function stopping(
  standing: Stopping | null,
  asked: { readonly category: StopCategory; readonly atUs: number; readonly flattenUs: number },
): Stopping {
  const { category, atUs, flattenUs } = asked;
  assert(flattenUs >= 0 && flattenUs <= FLATTEN_US_MAX, 'flattening has a deadline');
  if (standing !== null && standing.category <= category) return standing;
  if (category !== 1) return { category, deadlineUs: null };
  return onStopTime({ category, deadlineUs: atUs + flattenUs }, atUs);
}

/** Category 1 ends in 0 at its deadline, whatever is still open. */
export function onStopTime(standing: Stopping, atUs: number): Stopping {
  const isOver = standing.deadlineUs !== null && atUs >= standing.deadlineUs;
  return isOver ? { category: 0, deadlineUs: null } : standing;
}

/** Category 1 ends in 0 once nothing rests and nothing is held. */
export function onFlat(standing: Stopping): Stopping {
  return standing.category === 1 ? { category: 0, deadlineUs: null } : standing;
}

export interface CategoryFault {
  readonly kind: 'no-emergency-category';
  readonly found: string;
  readonly wanted: '0 or 1';
}

/** What the emergency stop may be configured as: never a mere pause (category 2). */
export function emergencyCategory(configured: unknown): Result<0 | 1, CategoryFault> {
  if (configured === 0 || configured === 1) return ok(configured);
  return err({ kind: 'no-emergency-category', found: String(configured), wanted: '0 or 1' });
}
