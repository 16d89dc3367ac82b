import type { Result } from '../core/result.ts';

/** The audit log behind the lane, as whoever watches over it sees it. */
export interface AuditTrail {
  /** Why the log no longer follows the journal, as a sentence; nothing may trade then. */
  readonly fault: string | null;
  /** Why no witness has signed lately, as a sentence; null while one does or none is asked. */
  readonly witnessFault: string | null;
  /**
   * Sequence up to which a signed checkpoint covers the journal.
   *
   * @param near a sequence within 2^31 of the answer
   */
  covered(near: number): number;
  /**
   * Lays a successor of the key aside when the key is as old as it may become.
   *
   * @returns its verifier key, to be journaled; null when there is none to be handed over to
   */
  dueKey(nowMs: number): Result<string | null, string>;
}
