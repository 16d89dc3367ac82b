import type { AuditFinding } from '../../audit/check/finding.ts';
import { staleness, type VerifiedLog, type VerifyOptions } from '../../audit/check/verify-log.ts';
import {
  type Checkpoint,
  type CheckpointFault,
  type Cosignature,
  openCheckpoint,
  parseHead,
} from '../../audit/note/checkpoint.ts';
import { NOTE_BYTES_MAX, parseNote } from '../../audit/note/note.ts';
import type { Files } from '../../core/env.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type LogFault, systemFault } from '../log-fault.ts';
import { EntryReader } from './entry-reader.ts';
import { checkJournal, type JournalAgreement } from './journal-check.ts';
import { verifyFolder } from './log-source.ts';
import { readAtMost, WITNESSED } from './tile-files.ts';

export interface VerifiedDirectory extends VerifiedLog {
  /** What witnesses have signed, in the checkpoint or in the head that was kept for them. */
  readonly cosignatures: readonly Cosignature[];
  /** Null when there was no journal to compare with. */
  readonly journal: JournalAgreement | null;
}

/**
 * Verifies an audit log, the head beside it that a witness has signed, and that the journal still
 * holds what the entries were made of. Somebody may be writing all of them.
 *
 * @param segments folder of the journal's segments; null to look at the log alone
 * @returns the first thing that is wrong
 */
export function verifyDirectory(
  files: Files,
  { log, segments }: { readonly log: string; readonly segments: string | null },
  options: VerifyOptions,
): Result<VerifiedDirectory, AuditFinding | LogFault> {
  const witnessed = witnessedHead(files, log);
  if (!witnessed.ok) return witnessed;
  const { bytes, heads } = witnessed.value;
  const verified = verifyFolder(files, log, {
    ...options,
    heads: [...options.heads, ...heads],
    fresh: null,
  });
  if (!verified.ok) return verified;
  const { key, checkpoint } = verified.value;
  const signed = cosignaturesIn(bytes, [options.key, key, ...options.witnesses]);
  if (!signed.ok) return signed;
  const cosignatures = [...checkpoint.cosignatures, ...signed.value];
  const stale = staleness(cosignatures, options.fresh);
  if (stale !== null) return err({ kind: 'audit-finding', ...stale });
  if (segments === null) return ok({ ...verified.value, cosignatures, journal: null });
  const reader = new EntryReader(files, log, checkpoint.size);
  const journal = checkJournal(files, segments, reader);
  return journal.ok ? ok({ ...verified.value, cosignatures, journal: journal.value }) : journal;
}

interface WitnessedHead {
  /** Null when there is none. */
  readonly bytes: Uint8Array | null;
  readonly heads: VerifyOptions['heads'];
}

/** The head that was kept for witnesses: the log must have grown out of it, whoever signed it. */
function witnessedHead(files: Files, log: string): Result<WitnessedHead, AuditFinding | LogFault> {
  try {
    const bytes = readAtMost(files, `${log}/${WITNESSED}`, NOTE_BYTES_MAX + 1);
    if (bytes === null) return ok({ bytes, heads: [] });
    const note = parseNote(bytes);
    const head = note.ok ? parseHead(note.value.text) : note;
    if (!head.ok) return badHead(head.error);
    const { size, root } = head.value;
    return ok({ bytes, heads: [{ size, root, by: `whoever signed ${WITNESSED}` }] });
  } catch (thrown) {
    return err(systemFault(thrown, log, 'reading the witnessed head'));
  }
}

function cosignaturesIn(
  bytes: Uint8Array | null,
  keys: VerifyOptions['witnesses'],
): Result<Checkpoint['cosignatures'], AuditFinding> {
  if (bytes === null) return ok([]);
  const opened = openCheckpoint(bytes, keys);
  return opened.ok ? ok(opened.value.cosignatures) : badHead(opened.error);
}

function badHead({ kind, found, expected }: CheckpointFault): Result<never, AuditFinding> {
  const isForm = kind === 'bad-note' || kind === 'bad-checkpoint';
  const what = isForm ? 'checkpoint' : kind;
  return err({ kind: 'audit-finding', what, index: null, where: WITNESSED, found, expected });
}
