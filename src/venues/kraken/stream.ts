import type { MarketFact, VenueStatus } from '../../market/fact.ts';
import type { TradePrinted } from '../../market/trade.ts';
import { WireFault } from '../binance/wire.ts';
import type { Patience } from '../connection/silence.ts';
import {
  type FrameOutcome,
  type MarketStream,
  noCounts,
  type StreamCounts,
} from '../market/market-stream.ts';
import { MarketView } from '../market/market-view.ts';
import { type BookOutcome, BookSync } from './market/book-sync.ts';
import { scaleOf } from './market/checksum.ts';
import { MarketDecoder } from './market/market-decoder.ts';
import { type PairRules, rareFrameIn, type TradingStatus } from './market/rare-frame.ts';
import type { KrakenInstrument } from './pair.ts';

/** Depths that the venue offers. */
export type BookDepth = 10 | 25 | 100 | 500 | 1000;

const DEPTH: BookDepth = 100;
/** A heartbeat comes each second in which nothing else does. */
const PATIENCE: Patience = { askAfterMs: 3_000, deadAfterMs: 5_000 };
/** Far below what the venue takes, so that a book that never agrees does not use it up. */
const PACE = { ratePerSecond: 2, burst: 10 };
/** Frames after which a missing snapshot is asked for again; a heartbeat counts for many. */
const SNAPSHOT_WITHIN = 1_000;
const HEARTBEAT_COUNTS = 100;

/** While the venue or a pair is so, its prices are those of nobody who trades. */
const HALTED: ReadonlySet<TradingStatus> = new Set([
  'cancel-only',
  'maintenance',
  'delisted',
  'work-in-progress',
  'unknown',
]);

/** Book and best prices of one pair. */
export class KrakenView extends MarketView {
  readonly sync: BookSync;
  readonly pair: KrakenInstrument;
  /** The grid as the venue states it by now. */
  rules: Pick<PairRules, 'priceDecimals' | 'quantityDecimals'>;
  /** Whether the venue has halted all trading, or the pair's. */
  isVenueHalted = false;
  isPairHalted = false;
  /** Frames since a snapshot was asked for; −1 when none is owed. */
  waited = 0;

  constructor(pair: KrakenInstrument, depth: BookDepth) {
    super(pair);
    this.pair = pair;
    this.rules = { priceDecimals: pair.pairDecimals, quantityDecimals: pair.lotDecimals };
    this.sync = new BookSync(this.book, scaleOf(pair), depth);
  }

  get isLive(): boolean {
    return this.sync.isLive && !this.isVenueHalted && !this.isPairHalted;
  }

  override get isSynced(): boolean {
    return this.sync.isLive;
  }

  /** The venue numbers no updates, so they are counted. */
  takeBook(): void {
    this.takeBest(this.updateId + 1);
  }

  /** Forgets the book; the numbers go on, so that none is used twice. */
  forget(): void {
    this.sync.reset();
    this.takeTouch(this.updateId, 0, 0, 0, 0);
  }

  /** @returns whether the venue's decimals have changed; the book is empty then */
  takeRules({ priceDecimals, quantityDecimals }: PairRules): boolean {
    const { rules, pair } = this;
    if (rules.priceDecimals === priceDecimals && rules.quantityDecimals === quantityDecimals) {
      return false;
    }
    this.rules = { priceDecimals, quantityDecimals };
    this.forget();
    this.sync.rescale(
      scaleOf({ ...pair, pairDecimals: priceDecimals, lotDecimals: quantityDecimals }),
    );
    return true;
  }
}

export interface KrakenStreamOptions {
  /** The public v2 socket. */
  readonly url: string;
  /** Name of the venue in facts. */
  readonly venue: string;
  /** At least one. */
  readonly instruments: readonly KrakenInstrument[];
  readonly hasTrades: boolean;
  /** Levels a side; 100 when it is not said. */
  readonly depth?: BookDepth;
}

/** Something that a frame did, waiting to be drawn. */
type News =
  | { readonly was: 'quote'; readonly view: KrakenView }
  | { readonly was: 'lost' | 'resubscribe'; readonly view: KrakenView; readonly why: string }
  | { readonly was: 'fact'; readonly fact: MarketFact };

/**
 * Kraken's market data: books of which every frame is checked, trades, and the state of the venue
 * and its pairs. A book that does not agree with its checksum is unsubscribed and subscribed anew,
 * which is the only way to a snapshot.
 */
