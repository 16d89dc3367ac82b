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
  /** What is left of it; of an iceberg, of the part that is shown. */
  lots: Lots;
  /** What an iceberg holds back; 0 for all others. */
  hidden: Lots;
  /** What an iceberg shows at a time, at most; 0 for all others. */
  readonly tip: Lots;
  previous: RestingOrder | null;
  next: RestingOrder | null;
}

/** An order that is to rest. */
export interface Resting extends Pick<RestingOrder, 'orderId' | 'owner' | 'side' | 'ticks'> {
  /** All that is left of it. */
  readonly lots: Lots;
  /** What the book shows of it at a time; left out: all. */
  readonly shownLots?: Lots;
}

export interface Level {
  readonly ticks: Ticks;
  /** Sum over the queue of what is shown. */
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
  add({ orderId, owner, side, ticks, lots: all, shownLots }: Resting): RestingOrder {
    assert(!this.isFull, 'a full book takes no order');
    assert(all > 0, 'a resting order has lots');
    const levels = this.#levels[side];
    const level = levels.get(ticks);
    const tip = shownLots ?? NONE;
    const lots = tip > 0 && tip < all ? tip : all;
    const hidden = (all - lots) as Lots;
    const previous = level?.last ?? null;
    const order: RestingOrder = {
      orderId,
      owner,
      side,
      ticks,
      lots,
      hidden,
      tip,
      previous,
      next: null,
    };
    if (level === undefined) {
      levels.set(ticks, { ticks, lots, first: order, last: order });
      this.#prices[side].add(ticks);
    } else {
      level.last.next = order;
      level.last = order;
      level.lots = (level.lots + lots) as Lots;
    }
    this.#orders.set(orderId, order);
    return order;
  }

  /** Takes an order out, wherever it stands. */
  remove(order: RestingOrder): void {
    order.hidden = NONE;
    this.fill(order, order.lots);
  }

  /**
   * Takes lots off what is shown of an order; it keeps its place until nothing of that is left. An
   * iceberg then shows the next part, at the end of the queue.
   */
  fill(order: RestingOrder, lots: Lots): void {
    const level = this.#levels[order.side].get(order.ticks);
    assert(level !== undefined && this.#orders.get(order.orderId) === order, 'it rests here');
    assert(lots > 0 && lots <= order.lots, 'no more is filled than is left');
    order.lots = (order.lots - lots) as Lots;
    level.lots = (level.lots - lots) as Lots;
    if (order.lots > 0) return;
    if (order.hidden > 0) this.#replenish(level, order);
    else this.#unlink(level, order);
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

  #replenish(level: Level, order: RestingOrder): void {
    const lots = Math.min(order.tip, order.hidden) as Lots;
    order.lots = lots;
    order.hidden = (order.hidden - lots) as Lots;
    level.lots = (level.lots + lots) as Lots;
    if (level.last === order) return;
    this.#leaveQueue(level, order);
    order.previous = level.last;
    order.next = null;
    level.last.next = order;
    level.last = order;
  }

  #unlink(level: Level, order: RestingOrder): void {
    this.#orders.delete(order.orderId);
    const { previous, next } = order;
    if (previous === null && next === null) {
      this.#levels[order.side].delete(order.ticks);
      this.#prices[order.side].delete(order.ticks);
      return;
    }
    this.#leaveQueue(level, order);
  }

  /** Joins the neighbours of an order that is not alone in its queue. */
  #leaveQueue(level: Level, { previous, next }: RestingOrder): void {
    if (previous === null) level.first = next as RestingOrder;
    else previous.next = next;
    if (next === null) level.last = previous as RestingOrder;
    else next.previous = previous;
  }
}

const NONE = 0 as Lots;

/** What is left of a resting order, shown or not. */
export function leftOf(order: RestingOrder): Lots {
  return (order.lots + order.hidden) as Lots;
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
