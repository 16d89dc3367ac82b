import type { Files, OpenFile } from '../../../core/env.ts';
import { assert, err, ok, type Result } from '../../../core/result.ts';
import { type LogFault, systemFault } from '../../log-fault.ts';
import type { Dictionary } from '../dictionary.ts';
import { RECORD_WORDS } from '../record.ts';
import { walPath, writeManifest } from './wal-files.ts';
import { BlockBuilder, walHeader } from './wal-format.ts';
import { recoverWal, type WalRecovery } from './wal-recovery.ts';

export const SEGMENT_BYTES = 268_435_456;
const FOLDER_MODE = 0o700;

export interface WalOptions {
  readonly folder: string;
  /** A segment ends with the block that passes this. */
  readonly segmentBytes: number;
  readonly dictionary: Dictionary;
}

export interface OpenedWal {
  readonly writer: WalWriter;
  readonly recovered: WalRecovery;
}

/**
 * Opens the market log of a folder, makes it when there is none, and takes off a torn tail. What is
 * written from now on is in segments of its own, since the dictionary may be another one.
 */
export function openWal(files: Files, options: WalOptions): Result<OpenedWal, LogFault> {
  const { folder } = options;
  try {
    files.ensureFolder(folder, FOLDER_MODE);
    const recovered = recoverWal(files, folder);
    return ok({ writer: new WalWriter(files, options, recovered.head), recovered });
  } catch (thrown) {
    return err(systemFault(thrown, folder, 'opening the market log'));
  }
}

/**
 * The writer of the market log. It writes whole blocks; what has been written is on the medium
 * after `sync`, and only then acknowledged. After a failed write or sync it is broken for good:
 * what the medium holds is unknown until it is opened again.
 */
export class WalWriter {
  readonly #files: Files;
  readonly #options: WalOptions;
  readonly #block = new BlockBuilder();
  #file: OpenFile;
  #path: string;
  #first: number;
  #size: number;
  #head: number;
  #durable: number;
  #noted: number;
  #fault: LogFault | null = null;

  /** @throws the system's error */
  constructor(files: Files, options: WalOptions, head: number) {
    this.#files = files;
    this.#options = options;
    this.#head = head;
    this.#durable = head;
    this.#noted = head;
    this.#first = head + 1;
    this.#path = walPath(options.folder, this.#first);
    const header = walHeader(this.#first, options.dictionary);
    this.#file = startFile(files, options.folder, this.#path, header);
    this.#size = header.length;
    writeManifest(files, options.folder, { durable: head });
  }

  /** Position of the last record that was written. */
  get head(): number {
    return this.#head;
  }

  /** Everything up to this position is on the medium. */
  get durable(): number {
    return this.#durable;
  }

  get fault(): LogFault | null {
    return this.#fault;
  }

  /** First position of the segment that is being written. */
  get segment(): number {
    return this.#first;
  }

  /** Lays records into the next block; at most `BLOCK_RECORDS_MAX` between two writes. */
  add(words: Int32Array): void {
    assert(words.length % RECORD_WORDS === 0, 'records are whole');
    this.#block.add(words);
  }

  /** Writes what was laid in as one block. Not acknowledged before `sync`. */
  write(): void {
    const count = this.#block.records;
    if (count === 0 || this.#fault !== null) return;
    this.#attempt('writing', () => {
      if (this.#size >= this.#options.segmentBytes) this.#next();
      const bytes = this.#block.finish(this.#head + 1);
      this.#file.write(this.#block.bytes, 0, bytes, this.#size);
      this.#size += bytes;
      this.#head += count;
    });
  }

  /** Puts everything on the medium: an fdatasync for all that came since the last. */
  sync(): void {
    if (this.#fault !== null || this.#durable === this.#head) return;
    this.#attempt('syncing', () => this.#syncOrThrow());
  }

  /** Ends the segment, so that it can be sealed; nothing when it holds no record. */
  roll(): void {
    if (this.#fault !== null || this.#head < this.#first) return;
    this.#attempt('starting a segment', () => this.#next());
  }

  /** Writes down how far the log is acknowledged; for whoever asks after a damage. */
  note(): void {
    if (this.#fault !== null || this.#noted === this.#durable) return;
    this.#attempt('noting the position', () => this.#noteOrThrow());
  }

  /** Syncs and gives the file back. */
  close(): void {
    this.sync();
    this.note();
    this.#file.close();
    this.#fault ??= {
      kind: 'io',
      file: this.#path,
      doing: 'writing',
      detail: 'the log is closed',
    };
  }

  #next(): void {
    this.#syncOrThrow();
    this.#noteOrThrow();
    this.#file.close();
    this.#first = this.#head + 1;
    this.#path = walPath(this.#options.folder, this.#first);
    const header = walHeader(this.#first, this.#options.dictionary);
    this.#file = startFile(this.#files, this.#options.folder, this.#path, header);
    this.#size = header.length;
  }

  #syncOrThrow(): void {
    this.#file.sync();
    this.#durable = this.#head;
  }

  #noteOrThrow(): void {
    writeManifest(this.#files, this.#options.folder, { durable: this.#durable });
    this.#noted = this.#durable;
  }

  #attempt(doing: string, act: () => void): void {
    try {
      act();
    } catch (thrown) {
      this.#fault = systemFault(thrown, this.#path, doing);
    }
  }
}

/** Makes a segment whose header and name are on the medium before the first record is. */
function startFile(files: Files, folder: string, path: string, header: Uint8Array): OpenFile {
  const file = files.open(path, 'create');
  file.write(header, 0, header.length, 0);
  file.sync();
  files.syncFolder(folder);
  return file;
}
