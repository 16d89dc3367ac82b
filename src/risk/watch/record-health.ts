import type { LimitsOf } from '../controls/control.ts';
import { auditHealth } from '../controls/process.ts';

/** What is measured of a record that still works. */
export interface RecordFigures {
  /** What the journal takes and may take, once it takes more. */
  readonly overBudget: { readonly usedBytes: number; readonly budgetBytes: number } | null;
  /** Age of the oldest event that a power cut could take. */
  readonly unsyncedMs: number;
  /** Events that the store is behind. */
  readonly recordsBehind: number;
  /** Age of the oldest event without a signed checkpoint; 0 where nothing is signed. */
  readonly uncoveredMs: number;
  /** What is free of the disk under the record, 0 … 1; NaN when the system does not say. */
  readonly freeFraction: number;
}

/** Events that the store may be behind: some seconds of a busy desk. */
const BEHIND_MAX = 100_000;

/**
 * C33: why no order may leave on account of the record, in one sentence; empty when one may. What
 * cannot be measured counts as wrong.
 */
export function recordTrouble(
  figures: RecordFigures,
  limits: LimitsOf<typeof auditHealth.limits>,
): string {
  const { overBudget, unsyncedMs, recordsBehind, uncoveredMs, freeFraction } = figures;
  const isHalting = (lagMs: number, free: number): boolean =>
    auditHealth.check({ isBroken: false, lagMs, freeFraction: free }, limits) !== null;
  if (overBudget !== null) {
    const { usedBytes, budgetBytes } = overBudget;
    return `the journal takes ${usedBytes} bytes and may take ${budgetBytes}`;
  }
  if (isHalting(0, freeFraction)) {
    const found = `${(100 * freeFraction).toFixed(1)} % of the disk are free`;
    return `${found}, wanted ${100 * limits.freeFraction} %`;
  }
  if (isHalting(unsyncedMs, 1)) return `events are unsynced for ${Math.round(unsyncedMs)} ms`;
  if (recordsBehind > BEHIND_MAX) return `the store is ${recordsBehind} events behind`;
  if (!isHalting(uncoveredMs, 1)) return '';
  return `events are without a signed checkpoint for ${Math.round(uncoveredMs)} ms`;
}
