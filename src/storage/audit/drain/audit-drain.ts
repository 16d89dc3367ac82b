import { findingText } from '../../../audit/check/finding.ts';
import { proveConsistency } from '../../../audit/check/log-proofs.ts';
import {
  commitDelayMs,
  DEFAULT_COMMIT_BOUNDS,
  NOTHING_STAGED,
  type Staged,
  staged,
} from '../../../audit/group-commit.ts';
import { verifierKeyText } from '../../../audit/note/keys.ts';
import type { Clock, Files } from '../../../core/env.ts';
import { assert, err, ok, type Result } from '../../../core/result.ts';
import type { Nanos } from '../../../core/units.ts';
import type { Kek } from '../../../ops/secrets/sealed.ts';
import { decodeRecord, type JournalRecord } from '../../journal/codec.ts';
import type { DrainWords } from '../../journal/drain-words.ts';
import { logFaultText, systemFault } from '../../log-fault.ts';
import { type LogRecord, LogTail } from '../../record-reader.ts';
import {
  type AuditLog,
  type OpenAuditLog,
  openAuditLog,
  STAGED_ENTRIES_MAX,
} from '../audit-log.ts';
import { logSource } from '../log-source.ts';
import { CHECKPOINT, WITNESSED } from '../tile-files.ts';
import type { AuditFault } from './audit-fault.ts';
import { adoptNextKey, readAuditKeys } from './audit-keys.ts';
import { JournalLeaves, RECORD_DIGEST, recordDigest } from './journal-leaves.ts';
import type { HeadProof } from './worker-audit.ts';

export interface AuditDrainOptions {
  readonly files: Files;
  readonly clock: Clock;
  readonly words: DrainWords;
  /** Folder of the journal's segments. */
  readonly segments: string;
  /** Folder of the log. */
  readonly folder: string;
  /** Folder of its keys. */
  readonly keys: string;
  /** Under which the keys are sealed; null when they lie open. */
  readonly kek?: Kek | null;
  /** Name of the log and of its keys. */
  readonly name: string;
  /** Whether a log may be begun behind a journal that has records: there has never been one. */
  readonly mayBegin: boolean;
}

/** Records that are read in one go. */
const BATCH_RECORDS = 256;

/** What opening has found, for the journal of the desk. */
export interface OpenedAudit extends Pick<OpenAuditLog, 'recovered'> {
  readonly drain: AuditDrain;
}

/**
 * Opens the audit log of a journal and puts it behind the last record that it has an entry of. The
 * journal is open, and everything in it is on the medium.
 */
export function openAuditDrain(options: AuditDrainOptions): Result<OpenedAudit, AuditFault> {
  const { files, folder, keys, name, kek, words, segments } = options;
  const kept = readAuditKeys(files, keys, name, kek);
  if (!kept.ok) return err({ kind: 'audit-key', detail: kept.error });
  const { current, next } = kept.value;
  const isGone = !options.mayBegin && words.durable(0) > 0 && !hasCheckpoint(files, folder);
  if (isGone) return err({ kind: 'log-gone', folder });
  const opened = openAuditLog(files, folder, {
    signer: current.signer,
    next: next?.signer ?? null,
  });
  if (!opened.ok) return opened;
  const { log, recovered } = opened.value;
  try {
    // The hand-over had been signed when the program ended, and not been followed up.
    if (next !== null && log.key.id === next.signer.key.id) adoptNextKey(files, keys);
    const audited = log.last?.seq ?? 0;
    const head = words.durable(audited);
    const fault = audited === 0 ? null : misfit(files, segments, log, { audited, head });
    if (fault === null) return ok({ drain: new AuditDrain(options, log), recovered });
    log.close();
    return err(fault);
  } catch (thrown) {
    log.close();
    return err(systemFault(thrown, keys, 'opening the audit log'));
  }
}

/** @throws the system's error */
function hasCheckpoint(files: Files, folder: string): boolean {
  return files.list(folder).includes(CHECKPOINT);
}

/** Why a log cannot be that of this journal. */
function misfit(
  files: Files,
  segments: string,
  { last }: AuditLog,
  { audited, head }: { readonly audited: number; readonly head: number },
): AuditFault | null {
  if (head < audited) return { kind: 'journal-behind', audited, head };
  const tail = new LogTail(files, segments, audited);
  const read = tail.read(head, 1);
  tail.close();
  if (!read.ok) return read.error;
  const digest = read.value
    .filter(({ sequence }) => sequence === audited)
    .map(({ payload }) => recordDigest(payload))[0];
  // The record may have left the segments, whole and drained.
  if (digest === undefined || digest === last?.payload[RECORD_DIGEST]) return null;
  return { kind: 'journal-differs', sequence: audited };
}

/**
 * Follows what the journal has on the medium and makes the audit log of it. One round is a plain
 * function call, so that it runs in a thread of its own or, in virtual time, on the lane. After a
 * fault it does nothing more.
 */
export class AuditDrain {
  readonly #options: AuditDrainOptions;
  readonly #log: AuditLog;
  readonly #leaves: JournalLeaves;
  readonly #tail: LogTail;
  #taken: number;
  #staged: Staged = NOTHING_STAGED;
  #fault: AuditFault | null = null;

