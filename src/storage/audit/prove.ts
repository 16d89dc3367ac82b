import type { AuditFinding } from '../../audit/check/finding.ts';
import { proveInclusion } from '../../audit/check/log-proofs.ts';
import { parseHead } from '../../audit/note/checkpoint.ts';
import { NOTE_BYTES_MAX, parseNote } from '../../audit/note/note.ts';
import { hashText, leafHash } from '../../audit/tree/hash.ts';
import { checkInclusion } from '../../audit/tree/proof-check.ts';
import type { Files } from '../../core/env.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type LogFault, systemFault } from '../log-fault.ts';
import { EntryReader } from './entry-reader.ts';
import { logSource } from './log-source.ts';
import { CHECKPOINT, readAtMost } from './tile-files.ts';

/** Everything that shows somebody else that an event is in the log: it needs no file besides. */
export interface EntryProof {
  /** The signed head that it is proven under. */
  readonly checkpoint: string;
  readonly size: number;
  readonly root: string;
  readonly sequence: number;
  /** Place in the tree. */
  readonly index: number;
  /** The entry as canonical JSON, whose bytes are the leaf. */
  readonly entry: string;
  /** Base64, as are the hashes of the path from the leaf to the root. */
  readonly leafHash: string;
  readonly proof: readonly string[];
}

export type ProveFault =
  | AuditFinding
  | LogFault
  | { readonly kind: 'no-such-entry'; readonly sequence: number; readonly detail: string };

/** Proves that the record of a sequence is in a log; the proof is checked before it is given. */
export function proveSequence(
  files: Files,
  folder: string,
  sequence: number,
): Result<EntryProof, ProveFault> {
  const file = `${folder}/${CHECKPOINT}`;
  try {
    const bytes = readAtMost(files, file, NOTE_BYTES_MAX + 1);
    const note = bytes === null ? null : parseNote(bytes);
    const head = note?.ok === true ? parseHead(note.value.text) : null;
    if (bytes === null || head?.ok !== true) return absent(sequence, `${file} is no checkpoint`);
    const { size, root } = head.value;
    const reader = new EntryReader(files, folder, size);
    const index = reader.indexOf(sequence);
    if (index === null) return absent(sequence, span(reader));
    const entry = reader.at(index);
    if (!entry.ok) return entry;
    const proof = proveInclusion(logSource(files, folder), index, size);
    if (!proof.ok) return proof;
    const leaf = leafHash(entry.value.bytes);
    const checked = checkInclusion({ index, size, leaf, proof: proof.value, root });
    if (!checked.ok) return err(notProven(index, checked.error));
    return ok({
      checkpoint: Buffer.from(bytes).toString('utf8'),
      ...{ size, root: hashText(root), sequence, index },
      entry: Buffer.from(entry.value.bytes).toString('utf8'),
      leafHash: hashText(leaf),
      proof: proof.value.map(hashText),
    });
  } catch (thrown) {
    return err(systemFault(thrown, folder, 'reading the audit log'));
  }
}

function notProven(
  index: number,
  { found, expected }: { readonly found: string; readonly expected: string },
): AuditFinding {
  const where = `tile/entries, entry ${index}`;
  return { kind: 'audit-finding', what: 'entry-changed', index, where, found, expected };
}

function span(reader: EntryReader): string {
  const [first, last] = [reader.at(0), reader.at(reader.size - 1)];
  if (!first.ok || !last.ok) return 'the log has no entries';
  return `the log has the records ${first.value.entry.seq} … ${last.value.entry.seq}`;
}

function absent(sequence: number, detail: string): Result<never, ProveFault> {
  return err({ kind: 'no-such-entry', sequence, detail });
}
