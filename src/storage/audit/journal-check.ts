import type { AuditFinding, FindingKind } from '../../audit/check/finding.ts';
import type { Files } from '../../core/env.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { LogFault } from '../log-fault.ts';
import { LogTail } from '../record-reader.ts';
import { segmentFirsts } from '../segment-files.ts';
import { RECORD_DIGEST, recordDigest } from './drain/journal-leaves.ts';
import type { EntryReader } from './entry-reader.ts';

/** What a journal and its audit log have in common. */
export interface JournalAgreement {
  /** Sequences of the first and last record that were compared; 0 when there are none. */
  readonly from: number;
  readonly to: number;
  readonly compared: number;
}

const BATCH_RECORDS = 256;

/**
 * Compares every record that the segments of a journal still hold with the entry that was made of
 * it: an entry carries the hash of its record's bytes, so it is enough to hash them again. Records
 * behind the last entry are not looked at: no checkpoint covers them yet.
 *
 * @returns the first record that is missing, damaged or another one
 */
export function checkJournal(
  files: Files,
  segments: string,
  reader: EntryReader,
): Result<JournalAgreement, AuditFinding | LogFault> {
  if (reader.size === 0) return ok({ from: 0, to: 0, compared: 0 });
  const first = reader.at(0);
  if (!first.ok) return first;
  const start = first.value.entry.seq;
  const last = start + reader.size - 1;
  const oldest = segmentFirsts(files, segments)[0];
  if (oldest === undefined) return finding('journal-cut', start, segments, 'no segment', start);
  const from = Math.max(start, oldest);
  const tail = new LogTail(files, segments, from);
  try {
    let next = from;
    while (next <= last) {
      const batch = tail.read(Number.POSITIVE_INFINITY, BATCH_RECORDS);
      if (!batch.ok) {
        const { error } = batch;
        if (error.kind !== 'corrupt') return batch;
        return finding('journal-damaged', next, segments, error.found, start);
      }
      if (batch.value.length === 0) {
        const found = `a journal that ends at record ${next - 1}`;
        return finding('journal-cut', next, segments, found, start);
      }
      for (const { sequence, payload } of batch.value) {
        if (sequence > last) break;
        const fault = difference(reader, sequence - start, payload);
        if (fault !== null) return finding('journal-differs', sequence, segments, fault, start);
        next = sequence + 1;
      }
      if (batch.value.some(({ sequence }) => sequence > last)) break;
    }
    return ok({ from, to: next - 1, compared: next - from });
  } finally {
    tail.close();
  }
}

/** How a record is not the one of an entry; null when it is. */
function difference(reader: EntryReader, index: number, payload: Uint8Array): string | null {
  const read = reader.at(index);
  const signed = read.ok ? read.value.entry.payload[RECORD_DIGEST] : 'no entry';
  const digest = recordDigest(payload);
  return digest === signed ? null : `a record with the SHA-256 ${digest}, not ${String(signed)}`;
}

const EXPECTED = 'the record that the entry of its sequence was made of';

function finding(
  what: FindingKind,
  sequence: number,
  segments: string,
  found: string,
  start: number,
): Result<never, AuditFinding> {
  const where = `${segments}, record ${sequence}`;
  const index = sequence - start;
  return err({ kind: 'audit-finding', what, index, where, found, expected: EXPECTED });
}
