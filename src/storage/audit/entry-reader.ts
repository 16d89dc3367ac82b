import { type AuditEntry, decodeEntry } from '../../audit/entry.ts';
import { parseHead } from '../../audit/note/checkpoint.ts';
import { parseNote } from '../../audit/note/note.ts';
import { TILE_WIDTH, wholeEntries } from '../../audit/tree/tiles.ts';
import type { Files } from '../../core/env.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type LogFault, systemFault } from '../log-fault.ts';
import { logSource } from './log-source.ts';
import { CHECKPOINT } from './tile-files.ts';

/** An entry, where it is in the tree, and its bytes. */
export interface ReadEntry {
  readonly index: number;
  readonly entry: AuditEntry;
  readonly bytes: Uint8Array;
}

/**
 * The entries of a log as far as its checkpoint covers them, for looking at: nothing is verified
 * here but the form of each. One bundle is in memory at a time.
 */
export class EntryReader {
  readonly #source: ReturnType<typeof logSource>;
  readonly #path: string;
  /** Entries that the checkpoint covers. */
  readonly size: number;
  #bundle = -1;
  #entries: readonly Uint8Array[] = [];

  constructor(files: Files, path: string, size: number) {
    this.#source = logSource(files, path);
    this.#path = path;
    this.size = size;
  }

  /** The bytes of an entry; null when they are not there. @throws the system's error */
  bytesAt(index: number): Uint8Array | null {
    const bundle = Math.floor(index / TILE_WIDTH);
    if (bundle !== this.#bundle) {
      const width = Math.min(TILE_WIDTH, this.size - bundle * TILE_WIDTH);
      const bytes = this.#source.bundle(bundle, width) ?? new Uint8Array();
      this.#entries = wholeEntries(bytes, width).entries;
      this.#bundle = bundle;
    }
    return this.#entries[index % TILE_WIDTH] ?? null;
  }

  at(index: number): Result<ReadEntry, LogFault> {
    try {
      const bytes = this.bytesAt(index);
      const entry = bytes === null ? null : decodeEntry(bytes);
      if (bytes !== null && entry?.ok === true) return ok({ index, entry: entry.value, bytes });
      return err(this.#corrupt(`entry ${index} is ${bytes === null ? 'missing' : 'no entry'}`));
    } catch (thrown) {
      return err(systemFault(thrown, this.#path, 'reading the audit log'));
    }
  }

  /**
   * Index of a sequence; entries have the sequences of their records, without a gap.
   *
   * @returns null when the log has no such entry
   */
  indexOf(sequence: number): number | null {
    const first = this.size > 0 ? this.at(0) : null;
    if (first?.ok !== true) return null;
    const index = sequence - first.value.entry.seq;
    return index >= 0 && index < this.size ? index : null;
  }

  #corrupt(found: string): LogFault {
    const remedy = 'verify the log with `flyball audit verify`';
    return { kind: 'corrupt', file: this.#path, offset: 0, found, remedy };
  }
}

/** Opens a log for looking at. */
export function openEntries(files: Files, path: string): Result<EntryReader, LogFault> {
  const file = `${path}/${CHECKPOINT}`;
  try {
    const bytes = logSource(files, path).checkpoint();
    const note = bytes === null ? null : parseNote(bytes);
    const head = note?.ok === true ? parseHead(note.value.text) : null;
    if (head?.ok === true) return ok(new EntryReader(files, path, head.value.size));
    const found = bytes === null ? 'no checkpoint' : 'no checkpoint that can be read';
    const remedy = 'wanted the folder of an audit log, or the data directory that it is in';
    return err({ kind: 'corrupt', file, offset: 0, found, remedy });
  } catch (thrown) {
    return err(systemFault(thrown, file, 'reading'));
  }
}