export class KrakenStream implements MarketStream {
  readonly name = '';
  readonly url: string;
  readonly patience = PATIENCE;
  readonly ping = null;
  readonly pace = PACE;
  readonly reconnectMsMin = 0;
  readonly lifeMs = Number.POSITIVE_INFINITY;
  readonly hasVenueIds = false;
  readonly snapshots = null;
  readonly views: readonly KrakenView[];
  readonly counts: StreamCounts = noCounts();
  quoted: KrakenView;
  lostBy = 'checksum';
  fault = '';
  fact: MarketFact | null = null;
  frames: readonly string[] = [];
  /** Frames that checksums refused, of all books. */
  mismatches = 0;
  readonly #venue: string;
  readonly #depth: BookDepth;
  readonly #hasTrades: boolean;
  readonly #decoder: MarketDecoder;
  readonly #byPair = new Map<KrakenInstrument, KrakenView>();
  readonly #news: News[] = [];
  #tradesLeft = 0;
  #requests = 0;
  /** Views that wait for a snapshot. */
  #owed: number;

  constructor(options: KrakenStreamOptions) {
    const { url, venue, instruments, hasTrades, depth = DEPTH } = options;
    this.url = url;
    this.#venue = venue;
    this.#depth = depth;
    this.#hasTrades = hasTrades;
    this.views = instruments.map((pair) => new KrakenView(pair, depth));
    for (const view of this.views) this.#byPair.set(view.pair, view);
    this.quoted = this.views[0] as KrakenView;
    this.#decoder = new MarketDecoder(instruments);
    this.#owed = this.views.length;
  }

  /** The state of the pairs first: a book that is not to be believed is never quoted. */
  subscribe(): readonly string[] {
    const symbols = JSON.stringify(this.views.map(({ pair }) => pair.symbol));
    const books = this.#bookParams(symbols);
    const wanted = ['"channel":"instrument"', `${books},"snapshot":true`];
    if (this.#hasTrades) wanted.push(`"channel":"trade","symbol":${symbols},"snapshot":false`);
    return wanted.map((params) => this.#request('subscribe', params));
  }

  onFrame(frame: Uint8Array): FrameOutcome {
    this.counts.frames += 1;
    if (this.#news.length > 0) this.#news.length = 0;
    this.#tradesLeft = 0;
    const decoder = this.#decoder;
    const kind = decoder.decode(frame);
    this.#await(kind === 'heartbeat' ? HEARTBEAT_COUNTS : 1);
    switch (kind) {
      case 'book-update':
        this.quoted = this.#byPair.get(decoder.pair) as KrakenView;
        return this.#afterBook(this.quoted.sync.onUpdate(decoder));
      case 'book-snapshot':
        this.quoted = this.#byPair.get(decoder.pair) as KrakenView;
        this.#settle(this.quoted);
        return this.#afterBook(this.quoted.sync.onSnapshot(decoder));
      case 'trades':
        this.#tradesLeft = decoder.trades.count;
        return this.next();
      case 'malformed':
        return this.#malformed(decoder.fault);
      case 'unknown-symbol':
        this.counts.unknownSymbols += 1;
        return this.counts.unknownSymbols === 1 ? 'foreign' : this.next();
      case 'rare':
        return this.#rare(frame);
      default:
        return this.next();
    }
  }

  next(): FrameOutcome {
    if (this.#tradesLeft > 0) {
      this.#tradesLeft -= 1;
      return 'trade';
    }
    const news = this.#news.shift();
    if (news === undefined) return 'nothing';
    if (news.was === 'fact') this.fact = news.fact;
    else this.quoted = news.view;
    if (news.was === 'resubscribe') return this.#resubscribe(news.view, news.why);
    if (news.was === 'lost') this.lostBy = news.why;
    return news.was;
  }

  trade(receivedNs: number): TradePrinted {
    const { trades } = this.#decoder;
    const at = trades.count - 1 - this.#tradesLeft;
    return {
      kind: 'trade-printed',
      instrument: (trades.pairs[at] as KrakenInstrument).index,
      ticks: trades.ticks[at] as number,
      lots: trades.lots[at] as number,
      takerSide: trades.isSell[at] === 1 ? 'sell' : 'buy',
      tradeId: trades.ids[at] as number,
      venueMs: trades.ms[at] as number,
      receivedNs,
    };
  }

  reset(): void {
    for (const view of this.views) {
      view.forget();
      this.#owe(view);
    }
  }

  summary() {
    const books = this.views.map((view) => view.summary());
    return { ...this.counts, mismatches: this.mismatches, books };
  }

  #afterBook(outcome: BookOutcome): FrameOutcome {
    const view = this.quoted;
    if (outcome === 'ignored') return this.next();
    if (outcome === 'applied') {
      this.counts.updates += 1;
      view.eventMs = this.#decoder.eventMs || 0;
      view.takeBook();
      return view.isLive ? 'quote' : this.next();
    }
    if (outcome === 'crossed') this.counts.crossed += 1;
    else this.mismatches += 1;
    return this.#resubscribe(view, outcome);
  }

  #resubscribe(view: KrakenView, why: string): FrameOutcome {
    if (why === 'checksum' || why === 'no-snapshot') this.counts.gaps += 1;
    const params = this.#bookParams(JSON.stringify([view.pair.symbol]));
    this.lostBy = why;
    view.forget();
    this.#owe(view);
    this.frames = [
      this.#request('unsubscribe', params),
      this.#request('subscribe', `${params},"snapshot":true`),
    ];
    return 'resubscribe';
  }

  /** A snapshot of the view has been asked for. */
  #owe(view: KrakenView): void {
    if (view.waited < 0) this.#owed += 1;
    view.waited = 0;
  }

