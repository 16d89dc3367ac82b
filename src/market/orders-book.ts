import type { Book } from './book.ts';

/** Orders that one book holds at most; the deepest feed by order has a tenth of it. */
export const ORDERS_MAX = 1_048_576;

/** What a message did. A book that misses an order, or knows it already, has missed a message. */
export type OrderOutcome = 'applied' | 'unknown-order' | 'known-order' | 'full';

/** What names an order: the number or the text that its venue has for it. */
export type OrderId = string | number;

/** An order as whoever walks its queue sees it; it changes with the book. */
export interface QueuedOrder<Id extends OrderId> {
  readonly id: Id;
  readonly isBid: boolean;
  readonly ticks: number;
  readonly lots: number;
  /** Who trades after it at its price. */
  readonly next: QueuedOrder<Id> | null;
}

/** What trades before an order of the same price. */
export interface QueueAhead {
  readonly orders: number;
  readonly lots: number;
}

interface Order<Id extends OrderId> {
  readonly id: Id;
  readonly isBid: boolean;
  ticks: number;
  lots: number;
  previous: Order<Id> | null;
  next: Order<Id> | null;
}

interface Queue<Id extends OrderId> {
  first: Order<Id>;
  last: Order<Id>;
}

/**
 * A book by order: each in the queue of its price, first come first. It keeps the levels of a
 * `Book` as the sums of their queues, so whatever prices from levels works on orders as well.
 */
export class OrdersBook<Id extends OrderId = number> {
  readonly #book: Book;
  readonly #ordersMax: number;
  readonly #orders = new Map<Id, Order<Id>>();
  readonly #bids = new Map<number, Queue<Id>>();
  readonly #asks = new Map<number, Queue<Id>>();

  /** @param book whose levels follow; nobody else sets them */
  constructor(book: Book, ordersMax = ORDERS_MAX) {
    this.#book = book;
    this.#ordersMax = ordersMax;
  }

  get size(): number {
    return this.#orders.size;
  }

  clear(): void {
    this.#orders.clear();
    this.#bids.clear();
    this.#asks.clear();
    this.#book.clear();
  }

  /** An order that rests here, null when it does not. */
  find(id: Id): QueuedOrder<Id> | null {
    return this.#orders.get(id) ?? null;
  }

  /** Who trades first at a price; null where there is no such level. */
  firstOn(isBid: boolean, ticks: number): QueuedOrder<Id> | null {
    return (isBid ? this.#bids : this.#asks).get(ticks)?.first ?? null;
  }

  /** Puts an order behind all others of its price. @param lots above 0 */
  add(id: Id, isBid: boolean, ticks: number, lots: number): OrderOutcome {
    if (this.#orders.has(id)) return 'known-order';
    if (this.#orders.size >= this.#ordersMax) return 'full';
    const order: Order<Id> = { id, isBid, ticks, lots, previous: null, next: null };
    this.#orders.set(id, order);
    this.#append(order);
    return 'applied';
  }

  /** What shrinks keeps its place, what grows or moves goes to the back, 0 lots take it off. */
  modify(id: Id, ticks: number, lots: number): OrderOutcome {
    const order = this.#orders.get(id);
    if (order === undefined) return 'unknown-order';
    if (lots === 0) return this.cancel(id);
    if (order.ticks === ticks && lots <= order.lots) {
      this.#change(order, lots - order.lots);
      order.lots = lots;
      return 'applied';
    }
    this.#unlink(order);
    order.ticks = ticks;
    order.lots = lots;
    this.#append(order);
    return 'applied';
  }

  cancel(id: Id): OrderOutcome {
    const order = this.#orders.get(id);
    if (order === undefined) return 'unknown-order';
    this.#orders.delete(id);
    this.#unlink(order);
    return 'applied';
  }

  /** Orders and lots that trade before an order; null when it does not rest. O(its place). */
  queueOf(id: Id): QueueAhead | null {
    const order = this.#orders.get(id);
    if (order === undefined) return null;
    let orders = 0;
    let lots = 0;
    for (let ahead = order.previous; ahead !== null; ahead = ahead.previous) {
      orders += 1;
      lots += ahead.lots;
    }
    return { orders, lots };
  }

  /** Lets the farthest levels go with their orders, so that at most so many a side are left. */
  truncate(levels: number): void {
    for (const isBid of [true, false]) {
      const side = isBid ? this.#book.bids : this.#book.asks;
      const queues = isBid ? this.#bids : this.#asks;
      for (let rank = levels; rank < side.depth; rank += 1) {
        const ticks = side.ticksAt(rank);
        let order: QueuedOrder<Id> | null = this.firstOn(isBid, ticks);
        for (; order !== null; order = order.next) this.#orders.delete(order.id);
        queues.delete(ticks);
      }
      side.truncate(levels);
    }
  }

  #append(order: Order<Id>): void {
    const queues = order.isBid ? this.#bids : this.#asks;
    const queue = queues.get(order.ticks);
    order.previous = queue?.last ?? null;
    order.next = null;
    if (queue === undefined) queues.set(order.ticks, { first: order, last: order });
    else {
      queue.last.next = order;
      queue.last = order;
    }
    this.#change(order, order.lots);
  }

  #unlink(order: Order<Id>): void {
    const queues = order.isBid ? this.#bids : this.#asks;
    const { previous, next } = order;
    if (previous !== null) previous.next = next;
    if (next !== null) next.previous = previous;
    const queue = queues.get(order.ticks) as Queue<Id>;
    if (previous === null && next === null) queues.delete(order.ticks);
    else if (previous === null) queue.first = next as Order<Id>;
    else if (next === null) queue.last = previous;
    this.#change(order, -order.lots);
  }

  /** Adds to the level of an order. */
  #change({ isBid, ticks }: Order<Id>, lots: number): void {
    const side = isBid ? this.#book.bids : this.#book.asks;
    side.set(ticks, side.lotsOn(ticks) + lots);
  }
}
