import { parseDecimalBytes } from '../../../core/decimal.ts';
import { bookLots, bookTicks, type Instrument } from '../../../core/instrument.ts';
import { JsonScanner } from '../json-scanner.ts';

/** What a frame of `/market/ws` turned out to be. `other` is well formed and not of the others. */
export type DerivativeFrameKind =
  | 'mark-price'
  | 'liquidation'
  | 'aggregate-trade'
  | 'candle'
  /** The venue ends this connection within ten minutes. */
  | 'ending'
  | 'other'
  | 'unknown-symbol'
  | 'malformed';

/** Decimals of a funding rate on the wire: an integer of it is exact. */
export const RATE_DECIMALS = 8;

const QUOTE = 0x22;
const BRACE = 0x7b;
/** How `true` and `false` begin. */
const LETTER_T = 0x74;
const LETTER_F = 0x66;
/** Keys are single ASCII letters; the one of two letters that is read has a place of its own. */
const KEYS = 128;
const AVERAGE_PRICE = 1;

const at = (letter: string): number => letter.charCodeAt(0);
const KEY = {
  a: at('a'),
  c: at('c'),
  E: at('E'),
  h: at('h'),
  i: at('i'),
  L: at('L'),
  l: at('l'),
  m: at('m'),
  o: at('o'),
  P: at('P'),
  p: at('p'),
  q: at('q'),
  r: at('r'),
  S: at('S'),
  s: at('s'),
  T: at('T'),
  t: at('t'),
  v: at('v'),
  x: at('x'),
  z: at('z'),
} as const;

/**
 * Decodes what a derivatives market tells besides its book, from bytes into integers: mark price
 * with funding, forced orders, aggregated trades, candles; bare or in a `{stream, data}` wrapper.
 * One decoder holds one decoded frame, which the next `decode` overwrites; nothing is allocated.
 *
 * @see Binance USD-M futures, "Websocket Market Streams"
 */
export class DerivativeDecoder {
  /** Of the frame; meaningless unless the kind is one of the first four. */
  instrument: Instrument;
  /** Event time `E` of the venue in ms. */
  eventMs = 0;
  /** Mark and index price in ticks; the venue computes them finer than a tick. */
  markTicks = 0;
  indexTicks = 0;
  /** Funding rate of the running period in 10^-8 (a fraction); below 0 the shorts pay. */
  fundingRate = 0;
  /** When it is paid next; 0 on a market that pays none. */
  nextFundingMs = 0;
  /** Trade time, or that of the forced order, or the opening of the candle. */
  tradeMs = 0;
  tradeId = 0;
  /** Price of a trade; of a forced order its average, and its limit when nothing was filled. */
  tradeTicks = 0;
  /** Of a forced order what was filled. */
  tradeLots = 0;
  /** The taker sold; of a forced order: a long position was closed. */
  isSale = false;
  openTicks = 0;
  highTicks = 0;
  lowTicks = 0;
  closeTicks = 0;
  candleLots = 0;
  /** The candle is complete. */
  isClosed = false;

  readonly #scanner = new JsonScanner();
  readonly #instruments: readonly Instrument[];
  /** Where the value of each key begins and, of texts, ends; -1 when it is not there. */
  readonly #starts = new Int32Array(KEYS);
  readonly #ends = new Int32Array(KEYS);
  #event: DerivativeFrameKind = 'other';

  /** @param instruments at least one, a few: symbols are compared one by one */
  constructor(instruments: readonly Instrument[]) {
    this.#instruments = instruments;
    this.instrument = instruments[0] as Instrument;
  }

  /** Why the last frame was malformed, with the byte at which it was found. */
  get fault(): string {
    return this.#scanner.fault;
  }

