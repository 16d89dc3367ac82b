import type { Instrument } from '../../../core/instrument.ts';
import { JsonScanner } from '../../binance/json-scanner.ts';
import type { LevelList } from '../../binance/level-list.ts';
import { parseTimeStamp } from '../../market/time-stamp.ts';
import { ItemReader } from './item-reader.ts';
import { LevelReader } from './level-reader.ts';
import { ProductTable } from './product-table.ts';
import { UsualLevels } from './usual-levels.ts';

/** What a frame is about. `unknown` is well formed and of no channel that we know. */
export type ChannelKind =
  | 'levels'
  | 'trades'
  | 'tickers'
  | 'candles'
  | 'status'
  | 'heartbeats'
  | 'subscriptions'
  | 'user'
  | 'error'
  | 'unknown'
  | 'malformed';

/** What one entry of a frame turned out to be; `foreign` names a product that nobody asked for. */
export type EntryKind =
  | 'levels'
  | 'trade'
  | 'ticker'
  | 'candle'
  | 'product'
  | 'heartbeat'
  | 'subscription'
  | 'foreign'
  | 'end'
  | 'malformed';

const CHANNELS: readonly (readonly [name: string, kind: ChannelKind])[] = [
  ['l2_data', 'levels'],
  ['market_trades', 'trades'],
  ['ticker', 'tickers'],
  ['ticker_batch', 'tickers'],
  ['heartbeats', 'heartbeats'],
  ['candles', 'candles'],
  ['status', 'status'],
  ['subscriptions', 'subscriptions'],
  ['user', 'user'],
];

const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const QUOTE = 0x22;

/**
 * Decodes frames of Coinbase Advanced Trade straight from bytes into integers. `decode` reads what
 * stands around the events, then `next` brings one entry after the other until `end`; each call
 * overwrites what the one before has found. Keys come in any order; the order that the venue uses
 * is read in one pass. Nothing is allocated per frame.
 */
export class MarketDecoder {
  /** `sequence_num`, which counts every frame of a connection; −1 when the frame has none. */
  sequence = -1;
  /** When the venue sent the frame, ms since the Unix epoch; NaN when the frame does not say. */
  sentMs = Number.NaN;
  /** Product of the last entry; meaningless for heartbeats and subscriptions. */
  instrument: Instrument;
  /** The entry is part of a snapshot, which replaces all that was known. */
  isSnapshot = false;
  /** Fields of the last entry that is no levels. */
  readonly item: ItemReader;
  /** Counter of the venue's heartbeats. */
  heartbeat = -1;

  readonly #scanner = new JsonScanner();
  readonly #levels = new LevelReader(this.#scanner);
  #kind: ChannelKind = 'unknown';
  readonly #usual: UsualLevels;
  #state: 'usual' | 'events' | 'items' | 'done' = 'done';
  /** Whether the frame goes on behind the events, unread so far. */
  #isTailOpen = false;
  #eventsAt = -1;
  /** Where the event goes on behind the list of items that is being read. */
  #resumeAt = -1;
  #isFirstItem = false;
  #isFirstEvent = false;

