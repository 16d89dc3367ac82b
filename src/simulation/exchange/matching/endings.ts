import type { Lots } from '../../../core/units.ts';
import type { Market } from '../market-state.ts';
import { restLots, type VenueOrder } from '../orders.ts';
import type { Execution } from '../port.ts';
import type { Floor } from './floor.ts';
import { neededFor } from './holds.ts';

export type EndedStatus = 'canceled' | 'expired' | 'expired-in-match';

/** The meeting with an order of the same account that ended an order. */
export interface Prevention {
  readonly preventedMatchId: number;
  readonly preventedLots: Lots;
  readonly counterOrderId: number;
}

const NOT_PREVENTED: Prevention = {
  preventedMatchId: -1,
  preventedLots: 0 as Lots,
  counterOrderId: 0,
};

const EXECUTION_OF_END: Readonly<Record<EndedStatus, Execution>> = {
  canceled: 'canceled',
  expired: 'expired',
  'expired-in-match': 'trade-prevention',
};

/** Ends orders: booked, told, and what was locked for them is free again. */
export class Endings<M extends Market> {
  readonly #floor: Floor<M>;

  constructor(floor: Floor<M>) {
    this.#floor = floor;
  }

  /** Ends an open order, and with it the other of its pair. Who rests stays in the book. */
  end(order: VenueOrder, status: EndedStatus, prevention = NOT_PREVENTED): VenueOrder {
    const { log, news, clock } = this.#floor;
    const { account, orderId } = order;
    this.#floor.market(order.symbol).waiting.remove(orderId);
    const { preventedMatchId, preventedLots, counterOrderId } = prevention;
    const facts = { account, orderId, status, preventedMatchId, preventedLots };
    const other = this.#otherOf(order);
    const otherStatus = status === 'canceled' ? 'canceled' : 'expired';
    const paired =
      other === null ? {} : { paired: { orderId: other.orderId, status: otherStatus } as const };
    log.record({ kind: 'order-ended', ...facts, venueMs: clock.now(), ...paired });
    const ended = this.#floor.orderOf(order);
    news.executed(EXECUTION_OF_END[status], ended, null, counterOrderId);
    if (other !== null) {
      news.executed(otherStatus, this.#floor.orderOf(other));
      this.#leave(other);
    }
    return ended;
  }

  /**
   * Ends the other of a pair, of which one is about to trade or wakes. What is locked for both, if
   * the other has it, passes over as far as it is needed.
   */
  endOther(order: VenueOrder): void {
    const other = this.#otherOf(order);
    if (other === null) return;
    const { log, news, clock, fees } = this.#floor;
    const { account, orderId } = other;
    this.#leave(other);
    const { rules, tape } = this.#floor.market(order.symbol);
    const wanted = { ...order, lots: restLots(order) };
    const needed = neededFor(rules.instrument, fees, wanted, tape.last?.ticks ?? null);
    const held = needed === null || needed > other.held ? other.held : needed;
    log.record({
      kind: 'order-ended',
      account,
      orderId,
      status: 'expired',
      preventedMatchId: NOT_PREVENTED.preventedMatchId,
      preventedLots: NOT_PREVENTED.preventedLots,
      venueMs: clock.now(),
      ...(other.held > 0n && { paired: { orderId: order.orderId, held } }),
    });
    news.executed('expired', this.#floor.orderOf(other));
  }

  /** The other of a pair, while it is open. */
  #otherOf({ account, pairedId }: VenueOrder): VenueOrder | null {
    if (pairedId === undefined) return null;
    return this.#floor.clearing.account(account).open.get(pairedId) ?? null;
  }

  #leave({ symbol, orderId }: VenueOrder): void {
    const market = this.#floor.market(symbol);
    market.waiting.remove(orderId);
    const resting = market.book.find(orderId);
    if (resting !== null) this.#floor.remove(market, resting);
  }
}
