import { bookLots, bookTicks } from '../../../core/instrument.ts';
import type { Side } from '../../../execution/order.ts';
import type { KrakenInstrument } from '../pair.ts';
import { BEGIN, CHECKSUM_LEVELS, type ChecksumScale, ended, withNumber } from './checksum.ts';
import type { Level3Frame, Level3Order } from './level3-frame.ts';

/** An order that rests. */
export interface RestingOrder {
  readonly orderId: string;
  readonly side: Side;
  readonly ticks: number;
  readonly lots: number;
  /** Venue time of its insertion, in ms. */
  readonly ms: number;
}

interface Level {
  readonly ticks: number;
  /** First in, first out. */
  readonly orders: RestingOrder[];
}

export type Level3Outcome = 'applied' | 'ignored' | 'checksum' | 'crossed' | 'malformed';

const encoder = new TextEncoder();

/**
 * A book of single orders in the order in which they will trade. Live only while every frame's
 * checksum agrees; after one that does not, a new snapshot is needed.
 *
 * @see Kraken, "L3 checksum (WebSocket v2)"
 */
export class Level3Book {
  readonly #pair: KrakenInstrument;
  readonly #scale: ChecksumScale;
  readonly #depth: number;
  readonly #orders = new Map<string, RestingOrder>();
  /** Best first. */
  readonly #levels: Readonly<Record<Side, Level[]>> = { buy: [], sell: [] };
  #isLive = false;

  /** @param depth levels a side that were subscribed to: 10, 100 or 1000 */
  constructor(pair: KrakenInstrument, scale: ChecksumScale, depth: number) {
    this.#pair = pair;
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

  reset(): void {
    this.#isLive = false;
    this.#orders.clear();
    this.#levels.buy.length = 0;
    this.#levels.sell.length = 0;
  }

  onFrame(frame: Level3Frame, isSnapshot: boolean): Level3Outcome {
    if (isSnapshot) this.reset();
    else if (!this.#isLive) return 'ignored';
    this.#isLive = true;
    for (const [side, orders] of [
      ['buy', frame.bids],
      ['sell', frame.asks],
    ] as const) {
      for (const order of orders) if (!this.#take(side, order)) return this.#lose('malformed');
      this.#truncate(side);
    }
    if (this.checksum() !== frame.checksum) return this.#lose('checksum');
    const [bid, ask] = [this.#levels.buy[0], this.#levels.sell[0]];
    if (bid !== undefined && ask !== undefined && bid.ticks >= ask.ticks) {
      return this.#lose('crossed');
    }
    return 'applied';
  }

  /** Orders of a side at the level `rank` places behind the best, first to trade first. */
  ordersAt(side: Side, rank: number): readonly RestingOrder[] {
    return this.#levels[side][rank]?.orders ?? [];
  }

  /**
   * Where an order stands in its queue.
   *
   * @returns how many orders and lots trade before it; null when it does not rest here
   */
  queueOf(orderId: string): { readonly orders: number; readonly lots: number } | null {
    const order = this.#orders.get(orderId);
    if (order === undefined) return null;
    let orders = 0;
    let lots = 0;
    for (const other of this.#level(order)?.orders ?? []) {
      if (other.orderId === orderId) break;
      orders += 1;
      lots += other.lots;
    }
    return { orders, lots };
  }

  /** CRC-32 of all orders of the ten best levels a side, asks first. */
  checksum(): number {
    let crc = BEGIN;
    for (const side of ['sell', 'buy'] as const) {
      for (const { ticks, orders } of this.#levels[side].slice(0, CHECKSUM_LEVELS)) {
        for (const { lots } of orders) {
          crc = withNumber(crc, Math.round(ticks * this.#scale.price));
          crc = withNumber(crc, Math.round(lots * this.#scale.quantity));
        }
      }
    }
    return ended(crc);
  }

  #take(side: Side, { event, orderId, price, quantity, ms }: Level3Order): boolean {
    const known = this.#orders.get(orderId);
    if (event === 'delete') {
      if (known !== undefined) this.#remove(known);
      return true;
    }
    const ticks = this.#read(bookTicks, price);
    const lots = this.#read(bookLots, quantity);
    if (!(ticks > 0 && lots >= 0)) return false;
    if (lots === 0) {
      if (known !== undefined) this.#remove(known);
      return true;
    }
    const order = { orderId, side, ticks, lots, ms };
    // What shrinks keeps its place; anything else goes to the back of its queue.
    if (known?.side === side && known.ticks === ticks && lots <= known.lots) {
      this.#replace(known, { ...order, ms: known.ms });
      return true;
    }
    if (known !== undefined) this.#remove(known);
    this.#insert(order);
    return true;
  }

  #read(parse: typeof bookTicks, text: string): number {
    const bytes = encoder.encode(text);
    return parse(this.#pair, bytes, 0, bytes.length);
  }

  #insert(order: RestingOrder): void {
    const levels = this.#levels[order.side];
    const at = this.#rankOf(order);
    const level = levels[at];
    if (level?.ticks === order.ticks) level.orders.push(order);
    else levels.splice(at, 0, { ticks: order.ticks, orders: [order] });
    this.#orders.set(order.orderId, order);
  }

  #replace(known: RestingOrder, order: RestingOrder): void {
    const orders = this.#level(known)?.orders ?? [];
    orders[orders.indexOf(known)] = order;
    this.#orders.set(order.orderId, order);
  }

  #remove(order: RestingOrder): void {
    this.#orders.delete(order.orderId);
    const level = this.#level(order);
    if (level === undefined) return;
    level.orders.splice(level.orders.indexOf(order), 1);
    if (level.orders.length === 0) this.#levels[order.side].splice(this.#rankOf(order), 1);
  }

  #truncate(side: Side): void {
    for (const { orders } of this.#levels[side].splice(this.#depth)) {
      for (const { orderId } of orders) this.#orders.delete(orderId);
    }
  }

  #level(order: RestingOrder): Level | undefined {
    return this.#levels[order.side][this.#rankOf(order)];
  }

  /** Place of an order's level, or where it would be. */
  #rankOf({ side, ticks }: RestingOrder): number {
    const levels = this.#levels[side];
    const sign = side === 'buy' ? -1 : 1;
    let low = 0;
    let high = levels.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sign * (levels[middle] as Level).ticks < sign * ticks) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #lose(why: 'checksum' | 'crossed' | 'malformed'): Level3Outcome {
    this.reset();
    return why;
  }
}
