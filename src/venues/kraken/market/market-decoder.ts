import { bookLots, bookTicks } from '../../../core/instrument.ts';
import { JsonScanner } from '../../binance/json-scanner.ts';
import { LevelList } from '../../binance/level-list.ts';
import { SymbolTable } from '../../market/symbol-table.ts';
import { parseTimeStamp } from '../../market/time-stamp.ts';
import type { KrakenInstrument } from '../pair.ts';
import { TradeList } from './trade-list.ts';
import { UsualBook } from './usual-book.ts';
import { wideDecimal } from './wide-decimal.ts';

/**
 * What a frame turned out to be. `rare` is well formed JSON of another channel, or an answer: see
 * `rareFrameIn`. A trade frame none of whose trades is of a known pair is an `unknown-symbol`.
 */
export type MarketFrameKind =
  | 'book-snapshot'
  | 'book-update'
  | 'trades'
  | 'ticker'
  | 'heartbeat'
  | 'rare'
  | 'unknown-symbol'
  | 'malformed';

type Channel = 'book' | 'trade' | 'ticker' | 'heartbeat' | 'other';

const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;

/**
 * Decodes the frequent market frames of Kraken's v2 sockets straight from bytes into integers. The
 * venue writes numbers without quotes; keys may come in any order, the usual one is the quickest.
 * One decoder holds one decoded frame; the next `decode` overwrites it. Nothing is allocated per
 * frame.
 */
export class MarketDecoder {
  /** Pair of the book or ticker; of trades each names its own. */
  pair: KrakenInstrument;
  readonly bids = new LevelList();
  readonly asks = new LevelList();
  /** CRC-32 of the book after this frame. */
  checksum = 0;
  readonly trades = new TradeList();
  /** Of a ticker, in ticks and lots; sizes and prices of an empty side are 0. */
  bidTicks = 0;
  bidLots = 0;
  askTicks = 0;
  askLots = 0;
  lastTicks = 0;
  /** Trades of pairs that nobody asked for, in the frame. */
  strangers = 0;

  readonly #scanner = new JsonScanner();
  readonly #pairs: SymbolTable<KrakenInstrument>;
  readonly #usual: UsualBook;
  #channel: Channel = 'other';
  #isSnapshot = false;
  #hasType = false;
  #items = 0;
  #isKnown = false;
  #isUsual = false;
  #timeStart = -1;
  #timeEnd = -1;
  #hasSymbol = false;
  #bidsAt = -1;
  #asksAt = -1;

  /** @param pairs at least one */
  constructor(pairs: readonly KrakenInstrument[]) {
    this.pair = pairs[0] as KrakenInstrument;
    this.#pairs = new SymbolTable(pairs);
    this.#usual = new UsualBook(this.#pairs, this.pair);
  }

