import type { Clock } from '../../core/env.ts';
import type { Instrument } from '../../core/instrument.ts';
import { assert } from '../../core/result.ts';
import type { Lots, Ticks } from '../../core/units.ts';
import type { Side } from '../../execution/order.ts';
import type { Book } from '../../market/book.ts';
import type { QueueModel } from '../../market/microstructure/queue-position.ts';
import {
  crosses,
  type Level,
  leftOf,
  OrderBook,
  opposite,
  type Resting,
  type RestingOrder,
} from '../book/order-book.ts';
import type { MarketBook } from '../exchange/market-state.ts';
import { type Hit, LevelQueue, type Print } from './level-queue.ts';
import { RecordedSide } from './recorded-side.ts';

const SIDES = ['buy', 'sell'] as const;

/**
 * Orders of accounts in a recorded book. Who takes meets the recorded lots and the orders of
 * accounts by price, and at a price in the order of the queue; who rests waits for the recording to
 * come to it.
 */
export class RecordedBook implements MarketBook {
  readonly sides: Readonly<Record<Side, RecordedSide>>;
  readonly #orders: OrderBook;
  readonly #queues = {
    buy: new Map<number, LevelQueue>(),
    sell: new Map<number, LevelQueue>(),
  };
  readonly #instrument: Instrument;
  readonly #model: QueueModel;
  readonly #clock: Clock;

  constructor(instrument: Instrument, book: Book, model: QueueModel, clock: Clock) {
    this.#instrument = instrument;
    this.#orders = new OrderBook(instrument.ticksMax);
    this.#model = model;
    this.#clock = clock;
    this.sides = {
      buy: new RecordedSide('buy', book.bids),
      sell: new RecordedSide('sell', book.asks),
    };
  }

  get size(): number {
    return this.#orders.size;
  }

  get isFull(): boolean {
    return this.#orders.isFull;
  }

  find(orderId: number): RestingOrder | null {
    return this.#orders.find(orderId);
  }

  add(order: Resting): void {
    this.#join(this.#orders.add(order));
  }

  remove({ orderId, side, ticks }: RestingOrder): void {
    this.#orders.remove(this.#resting(orderId));
    this.#leave(orderId, side, ticks);
  }

  /**
   * Takes lots off an order, or off the recording when nobody owns it. What an iceberg shows next
   * goes behind all that is shown.
   */
  fill({ orderId, owner, side, ticks }: RestingOrder, lots: Lots): void {
    if (owner === null) {
      this.sides[side].take(ticks, lots);
      return;
    }
    const resting = this.#resting(orderId);
    const isTaken = lots === resting.lots;
    this.#orders.fill(resting, lots);
    if (!isTaken) return;
    this.#leave(orderId, side, ticks);
    if (resting.lots > 0) this.#join(resting);
  }

  best(side: Side): Level | null {
    return this.#level(side, this.sides[side].next(null), this.#orders.best(side));
  }

  worse(side: Side, ticks: number): Level | null {
    return this.#level(side, this.sides[side].next(ticks), this.#orders.worse(side, ticks));
  }

  /** Lets the orders see what the recording shows now. @param coveredMs see `LevelQueue.show` */
  show(coveredMs: number): void {
    for (const side of SIDES) {
      for (const [ticks, queue] of this.#queues[side]) {
        const shown = this.sides[side].shownOn(ticks);
        if (shown !== null) queue.show(shown, this.#clock.now(), coveredMs);
      }
    }
  }

  /**
   * What a print fills. Through an order it fills all that is left of it; at its price what the
   * queue leaves. Orders share the print by price and time; one with nothing left fills no more.
   */
  hitBy(print: Print): Hit[] {
    const hits: Hit[] = [];
    let left = print.lots;
    for (const side of SIDES) {
      for (const order of this.#through(side, print)) {
        if (left <= 0) break;
        const lots = leftOf(order);
        hits.push({ order, lots });
        left -= lots;
      }
    }
    const queue = this.#queues[print.isBuyerMaker ? 'buy' : 'sell'].get(print.ticks);
    if (queue !== undefined) hits.push(...queue.print(print, left, this.#clock.now()));
    return hits;
  }

  /**
   * Orders that the recorded other side has come to, which are filled in full. The lots that are
   * shown there are taken once: an order for which none is left waits.
   */
  hitByTouch(): Hit[] {
    const hits: Hit[] = [];
    for (const side of SIDES) {
      for (const { order } of this.#byPriority(side)) {
        if (!this.#takeCrossing(order)) break;
        hits.push({ order, lots: leftOf(order) });
      }
    }
    return hits;
  }

  #resting(orderId: number): RestingOrder {
    const resting = this.find(orderId);
    assert(resting !== null, `the order ${orderId} rests in the book`);
    return resting;
  }

  #join(resting: RestingOrder): void {
    const { side, ticks } = resting;
    const queue =
      this.#queues[side].get(ticks) ??
      new LevelQueue(this.#model, this.#instrument.lotSize, this.sides[side].shownOn(ticks));
    this.#queues[side].set(ticks, queue);
    queue.join(resting, this.#clock.now());
  }

  #leave(orderId: number, side: Side, ticks: Ticks): void {
    const queue = this.#queues[side].get(ticks);
    assert(queue !== undefined, 'an order at rest has a queue');
    queue.leave(orderId);
    if (queue.places.length === 0) this.#queues[side].delete(ticks);
  }

  /** Takes what the other side shows at or through an order. @returns false when that is nothing */
  #takeCrossing(order: RestingOrder): boolean {
    const { side, ticks } = order;
    const others = this.sides[opposite(side)];
    const lots = leftOf(order);
    let left: number = lots;
    let next = others.next(null);
    while (next !== 0 && left > 0 && crosses(side, ticks, { ticks: next })) {
      const taken = Math.min(left, others.availableOn(next));
      others.take(next, taken);
      left -= taken;
      next = others.next(null);
    }
    return left < lots;
  }

  /** Orders that a print went through, best price first, that were there when it happened. */
  *#through(side: Side, { ticks, venueMs }: Print): Iterable<RestingOrder> {
    for (const { order, sinceMs } of this.#byPriority(side)) {
      if (side === 'buy' ? order.ticks <= ticks : order.ticks >= ticks) return;
      if (venueMs >= sinceMs) yield order;
    }
  }

  /** Places of one side, by price and time. */
  *#byPriority(side: Side) {
    let level = this.#orders.best(side);
    while (level !== null) {
      yield* this.#queues[side].get(level.ticks)?.places ?? [];
      level = this.#orders.worse(side, level.ticks);
    }
  }

  /** The better of a recorded price and a level of accounts, as one queue. */
  #level(side: Side, recorded: number, own: Level | null): Level | null {
    if (own === null) return recorded === 0 ? null : this.#queueAt(side, recorded);
    const isOwn = recorded === 0 || (side === 'buy' ? own.ticks > recorded : own.ticks < recorded);
    return this.#queueAt(side, isOwn ? own.ticks : recorded);
  }

  /**
   * The queue of a price as an incoming order meets it: lots of others, an order of an account,
   * further lots, and so on. The links are of this walk alone.
   */
  #queueAt(side: Side, ticks: number): Level {
    const available = this.sides[side].availableOn(ticks);
    const queue: RestingOrder[] = [];
    let passed = 0;
    const others = (lots: number): void => {
      if (lots > 0) queue.push(link(side, ticks, lots));
      passed += lots;
    };
    for (const { order, front } of this.#queues[side].get(ticks)?.places ?? []) {
      others(Math.min(available, front) - Math.min(available, passed));
      queue.push({ ...order, previous: null, next: null });
    }
    others(available - passed);
    queue.forEach((order, at) => {
      order.previous = queue[at - 1] ?? null;
      order.next = queue[at + 1] ?? null;
    });
    const [first, last] = [queue[0], queue.at(-1)];
    assert(first !== undefined && last !== undefined, 'a level has somebody in it');
    const lots = queue.reduce((sum, order) => sum + order.lots, 0);
    return { ticks: ticks as Ticks, lots: lots as Lots, first, last };
  }
}

/** Lots of the recording, which nobody here owns. */
function link(side: Side, ticks: number, lots: number): RestingOrder {
  return {
    orderId: 0,
    owner: null,
    side,
    ticks: ticks as Ticks,
    lots: lots as Lots,
    hidden: 0 as Lots,
    tip: 0 as Lots,
    previous: null,
    next: null,
  };
}
