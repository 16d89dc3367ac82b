import type { Files, OpenFile } from '../core/env.ts';
import { assert, err, ok, type Result } from '../core/result.ts';
import { type LogFault, systemFault } from './log-fault.ts';
import {
  FRAME_BYTES,
  FrameBuilder,
  frameSize,
  HEADER_BYTES,
  headerOf,
  RECORD_BYTES_MAX,
} from './segment.ts';
import { clearPrepared, segmentPath, startSegment } from './segment-files.ts';
import { type Recovery, recoverSegments } from './segment-recovery.ts';

/**
 * An append-only log of records with gap-free sequences from 1. One writer. After a failed write or
 * sync it is broken for good: what the medium holds is unknown until it is opened again.
 */
export interface RecordLog {
  /**
   * Writes a record with one synchronous `write`; no allocation, except where a segment ends.
   *
   * @param payload its first `length` bytes are the record, 1 … `recordBytesMax`
   * @returns its sequence, or -1 when the log is broken; `fault` then says why
   */
  append(payload: Uint8Array, length: number): number;
  readonly fault: LogFault | null;
  /** Sequence of the last record; 0 when there is none. */
  readonly head: number;
  /** Records up to this sequence are known to be on the medium. */
  readonly durable: number;
  /** First sequence of the segment that is being written. */
  readonly segment: number;
  readonly recordBytesMax: number;
  /** Puts everything on the medium now; sets `fault` when that fails. */
  sync(): void;
  /** Takes note that another thread has synced up to a sequence. */
  noteDurable(sequence: number): void;
  /** Syncs and gives the file back. Sets `fault` when the sync fails. */
  close(): void;
}

/** Smaller segments hold no record worth having; larger ones take too long to read at a start. */
const SEGMENT_BYTES_MIN = 1024;
const SEGMENT_BYTES_MAX = 67_108_864;
const FOLDER_MODE = 0o700;

export type RecoveredLog = {
  readonly log: RecordLog;
  readonly recovered: Pick<Recovery, 'records' | 'tornBytes' | 'tornRecords'>;
};

/**
 * Opens the log in a folder, makes it when there is none, and takes off a torn tail. Reads every
 * segment to its end.
 *
 * @param options.segmentBytes 1 KiB … 64 MiB; of new segments, existing ones keep theirs
 */
export function openRecordLog(
  files: Files,
  folder: string,
  options: { readonly segmentBytes: number },
): Result<RecoveredLog, LogFault> {
  const segmentBytes = Math.ceil(options.segmentBytes / 8) * 8;
  assert(segmentBytes >= SEGMENT_BYTES_MIN, 'a segment has at least 1 KiB');
  assert(segmentBytes <= SEGMENT_BYTES_MAX, 'a segment has at most 64 MiB');
  try {
    files.ensureFolder(folder, FOLDER_MODE);
    clearPrepared(files, folder);
    const recovery = recoverSegments(files, folder);
    if (!recovery.ok) return recovery;
    const log = new SegmentedLog(files, folder, segmentBytes, recovery.value);
    const { records, tornBytes, tornRecords } = recovery.value;
    return ok({ log, recovered: { records, tornBytes, tornRecords } });
  } catch (thrown) {
    return err(systemFault(thrown, folder, 'opening the log'));
  }
}

class SegmentedLog implements RecordLog {
  readonly recordBytesMax: number;
  readonly #files: Files;
  readonly #folder: string;
  readonly #segmentBytes: number;
  readonly #frame: FrameBuilder;
  #file: OpenFile;
  #path: string;
  #segment: number;
  #limit: number;
  #position: number;
  #head: number;
  #durable: number;
  #fault: LogFault | null = null;
  /** The folder has a name that may not be on the medium yet. */
  #isNameNew = false;