  #settle(view: KrakenView): void {
    if (view.waited >= 0) this.#owed -= 1;
    view.waited = -1;
  }

  /** A snapshot may have been lost, or refused: whoever waits too long asks again. */
  #await(frames: number): void {
    if (this.#owed === 0) return;
    for (const view of this.views) {
      if (view.waited < 0) continue;
      view.waited += frames;
      if (view.waited <= SNAPSHOT_WITHIN) continue;
      view.waited = 0;
      this.#news.push({ was: 'resubscribe', view, why: 'no-snapshot' });
    }
  }

  #rare(bytes: Uint8Array): FrameOutcome {
    const frame = rareFrameIn(bytes);
    if (frame instanceof WireFault) return this.#malformed(frame.message);
    if (frame.kind === 'status') this.#onStatus(frame.system);
    if (frame.kind === 'instruments') for (const rules of frame.pairs) this.#onRules(rules);
    if (frame.kind === 'answer' && !frame.isSuccess && frame.method === 'subscribe') {
      return this.#malformed(`${frame.symbol}: ${frame.error}`);
    }
    return this.next();
  }

  #onStatus(system: TradingStatus): void {
    const status = VENUE_STATUSES.get(system) ?? 'maintenance';
    const isHalted = HALTED.has(system);
    for (const view of this.views) {
      this.#tellOf(view, () => {
        view.isVenueHalted = isHalted;
      });
    }
    const fact = { kind: 'venue-announced', venue: this.#venue, status } as const;
    this.#news.push({ was: 'fact', fact });
  }

  #onRules(rules: PairRules): void {
    const view = this.views.find(({ pair }) => pair.symbol === rules.symbol);
    if (view === undefined) return;
    this.#tellOf(view, () => {
      view.isPairHalted = HALTED.has(rules.status);
    });
    if (view.takeRules(rules)) this.#news.push({ was: 'resubscribe', view, why: 'rules-changed' });
  }

  /** The book goes on while trading is halted, so that it is there when it begins again. */
  #tellOf(view: KrakenView, change: () => void): void {
    const wasLive = view.isLive;
    change();
    if (wasLive && !view.isLive) this.#news.push({ was: 'lost', view, why: 'halted' });
    if (!wasLive && view.isLive) this.#news.push({ was: 'quote', view });
  }

  #malformed(fault: string): FrameOutcome {
    this.counts.malformed += 1;
    this.fault = fault;
    return 'malformed';
  }

  #bookParams(symbols: string): string {
    return `"channel":"book","symbol":${symbols},"depth":${this.#depth}`;
  }

  #request(method: string, params: string): string {
    this.#requests += 1;
    return `{"method":"${method}","params":{${params}},"req_id":${this.#requests}}`;
  }
}

/** What everybody calls what the venue says of itself. */
export const VENUE_STATUSES: ReadonlyMap<TradingStatus, VenueStatus> = new Map([
  ['online', 'online'],
  ['cancel-only', 'cancel-only'],
  ['post-only', 'post-only'],
  ['limit-only', 'limit-only'],
]);