  constructor(options: AuditDrainOptions, log: AuditLog) {
    this.#options = options;
    this.#log = log;
    this.#leaves = new JournalLeaves(log);
    this.#taken = log.last?.seq ?? 0;
    this.#tail = new LogTail(options.files, options.segments, this.#taken + 1);
    options.words.auditedTo(this.#taken);
  }

  get log(): AuditLog {
    return this.#log;
  }

  /** Why nothing is taken over any more. */
  get fault(): AuditFault | null {
    return this.#fault;
  }

  /**
   * One round.
   *
   * @param isLast whether everything that is there is to be committed without delay
   * @returns milliseconds until the next round is due; 0 = at once, null = when there is more
   */
  turn(isLast = false): number | null {
    if (this.#fault !== null) return null;
    const { words, clock } = this.#options;
    const durable = words.durable(this.#taken);
    if (!this.#takeUpTo(durable)) return null;
    const delayMs = commitDelayMs(DEFAULT_COMMIT_BOUNDS, this.#staged, clock.mono());
    if (delayMs === null) return null;
    if (delayMs > 0 && !isLast) return delayMs;
    const committed = this.#log.commit();
    if (!committed.ok) return this.#fail(committed.error);
    this.#staged = NOTHING_STAGED;
    words.auditedTo(this.#taken);
    return this.#taken < words.durable(this.#taken) ? 0 : null;
  }

  /**
   * The newest head and the proof that it has grown out of a smaller one; no hashes for the empty
   * log and for one that is not smaller. What cannot be read now may be readable later: it ends
   * nothing, and the error says what it was.
   */
  prove(fromSize: number): Result<HeadProof, string> {
    const { files, folder } = this.#options;
    const { size } = this.#log.head;
    const { checkpoint } = this.#log;
    if (fromSize <= 0 || fromSize >= size) return ok({ checkpoint, size, proof: [] });
    try {
      const proof = proveConsistency(logSource(files, folder), fromSize, size);
      if (!proof.ok) return err(findingText(proof.error));
      return ok({ checkpoint, size, proof: proof.value });
    } catch (thrown) {
      return err(logFaultText(systemFault(thrown, folder, 'proving a head')));
    }
  }

  /** Keeps a head that a witness has signed; a fault of the disk ends the log, like any other. */
  keepWitnessed(checkpoint: string): void {
    const { files, folder } = this.#options;
    const file = `${folder}/${WITNESSED}`;
    try {
      files.replace(file, Buffer.from(checkpoint));
    } catch (thrown) {
      this.#fail(systemFault(thrown, file, 'keeping a cosigned head'));
    }
  }

  /** Gives the files back; what is staged and not committed will be taken over again. */
  close(): void {
    this.#tail.close();
    this.#log.close();
  }

  /** Stages what is on the medium, as much as one commit may hold. */
  #takeUpTo(durable: number): boolean {
    while (this.#taken < durable && this.#log.staged + BATCH_RECORDS <= STAGED_ENTRIES_MAX) {
      const records = this.#tail.read(durable, BATCH_RECORDS);
      if (!records.ok) return this.#fail(records.error) !== null;
      const nowNs = this.#options.clock.mono();
      for (const record of records.value) {
        const taken = this.#take(record, nowNs);
        if (!taken.ok) return this.#fail(taken.error) !== null;
      }
    }
    return true;
  }

  #take({ sequence, payload }: LogRecord, nowNs: Nanos): Result<unknown, AuditFault> {
    const decoded = decodeRecord(sequence, payload);
    if (!decoded.ok) return decoded;
    const { event } = decoded.value;
    if (event.kind === 'audit-key-rotated') {
      return this.#rotate(decoded.value, payload, event.newKey);
    }
    const appended = this.#leaves.append(decoded.value, payload);
    if (!appended.ok) return appended;
    this.#taken = sequence;
    const isUrgent = JournalLeaves.isUrgent(event);
    this.#staged = staged(this.#staged, isUrgent, nowNs);
    return appended;
  }

  /** The desk has laid the successor of the key aside and said so: the log is handed over. */
  #rotate(record: JournalRecord, bytes: Uint8Array, newKey: string): Result<unknown, AuditFault> {
    const { files, keys, name, kek, words } = this.#options;
    const kept = readAuditKeys(files, keys, name, kek);
    if (!kept.ok) return err({ kind: 'audit-key', detail: kept.error });
    const { next } = kept.value;
    if (next === null || verifierKeyText(next.signer.key) !== newKey) {
      const found = next === null ? 'no key' : verifierKeyText(next.signer.key);
      const detail = `${keys}: found ${found} beside the one in use, wanted ${newKey}`;
      return err({ kind: 'audit-key', detail });
    }
    const { type: _, ...entry } = this.#leaves.leafOf(record, bytes);
    const rotated = this.#log.rotate(entry, next.signer);
    if (!rotated.ok) return rotated;
    try {
      adoptNextKey(files, keys);
    } catch (thrown) {
      return err(systemFault(thrown, keys, 'taking over the next key'));
    }
    assert(this.#log.staged === 0, 'a rotation commits what was staged before it');
    this.#taken = record.sequence;
    this.#staged = NOTHING_STAGED;
    words.auditedTo(this.#taken);
    return rotated;
  }

  #fail(fault: AuditFault): null {
    this.#fault = fault;
    return null;
  }
}