  constructor(files: Files, folder: string, segmentBytes: number, found: Recovery) {
    this.#files = files;
    this.#folder = folder;
    this.#segmentBytes = segmentBytes;
    this.recordBytesMax = Math.min(RECORD_BYTES_MAX, segmentBytes - HEADER_BYTES - FRAME_BYTES);
    this.#frame = new FrameBuilder(this.recordBytesMax);
    this.#head = found.head;
    this.#durable = found.head;
    const isNew = found.first === 0;
    this.#segment = isNew ? 1 : found.first;
    this.#path = isNew
      ? startSegment(files, folder, 1, segmentBytes)
      : segmentPath(folder, found.first);
    this.#file = files.open(this.#path, 'update');
    this.#position = isNew ? HEADER_BYTES : found.end;
    this.#limit = extended(this.#file, segmentBytes);
    this.#mark();
    files.syncFolder(folder);
  }

  append(payload: Uint8Array, length: number): number {
    if (this.#fault !== null) return -1;
    assert(length >= 1 && length <= this.recordBytesMax, 'a record fits into a segment');
    if (this.#position + frameSize(length) > this.#limit && !this.#rotate()) return -1;
    const sequence = this.#head + 1;
    const size = this.#frame.build(payload, length, sequence, this.#durable);
    try {
      this.#file.write(this.#frame.bytes, 0, size, this.#position);
    } catch (thrown) {
      this.#fault = systemFault(thrown, this.#path, `writing record ${sequence}`);
      return -1;
    }
    this.#position += size;
    this.#head = sequence;
    return sequence;
  }

  get fault(): LogFault | null {
    return this.#fault;
  }

  get head(): number {
    return this.#head;
  }

  get durable(): number {
    return this.#durable;
  }

  get segment(): number {
    return this.#segment;
  }

  sync(): void {
    if (this.#fault !== null) return;
    try {
      this.#syncOrThrow();
    } catch (thrown) {
      this.#fault = systemFault(thrown, this.#path, 'syncing');
    }
  }

  noteDurable(sequence: number): void {
    assert(sequence <= this.#head, 'only what was written can be durable');
    if (sequence > this.#durable) this.#durable = sequence;
  }

  close(): void {
    if (this.#fault === null) {
      try {
        this.#syncOrThrow();
        this.#mark();
      } catch (thrown) {
        this.#fault = systemFault(thrown, this.#path, 'closing');
      }
    }
    this.#file.close();
    this.#fault ??= { kind: 'io', file: this.#path, doing: 'writing', detail: 'the log is closed' };
  }

  #syncOrThrow(): void {
    if (this.#isNameNew) {
      this.#files.syncFolder(this.#folder);
      this.#isNameNew = false;
    }
    this.#file.sync();
    this.#durable = this.#head;
  }

  /** Lets the header vouch for everything, now that everything is on the medium. */
  #mark(): void {
    this.#file.write(headerOf(this.#durable), 0, HEADER_BYTES, 0);
    this.#file.sync();
  }

  /**
   * Goes on to the next segment. The old one is synced first, here on the caller's thread: once in
   * a segment, so that recovery may take everything before the last segment as written.
   */
  #rotate(): boolean {
    try {
      this.#syncOrThrow();
      const first = this.#head + 1;
      const path = startSegment(this.#files, this.#folder, first, this.#segmentBytes);
      const file = this.#files.open(path, 'update');
      this.#file.close();
      this.#file = file;
      this.#path = path;
      this.#isNameNew = true;
      this.#segment = first;
      this.#limit = this.#segmentBytes;
      this.#position = HEADER_BYTES;
      return true;
    } catch (thrown) {
      this.#fault = systemFault(thrown, this.#folder, 'starting a segment');
      return false;
    }
  }
}

/** Fills a file that was cut short with zeros again, and returns its size. */
function extended(file: OpenFile, segmentBytes: number): number {
  const size = file.size();
  if (size >= segmentBytes) return size;
  file.write(new Uint8Array(segmentBytes - size), 0, segmentBytes - size, size);
  return segmentBytes;
}
