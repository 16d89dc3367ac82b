/**
 * The layout of a market record, 48 bytes, little-endian; the one owner of it.
 *
 *   0 tsExchange i64 µs | 8 tsLocal i64 µs | 16 price i64 ticks | 24 quantity i64 lots
 *   32 sequence u64     | 40 instrument u16, venue u8, kind u8  | 44 side u8, flags u8, zeros
 *
 * Numbers are doubles here, exact to 2^53; a 64-bit one is written as two words, so that nothing
 * is allocated. Ticks and lots are those of the instrument in the dictionary of the same file.
 */
export const RECORD_BYTES = 48;
export const RECORD_WORDS = RECORD_BYTES / 4;

/** Words at which the 64-bit fields begin. */
export const WORD = {
  tsExchange: 0,
  tsLocal: 2,
  price: 4,
  quantity: 6,
  sequence: 8,
  /** instrument | venue << 16 | kind << 24 */
  what: 10,
  /** side | flags << 8 */
  side: 11,
} as const;

/** What happened. Numbers to 13 are those of hftbacktest, so its files need no table. */
export const KIND = {
  /** The size of a price level is now `quantity`; 0 takes the level away. */
  depth: 1,
  /** A trade; its side is the taker's. */
  trade: 2,
  /** The book is empty from here on: a snapshot follows, or nothing is known. */
  clear: 3,
  /** A level of a snapshot. */
  snapshot: 4,
  /** Best price and size of a side, from a stream of its own. */
  bbo: 5,
  /** Orders of a book by order; `sequence` is the order's id. */
  add: 10,
  cancel: 11,
  modify: 12,
  fill: 13,
  /** `quantity` records of this instrument could not be kept before this one. */
  gap: 20,
  /**
   * Prices that are computed and no order has: `price` is in 10^-8 of the quote asset here, since
   * they are finer than ticks.
   */
  mark: 30,
  index: 31,
  /**
   * What longs pay shorts next: `price` is the fraction of the notional in 10^-12, of either sign;
   * `quantity` is when, in milliseconds since the Unix epoch.
   */
  funding: 32,
  /** A forced order; venues publish a sample of them. Its side is what the order does. */
  liquidation: 33,
  /** Contracts or lots that are open: `quantity`. */
  openInterest: 34,
  /** State of the venue, for all of its markets: `quantity` is the place in `VENUE_STATES`. */
  status: 35,
} as const;
export type RecordKind = (typeof KIND)[keyof typeof KIND];

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(KIND).map(([name, kind]) => [kind, name]),
);

/** The name of a kind, for people; a number where it has none. */
export function kindName(kind: number): string {
  return NAMES.get(kind) ?? `kind-${kind}`;
}

export const SIDE = { none: 0, buy: 1, sell: 2 } as const;
export type RecordSide = (typeof SIDE)[keyof typeof SIDE];

export const FLAG = {
  /** Last record of a frame: here the book is as the venue had it. */
  frameEnd: 1,
  /** The last of several changes of this level; those between are not kept. */
  conflated: 2,
  /** Finer than the instrument's grid, so price or quantity is the nearest on it. */
  rounded: 4,
  /** Fetched later, from the venue's history: its local time is that of the fetching. */
  backfilled: 8,
} as const;

/** A record as numbers, for whatever is not in a hurry; `fill` of a codec reuses one. */
export interface MarketRecord {
  tsExchange: number;
  tsLocal: number;
  price: number;
  quantity: number;
  sequence: number;
  instrument: number;
  venue: number;
  kind: number;
  side: number;
  flags: number;
}

const TWO_32 = 4_294_967_296;

/** Puts a whole number up to 2^53 of either sign at a word and the next. */
export function putLong(words: Int32Array, at: number, value: number): void {
  words[at] = value | 0;
  words[at + 1] = Math.floor(value / TWO_32);
}

/** The 64-bit number at a word and the next; inexact beyond 2^53. */
export function longAt(words: Int32Array, at: number): number {
  return (words[at + 1] as number) * TWO_32 + ((words[at] as number) >>> 0);
}

/** Writes a record at a word. */
export function putRecord(words: Int32Array, at: number, record: Readonly<MarketRecord>): void {
  putLong(words, at + WORD.tsExchange, record.tsExchange);
  putLong(words, at + WORD.tsLocal, record.tsLocal);
  putLong(words, at + WORD.price, record.price);
  putLong(words, at + WORD.quantity, record.quantity);
  putLong(words, at + WORD.sequence, record.sequence);
  words[at + WORD.what] = record.instrument | (record.venue << 16) | (record.kind << 24);
  words[at + WORD.side] = record.side | (record.flags << 8);
}

/** Reads the record at a word into one that is used again and again, and returns it. */
export function readRecord(words: Int32Array, at: number, into: MarketRecord): MarketRecord {
  const what = words[at + WORD.what] as number;
  const side = words[at + WORD.side] as number;
  into.tsExchange = longAt(words, at + WORD.tsExchange);
  into.tsLocal = longAt(words, at + WORD.tsLocal);
  into.price = longAt(words, at + WORD.price);
  into.quantity = longAt(words, at + WORD.quantity);
  into.sequence = longAt(words, at + WORD.sequence);
  into.instrument = what & 0xffff;
  into.venue = (what >>> 16) & 0xff;
  into.kind = what >>> 24;
  into.side = side & 0xff;
  into.flags = (side >>> 8) & 0xff;
  return into;
}

/** A record of nothing, to be read into. */
export function blankRecord(): MarketRecord {
  return {
    tsExchange: 0,
    tsLocal: 0,
    price: 0,
    quantity: 0,
    sequence: 0,
    instrument: 0,
    venue: 0,
    kind: 0,
    side: 0,
    flags: 0,
  };
}

/** Records one after the other; whoever gives it away does not write to it again. */
export interface RecordBlock {
  /** `count` records from word 0. */
  readonly words: Int32Array;
  readonly count: number;
}

/** A block of some records, for what is not in a hurry. */
export function blockOf(records: readonly Readonly<MarketRecord>[]): RecordBlock {
  const words = new Int32Array(records.length * RECORD_WORDS);
  records.forEach((record, at) => {
    putRecord(words, at * RECORD_WORDS, record);
  });
  return { words, count: records.length };
}

export function recordsOf({ words, count }: RecordBlock): MarketRecord[] {
  return Array.from({ length: count }, (_, at) =>
    readRecord(words, at * RECORD_WORDS, blankRecord()),
  );
}
