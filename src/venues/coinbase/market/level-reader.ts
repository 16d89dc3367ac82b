import { bookLots, bookTicks, type Instrument } from '../../../core/instrument.ts';
import type { JsonScanner } from '../../binance/json-scanner.ts';
import { LevelList } from '../../binance/level-list.ts';
import { DecimalReader } from '../../market/decimal-reader.ts';
import { bytesOf, endOfText, isAt } from '../../market/frame-bytes.ts';

const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
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
  readonly #decimal = new DecimalReader();
  /** How long the time of the last level was. */
  #timeBytes = 0;
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
    const timeEnd = this.#endOfTime(from + head.length);
    if (timeEnd < 0) return -1;
    const decimal = this.#decimal;
    const { priceDecimals, tickSteps, quantityDecimals, lotSteps } = instrument;
    const price = decimal.read(bytes, timeEnd + PRICE.length, priceDecimals);
    if (!(price > 0) || !isAt(bytes, decimal.end, QUANTITY)) return -1;
    const size = decimal.read(bytes, decimal.end + QUANTITY.length, quantityDecimals);
    if (!(size >= 0) || !isAt(bytes, decimal.end, END)) return -1;
    this.#side = isBid ? 1 : -1;
    this.#ticks = tickSteps === 1 ? price : price / tickSteps;
    this.#lots = lotSteps === 1 ? size : size / lotSteps;
    return decimal.end + END.length;
  }

  /**
   * Where the time of a level ends, which nobody reads: where it ended in the level before if the
   * price stands behind it, else where its text does. No level that is right is read wrong by that:
   * whatever came in between is behind the time and before the price.
   */
  #endOfTime(from: number): number {
    const { bytes } = this.#scanner;
    const usual = from + this.#timeBytes;
    if (bytes[usual - 1] !== BACKSLASH && isAt(bytes, usual, PRICE)) return usual;
    const end = endOfText(bytes, from);
    if (end < 0 || !isAt(bytes, end, PRICE)) return -1;
    this.#timeBytes = end - from;
    return end;
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
