import type { Book } from '../../../market/book.ts';
import type { Ladder } from '../../../market/ladder.ts';

/** Levels a side that a checksum covers, whatever the depth of the subscription. */
export const CHECKSUM_LEVELS = 10;

/** What turns ticks and lots into the integers that a checksum writes. */
export interface ChecksumScale {
  readonly price: number;
  readonly quantity: number;
}

/** The scale of an instrument whose prices have `pairDecimals` and quantities `lotDecimals`. */
export function scaleOf(rules: {
  readonly priceDecimals: number;
  readonly tickSteps: number;
  readonly quantityDecimals: number;
  readonly lotSteps: number;
  readonly pairDecimals: number;
  readonly lotDecimals: number;
}): ChecksumScale {
  return {
    price: rules.tickSteps * 10 ** (rules.pairDecimals - rules.priceDecimals),
    quantity: rules.lotSteps * 10 ** (rules.lotDecimals - rules.quantityDecimals),
  };
}

/**
 * CRC-32 (IEEE) of the ten best asks, then the ten best bids, best first: the digits of each price
 * and size without dot and leading zeros.
 *
 * The checksum of a text is linear in it, so the two sides, the levels of a side and the digits of
 * a level are each counted by themselves and joined; an update has anew only what it changes.
 *
 * @see Kraken, "Book checksum (WebSocket v2)"
 */
export class BookChecksum {
  readonly #scale: ChecksumScale;
  readonly #asks = new SideChecksum();
  readonly #bids = new SideChecksum();

  /** For one book only, of which nobody else remembers the best levels. */
  constructor(scale: ChecksumScale) {
    this.#scale = scale;
  }

  of({ asks, bids }: Book): number {
    this.#asks.take(asks, this.#scale);
    this.#bids.take(bids, this.#scale);
    return this.#joined();
  }

  /** The same of a book that stays somebody else's. */
  ofOnce({ asks, bids }: Book): number {
    this.#asks.count(asks, this.#scale, 0);
    this.#bids.count(bids, this.#scale, 0);
    return this.#joined();
  }

