import type { Timers } from '../../../core/env.ts';
import { assert } from '../../../core/result.ts';
import { type Lots, NO_AMOUNT } from '../../../core/units.ts';
import { opposite } from '../../book/order-book.ts';
import { isOpen, type VenueOrder } from '../../exchange/orders.ts';
import type { ExchangePort } from '../../exchange/port.ts';
import type { KindWish } from './kind-wish.ts';
import { termsOf } from './new-order.ts';

/** Orders that closed another are remembered by so many. */
const REFERENCES_MAX = 10_000;

/**
 * Conditional closes: what an order has traded is placed on the other side, as its owner asked for
 * when it was placed. Each is an order of its own and cancels nothing. They live as long as this
 * process: an order that outlives it has lost its close.
 */
export class Closes {
  readonly #exchange: ExchangePort;
  readonly #timers: Timers;
  readonly #nextId: () => string;
  readonly #wishes = new Map<number, KindWish>();
  readonly #opened = new Map<number, number>();

  /** @param nextId a name for an order whose owner gave it none */
  constructor(exchange: ExchangePort, timers: Timers, nextId: () => string) {
    this.#exchange = exchange;
    this.#timers = timers;
    this.#nextId = nextId;
    exchange.listen((events) => {
      for (const event of events) {
        if (event.kind !== 'executed') continue;
        const { order, trade } = event;
        const wish = this.#wishes.get(order.orderId);
        if (wish === undefined) continue;
        if (trade !== null) this.#follow(order, wish, trade.lots);
        if (!isOpen(order)) this.#wishes.delete(order.orderId);
      }
    });
  }

  /** @param order as it is after it was placed: what has traded by then is followed at once */
  add(order: VenueOrder, wish: KindWish): void {
    if (order.filledLots > 0) this.#follow(order, wish, order.filledLots);
    if (isOpen(order)) this.#wishes.set(order.orderId, wish);
  }

  /** What will follow an order; null when nothing does. */
  wishOf(orderId: number): KindWish | null {
    return this.#wishes.get(orderId) ?? null;
  }

  /** The order that an order closes; null when it closes none. */
  openedBy(orderId: number): number | null {
    return this.#opened.get(orderId) ?? null;
  }

  /** In a turn of its own: the exchange tells of one operation before it takes the next. */
  #follow(order: VenueOrder, wish: KindWish, lots: Lots): void {
    const { account, symbol, orderId, selfTradePrevention } = order;
    const market = this.#exchange.markets.get(symbol);
    assert(market !== undefined, 'an order belongs to a market of the venue');
    const side = opposite(order.side);
    // Relative prices are counted from the price of the order that opened.
    const from = order.type === 'market' ? market.tape.last?.ticks : order.ticks;
    const terms = termsOf(wish, side, market.rules.instrument, from ?? Number.NaN);
    if (!terms.ok) return;
    this.#timers.turn(() => {
      const placed = this.#exchange.place(account, {
        ...{ symbol, side, lots, selfTradePrevention },
        ...terms.value,
        clientId: this.#nextId(),
        timeInForce: 'gtc',
        quote: NO_AMOUNT,
      });
      // Too small, or paid for by nothing: the venue does not place it, and nobody is told.
      if (!placed.ok) return;
      this.#opened.set(placed.value.order.orderId, orderId);
      const [oldest] = this.#opened.keys();
      if (this.#opened.size > REFERENCES_MAX) this.#opened.delete(oldest as number);
    });
  }
}
