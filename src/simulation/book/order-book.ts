import { assert } from '../../core/result.ts';
import type { Lots, Ticks } from '../../core/units.ts';
import type { Side } from '../../execution/order.ts';
import { SortedTicks } from './sorted-ticks.ts';

/** An order at rest in the book: a place in the queue of its price. */
export interface RestingOrder {
  readonly orderId: number;
  /** Account that owns it; null for the anonymous crowd. */
  readonly owner: string | null;
  readonly side: Side;
  readonly ticks: Ticks;
  /** What is left of it. */
  lots: Lots;
  previous: RestingOrder | null;
  next: RestingOrder | null;
}

export interface Level {
  readonly ticks: Ticks;
  /** Sum over the queue. */
  lots: Lots;
  first: RestingOrder;
  last: RestingOrder;
}

/** Orders that one book holds at most, both sides together. */
export const BOOK_ORDERS_MAX = 50_000;

/**
 * One instrument's orders by price, then time. Adding, removing and filling cost a step per layer
 * of `SortedTicks`; each queue is a linked list, so its length does not matter.
 */
export class OrderBook {
  readonly #orders = new Map<number, RestingOrder>();
  readonly #levels = { buy: new Map<number, Level>(), sell: new Map<number, Level>() };
  readonly #prices: { readonly buy: SortedTicks; readonly sell: SortedTicks };
  readonly #beyond: number;

  constructor(ticksMax: Ticks) {
    this.#beyond = ticksMax + 1;
    this.#prices = { buy: new SortedTicks(this.#beyond), sell: new SortedTicks(this.#beyond) };
  }

  get size(): number {
    return this.#orders.size;
  }

  get isFull(): boolean {
    return this.#orders.size >= BOOK_ORDERS_MAX;
  }

  /** Puts an order at the end of the queue of its price. */
  add(order: Omit<RestingOrder, 'previous' | 'next'>): RestingOrder {
    assert(!this.isFull, 'a full book takes no order');
    assert(order.lots > 0, 'a resting order has lots');
    const levels = this.#levels[order.side];
    const level = levels.get(order.ticks);
    const resting: RestingOrder = { ...order, previous: level?.last ?? null, next: null };
    if (level === undefined) {
      const { ticks, lots } = order;
      levels.set(ticks, { ticks, lots, first: resting, last: resting });
      this.#prices[order.side].add(ticks);
    } else {
      level.last.next = resting;
      level.last = resting;
      level.lots = (level.lots + order.lots) as Lots;
    }
    this.#orders.set(order.orderId, resting);
    return resting;
  }

  /** Takes an order out, wherever it stands. */
  remove(order: RestingOrder): void {
    this.fill(order, order.lots);
  }

  /** Takes lots off an order; it keeps its place until nothing is left. */
  fill(order: RestingOrder, lots: Lots): void {
    const level = this.#levels[order.side].get(order.ticks);
    assert(level !== undefined && this.#orders.get(order.orderId) === order, 'it rests here');
    assert(lots > 0 && lots <= order.lots, 'no more is filled than is left');
    order.lots = (order.lots - lots) as Lots;
    level.lots = (level.lots - lots) as Lots;
    if (order.lots === 0) this.#unlink(level, order);
  }

  find(orderId: number): RestingOrder | null {
    return this.#orders.get(orderId) ?? null;
  }

  level(side: Side, ticks: number): Level | null {
    return this.#levels[side].get(ticks) ?? null;
  }

  /** The best level of a side, or null when the side is empty. */
  best(side: Side): Level | null {
    return this.worse(side, side === 'buy' ? this.#beyond : 0);
  }

  /** The next level of a side behind a price. */
  worse(side: Side, ticks: number): Level | null {
    const prices = this.#prices[side];
    return this.level(side, side === 'buy' ? prices.below(ticks) : prices.above(ticks));
  }

  /** Levels from the best on, at most `limit`. */
  depth(side: Side, limit: number): Level[] {
    const levels: Level[] = [];
    let level = this.best(side);
    while (level !== null && levels.length < limit) {
      levels.push(level);
      level = this.worse(side, level.ticks);
    }
    return levels;
  }

  #unlink(level: Level, order: RestingOrder): void {
    this.#orders.delete(order.orderId);
    const { previous, next } = order;
    if (previous === null && next === null) {
      this.#levels[order.side].delete(order.ticks);
      this.#prices[order.side].delete(order.ticks);
      return;
    }
    if (previous === null) level.first = next as RestingOrder;
    else previous.next = next;
    if (next === null) level.last = previous as RestingOrder;
    else next.previous = previous;
  }
}

/** Whether an order at `ticks` would trade with a level of the other side. */
export function crosses(
  side: Side,
  ticks: number,
  opposite: { readonly ticks: number } | null,
): boolean {
  if (opposite === null) return false;
  return side === 'buy' ? ticks >= opposite.ticks : ticks <= opposite.ticks;
}

export function opposite(side: Side): Side {
  return side === 'buy' ? 'sell' : 'buy';
}
