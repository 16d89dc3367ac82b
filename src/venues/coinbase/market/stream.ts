import type { Instrument } from '../../../core/instrument.ts';
import type { TradePrinted } from '../../../market/trade.ts';
import {
  type FrameOutcome,
  type MarketStream,
  noCounts,
  type StreamCounts,
} from '../../market/market-stream.ts';
import { MarketView } from '../../market/market-view.ts';
import { type EntryKind, MarketDecoder } from './market-decoder.ts';
import { ProductState } from './product-state.ts';
import { SequenceGuard } from './sequence-guard.ts';

/** Heartbeats come each second; a connection without the second and third of them is dead. */
const PATIENCE = { askAfterMs: 3_000, deadAfterMs: 3_000 };
/** The venue takes eight messages a second of those who have not signed in. */
const PACE = { ratePerSecond: 6, burst: 6 };
/** New connections of one address: the stricter of the figures that the venue has published. */
const RECONNECT_MS_MIN = 4_000;

/** Heartbeats that may pass until a subscribed book has its snapshot. */
const SNAPSHOT_HEARTBEATS_MAX = 10;

/** Book and best prices of one product. */
export class CoinbaseView extends MarketView {
  readonly product = new ProductState();
  /** The book has its snapshot and all that followed. */
  hasBook = false;

  get isLive(): boolean {
    return this.hasBook && this.product.isTrading;
  }

  override get isSynced(): boolean {
    return this.hasBook;
  }

  /** Writes the levels that the decoder stands on; a snapshot replaces all there was. */
  apply(decoder: MarketDecoder): 'applied' | 'ignored' | 'crossed' {
    const { book } = this;
    if (decoder.isSnapshot) book.clear();
    else if (!this.hasBook) return 'ignored';
    decoder.bids.writeTo(book.bids);
    decoder.asks.writeTo(book.asks);
    if (book.isCrossed) return 'crossed';
    this.hasBook = true;
    this.eventMs = decoder.sentMs || 0;
    this.takeBest(this.updateId + 1);
    return 'applied';
  }

  /** The book and its prices hold no longer. */
  forget(): void {
    this.hasBook = false;
    this.book.clear();
    this.takeTouch(this.updateId, 0, 0, 0, 0);
  }

  override summary() {
    return { ...super.summary(), ...this.product.summary() };
  }
}

/** Where a stream is, and what of it is wanted. */
export interface CoinbaseStreamOptions {
  /** Address of the market-data host. */
  readonly streamUrl: string;
  /** At least one. */
  readonly instruments: readonly Instrument[];
  /** Other names of products by symbol; see `MarketDecoder`. */
  readonly aliases?: ReadonlyMap<string, string>;
  /** Whether trades are wanted beside books. */
  readonly hasTrades: boolean;
}

/**
 * Market data of one connection to Coinbase. Books begin with a snapshot on the socket; one number
 * counts the frames of all channels, so a frame that is missing makes every book of the connection
 * doubtful, and only a new connection brings snapshots.
 */
export class CoinbaseStream implements MarketStream {
  readonly name = '';
  readonly url: string;
  readonly patience = PATIENCE;
  readonly ping = null;
  readonly pace = PACE;
  readonly reconnectMsMin = RECONNECT_MS_MIN;
  readonly lifeMs = Number.POSITIVE_INFINITY;
  readonly hasVenueIds = false;
  readonly snapshots = null;
  readonly frames: readonly string[] = [];
  readonly views: readonly CoinbaseView[];
  readonly counts: StreamCounts = noCounts();
  /** Frames of each kind, and duplicates that were passed over. */
  readonly channels = { unknown: 0, errors: 0, duplicates: 0, acknowledged: 0 };
  quoted: CoinbaseView;
  lostBy = 'gap';
  readonly fact = null;
  readonly #options: CoinbaseStreamOptions;
  readonly #decoder: MarketDecoder;
  readonly #byIndex = new Map<number, CoinbaseView>();
  readonly #sequence = new SequenceGuard();
  #refusal = '';
  /** The frame at hand carries levels. */
  #isBook = false;
  /** Heartbeats of this connection. */
  #heartbeats = 0;

  constructor(options: CoinbaseStreamOptions) {
    const { instruments, aliases, streamUrl } = options;
    this.#options = options;
    this.url = streamUrl;
    this.views = instruments.map((instrument) => new CoinbaseView(instrument));
    for (const view of this.views) this.#byIndex.set(view.instrument.index, view);
    this.quoted = this.views[0] as CoinbaseView;
    this.#decoder = new MarketDecoder(instruments, aliases);
  }

  get fault(): string {
    return this.#refusal || this.#decoder.fault;
  }

