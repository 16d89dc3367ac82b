import type { AuditFinding } from '../../audit/check/finding.ts';
import type { VerifiedLog, VerifyOptions } from '../../audit/check/verify-log.ts';
import type { Files } from '../../core/env.ts';
import { ok, type Result } from '../../core/result.ts';
import type { LogFault } from '../log-fault.ts';
import { EntryReader } from './entry-reader.ts';
import { checkJournal, type JournalAgreement } from './journal-check.ts';
import { verifyFolder } from './log-source.ts';

export interface VerifiedDirectory extends VerifiedLog {
  /** Null when there was no journal to compare with. */
  readonly journal: JournalAgreement | null;
}

/**
 * Verifies an audit log, and that the journal beside it still holds what its entries were made of.
 * Somebody may be writing both.
 *
 * @param segments folder of the journal's segments; null to look at the log alone
 * @returns the first thing that is wrong
 */
export function verifyDirectory(
  files: Files,
  { log, segments }: { readonly log: string; readonly segments: string | null },
  options: VerifyOptions,
): Result<VerifiedDirectory, AuditFinding | LogFault> {
  const verified = verifyFolder(files, log, options);
  if (!verified.ok) return verified;
  if (segments === null) return ok({ ...verified.value, journal: null });
  const reader = new EntryReader(files, log, verified.value.checkpoint.size);
  const journal = checkJournal(files, segments, reader);
  return journal.ok ? ok({ ...verified.value, journal: journal.value }) : journal;
}
