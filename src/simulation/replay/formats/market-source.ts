import type { Dictionary } from '../../../storage/columns/dictionary.ts';
import {
  type MarketRecord,
  putRecord,
  RECORD_WORDS,
  type RecordBlock,
} from '../../../storage/columns/record.ts';

/** Market records from wherever they lie, in the order in which they came. */
export interface MarketSource {
  readonly dictionary: Dictionary;
  /** Read once; a fault of the file is thrown as `FormatFault` where it is found. */
  readonly blocks: AsyncIterable<RecordBlock>;
  /** What of the file no record can say, counted by name; complete once the blocks are read. */
  readonly skipped: Readonly<Record<string, number>>;
}

/** A file that is not what its format says; the message names the place and what would be right. */
export class FormatFault extends Error {
  override readonly name = 'FormatFault';
}

const BLOCK_RECORDS = 4_096;

/** Gathers records into blocks. */
export class BlockFiller {
  #words = new Int32Array(BLOCK_RECORDS * RECORD_WORDS);
  #count = 0;

  /** @returns a block whenever one is full */
  push(record: Readonly<MarketRecord>): RecordBlock | null {
    putRecord(this.#words, this.#count * RECORD_WORDS, record);
    this.#count += 1;
    return this.#count === BLOCK_RECORDS ? this.take() : null;
  }

  /** What has been gathered; null when that is nothing. */
  take(): RecordBlock | null {
    if (this.#count === 0) return null;
    const block = { words: this.#words, count: this.#count };
    this.#words = new Int32Array(BLOCK_RECORDS * RECORD_WORDS);
    this.#count = 0;
    return block;
  }
}

/** Counts by name. */
export class Tally {
  readonly counts: Record<string, number> = {};

  add(name: string, count = 1): void {
    this.counts[name] = (this.counts[name] ?? 0) + count;
  }
}
