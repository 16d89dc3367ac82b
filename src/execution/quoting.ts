import type { Lots, Ticks } from '../core/units.ts';
import { isEnded, type OrderRecord, type Side } from './order.ts';

/**
 * Orders of one side that may live at once: the one that is wanted, and the one it replaces while
 * its cancellation is on the way.
 */
const LIVE_PER_SIDE_MAX = 2;

/** What the quoter wants done. Called during `settle`. */
export interface QuoteActions {
  /** @returns the client id of the order, or null when it was refused */
  place(side: Side, ticks: Ticks, lots: Lots): string | null;
  cancel(clientId: string): void;
}

interface LiveOrder {
  readonly clientId: string;
  readonly ticks: Ticks;
  isLeaving: boolean;
}

/**
 * Keeps the orders of one strategy on one instrument in step with the quotes it wants. An order at
 * the wanted price keeps its place in the queue, whatever is left of it; any other is cancelled,
 * and its successor goes out in the same turn.
 */
export class Quoter {
  readonly #live: Record<Side, LiveOrder[]> = { buy: [], sell: [] };
  #bidTicks = 0 as Ticks;
  #bidLots = 0 as Lots;
  #askTicks = 0 as Ticks;
  #askLots = 0 as Lots;

  /** Sets the wanted quotes; 0 lots means none on that side. */
  want(bidTicks: number, bidLots: number, askTicks: number, askLots: number): void {
    this.#bidTicks = bidTicks as Ticks;
    this.#bidLots = bidLots as Lots;
    this.#askTicks = askTicks as Ticks;
    this.#askLots = askLots as Lots;
  }

  /** Orders that may still trade. */
  get liveCount(): number {
    return this.#live.buy.length + this.#live.sell.length;
  }

  /** Does what is missing between the orders there are and the quotes that are wanted. */
  settle(actions: QuoteActions): void {
    this.#settleSide('buy', this.#bidTicks, this.#bidLots, actions);
    this.#settleSide('sell', this.#askTicks, this.#askLots, actions);
  }

  /** Cancels whatever is live and wants nothing more. */
  withdraw(actions: QuoteActions): void {
    this.want(0, 0, 0, 0);
    this.settle(actions);
  }

  /** Takes an order's new state. */
  onOrder(record: OrderRecord): void {
    const { clientId, side } = record.order;
    const live = this.#live[side];
    const at = live.findIndex((order) => order.clientId === clientId);
    if (at < 0) return;
    if (isEnded(record)) live.splice(at, 1);
    else if (record.isCancelRequested) (live[at] as LiveOrder).isLeaving = true;
  }

  /** An order that never left. */
  onDropped(side: Side, clientId: string): void {
    const live = this.#live[side];
    const at = live.findIndex((order) => order.clientId === clientId);
    if (at >= 0) live.splice(at, 1);
  }

  #settleSide(side: Side, ticks: Ticks, lots: Lots, actions: QuoteActions): void {
    const live = this.#live[side];
    let isThere = false;
    for (let at = 0; at < live.length; at += 1) {
      const order = live[at] as LiveOrder;
      if (order.isLeaving) continue;
      if (lots > 0 && order.ticks === ticks) {
        isThere = true;
        continue;
      }
      order.isLeaving = true;
      actions.cancel(order.clientId);
    }
    if (isThere || lots === 0 || live.length >= LIVE_PER_SIDE_MAX) return;
    const clientId = actions.place(side, ticks, lots);
    if (clientId !== null) live.push({ clientId, ticks, isLeaving: false });
  }
}
