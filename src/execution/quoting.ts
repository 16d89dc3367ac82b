import type { Lots, Ticks } from '../core/units.ts';
import { isEnded, type OrderRecord, openLots, type Side } from './order.ts';

/**
 * Orders of one side that may live at once: the one that is wanted, and the one it replaces while
 * its cancellation is on the way.
 */
const LIVE_PER_SIDE_MAX = 2;

/**
 * An order of which more is open than so many times what is wanted is shrunk: sizes follow the
 * price by a few lots all the time, and those are not worth a request.
 */
const SHRINK_FROM = 1.5;

/** What the quoter wants done. Called during `settle`. */
export interface QuoteActions {
  /** @returns the client id of the order, or null when it was refused */
  place(side: Side, ticks: Ticks, lots: Lots): string | null;
  cancel(clientId: string): void;
  /**
   * Gives an order other terms in place.
   *
   * @param openLots what is to be open then
   * @returns whether that is on its way: not where the venue or risk does not let it
   */
  amend(record: OrderRecord, ticks: Ticks, openLots: Lots): boolean;
}

interface LiveOrder {
  readonly clientId: string;
  /** The price that it has, or that it was asked to take. */
  ticks: Ticks;
  isLeaving: boolean;
  /** The venue has not said yet what became of other terms. */
  isChanging: boolean;
  /** As it was told last; null while nothing was. */
  record: OrderRecord | null;
}

/**
 * Keeps the orders of one strategy on one instrument in step with the quotes it wants. An order at
 * the wanted price keeps its place in the queue, whatever is left of it. Any other is amended where
 * that can be done, and else cancelled, and its successor goes out in the same turn. While the
 * answer to one amendment is on its way nothing but a cancellation follows it.
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
    else follow(live[at] as LiveOrder, record);
  }

  /** An order that never left. */
  onDropped(side: Side, clientId: string): void {
    const live = this.#live[side];
    const at = live.findIndex((order) => order.clientId === clientId);
    if (at >= 0) live.splice(at, 1);
  }

  /** Other terms that never left: the order is as it was told last. */
  onAmendDropped(side: Side, clientId: string): void {
    const order = this.#live[side].find((each) => each.clientId === clientId);
    if (order?.isChanging !== true) return;
    order.isChanging = false;
    // What is amended has been told before.
    order.ticks = (order.record as OrderRecord).order.ticks;
  }

  #settleSide(side: Side, ticks: Ticks, lots: Lots, actions: QuoteActions): void {
    const live = this.#live[side];
    let isThere = false;
    for (let at = 0; at < live.length; at += 1) {
      const order = live[at] as LiveOrder;
      if (order.isLeaving) continue;
      if (lots > 0 && isKept(order, ticks, lots, actions)) {
        isThere = true;
        continue;
      }
      order.isLeaving = true;
      actions.cancel(order.clientId);
    }
    if (isThere || lots === 0 || live.length >= LIVE_PER_SIDE_MAX) return;
    const clientId = actions.place(side, ticks, lots);
    if (clientId === null) return;
    live.push({ clientId, ticks, isLeaving: false, isChanging: false, record: null });
  }
}

/** What was asked for and is not in the record yet is still on its way there. */
function follow(order: LiveOrder, record: OrderRecord): void {
  const wasInRecord = order.record !== null && order.record.amendment !== null;
  order.record = record;
  if (record.isCancelRequested) order.isLeaving = true;
  if (record.amendment !== null || (order.isChanging && !wasInRecord)) return;
  order.isChanging = false;
  order.ticks = record.order.ticks;
}

/** Whether an order is the wanted one, or is about to be. One of unknown terms is taken back. */
function isKept(order: LiveOrder, ticks: Ticks, lots: Lots, actions: QuoteActions): boolean {
  const { record } = order;
  if (record?.isAmendUnknown) return false;
  if (order.isChanging) return true;
  const isAtPrice = order.ticks === ticks;
  if (isAtPrice && (record === null || openLots(record) <= lots * SHRINK_FROM)) return true;
  if (record === null || !actions.amend(record, ticks, lots)) return isAtPrice;
  order.isChanging = true;
  order.ticks = ticks;
  return true;
}
