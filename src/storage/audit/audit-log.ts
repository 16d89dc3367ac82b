import type { AuditEntry, EntryFault } from '../../audit/entry.ts';
import { type ChainFault, chainFault, type Link } from '../../audit/entry-chain.ts';
import { EntryStaging } from '../../audit/entry-staging.ts';
import { type Head, signCheckpoint } from '../../audit/note/checkpoint.ts';
import { KEY_ROTATED, rotationPayload } from '../../audit/note/key-rotation.ts';
import type { Signer, VerifierKey } from '../../audit/note/keys.ts';
import { NOTE_BYTES_MAX } from '../../audit/note/note.ts';
import { leafHash } from '../../audit/tree/hash.ts';
import type { MerkleRange } from '../../audit/tree/merkle-range.ts';
import type { Files } from '../../core/env.ts';
import { assert, err, ok, type Result } from '../../core/result.ts';
import { type LogFault, systemFault } from '../log-fault.ts';
import { type Recovered, recoverLog } from './audit-recovery.ts';
import { GrowingBundle } from './growing-bundle.ts';
import type { TileEdge } from './tile-edge.ts';
import { CHECKPOINT, type CommitTrail, readAtMost, type WrittenFolder } from './tile-files.ts';

/** More than a commit may bring to disk at once; the one that drains the journal commits before. */
export const STAGED_ENTRIES_MAX = 4_096;

export type AppendFault =
  | EntryFault
  | ChainFault
  | LogFault
  | { readonly kind: 'staged-full'; readonly entries: number };

export interface OpenAuditLog {
  readonly log: AuditLog;
  /** What a crash had left; to be journaled when anything of it is not 0. */
  readonly recovered: Pick<Recovered, 'entries' | 'droppedBytes' | 'repairedTiles'>;
}

/**
 * Opens the audit log in a folder, begins it when there is none, and puts right what a crash left.
 * One writer. Entries that were on the medium without a checkpoint get one.
 *
 * @param options.accepted keys besides the signer's whose checkpoint may be there: the one before,
 *   when the log is opened after a rotation
 * @param options.next whom the log may have been handed over to when the program ended
 */
export function openAuditLog(
  files: Files,
  path: string,
  options: {
    readonly signer: Signer;
    readonly accepted?: readonly VerifierKey[];
    readonly next?: Signer | null;
  },
): Result<OpenAuditLog, LogFault> {
  const { accepted = [], next = null } = options;
  const signers = next === null ? [options.signer] : [options.signer, next];
  const folder = { files, path, lasting: new Set<string>() };
  try {
    const keys = [...signers.map(({ key }) => key), ...accepted];
    const found = recoverLog(folder, signers, keys);
    if (!found.ok) return found;
    const log = new AuditLog(folder, found.value.signer, found.value);
    if (found.value.staged.length > 0) {
      const committed = log.commit();
      if (!committed.ok) {
        log.close();
        return committed;
      }
    }
    const { entries, droppedBytes, repairedTiles } = found.value;
    return ok({ log, recovered: { entries, droppedBytes, repairedTiles } });
  } catch (thrown) {
    return err(systemFault(thrown, path, 'opening the audit log'));
  }
}

/**
 * The tamper-evident log of everything that happened. Entries are staged in memory and committed in
 * groups: bundle, fdatasync, tiles, signed checkpoint. After a fault it is broken for good, for
 * what the medium holds is not known until it is opened again.
 */
export class AuditLog {
  readonly #folder: WrittenFolder;
  readonly #range: MerkleRange;
  readonly #edge: TileEdge;
  readonly #bundle: GrowingBundle;
  readonly #note = (level: number, index: number, node: Uint8Array): void =>
    this.#edge.note(level, index, node);
  #signer: Signer;
  #link: Link;
  readonly #staging = new EntryStaging();
  #head: Head;
  #checkpoint: string;
  #fault: LogFault | null = null;

  constructor(folder: WrittenFolder, signer: Signer, found: Recovered) {
    this.#folder = folder;
    this.#signer = signer;
    this.#range = found.range;
    this.#edge = found.edge;
    this.#bundle = new GrowingBundle(folder, found.end, found.range.size + found.staged.length);
    this.#link = found.link;
    this.#head = found.head;
    this.#checkpoint = found.checkpoint;
    for (const bytes of found.staged) {
      this.#staging.addBytes(bytes);
      this.#grow(bytes);
    }
  }

