import type { LevelList } from '../../binance/level-list.ts';
import { DecimalReader } from '../../market/decimal-reader.ts';
import { bytesOf, isAt } from '../../market/frame-bytes.ts';
import type { SymbolTable } from '../../market/symbol-table.ts';
import { parseTimeStamp } from '../../market/time-stamp.ts';
import type { KrakenInstrument } from '../pair.ts';

/** What the venue writes between the values of a book update, in the order in which it does. */
const HEAD = bytesOf('{"channel":"book","type":"update","data":[{"symbol":"');
const BIDS = bytesOf('","bids":[');
const ASKS = bytesOf(',"asks":[');
const CHECKSUM = bytesOf(',"checksum":');
const TIME = bytesOf(',"timestamp":"');
const TAIL = bytesOf('"}]}');

const COMMA = 0x2c;
const CLOSE_ARRAY = 0x5d;
const CLOSE_OBJECT = 0x7d;

/**
 * Reads a book update whose bytes stand exactly as the venue usually writes them, in one pass and
 * without looking for anything: a quarter of the time of the general reader. Whatever is otherwise,
 * another order, a blank, a number out of range, is left to that.
 */
export class UsualBook {
  pair: KrakenInstrument;
  checksum = 0;
  /** Venue time in ms, with a fraction. */
  eventMs = 0;
  readonly #pairs: SymbolTable<KrakenInstrument>;
  readonly #decimal = new DecimalReader();
  #bytes: Uint8Array = HEAD;
  #at = 0;

  constructor(pairs: SymbolTable<KrakenInstrument>, first: KrakenInstrument) {
    this.#pairs = pairs;
    this.pair = first;
  }

  /** @returns false when the frame is not as usual; the lists then hold nothing to be used */
  read(frame: Uint8Array, bids: LevelList, asks: LevelList): boolean {
    this.#bytes = frame;
    this.#at = 0;
    if (!this.#is(HEAD)) return false;
    const pair = this.#pairs.find(frame, this.#at);
    if (pair === null) return false;
    this.#at = this.#pairs.end;
    this.pair = pair;
    if (!this.#is(BIDS) || !this.#levels(bids)) return false;
    if (!this.#is(ASKS) || !this.#levels(asks)) return false;
    if (!this.#is(CHECKSUM)) return false;
    this.checksum = this.#decimal.read(frame, this.#at, 0);
    this.#at = this.#decimal.end;
    if (!(this.checksum >= 0) || !this.#is(TIME)) return false;
    const timeEnd = frame.length - TAIL.length;
    this.eventMs = parseTimeStamp(frame, this.#at, timeEnd);
    this.#at = timeEnd;
    return this.eventMs > 0 && this.#is(TAIL);
  }

  #levels(list: LevelList): boolean {
    const { priceDecimals, tickSteps, quantityDecimals, lotSteps } = this.pair;
    const bytes = this.#bytes;
    const decimal = this.#decimal;
    list.count = 0;
    let at = this.#at;
    if (bytes[at] === CLOSE_ARRAY) {
      this.#at = at + 1;
      return true;
    }
    for (;;) {
      if (!isPrice(bytes, at)) return false;
      const price = decimal.read(bytes, at + PRICE_BYTES, priceDecimals);
      const ticks = tickSteps === 1 ? price : price / tickSteps;
      if (!isSize(bytes, decimal.end)) return false;
      const size = decimal.read(bytes, decimal.end + SIZE_BYTES, quantityDecimals);
      const lots = lotSteps === 1 ? size : size / lotSteps;
      at = decimal.end;
      if (!(ticks > 0 && lots >= 0) || bytes[at] !== CLOSE_OBJECT) return false;
      if (!list.push(ticks, lots)) return false;
      const next = bytes[at + 1];
      at += 2;
      this.#at = at;
      if (next === CLOSE_ARRAY) return true;
      if (next !== COMMA) return false;
    }
  }

  /** Passes these bytes if they are next. */
  #is(wanted: Uint8Array): boolean {
    const start = this.#at;
    if (!isAt(this.#bytes, start, wanted)) return false;
    this.#at = start + wanted.length;
    return true;
  }
}

const PRICE_BYTES = 9;
const SIZE_BYTES = 7;

/** Whether `{"price":` stands here, byte by byte: a loop over the text would take twice as long. */
function isPrice(bytes: Uint8Array, at: number): boolean {
  return (
    bytes[at] === 0x7b &&
    bytes[at + 1] === 0x22 &&
    bytes[at + 2] === 0x70 &&
    bytes[at + 3] === 0x72 &&
    bytes[at + 4] === 0x69 &&
    bytes[at + 5] === 0x63 &&
    bytes[at + 6] === 0x65 &&
    bytes[at + 7] === 0x22 &&
    bytes[at + 8] === 0x3a
  );
}

/** The same of `,"qty":`. */
function isSize(bytes: Uint8Array, at: number): boolean {
  return (
    bytes[at] === 0x2c &&
    bytes[at + 1] === 0x22 &&
    bytes[at + 2] === 0x71 &&
    bytes[at + 3] === 0x74 &&
    bytes[at + 4] === 0x79 &&
    bytes[at + 5] === 0x22 &&
    bytes[at + 6] === 0x3a
  );
}
