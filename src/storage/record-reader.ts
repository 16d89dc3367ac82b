import type { Files, OpenFile } from '../core/env.ts';
import { assert, err, ok, type Result } from '../core/result.ts';
import { type LogFault, LogReadError, systemFault } from './log-fault.ts';
import {
  BAD,
  type Block,
  blockOf,
  EMPTY,
  frameAt,
  frameSize,
  HEADER_BYTES,
  payloadAt,
  RECORD_BYTES_MAX,
  sequenceAt,
} from './segment.ts';
import { segmentFirsts, segmentPath } from './segment-files.ts';

export interface LogRecord {
  readonly sequence: number;
  readonly payload: Uint8Array;
}

/**
 * Records of a log from a sequence on, oldest first, to the last one that is written. The payloads
 * are copies. Ends at once when there is no such record; begins with the oldest when `from` has
 * been dropped.
 *
 * @throws LogReadError when a file cannot be read or holds something bad
 */
export function* readRecords(files: Files, folder: string, from: number): Generator<LogRecord> {
  const tail = new LogTail(files, folder, from);
  try {
    for (;;) {
      const batch = tail.read(Number.POSITIVE_INFINITY, RECORDS_AT_ONCE);
      if (!batch.ok) throw new LogReadError(batch.error);
      if (batch.value.length === 0) return;
      const copies = batch.value.map(({ sequence, payload }) => ({
        sequence,
        payload: payload.slice(),
      }));
      yield* copies;
    }
  } finally {
    tail.close();
  }
}

/**
 * Removes the segments that hold nothing at or above a sequence; never the last one.
 *
 * @returns how many went
 */
export function dropSegments(files: Files, folder: string, below: number): number {
  const firsts = segmentFirsts(files, folder);
  const dropped = firsts.filter((_, index) => (firsts[index + 1] ?? Number.NaN) <= below);
  for (const first of dropped) files.remove(segmentPath(folder, first));
  return dropped.length;
}

const RECORDS_AT_ONCE = 1024;
/** Several of the largest frames. */
const CHUNK_BYTES = 4 * frameSize(RECORD_BYTES_MAX);

/** Follows a log that another one may be writing. */
export class LogTail {
  readonly #files: Files;
  readonly #folder: string;
  readonly #buffer = new Uint8Array(CHUNK_BYTES);
  #block: Block = blockOf(this.#buffer, 0);
  #file: OpenFile | null = null;
  #segment = 0;
  /** Offset of the block in the file, and of the next frame in the block. */
  #offset = 0;
  #at = 0;
  /** Sequence of the next frame; frames below `#from` are passed over. */
  #next: number;
  readonly #from: number;

  constructor(files: Files, folder: string, from: number) {
    this.#files = files;
    this.#folder = folder;
    this.#from = from;
    this.#next = from;
  }

  /**
   * The next records, oldest first, at most `max` of them. The payloads are views that hold until
   * the next call.
   *
   * @param to the writer has announced everything up to here; nothing behind it is returned.
   *   Infinity stands for the end of a log that nobody is writing
   * @returns less than there is when a block ends; nothing only when nothing is left
   */
  read(to: number, max: number): Result<readonly LogRecord[], LogFault> {
    try {
      return this.#read(to, max);
    } catch (thrown) {
      return err(systemFault(thrown, this.#path, 'reading'));
    }
  }

  close(): void {
    this.#file?.close();
    this.#file = null;
  }

  #read(to: number, max: number): Result<readonly LogRecord[], LogFault> {
    const records: LogRecord[] = [];
    while (records.length < max && this.#next <= to) {
      const length = this.#frameHere();
      if (length > 0) {
        const payload = payloadAt(this.#block, this.#at, length);
        if (this.#next >= this.#from) records.push({ sequence: this.#next, payload });
        this.#at += frameSize(length);
        this.#next += 1;
      } else {
        // A refill would overwrite the views that this call is about to hand out.
        if (records.length > 0) break;
        const found = this.#seek();
        if (found === 'nothing' && to === Number.POSITIVE_INFINITY) break;
        if (found !== 'frame') return err(this.#missing());
      }
    }
    return ok(records);
  }

  /** Length of the frame that comes next, as in `frameAt`; only the expected sequence counts. */
  #frameHere(): number {
    if (this.#file === null) return EMPTY;
    const length = frameAt(this.#block, this.#at);
    return length > 0 && sequenceAt(this.#block, this.#at) !== this.#next ? BAD : length;
  }

  /** Reads on, in the next segment where this one has ended. */
  #seek(): 'frame' | 'nothing' | 'bad' {
    if (this.#file !== null) {
      this.#fill(this.#offset + this.#at);
      const length = this.#frameHere();
      if (length > 0) return 'frame';
      if (length === BAD) return 'bad';
    }
    const firsts = segmentFirsts(this.#files, this.#folder);
    const isStart = this.#file === null;
    const first = isStart ? startOf(firsts, this.#from) : firsts.find((f) => f > this.#segment);
    if (first === undefined) return 'nothing';
    if (!isStart && first !== this.#next) return 'bad';
    this.close();
    this.#segment = first;
    this.#next = first;
    this.#file = this.#files.open(this.#path, 'read');
    this.#fill(HEADER_BYTES);
    const length = this.#frameHere();
    return length > 0 ? 'frame' : length === BAD ? 'bad' : 'nothing';
  }

  /** Fills the block with what lies at an offset of the file. */
  #fill(offset: number): void {
    assert(this.#file !== null, 'a block is read from an open file');
    const length = this.#file.read(this.#buffer, 0, CHUNK_BYTES, offset);
    this.#block = { ...this.#block, end: length };
    this.#offset = offset;
    this.#at = 0;
  }

  get #path(): string {
    return segmentPath(this.#folder, this.#segment);
  }

  #missing(): LogFault {
    return {
      kind: 'corrupt',
      file: this.#path,
      offset: this.#offset + this.#at,
      found: `record ${this.#next} is damaged or missing`,
      remedy: 'stop, keep a copy of the folder, and restore this file from a backup',
    };
  }
}

/** The segment that holds a sequence, or the oldest when it has been dropped. */
function startOf(firsts: readonly number[], from: number): number | undefined {
  return firsts.findLast((first) => first <= from) ?? firsts[0];
}
