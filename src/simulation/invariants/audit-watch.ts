import { findingText } from '../../audit/check/finding.ts';
import { type Head, parseHead } from '../../audit/note/checkpoint.ts';
import { parseVerifierKey, type VerifierKey } from '../../audit/note/keys.ts';
import { parseNote } from '../../audit/note/note.ts';
import type { Files } from '../../core/env.ts';
import { assert } from '../../core/result.ts';
import { CHECKPOINT } from '../../storage/audit/tile-files.ts';
import { verifyDirectory } from '../../storage/audit/verify-directory.ts';
import type { JournalEvent } from '../../storage/journal/event-table.ts';
import { logFaultText } from '../../storage/log-fault.ts';
import type { Verdicts } from './verdicts.ts';

export interface AuditWatchOptions {
  readonly verdicts: Verdicts;
  /** Folder of the signed log. */
  readonly folder: string;
  /** File of the key that a verifier pins. */
  readonly keyFile: string;
  readonly segments: string;
}

/**
 * Age of an order or fill without a leaf at which orders still leave: the limit of C33, a look of
 * the desk at it, and a turn of a slow lane.
 */
export const UNCOVERED_MS_MAX = 1_500;

/**
 * I4, from the bytes of the signed log alone: no order leaves while an order or a fill before it
 * has no leaf for longer than its bound, each checkpoint is a later one, and at rest the whole log
 * stands an outsider's verification against the journal and against every head that was seen.
 */
export class AuditWatch {
  readonly #options: AuditWatchOptions;
  /** Records of orders and fills that no checkpoint covers, oldest first. */
  #uncovered: { readonly sequence: number; readonly atMs: number }[] = [];
  #key: VerifierKey | null = null;
  /** The newest head that any process has written. */
  #head: Head | null = null;
  #isFalse = false;

  constructor(options: AuditWatchOptions) {
    this.#options = options;
  }

  /** Entries that the newest checkpoint covers; every record of the journal has one. */
  get covered(): number {
    return this.#head?.size ?? 0;
  }

  /** The medium has lost what it had vouched for, and with it any promise about heads. */
  mediumWasFalse(): void {
    this.#isFalse = true;
  }

  /** A record has been written to the journal. */
  journaled(sequence: number, { kind }: JournalEvent, nowMs: number): void {
    const isOrder = kind === 'order-submitted';
    const isFill = kind === 'order-filled' || kind === 'external-filled';
    if (isOrder || isFill) this.#uncovered.push({ sequence, atMs: nowMs });
  }

  /** A file has been replaced as a whole. Only checkpoints say something. */
  replaced(path: string, bytes: Uint8Array): void {
    if (path !== this.#checkpoint) return;
    const head = this.#headIn(bytes);
    if (head === null) return;
    const { size } = head;
    if (size < this.covered && !this.#isFalse) {
      const found = `a checkpoint of ${size} entries comes after one of ${this.covered}`;
      this.#options.verdicts.report('I4', found);
    }
    this.#head = head;
    this.#uncovered = this.#uncovered.filter(({ sequence }) => sequence > size);
  }

  /** A process has opened journal and log, and has put right what was left. */
  opened(files: Files, journalHead: number): void {
    const { verdicts, keyFile } = this.#options;
    this.#uncovered = [];
    // What a false medium has kept is what counts from here on.
    if (this.#isFalse) this.#head = this.#headIn(files.read(this.#checkpoint) ?? NOTHING);
    this.#isFalse = false;
    if (this.covered < journalHead) {
      verdicts.report('I4', `a desk opens with ${this.covered} of ${journalHead} records covered`);
    }
    if (this.#key !== null) return;
    const text = Buffer.from(files.read(keyFile) ?? NOTHING).toString('utf8');
    const key = parseVerifierKey(text.trim());
    assert(key.ok, 'a desk with a signed log has a verifier key');
    this.#key = key.value;
  }

  /** The process is gone. What it has not covered the next one covers before it trades. */
  ended(): void {
    this.#uncovered = [];
  }

  /** Bytes of an order leave. */
  orderLeaves(clientId: string, nowMs: number): void {
    const oldest = this.#uncovered[0];
    if (oldest === undefined || nowMs - oldest.atMs <= UNCOVERED_MS_MAX) return;
    const found = `record ${oldest.sequence} has no leaf for ${nowMs - oldest.atMs} ms`;
    this.#options.verdicts.report('I4', `${clientId} leaves while ${found}`);
  }

  /** Verifies everything as an outsider would; for a desk that has ended in order. */
  verify(files: Files, journalHead: number): void {
    const { verdicts, folder, segments } = this.#options;
    const [key, head] = [this.#key, this.#head];
    assert(key !== null && head !== null, 'a desk that has run has a key and a head');
    const heads = [{ size: head.size, root: head.root, by: 'the simulation' }];
    const verified = verifyDirectory(
      files,
      { log: folder, segments },
      { key, heads, silenceNsMax: null, witnesses: [], fresh: null },
    );
    if (!verified.ok) {
      const { error } = verified;
      const text = error.kind === 'audit-finding' ? findingText(error) : logFaultText(error);
      verdicts.report('I4', `the log at rest: ${text}`);
      return;
    }
    const { size } = verified.value.checkpoint;
    if (size === journalHead) return;
    verdicts.report('I4', `the log at rest has ${size} entries, the journal ${journalHead}`);
  }

  get #checkpoint(): string {
    return `${this.#options.folder}/${CHECKPOINT}`;
  }

  #headIn(bytes: Uint8Array): Head | null {
    const note = parseNote(bytes);
    const head = note.ok ? parseHead(note.value.text) : note;
    if (head.ok) return head.value;
    const found = `a checkpoint that is none: ${JSON.stringify(head.error)}`;
    this.#options.verdicts.report('I4', found);
    return null;
  }
}

const NOTHING = new Uint8Array();
