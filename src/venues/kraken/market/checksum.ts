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
 * @see Kraken, "Book checksum (WebSocket v2)"
 */
export function bookChecksum({ asks, bids }: Book, scale: ChecksumScale): number {
  return ended(sideCrc(bids, scale, sideCrc(asks, scale, BEGIN)));
}

function sideCrc(side: Ladder, scale: ChecksumScale, begun: number): number {
  let crc = begun;
  const levels = Math.min(side.depth, CHECKSUM_LEVELS);
  for (let rank = 0; rank < levels; rank += 1) {
    crc = withNumber(crc, Math.round(side.ticksAt(rank) * scale.price));
    crc = withNumber(crc, Math.round(side.lotsAt(rank) * scale.quantity));
  }
  return crc;
}

/** A checksum under way; it is finished by `ended`. */
export const BEGIN = -1;

export function ended(crc: number): number {
  return ~crc >>> 0;
}

const EIGHT_DIGITS = 1e8;

/** Adds the decimal digits of a whole number below 2^53; 0 adds none. */
export function withNumber(begun: number, value: number): number {
  const high = Math.floor(value / EIGHT_DIGITS);
  if (high === 0) return withDigits(begun, value | 0, 0);
  const low = value - high * EIGHT_DIGITS;
  if (high < EIGHT_DIGITS) return withDigits(withDigits(begun, high | 0, 0), low | 0, 8);
  return withDigits(withNumber(begun, high), low | 0, 8);
}

const DIGITS = new Uint8Array(10);

/** @param width leading zeros fill up to this many digits */
function withDigits(begun: number, value: number, width: number): number {
  let rest = value;
  let count = 0;
  while (rest > 0 || count < width) {
    const tenth = (rest / 10) | 0;
    DIGITS[count] = rest - tenth * 10;
    rest = tenth;
    count += 1;
  }
  let crc = begun;
  for (let at = count - 1; at >= 0; at -= 1) {
    crc = (TABLE[(crc ^ (0x30 + (DIGITS[at] as number))) & 0xff] as number) ^ (crc >>> 8);
  }
  return crc;
}

/** Adds the bytes of a text of digits. */
export function withText(begun: number, text: string): number {
  let crc = begun;
  for (let at = 0; at < text.length; at += 1) {
    crc = (TABLE[(crc ^ text.charCodeAt(at)) & 0xff] as number) ^ (crc >>> 8);
  }
  return crc;
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
