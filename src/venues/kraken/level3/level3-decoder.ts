import { bookLots, bookTicks } from '../../../core/instrument.ts';
import { JsonScanner } from '../../binance/json-scanner.ts';
import { SymbolTable } from '../../market/symbol-table.ts';
import { parseTimeStamp } from '../../market/time-stamp.ts';
import type { KrakenInstrument } from '../pair.ts';
import { DELETED, FRAME_ORDERS_MAX, ORDER_EVENTS, OrderList } from './order-list.ts';

/** What a frame turned out to be; `other` is one of another channel, or an answer. */
export type Level3FrameKind = 'snapshot' | 'update' | 'other' | 'unknown-symbol' | 'malformed';

const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;

/**
 * Decodes frames of the `level3` channel from bytes into integers; the only texts it makes are the
 * names of orders. One decoder holds one decoded frame; the next `decode` overwrites it.
 *
 * @see Kraken, "Orders (Level 3)" of the v2 sockets
 */
export class Level3Decoder {
  pair: KrakenInstrument;
  readonly bids = new OrderList();
  readonly asks = new OrderList();
  /** CRC-32 of the book after this frame. */
  checksum = 0;
  /** The latest venue time of its orders, in ms with a fraction; 0 when there are none. */
  eventMs = 0;
  readonly #scanner = new JsonScanner();
  readonly #pairs: SymbolTable<KrakenInstrument>;
  #bidsAt = -1;
  #asksAt = -1;

  /** @param pairs at least one */
  constructor(pairs: readonly KrakenInstrument[]) {
    this.pair = pairs[0] as KrakenInstrument;
    this.#pairs = new SymbolTable(pairs);
  }

  /** Why the last frame was malformed, with the byte at which it was found. */
  get fault(): string {
    return this.#scanner.fault;
  }

  decode(frame: Uint8Array): Level3FrameKind {
    const scanner = this.#scanner;
    scanner.reset(frame);
    let isLevel3 = false;
    let type: Level3FrameKind = 'malformed';
    let dataAt = -1;
    if (!scanner.open(OPEN_OBJECT)) return 'malformed';
    if (scanner.close(CLOSE_OBJECT)) return 'other';
    do {
      if (!scanner.key()) return 'malformed';
      if (scanner.textIs('channel')) {
        if (!scanner.string()) return 'malformed';
        // Whoever reads the other channels checks the rest of it.
        if (!scanner.textIs('level3')) return 'other';
        isLevel3 = true;
      } else if (scanner.textIs('type')) {
        if (!scanner.string()) return 'malformed';
        if (scanner.textIs('snapshot')) type = 'snapshot';
        else if (scanner.textIs('update')) type = 'update';
      } else if (scanner.textIs('data')) {
        dataAt = scanner.offset();
        if (!scanner.skip()) return 'malformed';
      } else if (!scanner.skip()) {
        return 'malformed';
      }
    } while (scanner.comma());
    if (!scanner.expect(CLOSE_OBJECT) || !scanner.atEnd()) return 'malformed';
    if (!isLevel3) return 'other';
    if (type === 'malformed' || dataAt < 0) return this.#malformed('neither snapshot nor update');
    return this.#data(dataAt, type);
  }

  #data(at: number, type: Level3FrameKind): Level3FrameKind {
    const scanner = this.#scanner;
    let isKnown = false;
    let hasChecksum = false;
    this.#bidsAt = -1;
    this.#asksAt = -1;
    scanner.seek(at);
    if (!scanner.open(OPEN_ARRAY) || !scanner.open(OPEN_OBJECT)) return 'malformed';
    do {
      if (!scanner.key()) return 'malformed';
      if (scanner.textIs('symbol')) {
        if (!scanner.string()) return 'malformed';
        const pair = this.#pairs.find(scanner.bytes, scanner.textStart);
        isKnown = pair !== null;
        if (pair !== null) this.pair = pair;
      } else if (scanner.textIs('checksum')) {
        this.checksum = scanner.integer();
        if (this.checksum < 0) return 'malformed';
        hasChecksum = true;
      } else {
        if (scanner.textIs('bids')) this.#bidsAt = scanner.offset();
        else if (scanner.textIs('asks')) this.#asksAt = scanner.offset();
        if (!scanner.skip()) return 'malformed';
      }
    } while (scanner.comma());
    if (!scanner.expect(CLOSE_OBJECT)) return 'malformed';
    if (!scanner.close(CLOSE_ARRAY)) return this.#malformed('a second book');
    if (!isKnown) return 'unknown-symbol';
    if (!hasChecksum) return this.#malformed('a book without checksum');
    this.eventMs = 0;
    // Numbers are read by the grid of the pair, whose name may stand behind them.
    const isRead = this.#side(this.#bidsAt, this.bids) && this.#side(this.#asksAt, this.asks);
    return isRead ? type : 'malformed';
  }

  #side(at: number, list: OrderList): boolean {
    const scanner = this.#scanner;
    list.count = 0;
    if (at < 0) return true;
    scanner.seek(at);
    if (!scanner.open(OPEN_ARRAY)) return false;
    if (scanner.close(CLOSE_ARRAY)) return true;
    do {
      if (!this.#order(list)) return false;
    } while (scanner.comma());
    return scanner.expect(CLOSE_ARRAY);
  }

  #order(list: OrderList): boolean {
    const scanner = this.#scanner;
    let event = 0;
    let id = '';
    let ticks = Number.NaN;
    let lots = Number.NaN;
    let ms = Number.NaN;
    if (!scanner.open(OPEN_OBJECT)) return false;
    do {
      if (!scanner.key()) return false;
      if (scanner.textIs('event')) {
        if (!scanner.string()) return false;
        event = ORDER_EVENTS.findIndex((word) => scanner.textIs(word));
        if (event < 0) return scanner.fail('an event that is none of add, modify, delete');
      } else if (scanner.textIs('order_id')) {
        if (!scanner.string()) return false;
        id = asciiOf(scanner.bytes, scanner.textStart, scanner.textEnd);
      } else if (scanner.textIs('limit_price')) {
        if (!scanner.decimal()) return false;
        ticks = bookTicks(this.pair, scanner.bytes, scanner.textStart, scanner.textEnd);
      } else if (scanner.textIs('order_qty')) {
        if (!scanner.decimal()) return false;
        lots = bookLots(this.pair, scanner.bytes, scanner.textStart, scanner.textEnd);
      } else if (scanner.textIs('timestamp')) {
        if (!scanner.string()) return false;
        ms = parseTimeStamp(scanner.bytes, scanner.textStart, scanner.textEnd);
      } else if (!scanner.skip()) {
        return false;
      }
    } while (scanner.comma());
    if (!scanner.expect(CLOSE_OBJECT)) return false;
    const isPriced = event === DELETED || (ticks > 0 && lots >= 0);
    if (id === '' || !isPriced || !(ms > 0)) {
      return scanner.fail('an order without order_id, limit_price, order_qty or timestamp');
    }
    if (ms > this.eventMs) this.eventMs = ms;
    return (
      list.push(id, event, ticks, lots) || scanner.fail(`more than ${FRAME_ORDERS_MAX} orders`)
    );
  }

  #malformed(reason: string): 'malformed' {
    this.#scanner.fail(reason);
    return 'malformed';
  }
}

/** A text of single bytes; a view on the frame costs less than a decoder of all texts. */
function asciiOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}
