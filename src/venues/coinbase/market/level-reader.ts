import { bookLots, bookTicks, type Instrument } from '../../../core/instrument.ts';
import type { JsonScanner } from '../../binance/json-scanner.ts';
import { LevelList } from '../../binance/level-list.ts';

const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** A level as the venue writes it, in the pieces between its values. */
const BID = bytesOf('{"side":"bid","event_time":"');
const OFFER = bytesOf('{"side":"offer","event_time":"');
const PRICE = bytesOf('","price_level":"');
const QUANTITY = bytesOf('","new_quantity":"');
const END = bytesOf('"}');
/** Where the two sides differ. */
const SIDE_AT = '{"side":"'.length;
const LETTER_B = 0x62;

/**
 * Reads the levels of an event, `{"side", "event_time", "price_level", "new_quantity"}` each. The
 * form that the venue writes is compared piece by piece, which takes a third of the time; a level
 * in any other form is read key by key.
 */
export class LevelReader {
  readonly bids = new LevelList();
  readonly asks = new LevelList();
  readonly #scanner: JsonScanner;
  /** Price and quantity of the level that was read last, and 1 for a bid, −1 for an offer. */
  #ticks = 0;
  #lots = 0;
  #side = 0;

  constructor(scanner: JsonScanner) {
    this.#scanner = scanner;
  }

  /** Reads a whole list. @returns false, with a fault, when anything else is there */
  read(instrument: Instrument): boolean {
    const scanner = this.#scanner;
    this.bids.count = 0;
    this.asks.count = 0;
    if (!scanner.open(OPEN_LIST)) return false;
    if (scanner.close(CLOSE_LIST)) return true;
    do {
      const at = scanner.offset();
      const end = this.#readUsual(at, instrument);
      if (end >= 0) scanner.seek(end);
      else if (!this.#readAny(instrument)) return false;
      const list = this.#side > 0 ? this.bids : this.asks;
      if (!list.push(this.#ticks, this.#lots)) return scanner.fail('too many levels');
    } while (scanner.comma());
    return scanner.expect(CLOSE_LIST);
  }

  /** @returns where the level ends, or −1 when it is not in the usual form or not right */
  #readUsual(from: number, instrument: Instrument): number {
    const { bytes } = this.#scanner;
    const isBid = bytes[from + SIDE_AT] === LETTER_B;
    const head = isBid ? BID : OFFER;
    if (!isAt(bytes, from, head)) return -1;
    const timeEnd = endOfText(bytes, from + head.length);
    if (timeEnd < 0 || !isAt(bytes, timeEnd, PRICE)) return -1;
    const price = timeEnd + PRICE.length;
    const priceEnd = endOfText(bytes, price);
    if (priceEnd < 0 || !isAt(bytes, priceEnd, QUANTITY)) return -1;
    const quantity = priceEnd + QUANTITY.length;
    const quantityEnd = endOfText(bytes, quantity);
    if (quantityEnd < 0 || !isAt(bytes, quantityEnd, END)) return -1;
    this.#side = isBid ? 1 : -1;
    this.#ticks = bookTicks(instrument, bytes, price, priceEnd);
    this.#lots = bookLots(instrument, bytes, quantity, quantityEnd);
    const isLevel = this.#ticks > 0 && this.#lots >= 0;
    return isLevel ? quantityEnd + END.length : -1;
  }

  #readAny(instrument: Instrument): boolean {
    const scanner = this.#scanner;
    this.#side = 0;
    this.#ticks = Number.NaN;
    this.#lots = Number.NaN;
    if (!scanner.open(OPEN_OBJECT)) return false;
    do {
      if (!scanner.key() || !this.#member(instrument)) return false;
    } while (scanner.comma());
    if (!scanner.expect(CLOSE_OBJECT)) return false;
    if (this.#side === 0) return scanner.fail('a level of neither bid nor offer');
    const isLevel = this.#ticks > 0 && this.#lots >= 0;
    return isLevel || scanner.fail('a level that is no price and quantity');
  }

  #member(instrument: Instrument): boolean {
    const scanner = this.#scanner;
    if (scanner.textIs('price_level')) {
      if (!scanner.string()) return false;
      this.#ticks = bookTicks(instrument, scanner.bytes, scanner.textStart, scanner.textEnd);
      return true;
    }
    if (scanner.textIs('new_quantity')) {
      if (!scanner.string()) return false;
      this.#lots = bookLots(instrument, scanner.bytes, scanner.textStart, scanner.textEnd);
      return true;
    }
    if (!scanner.textIs('side')) return scanner.skip();
    if (!scanner.string()) return false;
    const isAsk = scanner.textIs('offer') || scanner.textIs('ask');
    this.#side = scanner.textIs('bid') ? 1 : isAsk ? -1 : 0;
    return true;
  }
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function isAt(bytes: Uint8Array, from: number, piece: Uint8Array): boolean {
  for (let at = 0; at < piece.length; at += 1) if (bytes[from + at] !== piece[at]) return false;
  return true;
}

/** Where a text without escapes ends; −1 when there is no such. */
function endOfText(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) return -1;
  }
  return -1;
}