  /**
   * @param instruments at least one; their symbols are the venue's product ids
   * @param aliases names under which the venue may speak of a product: BTC-USDC shares the book of
   *   BTC-USD, and frames name the latter whichever was subscribed
   */
  constructor(
    instruments: readonly Instrument[],
    aliases: ReadonlyMap<string, string> = new Map(),
  ) {
    this.instrument = instruments[0] as Instrument;
    const products = new ProductTable(instruments, aliases);
    this.item = new ItemReader(this.#scanner, products);
    this.#usual = new UsualLevels(this.#scanner, this.#levels, products, this.instrument);
  }

  /** Levels of the last entry that is some. */
  get bids(): LevelList {
    return this.#levels.bids;
  }

  get asks(): LevelList {
    return this.#levels.asks;
  }

  /** Why the last frame was malformed, with the byte at which it was found. */
  get fault(): string {
    return this.#scanner.fault;
  }

  /** The text of an `error` frame. */
  get errorText(): string {
    return this.item.text('message');
  }

  /** Reads a frame up to its events. */
  decode(frame: Uint8Array): ChannelKind {
    const scanner = this.#scanner;
    scanner.reset(frame);
    if (this.#usual.read(frame)) return this.#takeUsual();
    scanner.reset(frame);
    this.sequence = -1;
    this.sentMs = Number.NaN;
    this.#kind = 'unknown';
    this.#eventsAt = -1;
    this.#isTailOpen = false;
    this.#state = 'done';
    this.item.clear();
    return this.#header() ? this.#begin() : this.#malformed();
  }

  /** The next entry of the frame. After `end` or `malformed` there is none. */
  next(): EntryKind {
    for (;;) {
      if (this.#state === 'done') return 'end';
      if (this.#state === 'usual') {
        this.#state = 'done';
        return 'levels';
      }
      if (this.#state === 'items') {
        const found = this.#nextItem();
        if (found !== null) return found;
        continue;
      }
      const found = this.#nextEvent();
      if (found !== null) return found;
    }
  }

  #takeUsual(): ChannelKind {
    const { sequence, sentMs, instrument } = this.#usual;
    this.sequence = sequence;
    this.sentMs = sentMs;
    this.instrument = instrument;
    this.isSnapshot = false;
    this.#kind = 'levels';
    this.#state = 'usual';
    return 'levels';
  }

  #begin(): ChannelKind {
    if (this.#kind === 'error' || this.#kind === 'unknown') {
      this.#state = 'done';
      return this.#kind;
    }
    if (this.#eventsAt < 0) return this.#lack('no events');
    if (this.sequence < 0) return this.#lack('no sequence_num');
    this.#scanner.seek(this.#eventsAt);
    if (!this.#scanner.open(OPEN_LIST)) return this.#malformed();
    this.#state = this.#kind === 'user' ? 'done' : 'events';
    this.#isFirstEvent = true;
    return this.#kind;
  }

  /** Stops in front of the events once all that is needed to judge the frame has been read. */
  #header(): boolean {
    const scanner = this.#scanner;
    if (!scanner.open(OPEN_OBJECT)) return false;
    if (scanner.close(CLOSE_OBJECT)) return scanner.atEnd();
    do {
      if (!scanner.key()) return false;
      if (scanner.textIs('events')) {
        this.#eventsAt = scanner.offset();
        this.#isTailOpen = this.#kind !== 'unknown' && this.sequence >= 0;
        if (this.#isTailOpen) return true;
        if (!scanner.skip()) return false;
      } else if (!this.#headerMember()) return false;
    } while (scanner.comma());
    return scanner.expect(CLOSE_OBJECT) && scanner.atEnd();
  }

  #headerMember(): boolean {
    const scanner = this.#scanner;
    if (scanner.textIs('sequence_num')) {
      this.sequence = scanner.integer();
      return this.sequence >= 0;
    }
    if (scanner.textIs('channel')) {
      if (!scanner.string()) return false;
      this.#kind = this.#channel();
      return true;
    }
    if (scanner.textIs('timestamp') && scanner.peek() === QUOTE) {
      if (!scanner.string()) return false;
      this.sentMs = parseTimeStamp(scanner.bytes, scanner.textStart, scanner.textEnd);
      return true;
    }
    if (scanner.textIs('type') && scanner.peek() === QUOTE) {
      if (!scanner.string()) return false;
      if (scanner.textIs('error')) this.#kind = 'error';
      return true;
    }
    return this.item.member();
  }

  #channel(): ChannelKind {
    for (const [name, kind] of CHANNELS) if (this.#scanner.textIs(name)) return kind;
    return 'unknown';
  }

  /** @returns null when the event has a list of items that is to be read next */
  #nextEvent(): EntryKind | null {
    const scanner = this.#scanner;
    if (this.#isFirstEvent ? scanner.close(CLOSE_LIST) : !scanner.comma()) {
      if (!this.#isFirstEvent && !scanner.expect(CLOSE_LIST)) return this.#malformed();
      return this.#end();
    }
    this.#isFirstEvent = false;
    if (!scanner.open(OPEN_OBJECT)) return this.#malformed();
    this.item.clear();
    this.isSnapshot = false;
    this.#resumeAt = -1;
    let listAt = -1;
    let areLevelsRead = false;
    if (!scanner.close(CLOSE_OBJECT)) {
      do {
        if (!scanner.key()) return this.#malformed();
        if (this.#isList()) {
          listAt = scanner.offset();
          areLevelsRead = this.#kind === 'levels' && this.item.instrument !== null;
          if (
            !(areLevelsRead
              ? this.#levels.read(this.item.instrument as Instrument)
              : scanner.skip())
          )
            return this.#malformed();
        } else if (!this.item.member()) return this.#malformed();
      } while (scanner.comma());
      if (!scanner.expect(CLOSE_OBJECT)) return this.#malformed();
    }
    this.isSnapshot = this.item.is('type', 'snapshot');
    if (this.#kind === 'heartbeats') return this.#heartbeat();
    if (this.#kind === 'subscriptions') return 'subscription';
    if (listAt < 0) return this.#lack('an event without its entries');
    this.#resumeAt = scanner.offset();
    if (this.#kind === 'levels') return this.#levelEvent(listAt, areLevelsRead);
    scanner.seek(listAt);
    if (!scanner.open(OPEN_LIST)) return this.#malformed();
    this.#isFirstItem = true;
    this.#state = 'items';
    return null;
  }

  /** Whether the last key is that of the entries. */
  #isList(): boolean {
    const scanner = this.#scanner;
    if (this.#kind === 'levels') return scanner.textIs('updates');
    if (this.#kind === 'trades') return scanner.textIs('trades');
    if (this.#kind === 'tickers') return scanner.textIs('tickers');
    if (this.#kind === 'candles') return scanner.textIs('candles');
    return this.#kind === 'status' && scanner.textIs('products');
  }

  #levelEvent(listAt: number, areRead: boolean): EntryKind {
    const { instrument } = this.item;
    if (instrument === null) {
      return this.item.has('product_id') ? 'foreign' : this.#lack('levels without product_id');
    }
    if (!areRead) {
      this.#scanner.seek(listAt);
      if (!this.#levels.read(instrument)) return this.#malformed();
      this.#scanner.seek(this.#resumeAt);
    }
    this.instrument = instrument;
    return 'levels';
  }

  /** @returns null when the items of the event have come to an end */
  #nextItem(): EntryKind | null {
    const scanner = this.#scanner;
    if (this.#isFirstItem ? scanner.close(CLOSE_LIST) : !scanner.comma()) {
      if (!this.#isFirstItem && !scanner.expect(CLOSE_LIST)) return this.#malformed();
      scanner.seek(this.#resumeAt);
      this.#state = 'events';
      return null;
    }
    this.#isFirstItem = false;
    if (!this.item.read()) return this.#malformed();
    const { instrument } = this.item;
    if (instrument === null) {
      const isNamed = this.item.has('product_id') || this.item.has('id');
      return isNamed ? 'foreign' : this.#lack('an entry without product_id');
    }
    this.instrument = instrument;
    return this.#judgeItem();
  }

  #judgeItem(): EntryKind {
    const { item } = this;
    if (this.#kind === 'trades') {
      const isTrade = item.ticks('price') > 0 && item.lots('size') > 0 && item.makerSide !== null;
      return isTrade ? 'trade' : this.#lack('a trade without price, size or side');
    }
    if (this.#kind === 'tickers') {
      return item.ticks('price') > 0 ? 'ticker' : this.#lack('a ticker without price');
    }
    if (this.#kind === 'candles') {
      const isCandle = item.ticks('open') > 0 && item.ticks('close') > 0 && item.whole('start') > 0;
      return isCandle ? 'candle' : this.#lack('a candle without start, open or close');
    }
    return item.has('status') ? 'product' : this.#lack('a product without status');
  }

  #heartbeat(): EntryKind {
    this.heartbeat = this.item.whole('heartbeat_counter');
    return this.heartbeat >= 0 ? 'heartbeat' : this.#lack('no heartbeat_counter');
  }

  /** Checks what follows the events, which was left unread at first. */
  #end(): EntryKind {
    const scanner = this.#scanner;
    this.#state = 'done';
    if (!this.#isTailOpen) return 'end';
    while (scanner.comma()) {
      if (!scanner.key() || !scanner.skip()) return this.#malformed();
    }
    return scanner.expect(CLOSE_OBJECT) && scanner.atEnd() ? 'end' : this.#malformed();
  }

  #lack(reason: string): 'malformed' {
    this.#scanner.fail(reason);
    return this.#malformed();
  }

  #malformed(): 'malformed' {
    this.#scanner.fail('no frame');
    this.#state = 'done';
    return 'malformed';
  }
}
