import { err, type Result } from '../../core/result.ts';
import { type Head, parseHead } from '../note/checkpoint.ts';
import { parseNote } from '../note/note.ts';
import { hashText, isSameHash } from '../tree/hash.ts';
import { checkConsistency } from '../tree/proof-check.ts';

export interface WitnessRequest {
  /** The signed note. */
  readonly checkpoint: Uint8Array;
  /** Size of the tree that the proof begins at. */
  readonly fromSize: number;
  readonly proof: readonly Uint8Array[];
}

export type WitnessRefusal =
  /** The proof begins at another head than the last one that was seen, which has this size. */
  | { readonly kind: 'stale-proof'; readonly seenSize: number }
  /** Not a later state of the log that was seen: a rollback, a fork, or another log. */
  | { readonly kind: 'inconsistent'; readonly found: string; readonly expected: string }
  | { readonly kind: 'refused'; readonly found: string; readonly expected: string };

/**
 * Whether a witness may cosign: the log has only grown since the head that it saw last. Whose
 * signature the note has is not asked, since a stolen key must not roll a log back either.
 *
 * @param seen the last head that was seen; null for none, and then any head will do
 * @returns the head to be kept before the cosignature is given away
 * @see C2SP tlog-witness, `add-checkpoint`
 */
export function checkWitnessed(
  seen: Head | null,
  { checkpoint, fromSize, proof }: WitnessRequest,
): Result<Head, WitnessRefusal> {
  const note = parseNote(checkpoint);
  if (!note.ok) return err({ ...note.error, kind: 'refused' });
  const head = parseHead(note.value.text);
  if (!head.ok) return err({ ...head.error, kind: 'refused' });
  const { origin, size, root } = head.value;
  if (seen === null) {
    if (fromSize === 0 && proof.length === 0) return head;
    return err({ kind: 'stale-proof', seenSize: 0 });
  }
  if (origin !== seen.origin) return inconsistent(`a log called ${origin}`, seen.origin);
  if (size < seen.size) return inconsistent(`${size} entries`, `${seen.size} or more`);
  if (size === seen.size) {
    if (isSameHash(root, seen.root)) return head;
    return inconsistent(`root ${hashText(root)} of ${size} entries`, hashText(seen.root));
  }
  if (fromSize !== seen.size) return err({ kind: 'stale-proof', seenSize: seen.size });
  // Every tree has grown out of the empty one.
  if (seen.size === 0) return head;
  const grown = checkConsistency({ older: seen, newer: head.value, proof });
  return grown.ok ? head : inconsistent(grown.error.found, grown.error.expected);
}

function inconsistent(found: string, expected: string) {
  return err<WitnessRefusal>({ kind: 'inconsistent', found, expected });
}
