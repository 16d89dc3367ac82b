import type { TradePrinted } from '../../market/trade.ts';
import type { FrameOutcome, MarketStream } from '../market/market-stream.ts';
import { BookSync } from './market/book-sync.ts';
import { MarketDecoder } from './market/market-decoder.ts';
import type { PairStates } from './market/pair-states.ts';
import { PairStream } from './market/pair-stream.ts';
import { PairView } from './market/pair-view.ts';
import type { PairRules } from './market/rare-frame.ts';
import type { KrakenInstrument } from './pair.ts';

/** Depths that the venue offers. */
export type BookDepth = 10 | 25 | 100 | 500 | 1000;

const DEPTH: BookDepth = 100;
/** Far below what the venue takes, so that a book that never agrees does not use it up. */
const PACE = { ratePerSecond: 2, burst: 10 };

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
  /**
   * Where the books come by another connection: who is told how their pairs trade. This one then
   * brings everything else.
   */
  readonly states?: PairStates;
}

/**
 * Kraken's market data by price level: books of which every frame is checked, trades, and the state
 * of the venue and its pairs. A book that does not agree with its checksum is unsubscribed and
 * subscribed anew, which is the only way to a snapshot.
 */
export class KrakenStream extends PairStream<PairView<BookSync>> implements MarketStream {
  readonly name: string;
  readonly pace = PACE;
  readonly #depth: BookDepth;
  readonly #hasTrades: boolean;
  readonly #symbols: readonly string[];
  readonly #states: PairStates | null;
  readonly #decoder: MarketDecoder;
  readonly #byPair: ReadonlyMap<KrakenInstrument, PairView<BookSync>>;
  #tradesLeft = 0;

  constructor(options: KrakenStreamOptions) {
    const { url, venue, instruments, hasTrades, depth = DEPTH, states = null } = options;
    const made = instruments.map(
      (pair) => new PairView(pair, (book, scale) => new BookSync(book, scale, depth)),
    );
    const first = made[0] as PairView<BookSync>;
    super({ url, venue, views: states === null ? made : [], first });
    this.name = states === null ? '' : 'market';
    this.#depth = depth;
    this.#hasTrades = hasTrades;
    this.#symbols = instruments.map(({ symbol }) => symbol);
    this.#states = states;
    this.#byPair = new Map(made.map((view) => [view.pair, view]));
    this.#decoder = new MarketDecoder(instruments);
  }

  /** The state of the pairs first: a book that is not to be believed is never quoted. */
  subscribe(): readonly string[] {
    const symbols = this.#symbols;
    const wanted = ['"channel":"instrument"'];
    if (this.#states === null) wanted.push(`${this.bookParams(symbols)},"snapshot":true`);
    if (this.#hasTrades) {
      wanted.push(`"channel":"trade","symbol":${JSON.stringify(symbols)},"snapshot":false`);
    }
    return wanted.map((params) => this.request('subscribe', params));
  }

  onFrame(frame: Uint8Array): FrameOutcome {
    this.begin();
    this.#tradesLeft = 0;
    const decoder = this.#decoder;
    const kind = decoder.decode(frame);
    this.await(kind === 'heartbeat');
    switch (kind) {
      case 'book-update':
        this.quoted = this.#byPair.get(decoder.pair) as PairView<BookSync>;
        return this.afterBook(this.quoted.sync.onUpdate(decoder), decoder.eventMs);
      case 'book-snapshot':
        this.quoted = this.#byPair.get(decoder.pair) as PairView<BookSync>;
        this.settle(this.quoted);
        return this.afterBook(this.quoted.sync.onSnapshot(decoder), decoder.eventMs);
      case 'trades':
        this.#tradesLeft = decoder.trades.count;
        return this.next();
      case 'malformed':
        return this.malformed(decoder.fault);
      case 'unknown-symbol':
        return this.unknownSymbol();
      case 'rare':
        return this.onRare(frame);
      default:
        return this.next();
    }
  }

  override next(): FrameOutcome {
    if (this.#tradesLeft === 0) return super.next();
    this.#tradesLeft -= 1;
    return 'trade';
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

  override reset(): void {
    super.reset();
    this.#states?.leave(this);
  }

  protected override bookParams(symbols: readonly string[]): string {
    return `"channel":"book","symbol":${JSON.stringify(symbols)},"depth":${this.#depth}`;
  }

  protected override onRules(pairs: readonly PairRules[]): void {
    for (const rules of pairs) {
      this.#states?.take(this, rules);
      const view = this.views.find(({ pair }) => pair.symbol === rules.symbol);
      if (view !== undefined) this.followRules(view, rules);
    }
  }
}
