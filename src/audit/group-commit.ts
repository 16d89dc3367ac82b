import { assert } from '../core/result.ts';
import type { Nanos } from '../core/units.ts';

/** When what is staged must be committed: the first bound that is reached decides. */
export interface CommitBounds {
  readonly delayMs: number;
  readonly entries: number;
}

/** An entry is covered by a signed checkpoint within this, plus what the disk takes. */
export const DEFAULT_COMMIT_BOUNDS: CommitBounds = { delayMs: 5, entries: 256 };
/** An older backlog closes the gate: control C33. */
export const BACKLOG_MS_MAX = 1_000;

export interface Staged {
  readonly entries: number;
  /** When the oldest of them was staged, by the monotonic clock; of no meaning without entries. */
  readonly sinceNs: Nanos;
  /** A trip, a mode change, an override or a reset is among them: these wait for nothing. */
  readonly isUrgent: boolean;
}

export const NOTHING_STAGED: Staged = { entries: 0, sinceNs: 0 as Nanos, isUrgent: false };

/** One more entry. */
export function staged(before: Staged, isUrgent: boolean, nowNs: Nanos): Staged {
  return {
    entries: before.entries + 1,
    sinceNs: before.entries === 0 ? nowNs : before.sinceNs,
    isUrgent: before.isUrgent || isUrgent,
  };
}

/**
 * How long the next commit may still wait.
 *
 * @returns milliseconds; 0 = commit now; null = there is nothing to commit
 */
export function commitDelayMs(bounds: CommitBounds, what: Staged, nowNs: Nanos): number | null {
  assert(bounds.delayMs >= 0 && bounds.entries >= 1, 'bounds of a commit are not negative');
  if (what.entries === 0) return null;
  if (what.isUrgent || what.entries >= bounds.entries) return 0;
  return Math.max(0, bounds.delayMs - ageMs(what, nowNs));
}

/** Whether an order may be admitted: its entry would be covered soon. */
export function isBacklogTolerable(what: Staged, nowNs: Nanos): boolean {
  return what.entries === 0 || ageMs(what, nowNs) < BACKLOG_MS_MAX;
}

function ageMs({ sinceNs }: Staged, nowNs: Nanos): number {
  return (nowNs - sinceNs) / 1e6;
}