  #joined(): number {
    const begun = (BEGUN[this.#asks.bytes] as number) ^ this.#asks.crc;
    return ended(shifted(zerosFor(this.#bids.bytes), begun) ^ this.#bids.crc);
  }
}

/** The checksum of a book that is looked at once. */
export function bookChecksum(book: Book, scale: ChecksumScale): number {
  return new BookChecksum(scale).ofOnce(book);
}

/** What so many levels came to is remembered, by their prices. */
const REMEMBERED_BITS = 6;
const REMEMBERED = 1 << REMEMBERED_BITS;
/** 2^32 over the golden ratio: the venue's prices may all end in the same digits. */
const SPREAD = 0x9e3779b1;

/** One side, begun from 0. */
class SideChecksum {
  crc = 0;
  /** How many digits it has covered. */
  bytes = 0;
  /** Both before each rank. */
  readonly #before = new Int32Array(2 * (CHECKSUM_LEVELS + 1));
  #isBegun = false;
  /** What a level comes to by itself, wherever it stands, and how many digits it has. */
  readonly #owns = new Int32Array(2 * REMEMBERED);
  /** Ticks and lots of which level that is. */
  readonly #levels = new Float64Array(2 * REMEMBERED);

  /** Follows a side that was changed since. */
  take(side: Ladder, scale: ChecksumScale): void {
    const from = this.#isBegun ? side.changedFrom : 0;
    this.#isBegun = true;
    side.settle();
    if (from < CHECKSUM_LEVELS) this.count(side, scale, from);
  }

  /** @param from levels better than this rank are as they were */
  count(side: Ladder, scale: ChecksumScale, from: number): void {
    const levels = Math.min(side.depth, CHECKSUM_LEVELS);
    let crc = this.#before[2 * from] as number;
    let bytes = this.#before[2 * from + 1] as number;
    for (let rank = from; rank < levels; rank += 1) {
      const place = this.#placeOf(side.ticksAt(rank), side.lotsAt(rank), scale);
      const length = this.#owns[place + 1] as number;
      crc = shifted(zerosFor(length), crc) ^ (this.#owns[place] as number);
      bytes += length;
      this.#before[2 * rank + 2] = crc;
      this.#before[2 * rank + 3] = bytes;
    }
    this.crc = crc;
    this.bytes = bytes;
  }

  /** Where a level is remembered, from now on if not before. */
  #placeOf(ticks: number, lots: number, scale: ChecksumScale): number {
    const place = 2 * (Math.imul(ticks, SPREAD) >>> (32 - REMEMBERED_BITS));
    if (this.#levels[place] !== ticks || this.#levels[place + 1] !== lots) {
      const price = digits(Math.round(ticks * scale.price));
      const priceLength = written;
      const size = digits(Math.round(lots * scale.quantity));
      this.#owns[place] = shifted(zerosFor(written), price) ^ size;
      this.#owns[place + 1] = priceLength + written;
      this.#levels[place] = ticks;
      this.#levels[place + 1] = lots;
    }
    return place;
  }
}

/** A checksum under way; it is finished by `ended`. */
export const BEGIN = -1;

export function ended(crc: number): number {
  return ~crc >>> 0;
}

/** Adds the decimal digits of a whole number; 0 adds none. */
export function withNumber(begun: number, value: number): number {
  const own = digits(value);
  return shifted(zerosFor(written), begun) ^ own;
}

const FOUR_DIGITS = 1e4;
const EIGHT_DIGITS = 1e8;

/** How many digits the last number had. */
let written = 0;

/** The decimal digits of a whole number, begun from 0; 0 has none. */
function digits(value: number): number {
  if (value < EIGHT_DIGITS) return fewDigits(value | 0);
  const high = Math.floor(value / EIGHT_DIGITS);
  const low = (value - high * EIGHT_DIGITS) | 0;
  const thousands = (low / FOUR_DIGITS) | 0;
  const last = fourDigits(low - thousands * FOUR_DIGITS);
  const eight = shifted(FOUR_BYTES, fourDigits(thousands)) ^ last;
  const begun = digits(high);
  written += 8;
  return shifted(EIGHT_BYTES, begun) ^ eight;
}

/** Below 10^8. */
function fewDigits(value: number): number {
  if (value < FOUR_DIGITS) return firstDigits(value);
  const high = (value / FOUR_DIGITS) | 0;
  const begun = firstDigits(high);
  written += 4;
  return shifted(FOUR_BYTES, begun) ^ fourDigits(value - high * FOUR_DIGITS);
}

/** Below 10^4, without zeros in front: they are taken back out. */
function firstDigits(value: number): number {
  written = value >= 100 ? (value >= 1_000 ? 4 : 3) : value >= 10 ? 2 : value > 0 ? 1 : 0;
  return fourDigits(value) ^ (ZEROS_IN_FRONT[written] as number);
}

/** Below 10^4, zeros in front: of two tables of a hundred, which stay near, unlike one of 10^4. */
function fourDigits(value: number): number {
  const hundreds = (value / 100) | 0;
  return (HUNDREDS[hundreds] as number) ^ (ONES[value - hundreds * 100] as number);
}

/** One step for every byte; a call into zlib for 200 digits would have to copy them first. */
const TABLE = tableOf(0xedb88320);

function tableOf(polynomial: number): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    return crc;
  });
}

/** Sides are shorter than 2^9 digits: ten levels of two numbers of at most 25. */
const POWERS = 9;
const SIDE_BYTES_MAX = 1 << POWERS;

/** For each power of two, what so many zero bytes make of each byte of a checksum. */
const ZEROS: readonly Int32Array[] = zerosOf();
const FOUR_BYTES = ZEROS[2] as Int32Array;
const EIGHT_BYTES = ZEROS[3] as Int32Array;

function textCrc(text: string): number {
  let crc = 0;
  for (let at = 0; at < text.length; at += 1) {
    crc = (TABLE[(crc ^ text.charCodeAt(at)) & 0xff] as number) ^ (crc >>> 8);
  }
  return crc;
}

/** The two digits of each number below 100, begun from 0. */
const ONES = Int32Array.from({ length: 100 }, (_, value) =>
  textCrc(String(value).padStart(2, '0')),
);
/** The same with two bytes of zero behind. */
const HUNDREDS = ONES.map((crc) => afterZeros(crc, 2));
/** What the digits 0 in front of so many others, four in all, add. */
const ZEROS_IN_FRONT = Int32Array.from({ length: 5 }, (_, others) =>
  afterZeros(textCrc('0'.repeat(4 - others)), others),
);

/** A checksum that has begun and is to take in so many digits. */
const BEGUN = Int32Array.from({ length: SIDE_BYTES_MAX }, (_, bytes) => afterZeros(BEGIN, bytes));

function zerosOf(): readonly Int32Array[] {
  const one = new Int32Array(4 * 256);
  for (let place = 0; place < 4; place += 1) {
    for (let byte = 0; byte < 256; byte += 1) {
      const crc = byte << (8 * place);
      one[256 * place + byte] = (TABLE[crc & 0xff] as number) ^ (crc >>> 8);
    }
  }
  const powers = [one];
  while (powers.length < POWERS) {
    const last = powers[powers.length - 1] as Int32Array;
    powers.push(last.map((crc) => shifted(last, crc)));
  }
  return powers;
}

function shifted(table: Int32Array, crc: number): number {
  return (
    (table[crc & 0xff] as number) ^
    (table[256 + ((crc >>> 8) & 0xff)] as number) ^
    (table[512 + ((crc >>> 16) & 0xff)] as number) ^
    (table[768 + (crc >>> 24)] as number)
  );
}

/** What so many zero bytes make of a checksum, by their number; made when first asked for. */
const ZEROS_BY_COUNT: (Int32Array | undefined)[] = [];

function zerosFor(bytes: number): Int32Array {
  const known = ZEROS_BY_COUNT[bytes];
  if (known !== undefined) return known;
  const made = new Int32Array(4 * 256);
  for (let place = 0; place < 4; place += 1) {
    for (let byte = 0; byte < 256; byte += 1) {
      made[256 * place + byte] = afterZeros(byte << (8 * place), bytes);
    }
  }
  ZEROS_BY_COUNT[bytes] = made;
  return made;
}

/** A checksum after so many zero bytes more. */
function afterZeros(begun: number, bytes: number): number {
  let crc = begun;
  for (let power = 0; power < POWERS; power += 1) {
    if ((bytes >> power) & 1) crc = shifted(ZEROS[power] as Int32Array, crc);
  }
  return crc;
}
