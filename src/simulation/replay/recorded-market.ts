import type { Clock } from '../../core/env.ts';
import { quoteAmount } from '../../core/instrument.ts';
import type { Lots, Millis, Ticks } from '../../core/units.ts';
import type { Side } from '../../execution/order.ts';
import { Book } from '../../market/book.ts';
import type { QueueModel } from '../../market/microstructure/queue-position.ts';
import { DepthSync } from '../../venues/binance/depth-sync.ts';
import { MarketDecoder } from '../../venues/binance/market-decoder.ts';
import type { MarketRules } from '../exchange/market-rules.ts';
import type { Market } from '../exchange/market-state.ts';
import { type Reference, WaitingOrders } from '../exchange/matching/waiting-orders.ts';
import type { ExchangeEvent, LevelView } from '../exchange/port.ts';
import { Tape } from '../exchange/tape.ts';
import type { Numbers, VenueLog } from '../exchange/venue-log.ts';
import type { Hit, Print } from './level-queue.ts';
import { RecordedBook } from './recorded-book.ts';

/** Frames of a recording by what they were, and what the book lost. */
export interface FrameCounts {
  depth: number;
  snapshot: number;
  trade: number;
  bookTicker: number;
  other: number;
  /** Times that diffs were missing, and that the book was crossed: both end it. */
  gaps: number;
  crossed: number;
}

/** What a frame did: filled orders, or was none that can be played. */
export type Played =
  | { readonly kind: 'played'; readonly hits: readonly Hit[] }
  | { readonly kind: 'unplayable'; readonly reason: string };

const NOTHING: Played = { kind: 'played', hits: [] };

/**
 * A recorded market: its book, its tape, and the orders of accounts in it. The public sees the
 * recording alone, so what accounts do changes neither.
 */
export class RecordedMarket implements Market {
  readonly rules: MarketRules;
  readonly tape: Tape;
  readonly book: RecordedBook;
  readonly tradeIds: Numbers;
  readonly waiting = new WaitingOrders();
  readonly hasMark = false;
  readonly counts: FrameCounts = {
    depth: 0,
    snapshot: 0,
    trade: 0,
    bookTicker: 0,
    other: 0,
    gaps: 0,
    crossed: 0,
  };
  readonly #sync: DepthSync;
  readonly #decoder: MarketDecoder;

  constructor(rules: MarketRules, log: VenueLog, edges: { queue: QueueModel; clock: Clock }) {
    const { instrument } = rules;
    this.rules = rules;
    this.tape = new Tape(instrument);
    this.tradeIds = log.numbers(`trade ${instrument.symbol}`);
    this.#decoder = new MarketDecoder([instrument]);
    this.#sync = new DepthSync(new Book(), 'spot');
    this.book = new RecordedBook(instrument, this.#sync.book, edges.queue, edges.clock);
  }

  get isOpen(): boolean {
    return this.#sync.isLive;
  }

  get updateId(): number {
    return this.#sync.lastId;
  }

  /** A recording by level says nothing of single orders. */
  queue(): null {
    return null;
  }

  depth(side: Side, limit: number): readonly LevelView[] {
    const ladder = side === 'buy' ? this.#sync.book.bids : this.#sync.book.asks;
    return Array.from({ length: Math.min(limit, ladder.depth) }, (_, rank) => ({
      ticks: ladder.ticksAt(rank) as Ticks,
      lots: ladder.lotsAt(rank) as Lots,
    }));
  }

  best(side: Side): LevelView | null {
    return this.book.sides[side].best;
  }

  /** The last print: trades of accounts are no part of the recording, and move no price. */
  priceOf(reference: Reference): Ticks | null {
    return reference === 'last' ? (this.tape.last?.ticks ?? null) : null;
  }

  traded(): readonly ExchangeEvent[] {
    return [];
  }

  levelChanged(): readonly ExchangeEvent[] {
    return [];
  }

  /** Takes one frame. The orders that it fills are told and not touched. */
  play(frame: Uint8Array): Played {
    const decoder = this.#decoder;
    switch (decoder.decode(frame, this.rules.instrument)) {
      case 'depth':
        return this.#onDiff();
      case 'snapshot':
        return this.#onSnapshot();
      case 'book-ticker':
        return this.#onTicker();
      case 'trade':
        return this.#onTrade();
      case 'malformed':
        return { kind: 'unplayable', reason: decoder.fault };
      default:
        this.counts.other += 1;
        return NOTHING;
    }
  }

  #onDiff(): Played {
    this.counts.depth += 1;
    const outcome = this.#sync.onDiff(this.#decoder);
    if (outcome === 'gap') this.counts.gaps += 1;
    if (outcome === 'crossed') this.counts.crossed += 1;
    return outcome === 'buffered' ? NOTHING : this.#seen(this.#decoder.eventMs);
  }

  #onSnapshot(): Played {
    this.counts.snapshot += 1;
    // A recorder may take further snapshots; they are older than the diffs that follow them.
    if (this.isOpen) return NOTHING;
    const outcome = this.#sync.onSnapshot(this.#decoder);
    if (outcome === 'gap') this.counts.gaps += 1;
    if (outcome === 'crossed') this.counts.crossed += 1;
    return this.#seen(0);
  }

  #onTicker(): Played {
    this.counts.bookTicker += 1;
    const { finalId, bidTicks, bidLots, askTicks, askLots } = this.#decoder;
    // A side that is empty is left to the diffs; both happen to no market that is traded.
    if (bidTicks === 0 || bidTicks >= askTicks) return NOTHING;
    this.book.sides.buy.onTicker(bidTicks, bidLots, finalId);
    this.book.sides.sell.onTicker(askTicks, askLots, finalId);
    return this.#shown(0);
  }

  /** @param coveredMs event time up to which prints are in the book now; 0 when unknown */
  #seen(coveredMs: number): Played {
    this.book.sides.buy.onBook(this.#sync.lastId);
    this.book.sides.sell.onBook(this.#sync.lastId);
    return this.#shown(coveredMs);
  }

  #shown(coveredMs: number): Played {
    this.book.show(coveredMs);
    return { kind: 'played', hits: this.book.hitByTouch() };
  }

  #onTrade(): Played {
    this.counts.trade += 1;
    const { tradeId, tradeTicks, tradeLots, tradeMs, isBuyerMaker } = this.#decoder;
    if (!Number.isInteger(tradeTicks) || !Number.isInteger(tradeLots)) {
      const { symbol, tickSize, lotSize } = this.rules.instrument;
      const grid = `tick ${tickSize} and lot ${lotSize} of ${symbol}`;
      return { kind: 'unplayable', reason: `a trade off the grid, wanted prices of ${grid}` };
    }
    const [ticks, lots] = [tradeTicks as Ticks, tradeLots as Lots];
    const print: Print = { ticks, lots, isBuyerMaker, venueMs: tradeMs };
    this.tape.add({
      symbol: this.rules.instrument.symbol,
      tradeId,
      ticks,
      lots,
      quote: quoteAmount(this.rules.instrument, ticks, lots),
      takerSide: isBuyerMaker ? 'sell' : 'buy',
      makerOrderId: 0,
      // A recording does not name the taker. Trades of one side, price and millisecond are taken
      // for one taker's, and so share a number.
      takerOrderId: 2 * tradeMs + (isBuyerMaker ? 1 : 0),
      venueMs: tradeMs as Millis,
    });
    return { kind: 'played', hits: this.book.hitBy(print) };
  }
}
