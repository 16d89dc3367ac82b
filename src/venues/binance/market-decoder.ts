import { bookLots, bookTicks, type Instrument } from '../../core/instrument.ts';
import { SymbolTable } from '../market/symbol-table.ts';
import { JsonScanner } from './json-scanner.ts';
import { LevelList } from './level-list.ts';

/** What a market-data frame turned out to be. `other` is well formed and none of our business. */
export type MarketFrameKind =
  | 'depth'
  | 'snapshot'
  | 'trade'
  | 'book-ticker'
  /** The venue ends this connection within ten minutes. */
  | 'ending'
  | 'other'
  | 'unknown-symbol'
  | 'malformed';

/** One-letter keys of Binance's events. */
const KEY = {
  e: 0x65,
  E: 0x45,
  s: 0x73,
  U: 0x55,
  u: 0x75,
  b: 0x62,
  B: 0x42,
  a: 0x61,
  A: 0x41,
  t: 0x74,
  T: 0x54,
  p: 0x70,
  q: 0x71,
  m: 0x6d,
} as const;

const QUOTE = 0x22;
/** How `true` and `false` begin. */
const LETTER_T = 0x74;
const LETTER_F = 0x66;

/** Where levels are when the frame has none, and when they have been read on the way. */
const NOWHERE = -1;
const READ = -2;

/** What a frame was seen to have, a bit each: u, the texts b, B, a, A, p, q, then t, T and m. */
const SEEN_FINAL_ID = 1;
const SEEN_FIRST_TEXT = 1 << 1;
const SEEN_TRADE_ID = 1 << 7;
const SEEN_TRADE_TIME = 1 << 8;
const SEEN_MAKER = 1 << 9;
/** u, b, B, a and A. */
const SEEN_TICKER = 0b11111;
/** p, q, t, T and m. */
const SEEN_TRADE = 0b11111 << 5;

/**
 * Decodes Binance market frames straight from bytes into integers: depth diffs of spot and
 * futures, depth snapshots, trades and book tickers, bare or in a `{stream, data}` wrapper, keys
 * in any order. One decoder holds one decoded frame; the next `decode` overwrites it. Nothing is
 * allocated per frame.
 */
export class MarketDecoder {
  /** Instrument of the frame; meaningless unless the kind is one of the first four. */
  instrument: Instrument;
  /** Event time `E` of the venue in ms; 0 when the frame has none (spot book tickers). */
  eventMs = 0;
  /** `U` and `u` of a diff; for tickers and snapshots only `finalId`. */
  firstId = 0;
  finalId = 0;
  /** `pu` of a futures diff; −1 when the frame has none, as on spot. */
  previousId = -1;
  readonly bids = new LevelList();
  readonly asks = new LevelList();
  /** Best bid and ask of a book ticker, in ticks and lots. */
  bidTicks = 0;
  bidLots = 0;
  askTicks = 0;
  askLots = 0;
  tradeId = 0;
  tradeTicks = 0;
  tradeLots = 0;
  tradeMs = 0;
  /** The buyer was resting, so the taker sold. */
  isBuyerMaker = false;

  readonly #scanner = new JsonScanner();
  readonly #symbols: SymbolTable<Instrument>;
  #event = '';
  #seen = 0;
  #symbolStart = -1;
  #symbolEnd = -1;
  #isResolved = false;
  #bidsAt = NOWHERE;
  #asksAt = NOWHERE;
  #isSnapshot = false;

  /** @param instruments at least one; their symbols are the venue's own, upper case */
  constructor(instruments: readonly Instrument[]) {
    this.instrument = instruments[0] as Instrument;
    this.#symbols = new SymbolTable(instruments);
  }

  /** Why the last frame was malformed, with the byte at which it was found. */
  get fault(): string {
    return this.#scanner.fault;
  }

