import type { Files, OpenFile } from '../../../core/env.ts';
import type { Dictionary } from '../dictionary.ts';
import type { RecordBlock } from '../record.ts';
import { readHeader, walFirsts, walPath } from './wal-files.ts';
import { BLOCK_BYTES_MAX, blockAt } from './wal-format.ts';

/** Something that follows the last thing that was read. */
export type WalRead =
  | {
      readonly kind: 'block';
      /** Position of its first record. */
      readonly first: number;
      readonly block: RecordBlock;
      readonly dictionary: Dictionary;
      /** First position of the segment in which it lies. */
      readonly segment: number;
    }
  /** Positions that are not there any more, both ends included, and why. */
  | { readonly kind: 'missing'; readonly from: number; readonly to: number; readonly why: string };

/**
 * Reads the market log from a position on, beside its writer and never beyond what is on the
 * medium. What cannot be read is said and passed over: what follows it is still good.
 */
export class WalReader {
  readonly #files: Files;
  readonly #folder: string;
  readonly #bytes = new Uint8Array(BLOCK_BYTES_MAX);
  #next: number;
  #segment = 0;
  #dictionary: Dictionary | null = null;
  #file: OpenFile | null = null;
  #at = 0;
  /** Position that the block at `#at` begins with; `#next` may lie inside of it. */
  #atPosition = 0;
  /** Why the segment could not be read on. */
  #why = '';

  /** @param from position of the first record that is wanted, from 1 */
  constructor(files: Files, folder: string, from: number) {
    this.#files = files;
    this.#folder = folder;
    this.#next = from;
  }

  /** The position that will be read next. */
  get position(): number {
    return this.#next;
  }

  /**
   * The next block, from the wanted record on.
   *
   * @param durable how far the log may be read
   * @returns null when there is nothing more up to there
   * @throws the system's error
   */
  read(durable: number): WalRead | null {
    while (this.#next <= durable) {
      if (this.#file === null) {
        const missing = this.#open(durable);
        if (missing !== null) return missing;
      }
      const found = this.#readBlock();
      if (found !== null) return found;
    }
    return null;
  }

  close(): void {
    this.#file?.close();
    this.#file = null;
  }

  /** Opens the segment that holds the next position. @returns what lies before it and is gone */
  #open(durable: number): WalRead | null {
    const firsts = walFirsts(this.#files, this.#folder);
    const first = firsts.findLast((each) => each <= this.#next && each !== this.#segment);
    const header =
      first === undefined ? null : readHeader(this.#files, walPath(this.#folder, first));
    if (first === undefined || first < this.#segment || header === null || !header.ok) {
      const why = header?.ok === false ? header.error : this.#why || 'no segment has it';
      const to = Math.min(durable, (firsts.find((each) => each > this.#next) ?? Infinity) - 1);
      return this.#skip(to, why);
    }
    this.#segment = first;
    this.#dictionary = header.value.dictionary;
    this.#file = this.#files.open(walPath(this.#folder, first), 'read');
    this.#at = header.value.bytes;
    this.#atPosition = first;
    return null;
  }

  #readBlock(): WalRead | null {
    const file = this.#file as OpenFile;
    const got = file.read(this.#bytes, 0, this.#bytes.length, this.#at);
    const found = blockAt(this.#bytes.subarray(0, got), 0, this.#atPosition);
    if (found.kind !== 'block') {
      // The end of a segment, or a damage; `#open` tells which by what segments there are.
      this.#why = found.kind === 'bad' ? `${found.reason}, at byte ${this.#at}` : 'it ends early';
      this.close();
      return null;
    }
    const first = this.#atPosition;
    this.#at += found.bytes;
    this.#atPosition += found.block.count;
    if (this.#atPosition <= this.#next) return null;
    const skipped = this.#next - first;
    this.#next = this.#atPosition;
    return {
      kind: 'block',
      first: first + skipped,
      block: behind(found.block, skipped),
      dictionary: this.#dictionary as Dictionary,
      segment: this.#segment,
    };
  }

  #skip(to: number, why: string): WalRead {
    const from = this.#next;
    this.#next = to + 1;
    return { kind: 'missing', from, to, why };
  }
}

function behind({ words, count }: RecordBlock, skipped: number): RecordBlock {
  if (skipped === 0) return { words, count };
  return { words: words.subarray((words.length / count) * skipped), count: count - skipped };
}
