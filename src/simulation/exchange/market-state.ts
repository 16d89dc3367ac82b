import type { Lots, Ticks } from '../../core/units.ts';
import type { Side } from '../../execution/order.ts';
import type { BookSides } from '../book/match-plan.ts';
import { type Level, OrderBook, type Resting, type RestingOrder } from '../book/order-book.ts';
import type { MarketRules } from './market-rules.ts';
import { type Reference, WaitingOrders } from './matching/waiting-orders.ts';
import type { ExchangeEvent, MarketView } from './port.ts';
import { type PublicTrade, Tape } from './tape.ts';
import type { Numbers, VenueLog } from './venue-log.ts';

/** A market as accounts trade in it, wherever its book comes from. */
export interface Market extends MarketView {
  readonly book: MarketBook;
  readonly tradeIds: Numbers;
  /** Orders that wait for a price. */
  readonly waiting: WaitingOrders;
  /** Whether it has a mark price beside that of the last trade. */
  readonly hasMark: boolean;
  /** A price that orders may wait for; null before there is any. */
  priceOf(reference: Reference): Ticks | null;
  /** Takes down a trade that an account had part in. @returns what everybody is told of it */
  traded(trade: PublicTrade): readonly ExchangeEvent[];
  /** @returns what everybody is told of a level that orders of accounts have changed */
  levelChanged(side: Side, ticks: Ticks): readonly ExchangeEvent[];
}

/** All that an order may meet, and the orders of accounts among it. */
export interface MarketBook extends BookSides {
  /** Orders of which the book keeps track. */
  readonly size: number;
  readonly isFull: boolean;
  add(order: Resting): void;
  remove(order: RestingOrder): void;
  fill(order: RestingOrder, lots: Lots): void;
  find(orderId: number): RestingOrder | null;
}

/** Time between two records of where a market stands. */
const ANCHOR_EVERY_MS = 60_000;

/** A market of which every order is known, while it trades. */
export class MarketState implements Market {
  readonly rules: MarketRules;
  readonly book: OrderBook;
  readonly tape: Tape;
  /** Whether it is traded in; a market that is halted keeps its book. */
  isOpen = true;
  readonly updates: Numbers;
  readonly tradeIds: Numbers;
  readonly waiting = new WaitingOrders();
  readonly #log: VenueLog;
  #anchoredMs = 0;

  constructor(rules: MarketRules, log: VenueLog) {
    const { symbol, ticksMax } = rules.instrument;
    this.rules = rules;
    this.book = new OrderBook(ticksMax);
    this.tape = new Tape(rules.instrument);
    this.updates = log.numbers(`update ${symbol}`);
    this.tradeIds = log.numbers(`trade ${symbol}`);
    this.#log = log;
  }

  get updateId(): number {
    return this.updates.last;
  }

  get isHalted(): boolean {
    return !this.isOpen;
  }

  depth(side: Side, limit: number): Level[] {
    return this.book.depth(side, limit);
  }

  queue(side: Side, ticks: Ticks): readonly RestingOrder[] {
    const orders: RestingOrder[] = [];
    let order = this.book.level(side, ticks)?.first ?? null;
    for (; order !== null; order = order.next) orders.push(order);
    return orders;
  }

  best(side: Side): Level | null {
    return this.book.best(side);
  }

  get hasMark(): boolean {
    return false;
  }

  priceOf(reference: Reference): Ticks | null {
    return reference === 'last' ? (this.tape.last?.ticks ?? null) : null;
  }

  traded(trade: PublicTrade): readonly ExchangeEvent[] {
    this.#anchor(trade);
    this.tape.add(trade);
    return [{ kind: 'traded', trade }];
  }

  /** Every change of a level takes one update id. */
  levelChanged(side: Side, ticks: Ticks): readonly ExchangeEvent[] {
    const { symbol } = this.rules.instrument;
    const lots = this.book.level(side, ticks)?.lots ?? (0 as Lots);
    const updateId = this.updates.take();
    return [{ kind: 'level-changed', symbol, side, ticks, lots, updateId }];
  }

  #anchor({ symbol, ticks, venueMs }: PublicTrade): void {
    if (venueMs - this.#anchoredMs < ANCHOR_EVERY_MS) return;
    this.#anchoredMs = venueMs;
    this.#log.record({ kind: 'price-anchored', symbol, ticks });
  }
}