  /**
   * Decodes one frame.
   *
   * @param snapshotOf the instrument of a REST depth reply, which does not name it
   */
  decode(frame: Uint8Array, snapshotOf?: Instrument): MarketFrameKind {
    const scanner = this.#scanner;
    scanner.reset(frame);
    this.#event = '';
    this.#seen = 0;
    this.#symbolStart = -1;
    this.#isResolved = false;
    this.#bidsAt = NOWHERE;
    this.#asksAt = NOWHERE;
    this.#isSnapshot = false;
    this.eventMs = 0;
    this.firstId = 0;
    this.finalId = 0;
    this.previousId = -1;
    this.bids.count = 0;
    this.asks.count = 0;
    if (!this.#object(true) || !scanner.atEnd()) return 'malformed';
    return this.#classify(snapshotOf);
  }

  #object(isOutermost: boolean): boolean {
    const scanner = this.#scanner;
    if (!scanner.open(0x7b)) return false;
    if (scanner.close(0x7d)) return true;
    do {
      if (!scanner.key()) return false;
      if (!this.#member(isOutermost)) return false;
    } while (scanner.comma());
    return scanner.expect(0x7d);
  }

  #member(isOutermost: boolean): boolean {
    const scanner = this.#scanner;
    const length = scanner.textEnd - scanner.textStart;
    if (length === 1) return this.#letter(scanner.bytes[scanner.textStart] as number);
    const isWrapped =
      length === 4 ? scanner.textIs('data') : length === 5 && scanner.textIs('event');
    if (isOutermost && isWrapped) {
      return scanner.peek() === 0x7b ? this.#object(false) : scanner.skip();
    }
    if (length === 2 && scanner.textIs('pu')) return this.#integer('previousId');
    if (length === 4 && scanner.textIs('bids')) return this.#levels(true);
    if (length === 4 && scanner.textIs('asks')) return this.#levels(false);
    if (length === 12 && scanner.textIs('lastUpdateId')) {
      this.#isSnapshot = true;
      return this.#integer('finalId');
    }
    return scanner.skip();
  }

