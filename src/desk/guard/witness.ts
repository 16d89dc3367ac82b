import type { Result } from '../../core/result.ts';

/**
 * The guard as a witness of the audit log: it keeps the heads that it has seen outside the data
 * directory, so a directory that was rolled back or forked is found out.
 */
export interface Witness {
  /**
   * Has a checkpoint cosigned (C2SP cosignature/v1). A witness that has seen a head of this log
   * wants the proof that leads from it to this one; which size that is, it says when it refuses
   * (`stale-proof`), so a caller begins with no proof and repeats with the right one.
   *
   * @param checkpoint the signed note
   * @param proof hashes of the consistency proof from the last head that the witness has seen
   * @returns the same note with the cosignature added; within `WITNESS_MS_MAX`
   */
  cosign(checkpoint: string, proof: readonly Uint8Array[]): Promise<Result<string, WitnessFault>>;
}

export type WitnessFault =
  /** No guard was heard, or it did not answer in time. To be tried again later. */
  | { readonly kind: 'no-witness'; readonly detail: string }
  /** The proof does not begin at the head that the witness has seen last, which is this large. */
  | { readonly kind: 'stale-proof'; readonly seenSize: number }
  /**
   * This is not a later state of the log that the witness knows: smaller, of another root, or
   * under another name. Evidence of a rollback or a fork, never to be tried again.
   */
  | { readonly kind: 'inconsistent'; readonly found: string; readonly expected: string }
  /** No checkpoint, or no head could be kept. */
  | { readonly kind: 'refused'; readonly found: string; readonly expected: string };

/** Longest wait for an answer of the witness. */
export const WITNESS_MS_MAX = 2_000;
