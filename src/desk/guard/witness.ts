import type { Result } from '../../core/result.ts';

/**
 * The guard as a witness of the audit log: it keeps the heads that it has seen outside the data
 * directory, so a directory that was rolled back or forked is found out.
 */
export interface Witness {
  /**
   * Has a checkpoint cosigned (C2SP cosignature/v1). A witness that has seen a head of this log
   * wants the proof that leads from that very head to this one. Which size that is, it says when it
   * refuses (`stale-proof`): a caller that does not know begins with no proof from 0, and repeats.
   *
   * @param checkpoint the signed note
   * @param proof hashes of the consistency proof
   * @param fromSize size of the tree that the proof begins at
   * @returns the same note with the cosignature added; within `WITNESS_MS_MAX`
   */
  cosign(
    checkpoint: string,
    proof: readonly Uint8Array[],
    fromSize: number,
  ): Promise<Result<string, WitnessFault>>;
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