  /**
   * Stages an entry behind the last one.
   *
   * @returns its index in the tree; it counts once a commit has covered it
   */
  append(event: Omit<AuditEntry, 'prev'>): Result<number, AppendFault> {
    if (this.#fault !== null) return err(this.#fault);
    if (this.#staging.count === STAGED_ENTRIES_MAX) {
      return err({ kind: 'staged-full', entries: STAGED_ENTRIES_MAX });
    }
    const { seq, monoNs, wallNs, boot, epoch, actor, type, payload } = event;
    const prev = this.#link.hash;
    // Field by field: to spread the event takes longer than to hash it.
    const entry = { seq, monoNs, wallNs, boot, epoch, actor, type, payload, prev };
    const fault = chainFault(this.#link, entry);
    if (fault !== null) return err(fault);
    const bytes = this.#staging.add(entry);
    if (!bytes.ok) return bytes;
    this.#link = { entry, hash: this.#grow(bytes.value) };
    return ok(this.size - 1);
  }

  /** Covers everything that is staged by a signed checkpoint. */
  commit(): Result<Head, LogFault> {
    return this.#commit([this.#signer]);
  }

  /**
   * Hands the log over to another key: with an entry that both sign and a checkpoint that both
   * sign. From here on the old key is not used.
   *
   * @param event the entry but for its type; what is in its payload stands beside the signatures
   */
  rotate(
    event: Omit<AuditEntry, 'prev' | 'type' | 'payload'> & Partial<Pick<AuditEntry, 'payload'>>,
    to: Signer,
  ): Result<Head, AppendFault> {
    assert(to.key.name === this.#signer.key.name, 'the new key is one of the same log');
    const payload = { ...event.payload, ...rotationPayload(this.#signer, to, event.seq) };
    const appended = this.append({ ...event, type: KEY_ROTATED, payload });
    if (!appended.ok) return appended;
    const both = [this.#signer, to];
    this.#signer = to;
    return this.#commit(both);
  }

  /** Entries, staged ones included. */
  get size(): number {
    return this.#range.size;
  }

  get staged(): number {
    return this.#staging.count;
  }

  /** The last entry; null in an empty log. */
  get last(): AuditEntry | null {
    return this.#link.entry;
  }

  /** The key that the log is in the hands of. */
  get key(): VerifierKey {
    return this.#signer.key;
  }

  /** What the last checkpoint says. */
  get head(): Head {
    return this.#head;
  }

  /** The last checkpoint as it stands on disk: for witnesses. */
  get checkpoint(): string {
    return this.#checkpoint;
  }

  /** Why nothing is taken any more; null while the log works. */
  get fault(): LogFault | null {
    return this.#fault;
  }

  /** Gives the file back. What is staged and not committed is lost. */
  close(): void {
    this.#bundle.close();
    const { path } = this.#folder;
    this.#fault ??= { kind: 'io', file: path, doing: 'writing', detail: 'the log is closed' };
  }

  /** Takes an entry into the tree. */
  #grow(bytes: Uint8Array): Uint8Array {
    const hash = leafHash(bytes);
    this.#range.append(hash, this.#note);
    return hash;
  }

  #commit(signers: readonly Signer[]): Result<Head, LogFault> {
    if (this.#fault !== null) return err(this.#fault);
    if (this.#staging.count === 0) return ok(this.#head);
    try {
      this.#commitOrThrow(signers);
      return ok(this.#head);
    } catch (thrown) {
      this.#fault =
        thrown instanceof OtherWriter
          ? thrown.fault
          : systemFault(thrown, this.#folder.path, 'committing');
      return err(this.#fault);
    }
  }

  #commitOrThrow(signers: readonly Signer[]): void {
    const { files, path } = this.#folder;
    const trail: CommitTrail = { unsynced: new Set(), superfluous: [] };
    this.#refuseOtherWriter();
    for (let from = 0; from < this.#staging.count; ) {
      const count = Math.min(this.#staging.count - from, this.#bundle.room);
      this.#bundle.append(this.#staging.bundled(from, count), count, trail);
      from += count;
    }
    this.#edge.write(trail);
    for (const folder of trail.unsynced) files.syncFolder(folder);
    const head = { origin: this.#head.origin, size: this.size, root: this.#range.root() };
    const checkpoint = signCheckpoint(head, signers);
    files.replace(`${path}/${CHECKPOINT}`, Buffer.from(checkpoint));
    this.#head = head;
    this.#checkpoint = checkpoint;
    this.#staging.clear();
    for (const name of trail.superfluous) files.remove(name);
  }

  /** A second writer would have moved the checkpoint; the lock of the directory is before this. */
  #refuseOtherWriter(): void {
    const { files, path } = this.#folder;
    const file = `${path}/${CHECKPOINT}`;
    const bytes = readAtMost(files, file, NOTE_BYTES_MAX);
    if (bytes !== null && Buffer.compare(bytes, Buffer.from(this.#checkpoint)) === 0) return;
    throw new OtherWriter({
      kind: 'corrupt',
      file,
      offset: 0,
      found: 'a checkpoint that this program has not written',
      remedy: 'one program writes a log; stop the other one and verify the log',
    });
  }
}

class OtherWriter extends Error {
  readonly fault: LogFault;

  constructor(fault: LogFault) {
    super('another program writes this log');
    this.fault = fault;
  }
}
