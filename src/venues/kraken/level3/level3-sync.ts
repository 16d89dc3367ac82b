import type { Book } from '../../../market/book.ts';
import type { Ladder } from '../../../market/ladder.ts';
import { OrdersBook, type QueueAhead } from '../../../market/orders-book.ts';
import {
  BEGIN,
  CHECKSUM_LEVELS,
  type ChecksumScale,
  ended,
  withNumber,
} from '../market/checksum.ts';
import { DELETED, type OrderList } from './order-list.ts';

export interface Level3Frame {
  readonly bids: OrderList;
  readonly asks: OrderList;
  readonly checksum: number;
}

/**
 * What a frame did. `ignored`: an update while a snapshot is owed. After the others but `applied`
 * the book is not live and a new snapshot is needed.
 */
export type Level3Outcome = 'applied' | 'ignored' | 'checksum' | 'crossed' | 'too-many-orders';

/** Orders that one book holds: 1,000 levels a side with dozens each are half of it. */
export const LEVEL3_ORDERS_MAX = 131_072;

/**
 * Keeps a book of single orders, in the order in which they will trade, in step with its snapshot
 * and updates. Live only while every frame's checksum agrees, which covers the places in the queues
 * as well as the sizes.
 *
 * @see Kraken, "L3 checksum (WebSocket v2)"
 */
export class Level3Sync {
  readonly #book: Book;
  readonly #orders: OrdersBook<string>;
  readonly #depth: number;
  #scale: ChecksumScale;
  #isLive = false;
  /** What the asks came to: most frames change one side. */
  #asksCrc = BEGIN;
  #areAsksCounted = false;

  /**
   * @param book whose levels follow from the orders; nobody else sets them
   * @param depth levels a side that were subscribed to
   */
  constructor(book: Book, scale: ChecksumScale, depth: number, ordersMax = LEVEL3_ORDERS_MAX) {
    this.#book = book;
    this.#orders = new OrdersBook<string>(book, ordersMax);
    this.#scale = scale;
    this.#depth = depth;
  }

  get isLive(): boolean {
    return this.#isLive;
  }

  /** How many orders rest. */
  get size(): number {
    return this.#orders.size;
  }

  /** Orders and lots that trade before an order; null when it does not rest within the depth. */
  queueOf(orderId: string): QueueAhead | null {
    return this.#orders.queueOf(orderId);
  }

  /** Forgets everything, as after a disconnection. */
  reset(): void {
    this.#isLive = false;
    this.#orders.clear();
  }

  /** The venue writes other decimals from now on: what was built of the old ones goes. */
  rescale(scale: ChecksumScale): void {
    this.#scale = scale;
    this.#areAsksCounted = false;
    this.reset();
  }

  onFrame(frame: Level3Frame, isSnapshot: boolean): Level3Outcome {
    if (isSnapshot) this.reset();
    else if (!this.#isLive) return 'ignored';
    this.#isLive = true;
    if (!this.#take(true, frame.bids) || !this.#take(false, frame.asks)) {
      return this.#lose('too-many-orders');
    }
    // Levels that fall out of the depth are never told of again, so they must not stay.
    this.#orders.truncate(this.#depth);
    if (this.#checksum() !== frame.checksum) return this.#lose('checksum');
    return this.#book.isCrossed ? this.#lose('crossed') : 'applied';
  }

  /** @returns false when there is no room for an order */
  #take(isBid: boolean, { count, ids, events, ticks, lots }: OrderList): boolean {
    const orders = this.#orders;
    for (let at = 0; at < count; at += 1) {
      const id = ids[at] as string;
      const left = events[at] === DELETED ? 0 : (lots[at] as number);
      const known = orders.find(id);
      // One that was too deep to be told of may be deleted, or changed for a better place.
      if (known === null) {
        if (left > 0 && orders.add(id, isBid, ticks[at] as number, left) === 'full') return false;
      } else if (known.isBid === isBid) {
        orders.modify(id, ticks[at] as number, left);
      } else if (left > 0) {
        // It has changed sides; that it has gone from the other may be told before or after.
        orders.cancel(id);
        orders.add(id, isBid, ticks[at] as number, left);
      }
    }
    return true;
  }

  /** Of all orders of the ten best levels a side: asks first, best first, first to trade first. */
  #checksum(): number {
    const { asks, bids } = this.#book;
    if (!this.#areAsksCounted || asks.changedFrom < CHECKSUM_LEVELS) {
      this.#areAsksCounted = true;
      asks.settle();
      this.#asksCrc = this.#withSide(BEGIN, asks, false);
    }
    return ended(this.#withSide(this.#asksCrc, bids, true));
  }

  #withSide(begun: number, side: Ladder, isBid: boolean): number {
    let crc = begun;
    const levels = Math.min(side.depth, CHECKSUM_LEVELS);
    for (let rank = 0; rank < levels; rank += 1) {
      const ticks = side.ticksAt(rank);
      const price = Math.round(ticks * this.#scale.price);
      let order = this.#orders.firstOn(isBid, ticks);
      for (; order !== null; order = order.next) {
        crc = withNumber(crc, price);
        crc = withNumber(crc, Math.round(order.lots * this.#scale.quantity));
      }
    }
    return crc;
  }

  #lose(why: Exclude<Level3Outcome, 'applied' | 'ignored'>): Level3Outcome {
    this.reset();
    return why;
  }
}