  #letter(key: number): boolean {
    const scanner = this.#scanner;
    switch (key) {
      case KEY.e:
        if (!scanner.string()) return false;
        this.#event = scanner.textIs('depthUpdate')
          ? 'depth'
          : scanner.textIs('trade')
            ? 'trade'
            : scanner.textIs('bookTicker')
              ? 'book-ticker'
              : scanner.textIs('serverShutdown')
                ? 'ending'
                : 'other';
        return true;
      case KEY.s:
        if (scanner.peek() !== QUOTE) return scanner.skip();
        if (!scanner.string()) return false;
        this.#isResolved = false;
        this.#symbolStart = scanner.textStart;
        this.#symbolEnd = scanner.textEnd;
        return true;
      case KEY.E:
        return this.#integer('eventMs');
      case KEY.U:
        return this.#integer('firstId');
      case KEY.u:
        this.#seen |= SEEN_FINAL_ID;
        return this.#integer('finalId');
      case KEY.t:
        if (!scanner.peekIsNumber()) return scanner.skip();
        this.#seen |= SEEN_TRADE_ID;
        return this.#integer('tradeId');
      case KEY.T:
        if (!scanner.peekIsNumber()) return scanner.skip();
        this.#seen |= SEEN_TRADE_TIME;
        return this.#integer('tradeMs');
      case KEY.m:
        return this.#maker();
      case KEY.b:
        return scanner.peek() === QUOTE ? this.#text(0) : this.#levels(true);
      case KEY.a:
        return scanner.peek() === QUOTE ? this.#text(2) : this.#levels(false);
      case KEY.B:
        return scanner.peek() === QUOTE ? this.#text(1) : scanner.skip();
      case KEY.A:
        return scanner.peek() === QUOTE ? this.#text(3) : scanner.skip();
      case KEY.p:
        return scanner.peek() === QUOTE ? this.#text(4) : scanner.skip();
      case KEY.q:
        return scanner.peek() === QUOTE ? this.#text(5) : scanner.skip();
      default:
        return scanner.skip();
    }
  }

  #maker(): boolean {
    const first = this.#scanner.peek();
    this.isBuyerMaker = first === LETTER_T;
    if (first === LETTER_T || first === LETTER_F) this.#seen |= SEEN_MAKER;
    return this.#scanner.skip();
  }

  /** Where the six decimal texts of a frame lie: b, B, a, A, p, q. */
  readonly #texts = new Int32Array(12);

  #text(which: number): boolean {
    if (!this.#scanner.string()) return false;
    this.#seen |= SEEN_FIRST_TEXT << which;
    this.#texts[2 * which] = this.#scanner.textStart;
    this.#texts[2 * which + 1] = this.#scanner.textEnd;
    return true;
  }

  #integer(field: 'eventMs' | 'firstId' | 'finalId' | 'previousId' | 'tradeId' | 'tradeMs') {
    const value = this.#scanner.integer();
    if (value < 0) return false;
    this[field] = value;
    return true;
  }

  /** Reads levels where the instrument is known by now; else remembers where they are. */
  #levels(isBids: boolean): boolean {
    const scanner = this.#scanner;
    const at = scanner.offset();
    const isRead = this.#event === 'depth' && this.#resolve();
    if (isBids) this.#bidsAt = isRead ? READ : at;
    else this.#asksAt = isRead ? READ : at;
    if (!isRead) return scanner.skip();
    return (isBids ? this.bids : this.asks).read(scanner, at, this.instrument);
  }

  #classify(snapshotOf: Instrument | undefined): MarketFrameKind {
    if (this.#isSnapshot && snapshotOf !== undefined) {
      this.instrument = snapshotOf;
      return this.#readLevels() ? 'snapshot' : 'malformed';
    }
    const hasTicker = (this.#seen & SEEN_TICKER) === SEEN_TICKER;
    if (this.#event === 'ending') return 'ending';
    const kind = this.#event === '' && hasTicker ? 'book-ticker' : this.#event;
    if (kind !== 'depth' && kind !== 'trade' && kind !== 'book-ticker') return 'other';
    if (!this.#resolve()) return this.#symbolStart < 0 ? this.#malformed('no s') : 'unknown-symbol';
    if (kind === 'depth') {
      if (this.firstId === 0 || this.finalId === 0) return this.#malformed('no U or u');
      return this.#readLevels() ? 'depth' : 'malformed';
    }
    if (kind === 'trade') return this.#readTrade() ? 'trade' : 'malformed';
    if (!hasTicker) return this.#malformed('a book ticker without u, b, B, a or A');
    return this.#readTicker() ? 'book-ticker' : 'malformed';
  }

  #malformed(reason: string): 'malformed' {
    this.#scanner.fail(reason);
    return 'malformed';
  }

  #resolve(): boolean {
    const { bytes } = this.#scanner;
    if (this.#isResolved) return true;
    if (this.#symbolStart < 0) return false;
    const found = this.#symbols.find(bytes, this.#symbolStart);
    if (found === null || this.#symbols.end !== this.#symbolEnd) return false;
    this.instrument = found;
    this.#isResolved = true;
    return true;
  }

  #readLevels(): boolean {
    const [bidsAt, asksAt] = [this.#bidsAt, this.#asksAt];
    if (bidsAt === NOWHERE || asksAt === NOWHERE) return this.#scanner.fail('no bids or no asks');
    return (
      (bidsAt === READ || this.bids.read(this.#scanner, bidsAt, this.instrument)) &&
      (asksAt === READ || this.asks.read(this.#scanner, asksAt, this.instrument))
    );
  }

  #readTrade(): boolean {
    if ((this.#seen & SEEN_TRADE) !== SEEN_TRADE) {
      return this.#scanner.fail('a trade without t, T, p, q or m');
    }
    this.tradeTicks = this.#ticks(4);
    this.tradeLots = this.#lots(5);
    return this.#decimals(this.tradeTicks > 0 && this.tradeLots > 0);
  }

  #readTicker(): boolean {
    this.bidTicks = this.#ticks(0);
    this.bidLots = this.#lots(1);
    this.askTicks = this.#ticks(2);
    this.askLots = this.#lots(3);
    return this.#decimals(
      this.bidTicks >= 0 && this.bidLots >= 0 && this.askTicks >= 0 && this.askLots >= 0,
    );
  }

  #decimals(areThey: boolean): boolean {
    return areThey || this.#scanner.fail('a price or quantity that is no decimal');
  }

  #ticks(which: number): number {
    const from = this.#texts[2 * which] as number;
    const to = this.#texts[2 * which + 1] as number;
    return bookTicks(this.instrument, this.#scanner.bytes, from, to);
  }

  #lots(which: number): number {
    const from = this.#texts[2 * which] as number;
    const to = this.#texts[2 * which + 1] as number;
    return bookLots(this.instrument, this.#scanner.bytes, from, to);
  }
}
