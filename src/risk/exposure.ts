import { assert } from '../core/result.ts';
import type { OrderIntent, Side } from '../execution/order.ts';

/** One of our orders that may still trade. */
interface OpenOrder {
  readonly clientId: string;
  readonly side: Side;
  /** Limit price; a market order counts as crossing everything. */
  ticks: number;
  lots: number;
  /** The same of an amendment that was approved and is not in the journal yet; 0 without one. */
  amendTicks: number;
  amendLots: number;
}

/**
 * What one instrument can come to if every open order fills: the position, and on each side the
 * lots that may still trade. An order counts from its approval until its proven end, so an order
 * whose outcome is unknown counts in full.
 */
export class Exposure {
  /** Signed lots from fills. */
  position = 0;
  buyLots = 0;
  sellLots = 0;
  readonly #open = new Map<string, OpenOrder>();

  /** Counts an order that has just been approved; each client id is approved once. */
  reserve(order: OrderIntent): void {
    assert(!this.#open.has(order.clientId), 'an approved client id is new');
    this.setOpen(order, order.lots);
  }

  /**
   * Sets what of an order may still trade, and at which price it meets most; 0 lots take it out.
   * What was reserved for an amendment counts until it is released.
   */
  setOpen(order: OrderIntent, lots: number, ticks: number = order.ticks): void {
    const known = this.#open.get(order.clientId);
    if (lots === 0) {
      this.#add(order.side, -(known === undefined ? 0 : countedLots(known)));
      this.#open.delete(order.clientId);
    } else if (known === undefined) {
      const { clientId, side } = order;
      this.#add(side, lots);
      this.#open.set(clientId, { clientId, side, ticks, lots, amendTicks: 0, amendLots: 0 });
    } else {
      const before = countedLots(known);
      known.lots = lots;
      known.ticks = ticks;
      this.#add(order.side, countedLots(known) - before);
    }
  }

  /** Counts an order as what an approved amendment would make of it, too, if that is more. */
  reserveAmendment({ clientId, ticks, lots }: OrderIntent): void {
    this.#setAmendment(clientId, ticks, lots);
  }

  /** The amendment is in the journal, or never left. */
  releaseAmendment(clientId: string): void {
    this.#setAmendment(clientId, 0, 0);
  }

  /** Lots that count for an order; 0 when it is not open. */
  countedLots(clientId: string): number {
    const known = this.#open.get(clientId);
    return known === undefined ? 0 : countedLots(known);
  }

  get openOrders(): number {
    return this.#open.size;
  }

  /** Whether the order shrinks the position even if everything open on its side fills first. */
  isReducing(side: Side, lots: number): boolean {
    return side === 'buy'
      ? this.buyLots + lots <= -this.position
      : this.sellLots + lots <= this.position;
  }

  /** The largest absolute position if this order and everything open on its side fills. */
  worstWith(side: Side, lots: number): number {
    return side === 'buy'
      ? Math.abs(this.position + this.buyLots + lots)
      : Math.abs(this.position - this.sellLots - lots);
  }

  /** The largest absolute position if everything open fills on the side that makes it so. */
  get worstLots(): number {
    return Math.max(
      Math.abs(this.position + this.buyLots),
      Math.abs(this.position - this.sellLots),
    );
  }

  /** Client id of an own order that this one would trade with, or null. */
  crosses(side: Side, ticks: number): string | null {
    for (const own of this.#open.values()) {
      if (own.side === side) continue;
      const meets = meetsAt(side, ticks, own.ticks);
      const mayMeet = own.amendLots > 0 && meetsAt(side, ticks, own.amendTicks);
      if (meets || mayMeet) return own.clientId;
    }
    return null;
  }

  #setAmendment(clientId: string, ticks: number, lots: number): void {
    const known = this.#open.get(clientId);
    if (known === undefined) return;
    const before = countedLots(known);
    known.amendTicks = ticks;
    known.amendLots = lots;
    this.#add(known.side, countedLots(known) - before);
  }

  #add(side: Side, lots: number): void {
    if (side === 'buy') this.buyLots += lots;
    else this.sellLots += lots;
  }
}

function countedLots({ lots, amendLots }: OpenOrder): number {
  return Math.max(lots, amendLots);
}

/** Whether an order would trade with one that rests at a price; 0 stands for any price. */
function meetsAt(side: Side, ticks: number, ownTicks: number): boolean {
  if (ownTicks === 0 || ticks === 0) return true;
  return side === 'buy' ? ticks >= ownTicks : ticks <= ownTicks;
}
