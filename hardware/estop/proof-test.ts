import type { Millis } from '../../src/core/units.ts';

const DAY_MS = 86_400_000;
export const PROOF_DUE_DAYS = 30;
export const PROOF_BARRED_DAYS = 37;
const SELF_TEST_US = 86_400_000_000;

/** `overdue` warns; with `barred` the desk may not enter full-auto. */
export type ProofState = 'in-date' | 'overdue' | 'barred';

/**
 * Whether a person has pressed the button of late and seen the desk stop. This counts days, so it
 * uses the wall clock; a test that was never made, or lies in the future because the clock was set
 * back, counts as none.
 *
 * @param lastMs the last proof test that was passed, null when there was none
 */
export function proofState(lastMs: Millis | null, nowMs: Millis): ProofState {
  if (lastMs === null || !(nowMs >= lastMs)) return 'barred';
  const days = (nowMs - lastMs) / DAY_MS;
  if (days >= PROOF_BARRED_DAYS) return 'barred';
  return days >= PROOF_DUE_DAYS ? 'overdue' : 'in-date';
}

/**
 * Whether the self-test has to run: at the start and every 24 h.
 *
 * @param lastUs when it last passed in this run, microseconds of the monotonic clock
 */
export function isSelfTestDue(lastUs: number | null, atUs: number): boolean {
  return lastUs === null || atUs - lastUs >= SELF_TEST_US;
}
