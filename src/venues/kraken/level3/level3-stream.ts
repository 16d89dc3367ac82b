import { assert } from '../../../core/result.ts';
import type { QueueAhead } from '../../../market/orders-book.ts';
import type { TradePrinted } from '../../../market/trade.ts';
import type { FrameOutcome, MarketStream, StreamTicket } from '../../market/market-stream.ts';
import { MarketDecoder } from '../market/market-decoder.ts';
import type { PairStates } from '../market/pair-states.ts';
import { PairStream } from '../market/pair-stream.ts';
import { PairView } from '../market/pair-view.ts';
import type { KrakenInstrument } from '../pair.ts';
import { type KrakenAccess, socketToken } from '../rest.ts';
import { Level3Decoder } from './level3-decoder.ts';
import { Level3Sync } from './level3-sync.ts';

/** Depths that the venue offers. */
export type Level3Depth = 10 | 100 | 1000;

const DEPTH: Level3Depth = 100;
/**
 * A subscription of 100 levels counts 25 of the 200 that an account of the lowest tier has in a
 * second: with these there are never more than six.
 */
const PACE = { ratePerSecond: 2, burst: 4 };

export interface Level3StreamOptions {
  /** The v2 socket of books by order. */
  readonly url: string;
  /** Name of the venue in facts. */
  readonly venue: string;
  /** At least one. */
  readonly instruments: readonly KrakenInstrument[];
  /** Who may ask for a token. */
  readonly access: KrakenAccess;
  /** How the pairs trade, which this connection is not told. */
  readonly states: PairStates;
  /** Levels a side; 100 when it is not said. */
  readonly depth?: Level3Depth;
}

/** Book of one pair of which every order is known. */
class Level3View extends PairView<Level3Sync> {
  /** @param venueOrderId an order of anybody, ours among them */
  override queueOf(venueOrderId: string): QueueAhead | null {
    return this.isSynced ? this.sync.queueOf(venueOrderId) : null;
  }

  override summary() {
    return { ...super.summary(), orders: this.sync.size };
  }
}

/**
 * Kraken's books by order. Each is a book by level for whoever prices from it; beside it the queue
 * of every level is known, and with it the place of each order. The venue gives them only to who
 * shows a token, which is fetched before each connection.
 */
export class Level3Stream extends PairStream<Level3View> implements MarketStream {
  readonly name = '';
  readonly pace = PACE;
  readonly ticket: StreamTicket;
  readonly #depth: Level3Depth;
  readonly #states: PairStates;
  /** Of `states`, when they were last looked at. */
  #statesEdits = -1;
  readonly #orders: Level3Decoder;
  readonly #others: MarketDecoder;
  readonly #byPair: ReadonlyMap<KrakenInstrument, Level3View>;
  #token = '';

  constructor(options: Level3StreamOptions) {
    const { url, venue, instruments, access, states, depth = DEPTH } = options;
    const views = instruments.map(
      (pair) => new Level3View(pair, (book, scale) => new Level3Sync(book, scale, depth)),
    );
    super({ url, venue, views, first: views[0] as Level3View });
    this.#depth = depth;
    this.#states = states;
    this.#orders = new Level3Decoder(instruments);
    this.#others = new MarketDecoder(instruments);
    this.#byPair = new Map(views.map((view) => [view.pair, view]));
    this.ticket = {
      fetch: (nowMs) => socketToken(access, nowMs),
      take: (token) => {
        this.#token = token;
      },
    };
  }

  /** One request for each book, since the venue counts them. */
  subscribe(): readonly string[] {
    return this.views.map(({ pair }) =>
      this.request('subscribe', `${this.bookParams([pair.symbol])},"snapshot":true`),
    );
  }

  onFrame(frame: Uint8Array): FrameOutcome {
    this.begin();
    if (this.#statesEdits !== this.#states.edits) this.#followStates();
    const decoder = this.#orders;
    const kind = decoder.decode(frame);
    if (kind === 'other') return this.#other(frame);
    this.await(false);
    if (kind === 'malformed') return this.malformed(decoder.fault);
    if (kind === 'unknown-symbol') return this.unknownSymbol();
    const view = this.#byPair.get(decoder.pair) as Level3View;
    this.quoted = view;
    const isSnapshot = kind === 'snapshot';
    if (isSnapshot) this.settle(view);
    return this.afterBook(view.sync.onFrame(decoder, isSnapshot), decoder.eventMs);
  }

  trade(): TradePrinted {
    assert(false, 'trades come by another connection');
  }

  protected override bookParams(symbols: readonly string[]): string {
    const named = JSON.stringify(symbols);
    return `"channel":"level3","symbol":${named},"depth":${this.#depth},"token":"${this.#token}"`;
  }

  /** The other connection hears of the pairs; should this one, it is the same. */
  protected override onRules(): void {}

  /** Status, heartbeats, answers. A heartbeat comes each second at least, whatever the market. */
  #other(frame: Uint8Array): FrameOutcome {
    const kind = this.#others.decode(frame);
    this.await(kind === 'heartbeat');
    if (kind === 'malformed') return this.malformed(this.#others.fault);
    return kind === 'rare' ? this.onRare(frame) : this.next();
  }

  #followStates(): void {
    this.#statesEdits = this.#states.edits;
    for (const view of this.views) this.followRules(view, this.#states.of(view.pair.symbol));
  }
}
