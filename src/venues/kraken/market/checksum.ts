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
 * An update changes few of those levels, so each side remembers what its first levels came to, and
 * the two are joined: the checksum of a text is linear in it. That is a third of counting anew.
 *
 * @see Kraken, "Book checksum (WebSocket v2)"
 */
export class BookChecksum {
  readonly #scale: ChecksumScale;
  readonly #asks = new SideChecksum();
  readonly #bids = new SideChecksum();

  /** For one book only: its sides are known again by how often they were edited. */
  constructor(scale: ChecksumScale) {
    this.#scale = scale;
  }

  of({ asks, bids }: Book): number {
    this.#asks.take(asks, this.#scale);
    this.#bids.take(bids, this.#scale);
    const begun = shifted(zerosFor(this.#asks.bytes), BEGIN) ^ this.#asks.crc;
    return ended(shifted(zerosFor(this.#bids.bytes), begun) ^ this.#bids.crc);
  }
}

/** The checksum of a book that is looked at once. */
export function bookChecksum(book: Book, scale: ChecksumScale): number {
  return new BookChecksum(scale).of(book);
}

/**
 * One side, begun from 0: of each level what it comes to by itself and the state after it. A level
 * that has only moved up or down is not written again, for its digits come to the same.
 */
class SideChecksum {
  crc = 0;
  /** How many digits it has covered. */
  bytes = 0;
  readonly #ticks = new Float64Array(CHECKSUM_LEVELS);
  readonly #lots = new Float64Array(CHECKSUM_LEVELS);
  /** Of a level alone. */
  readonly #owns = new Int32Array(CHECKSUM_LEVELS);
  readonly #lengths = new Int32Array(CHECKSUM_LEVELS);
  readonly #crcs = new Int32Array(CHECKSUM_LEVELS);
  readonly #counts = new Int32Array(CHECKSUM_LEVELS);
  /** The levels as they were, from the first that is another on. */
  readonly #ticksBefore = new Float64Array(CHECKSUM_LEVELS);
  readonly #lotsBefore = new Float64Array(CHECKSUM_LEVELS);
  readonly #ownsBefore = new Int32Array(CHECKSUM_LEVELS);
  readonly #lengthsBefore = new Int32Array(CHECKSUM_LEVELS);
  #kept = 0;
  #levels = 0;
  /** Of the side, when it was last looked at; −1 before that. */
  #edits = -1;

  take(side: Ladder, scale: ChecksumScale): void {
    // Most frames change one side.
    if (side.edits === this.#edits) return;
    this.#edits = side.edits;
    const levels = Math.min(side.depth, CHECKSUM_LEVELS);
    let rank = 0;
    while (
      rank < levels &&
      rank < this.#levels &&
      this.#ticks[rank] === side.ticksAt(rank) &&
      this.#lots[rank] === side.lotsAt(rank)
    ) {
      rank += 1;
    }
    this.crc = rank === 0 ? 0 : (this.#crcs[rank - 1] as number);
    this.bytes = rank === 0 ? 0 : (this.#counts[rank - 1] as number);
    if (rank < levels) this.#keep(rank);
    for (; rank < levels; rank += 1) {
      const ticks = side.ticksAt(rank);
      const lots = side.lotsAt(rank);
      const was = this.#rankBefore(rank, ticks, lots);
      if (was < 0) this.#write(rank, ticks, lots, scale);
      else {
        this.#owns[rank] = this.#ownsBefore[was] as number;
        this.#lengths[rank] = this.#lengthsBefore[was] as number;
      }
      const length = this.#lengths[rank] as number;
      this.crc = shifted(zerosFor(length), this.crc) ^ (this.#owns[rank] as number);
      this.bytes += length;
      this.#ticks[rank] = ticks;
      this.#lots[rank] = lots;
      this.#crcs[rank] = this.crc;
      this.#counts[rank] = this.bytes;
    }
    this.#levels = levels;
  }

  /** What stands from a rank on, before it is overwritten. */
  #keep(from: number): void {
    for (let rank = from; rank < this.#levels; rank += 1) {
      this.#ticksBefore[rank] = this.#ticks[rank] as number;
      this.#lotsBefore[rank] = this.#lots[rank] as number;
      this.#ownsBefore[rank] = this.#owns[rank] as number;
      this.#lengthsBefore[rank] = this.#lengths[rank] as number;
    }
    this.#kept = from;
  }

  /** Where a level stood: one better, as it did, or one worse; −1 when it is another. */
  #rankBefore(rank: number, ticks: number, lots: number): number {
    const last = Math.min(rank + 1, this.#levels - 1);
    for (let was = Math.max(rank - 1, this.#kept); was <= last; was += 1) {
      if (this.#ticksBefore[was] === ticks && this.#lotsBefore[was] === lots) return was;
    }
    return -1;
  }

  #write(rank: number, ticks: number, lots: number, scale: ChecksumScale): void {
    const price = withNumber(0, Math.round(ticks * scale.price));
    const length = written;
    this.#owns[rank] = withNumber(price, Math.round(lots * scale.quantity));
    this.#lengths[rank] = length + written;
  }
}

/** A checksum under way; it is finished by `ended`. */
export const BEGIN = -1;

export function ended(crc: number): number {
  return ~crc >>> 0;
}

const FOUR_DIGITS = 1e4;
const EIGHT_DIGITS = 1e8;

/** Digits that the last `withNumber` has added. */
let written = 0;

/** Adds the decimal digits of a whole number; 0 adds none. */
export function withNumber(begun: number, value: number): number {
  written = 0;
  return withWhole(begun, value);
}

function withWhole(begun: number, value: number): number {
  if (value < EIGHT_DIGITS) return withFirst(begun, value | 0);
  const high = Math.floor(value / EIGHT_DIGITS);
  return withEight(withWhole(begun, high), (value - high * EIGHT_DIGITS) | 0);
}

/** Below 10^8 and without leading zeros. */
function withFirst(begun: number, value: number): number {
  if (value < FOUR_DIGITS) return withFew(begun, value);
  const high = (value / FOUR_DIGITS) | 0;
  return withFour(withFew(begun, high), value - high * FOUR_DIGITS);
}

function withEight(begun: number, value: number): number {
  const high = (value / FOUR_DIGITS) | 0;
  return withFour(withFour(begun, high), value - high * FOUR_DIGITS);
}

/** Exactly four digits at once: the state takes them in, and four bytes pass. */
function withFour(begun: number, value: number): number {
  written += 4;
  return shifted(FOUR_BYTES, begun ^ (FOUR_TEXTS[value] as number));
}

/** Up to four digits without leading zeros; none for 0. */
function withFew(begun: number, value: number): number {
  const text = FOUR_TEXTS[value] as number;
  const count = value >= 100 ? (value >= 1_000 ? 4 : 3) : value >= 10 ? 2 : value > 0 ? 1 : 0;
  written += count;
  let crc = begun;
  for (let at = 4 - count; at < 4; at += 1) {
    crc = (TABLE[(crc ^ (text >>> (8 * at))) & 0xff] as number) ^ (crc >>> 8);
  }
  return crc;
}

/** The digits of each number below 10^4, zeros in front, as four bytes with the first lowest. */
const FOUR_TEXTS = Int32Array.from({ length: FOUR_DIGITS }, (_, value) => {
  const text = String(value).padStart(4, '0');
  const byte = (at: number): number => text.charCodeAt(at) << (8 * at);
  return byte(0) | byte(1) | byte(2) | byte(3);
});

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

/** For each power of two, what so many zero bytes make of each byte of a checksum. */
const ZEROS: readonly Int32Array[] = zerosOf();
const FOUR_BYTES = ZEROS[2] as Int32Array;

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