  decode(frame: Uint8Array): DerivativeFrameKind {
    const scanner = this.#scanner;
    scanner.reset(frame);
    this.#starts.fill(-1);
    this.#ends.fill(-1);
    this.#event = 'other';
    if (!this.#object() || !scanner.atEnd()) return 'malformed';
    if (this.#event === 'other' || this.#event === 'ending') return this.#event;
    if (this.#ends[KEY.s] === -1) return this.#malformed('no s');
    if (!this.#resolve()) return 'unknown-symbol';
    return this.#read() ? this.#event : this.#malformed('a number that is missing or no number');
  }

  /** Values of inner objects are kept like those of the outer one: no letter means two things. */
  #object(): boolean {
    const scanner = this.#scanner;
    if (!scanner.open(BRACE)) return false;
    if (scanner.close(0x7d)) return true;
    do {
      if (!scanner.key() || !this.#member()) return false;
    } while (scanner.comma());
    return scanner.expect(0x7d);
  }

  #member(): boolean {
    const scanner = this.#scanner;
    const length = scanner.textEnd - scanner.textStart;
    const letter = scanner.bytes[scanner.textStart] as number;
    if (length === 1 && letter < KEYS) {
      if (letter === at('e')) return this.#name();
      return scanner.peek() === BRACE ? this.#object() : this.#keep(letter);
    }
    if (length === 2 && scanner.textIs('ap')) return this.#keep(AVERAGE_PRICE);
    const isWrapped =
      length === 4 ? scanner.textIs('data') : length === 5 && scanner.textIs('event');
    if (isWrapped && scanner.peek() === BRACE) return this.#object();
    return scanner.skip();
  }

  #name(): boolean {
    const scanner = this.#scanner;
    if (!scanner.string()) return false;
    if (scanner.textIs('markPriceUpdate')) this.#event = 'mark-price';
    else if (scanner.textIs('forceOrder')) this.#event = 'liquidation';
    else if (scanner.textIs('aggTrade')) this.#event = 'aggregate-trade';
    else if (scanner.textIs('kline')) this.#event = 'candle';
    else if (scanner.textIs('serverShutdown')) this.#event = 'ending';
    return true;
  }

  #keep(key: number): boolean {
    const scanner = this.#scanner;
    if (scanner.peek() !== QUOTE) {
      this.#starts[key] = scanner.offset();
      return scanner.skip();
    }
    if (!scanner.string()) return false;
    this.#starts[key] = scanner.textStart;
    this.#ends[key] = scanner.textEnd;
    return true;
  }

  #resolve(): boolean {
    for (const instrument of this.#instruments) {
      if (!this.#isText(KEY.s, instrument.symbol)) continue;
      this.instrument = instrument;
      return true;
    }
    return false;
  }

  #read(): boolean {
    this.eventMs = this.#integer(KEY.E);
    if (!(this.eventMs >= 0)) return false;
    if (this.#event === 'mark-price') return this.#readMark();
    if (this.#event === 'liquidation') return this.#readForced();
    return this.#event === 'candle' ? this.#readCandle() : this.#readTrade();
  }

  #readMark(): boolean {
    this.markTicks = this.#ticks(KEY.p);
    this.indexTicks = this.#starts[KEY.i] === -1 ? 0 : this.#ticks(KEY.i);
    // A market that pays no funding, such as a dated future, leaves the rate empty.
    const isNone = this.#isText(KEY.r, '');
    this.fundingRate = isNone ? 0 : this.#rate();
    this.nextFundingMs = this.#integer(KEY.T);
    return (
      this.markTicks > 0 &&
      this.indexTicks >= 0 &&
      !Number.isNaN(this.fundingRate) &&
      this.nextFundingMs >= 0
    );
  }

  #readForced(): boolean {
    const average = this.#starts[AVERAGE_PRICE] === -1 ? 0 : this.#ticks(AVERAGE_PRICE);
    this.tradeTicks = average > 0 ? average : this.#ticks(KEY.p);
    this.tradeLots = this.#lots(KEY.z);
    this.tradeMs = this.#integer(KEY.T);
    this.isSale = this.#isText(KEY.S, 'SELL');
    const hasSide = this.isSale || this.#isText(KEY.S, 'BUY');
    return this.tradeTicks > 0 && this.tradeLots >= 0 && this.tradeMs >= 0 && hasSide;
  }

  #readTrade(): boolean {
    this.tradeId = this.#integer(KEY.a);
    this.tradeMs = this.#integer(KEY.T);
    this.tradeTicks = this.#ticks(KEY.p);
    this.tradeLots = this.#lots(KEY.q);
    const maker = this.#flag(KEY.m);
    this.isSale = maker === 1;
    return (
      this.tradeId >= 0 &&
      this.tradeMs >= 0 &&
      this.tradeTicks > 0 &&
      this.tradeLots > 0 &&
      maker >= 0
    );
  }

  #readCandle(): boolean {
    this.tradeMs = this.#integer(KEY.t);
    this.openTicks = this.#ticks(KEY.o);
    this.highTicks = this.#ticks(KEY.h);
    this.lowTicks = this.#ticks(KEY.l);
    this.closeTicks = this.#ticks(KEY.c);
    this.candleLots = this.#lots(KEY.v);
    const closed = this.#flag(KEY.x);
    this.isClosed = closed === 1;
    const isRange = this.lowTicks > 0 && this.highTicks >= this.lowTicks;
    const areEnds = this.openTicks > 0 && this.closeTicks > 0;
    return this.tradeMs >= 0 && isRange && areEnds && this.candleLots >= 0 && closed >= 0;
  }

  #malformed(reason: string): 'malformed' {
    this.#scanner.fail(reason);
    return 'malformed';
  }

  #isText(key: number, text: string): boolean {
    const scanner = this.#scanner;
    scanner.textStart = this.#starts[key] as number;
    scanner.textEnd = this.#ends[key] as number;
    return scanner.textEnd >= 0 && scanner.textIs(text);
  }

  /** A whole number from 0 on; NaN when it is anything else. */
  #integer(key: number): number {
    const start = this.#starts[key] as number;
    if (start < 0 || (this.#ends[key] as number) >= 0) return Number.NaN;
    this.#scanner.seek(start);
    const value = this.#scanner.integer();
    return value < 0 ? Number.NaN : value;
  }

  /** 1 for true, 0 for false, -1 for anything else. */
  #flag(key: number): number {
    const start = this.#starts[key] as number;
    if (start < 0 || (this.#ends[key] as number) >= 0) return -1;
    const first = this.#scanner.bytes[start];
    return first === LETTER_T ? 1 : first === LETTER_F ? 0 : -1;
  }

  /** NaN when the key is not there or has no text. */
  #ticks(key: number): number {
    const start = this.#starts[key] as number;
    const end = this.#ends[key] as number;
    return end < 0 ? Number.NaN : bookTicks(this.instrument, this.#scanner.bytes, start, end);
  }

  #lots(key: number): number {
    const start = this.#starts[key] as number;
    const end = this.#ends[key] as number;
    return end < 0 ? Number.NaN : bookLots(this.instrument, this.#scanner.bytes, start, end);
  }

  #rate(): number {
    const start = this.#starts[KEY.r] as number;
    const end = this.#ends[KEY.r] as number;
    if (end < 0) return Number.NaN;
    return parseDecimalBytes(this.#scanner.bytes, start, end, RATE_DECIMALS);
  }
}