  /** Venue time of the frame in ms, with a fraction; NaN when it has none. Read when asked for. */
  get eventMs(): number {
    if (this.#isUsual) return this.#usual.eventMs;
    if (this.#timeStart < 0) return Number.NaN;
    return parseTimeStamp(this.#scanner.bytes, this.#timeStart, this.#timeEnd);
  }

  /** Why the last frame was malformed, with the byte at which it was found. */
  get fault(): string {
    return this.#scanner.fault;
  }

  decode(frame: Uint8Array): MarketFrameKind {
    this.#scanner.reset(frame);
    this.#isUsual = this.#usual.read(frame, this.bids, this.asks);
    if (this.#isUsual) return this.#takeUsual();
    this.#channel = 'other';
    this.#hasType = false;
    this.#items = 0;
    this.#isKnown = false;
    this.bids.count = 0;
    this.asks.count = 0;
    this.trades.count = 0;
    this.strangers = 0;
    this.#timeStart = -1;
    return this.#frame() ? this.#classify() : 'malformed';
  }

  #takeUsual(): MarketFrameKind {
    this.pair = this.#usual.pair;
    this.checksum = this.#usual.checksum;
    this.trades.count = 0;
    this.strangers = 0;
    return 'book-update';
  }

  #classify(): MarketFrameKind {
    if (this.#channel === 'heartbeat') return 'heartbeat';
    if (this.#channel === 'other') return 'rare';
    if (this.#items === 0) return this.#malformed('no data');
    if (this.#channel === 'trade') return this.trades.count > 0 ? 'trades' : 'unknown-symbol';
    if (!this.#isKnown) return 'unknown-symbol';
    if (this.#channel === 'ticker') return 'ticker';
    return this.#isSnapshot ? 'book-snapshot' : 'book-update';
  }

  #frame(): boolean {
    const scanner = this.#scanner;
    let dataAt = -1;
    if (!scanner.open(OPEN_OBJECT)) return false;
    if (scanner.close(CLOSE_OBJECT)) return scanner.atEnd();
    do {
      if (!scanner.key()) return false;
      if (scanner.textIs('channel')) {
        if (!scanner.string()) return false;
        this.#channel = this.#channelHere();
      } else if (scanner.textIs('type')) {
        if (!scanner.string()) return false;
        this.#hasType = true;
        this.#isSnapshot = scanner.textIs('snapshot');
      } else if (scanner.textIs('data') && this.#hasType && this.#isFrequent()) {
        if (!this.#data()) return false;
      } else if (scanner.textIs('data')) {
        dataAt = scanner.offset();
        if (!scanner.skip()) return false;
      } else if (!scanner.skip()) {
        return false;
      }
    } while (scanner.comma());
    if (!scanner.expect(CLOSE_OBJECT) || !scanner.atEnd()) return false;
    if (dataAt < 0 || !this.#isFrequent()) return true;
    scanner.seek(dataAt);
    return this.#data();
  }

  #channelHere(): Channel {
    const scanner = this.#scanner;
    if (scanner.textIs('book')) return 'book';
    if (scanner.textIs('trade')) return 'trade';
    if (scanner.textIs('ticker')) return 'ticker';
    return scanner.textIs('heartbeat') ? 'heartbeat' : 'other';
  }

  #isFrequent(): boolean {
    return this.#channel === 'book' || this.#channel === 'trade' || this.#channel === 'ticker';
  }

  #data(): boolean {
    const scanner = this.#scanner;
    if (!scanner.open(OPEN_ARRAY)) return false;
    if (scanner.close(CLOSE_ARRAY)) return true;
    do {
      this.#items += 1;
      if (this.#items > 1 && this.#channel !== 'trade') return scanner.fail('a second item');
      const isRead = this.#channel === 'book' ? this.#book() : this.#flatItem();
      if (!isRead) return false;
    } while (scanner.comma());
    return scanner.expect(CLOSE_ARRAY);
  }

  #book(): boolean {
    const scanner = this.#scanner;
    let hasChecksum = false;
    this.#bidsAt = -1;
    this.#asksAt = -1;
    this.#hasSymbol = false;
    if (!scanner.open(OPEN_OBJECT)) return false;
    do {
      if (!scanner.key()) return false;
      if (scanner.textIs('symbol')) {
        if (!this.#symbol()) return false;
      } else if (scanner.textIs('bids') || scanner.textIs('asks')) {
        if (!this.#side(scanner.textIs('bids'))) return false;
      } else if (scanner.textIs('checksum')) {
        this.checksum = scanner.integer();
        if (this.checksum < 0) return false;
        hasChecksum = true;
      } else if (scanner.textIs('timestamp')) {
        if (!this.#time()) return false;
      } else if (!scanner.skip()) {
        return false;
      }
    } while (scanner.comma());
    if (!scanner.expect(CLOSE_OBJECT)) return false;
    if (!this.#hasSymbol) return scanner.fail('a book without symbol');
    if (!this.#isKnown) return true;
    if (!hasChecksum) return scanner.fail('a book without checksum');
    return this.#readDeferred();
  }

  /** Levels that stood before the symbol can be read only now. */
  #readDeferred(): boolean {
    const scanner = this.#scanner;
    const after = scanner.offset();
    for (const [at, list] of [
      [this.#bidsAt, this.bids],
      [this.#asksAt, this.asks],
    ] as const) {
      if (at < 0) continue;
      scanner.seek(at);
      if (!readLevels(scanner, list, this.pair)) return false;
    }
    scanner.seek(after);
    return true;
  }

  #side(isBids: boolean): boolean {
    const scanner = this.#scanner;
    if (this.#isKnown) return readLevels(scanner, isBids ? this.bids : this.asks, this.pair);
    if (isBids) this.#bidsAt = scanner.offset();
    else this.#asksAt = scanner.offset();
    return scanner.skip();
  }

  #symbol(): boolean {
    const scanner = this.#scanner;
    if (!scanner.string()) return false;
    this.#hasSymbol = true;
    const pair = this.#pairs.find(scanner.bytes, scanner.textStart);
    this.#isKnown = pair !== null;
    if (pair !== null) this.pair = pair;
    return true;
  }

  #time(): boolean {
    const scanner = this.#scanner;
    if (!scanner.string()) return false;
    this.#timeStart = scanner.textStart;
    this.#timeEnd = scanner.textEnd;
    return true;
  }

  /** Where the decimals of a trade or ticker stand; −1 when they are missing. */
  readonly #bounds = new Int32Array(2 * FIELDS.length);
  #tradeId = -1;
  #isSell = -1;

  /** A trade or a ticker: an object of plain values, read once its pair is known. */
  #flatItem(): boolean {
    const scanner = this.#scanner;
    this.#bounds.fill(-1);
    this.#tradeId = -1;
    this.#isSell = -1;
    this.#hasSymbol = false;
    this.#isKnown = false;
    if (!scanner.open(OPEN_OBJECT)) return false;
    do {
      if (!scanner.key() || !this.#flatMember()) return false;
    } while (scanner.comma());
    if (!scanner.expect(CLOSE_OBJECT)) return false;
    if (!this.#hasSymbol) return scanner.fail('an item without symbol');
    if (!this.#isKnown) {
      this.strangers += 1;
      return true;
    }
    return this.#channel === 'trade' ? this.#takeTrade() : this.#takeTicker();
  }

  #flatMember(): boolean {
    const scanner = this.#scanner;
    if (scanner.textIs('symbol')) return this.#symbol();
    if (scanner.textIs('timestamp')) return this.#time();
    if (scanner.textIs('trade_id')) {
      this.#tradeId = scanner.integer();
      return this.#tradeId >= 0;
    }
    if (scanner.textIs('side')) {
      if (!scanner.string()) return false;
      this.#isSell = scanner.textIs('sell') ? 1 : scanner.textIs('buy') ? 0 : -1;
      return this.#isSell >= 0 || scanner.fail('a side that is none');
    }
    for (let field = 0; field < FIELDS.length; field += 1) {
      if (!scanner.textIs(FIELDS[field] as string)) continue;
      if (!scanner.decimal()) return false;
      this.#bounds[2 * field] = scanner.textStart;
      this.#bounds[2 * field + 1] = scanner.textEnd;
      return true;
    }
    return scanner.skip();
  }

  #takeTrade(): boolean {
    const { trades } = this;
    const ticks = this.#ticks(PRICE);
    const lots = this.#lots(QUANTITY);
    const { eventMs } = this;
    if (!(ticks > 0 && lots > 0 && this.#tradeId >= 0 && this.#isSell >= 0 && eventMs > 0)) {
      return this.#scanner.fail('a trade without price, qty, side, trade_id or timestamp');
    }
    if (trades.count === trades.ticks.length) return this.#scanner.fail('too many trades');
    trades.pairs[trades.count] = this.pair;
    trades.ticks[trades.count] = ticks;
    trades.lots[trades.count] = lots;
    trades.ids[trades.count] = this.#tradeId;
    trades.ms[trades.count] = eventMs;
    trades.isSell[trades.count] = this.#isSell;
    trades.count += 1;
    return true;
  }

  #takeTicker(): boolean {
    this.bidTicks = this.#ticks(BID);
    this.bidLots = this.#lots(BID_QUANTITY);
    this.askTicks = this.#ticks(ASK);
    this.askLots = this.#lots(ASK_QUANTITY);
    this.lastTicks = this.#ticks(LAST);
    const isRead =
      this.bidTicks >= 0 &&
      this.bidLots >= 0 &&
      this.askTicks >= 0 &&
      this.askLots >= 0 &&
      this.lastTicks >= 0;
    return isRead || this.#scanner.fail('a ticker without bid, ask or last');
  }

  #ticks(field: number): number {
    const start = this.#bounds[2 * field] as number;
    if (start < 0) return Number.NaN;
    return bookTicks(this.pair, this.#scanner.bytes, start, this.#bounds[2 * field + 1] as number);
  }

  #lots(field: number): number {
    const start = this.#bounds[2 * field] as number;
    if (start < 0) return Number.NaN;
    return bookLots(this.pair, this.#scanner.bytes, start, this.#bounds[2 * field + 1] as number);
  }

  #malformed(reason: string): 'malformed' {
    this.#scanner.fail(reason);
    return 'malformed';
  }
}

/** Decimals of trades and tickers that are read. */
const FIELDS = ['price', 'qty', 'bid', 'bid_qty', 'ask', 'ask_qty', 'last'];
const [PRICE, QUANTITY, BID, BID_QUANTITY, ASK, ASK_QUANTITY, LAST] = [0, 1, 2, 3, 4, 5, 6];

/** Reads `[{"price": 1.0, "qty": 0.5}, …]`; false and a fault when anything else is there. */
function readLevels(scanner: JsonScanner, list: LevelList, pair: KrakenInstrument): boolean {
  list.count = 0;
  if (!scanner.open(OPEN_ARRAY)) return false;
  if (scanner.close(CLOSE_ARRAY)) return true;
  do {
    let ticks = Number.NaN;
    let lots = Number.NaN;
    if (!scanner.open(OPEN_OBJECT)) return false;
    do {
      if (!scanner.key()) return false;
      const isPrice = scanner.textIs('price');
      const isSize = scanner.textIs('qty');
      if (!scanner.decimal()) return false;
      const { bytes, textStart, textEnd } = scanner;
      if (isPrice) ticks = priceIn(pair, bytes, textStart, textEnd);
      else if (isSize) lots = sizeIn(pair, bytes, textStart, textEnd);
    } while (scanner.comma());
    if (!scanner.expect(CLOSE_OBJECT)) return false;
    if (!(ticks > 0 && lots >= 0)) return scanner.fail('a level that is no price and size');
    if (!list.push(ticks, lots)) return scanner.fail('too many levels');
  } while (scanner.comma());
  return scanner.expect(CLOSE_ARRAY);
}

/** Ticks of a level; far from the touch stand prices that nobody means. */
function priceIn(pair: KrakenInstrument, bytes: Uint8Array, start: number, end: number): number {
  const ticks = bookTicks(pair, bytes, start, end);
  if (!Number.isNaN(ticks)) return ticks;
  return wideDecimal(decoded(bytes, start, end), pair.priceDecimals) / pair.tickSteps;
}

/** Lots of a level; beyond the safe integers it is dearer to read, and seldom. */
function sizeIn(pair: KrakenInstrument, bytes: Uint8Array, start: number, end: number): number {
  const lots = bookLots(pair, bytes, start, end);
  if (!Number.isNaN(lots)) return lots;
  return wideDecimal(decoded(bytes, start, end), pair.quantityDecimals) / pair.lotSteps;
}

function decoded(bytes: Uint8Array, start: number, end: number): string {
  return new TextDecoder().decode(bytes.subarray(start, end));
}
