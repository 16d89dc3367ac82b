import {
  longAt,
  putLong,
  RECORD_WORDS,
  type RecordBlock,
  WORD,
} from '../../../storage/columns/record.ts';

/** Time is looked at in buckets of this many microseconds. */
const BUCKET_US = 10_000;
/** A bucket is part of a burst from this many times the usual, and from so many records on. */
const TIMES_MIN = 8;
const RECORDS_MIN = 40;
/** Weight of a bucket in what is usual: half of it is forgotten after seven seconds. */
const WEIGHT = 0.001;
/** So long the plain mean is usual, so that neither a loud nor a silent beginning lasts. */
const BUCKETS_PLAIN = 1 / WEIGHT;
/** Nothing is usual before this many buckets: the first second. */
const BUCKETS_FIRST = 100;
/** More bursts than this are only counted. */
const BURSTS_LISTED_MAX = 100;

/** A stretch in which records came many times as fast as usual. */
export interface Burst {
  /** Local time in microseconds: of the first bucket, and behind the last. */
  readonly fromUs: number;
  readonly toUs: number;
  readonly records: number;
  /** The fullest bucket over what was usual before the burst. */
  readonly times: number;
}

/**
 * Finds microbursts in records, in the order of their local time: runs of buckets of 10 ms that
 * hold at least 40 records and 8 times the exponentially weighted mean of the buckets before. What
 * is in a burst does not count as usual. O(1) a record.
 */
export class BurstDetector {
  readonly bursts: Burst[] = [];
  /** All of them, those that are not listed included. */
  count = 0;
  #bucket = Number.NaN;
  #records = 0;
  #buckets = 0;
  #usual = 0;
  #open: { fromUs: number; records: number; times: number } | null = null;

  look({ words, count }: RecordBlock): void {
    for (let row = 0; row < count; row += 1) {
      const localUs = longAt(words, row * RECORD_WORDS + WORD.tsLocal);
      const bucket = Math.floor(localUs / BUCKET_US);
      if (bucket > this.#bucket) this.#passTo(bucket);
      else if (Number.isNaN(this.#bucket)) this.#bucket = bucket;
      this.#records += 1;
    }
  }

  /** Everything has been seen: a burst at the end is one, too. */
  finish(): readonly Burst[] {
    if (!Number.isNaN(this.#bucket)) this.#passTo(this.#bucket + 1);
    this.#endBurst();
    return this.bursts;
  }

  #passTo(bucket: number): void {
    this.#close(this.#records);
    this.#records = 0;
    const empty = bucket - this.#bucket - 1;
    this.#bucket += 1;
    if (empty > 0) {
      this.#close(0);
      this.#beQuiet(empty - 1);
    }
    this.#bucket = bucket;
  }

  /** Takes so many empty buckets at once, as `#close` would one after the other. */
  #beQuiet(buckets: number): void {
    const plain = Math.min(buckets, Math.max(0, BUCKETS_PLAIN - this.#buckets));
    this.#usual *= this.#buckets / (this.#buckets + plain);
    this.#usual *= (1 - WEIGHT) ** (buckets - plain);
    this.#buckets += buckets;
  }

  #close(records: number): void {
    const times = this.#usual === 0 ? 0 : records / this.#usual;
    const isKnown = this.#buckets >= BUCKETS_FIRST;
    if (isKnown && records >= RECORDS_MIN && times >= TIMES_MIN) {
      this.#open ??= { fromUs: this.#bucket * BUCKET_US, records: 0, times: 0 };
      this.#open.records += records;
      this.#open.times = Math.max(this.#open.times, times);
      return;
    }
    this.#endBurst();
    this.#buckets += 1;
    this.#usual += (records - this.#usual) * Math.max(WEIGHT, 1 / this.#buckets);
  }

  #endBurst(): void {
    if (this.#open === null) return;
    const { fromUs, records, times } = this.#open;
    this.#open = null;
    this.count += 1;
    if (this.bursts.length === BURSTS_LISTED_MAX) return;
    this.bursts.push({ fromUs, toUs: this.#bucket * BUCKET_US, records, times });
  }
}

/** Of each period of ten seconds the first second is squeezed. */
const PERIOD_US = 10_000_000;
const SQUEEZED_US = 1_000_000;

/**
 * The same records with microbursts in them: the first second of every ten passes so many times as
 * fast, and silence follows it. No record is added, left out or changed but for its times, so the
 * books are those of the original; what hears them has to bear the burst.
 *
 * @param times at least 1
 */
export async function* withBursts(
  blocks: AsyncIterable<RecordBlock>,
  times: number,
): AsyncGenerator<RecordBlock> {
  let firstUs = Number.NaN;
  for await (const { words, count } of blocks) {
    for (let row = 0; row < count; row += 1) {
      const at = row * RECORD_WORDS;
      const localUs = longAt(words, at + WORD.tsLocal);
      if (Number.isNaN(firstUs)) firstUs = localUs;
      const inPeriodUs = (localUs - firstUs) % PERIOD_US;
      if (inPeriodUs >= SQUEEZED_US) continue;
      const earlierUs = inPeriodUs - Math.floor(inPeriodUs / times);
      putLong(words, at + WORD.tsLocal, localUs - earlierUs);
      const exchangeUs = longAt(words, at + WORD.tsExchange);
      if (exchangeUs > 0) putLong(words, at + WORD.tsExchange, exchangeUs - earlierUs);
    }
    yield { words, count };
  }
}