  /** One channel a message. Heartbeats come first: without them nothing tells a dead socket. */
  subscribe(): readonly string[] {
    const products = this.#options.instruments.map(({ symbol }) => symbol);
    const channels = ['heartbeats', 'level2', 'status'];
    if (this.#options.hasTrades) channels.push('market_trades');
    return channels.map((channel) =>
      JSON.stringify({
        type: 'subscribe',
        channel,
        ...(channel === 'heartbeats' ? {} : { product_ids: products }),
      }),
    );
  }

  onFrame(frame: Uint8Array): FrameOutcome {
    this.counts.frames += 1;
    this.#refusal = '';
    const kind = this.#decoder.decode(frame);
    this.#isBook = kind === 'levels';
    if (kind === 'malformed') {
      this.counts.malformed += 1;
      // Nobody knows what it was: it may have been levels.
      return this.#lose('malformed');
    }
    if (kind === 'error') {
      this.channels.errors += 1;
      this.#refusal = `the venue says: ${this.#decoder.errorText}`;
      return 'malformed';
    }
    if (kind === 'unknown') this.channels.unknown += 1;
    if (this.#decoder.sequence >= 0) {
      const order = this.#sequence.onFrame(this.#decoder.sequence);
      if (order === 'duplicate') {
        this.channels.duplicates += 1;
        return 'nothing';
      }
      if (order === 'gap') return this.#lose('gap');
    }
    return this.next();
  }

  /** Applies one entry of the frame after the other, until one of them is news. */
  next(): FrameOutcome {
    for (;;) {
      const outcome = this.#onEntry(this.#decoder.next());
      if (outcome !== null) return outcome;
    }
  }

  trade(receivedNs: number): TradePrinted {
    const { instrument, item } = this.#decoder;
    return {
      kind: 'trade-printed',
      instrument: instrument.index,
      ticks: item.ticks('price'),
      lots: item.lots('size'),
      takerSide: item.makerSide === 'buy' ? 'sell' : 'buy',
      tradeId: item.whole('trade_id'),
      venueMs: item.timeMs('time'),
      receivedNs,
    };
  }

  reset(): void {
    this.#sequence.reset();
    this.#heartbeats = 0;
    for (const view of this.views) view.forget();
  }

  /** What an inspector sees of it. */
  summary() {
    const books = this.views.map((view) => view.summary());
    return { ...this.counts, ...this.channels, books };
  }

  /** @returns null when the entry is no news */
  #onEntry(entry: EntryKind): FrameOutcome | null {
    switch (entry) {
      case 'levels':
        return this.#onLevels();
      case 'trade':
        // A snapshot of trades repeats what was printed before the connection was made.
        return this.#decoder.isSnapshot ? null : 'trade';
      case 'product':
        return this.#onProduct();
      case 'heartbeat':
        return this.#onHeartbeat();
      case 'subscription':
        this.channels.acknowledged += 1;
        return null;
      case 'foreign':
        this.counts.unknownSymbols += 1;
        return this.counts.unknownSymbols === 1 ? 'foreign' : null;
      case 'malformed':
        this.counts.malformed += 1;
        // The frame was counted by its number, so no gap will show what was missed by it.
        return this.#isBook ? this.#lose('malformed') : 'malformed';
      case 'ticker':
      case 'candle':
        return null;
      case 'end':
        return 'nothing';
    }
  }

  #onLevels(): FrameOutcome | null {
    const view = this.#viewOf(this.#decoder.instrument);
    const outcome = view.apply(this.#decoder);
    if (outcome === 'crossed') return this.#lose('crossed');
    if (outcome === 'ignored') return null;
    this.counts.updates += 1;
    return view.isLive ? 'quote' : null;
  }

  #onProduct(): FrameOutcome | null {
    const view = this.#viewOf(this.#decoder.instrument);
    const { product } = view;
    const was = product.isTrading;
    product.onStatus(this.#decoder.item);
    if (product.isTrading === was) return null;
    if (product.isTrading) return view.isLive ? 'quote' : null;
    this.lostBy = product.reason;
    return 'lost';
  }

  #onHeartbeat(): FrameOutcome | null {
    if (this.#sequence.onHeartbeat(this.#decoder.heartbeat) === 'gap') return this.#lose('gap');
    this.#heartbeats += 1;
    if (this.#heartbeats < SNAPSHOT_HEARTBEATS_MAX) return null;
    const isComplete = this.views.every(({ hasBook }) => hasBook);
    return isComplete ? null : this.#lose('no-snapshot');
  }

  #lose(why: string): 'reconnect' {
    if (why === 'gap') this.counts.gaps += 1;
    if (why === 'crossed') this.counts.crossed += 1;
    this.lostBy = why;
    for (const view of this.views) view.forget();
    return 'reconnect';
  }

  #viewOf({ index }: Instrument): CoinbaseView {
    this.quoted = this.#byIndex.get(index) as CoinbaseView;
    return this.quoted;
  }
}
