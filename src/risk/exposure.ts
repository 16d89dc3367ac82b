import { assert } from '../core/result.ts';
import type { OrderIntent, Side } from '../execution/order.ts';

/** One of our orders that may still trade. */
interface OpenOrder {
  readonly clientId: string;
  readonly side: Side;
  /** Limit price; a market order counts as crossing everything. */
  readonly ticks: number;
  lots: number;
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

  /** Sets what of an order may still trade; 0 takes it out. */
  setOpen(order: OrderIntent, lots: number): void {
    const known = this.#open.get(order.clientId);
    this.#add(order.side, lots - (known?.lots ?? 0));
    if (lots === 0) {
      this.#open.delete(order.clientId);
    } else if (known === undefined) {
      const { clientId, side, ticks } = order;
      this.#open.set(clientId, { clientId, side, ticks, lots });
    } else {
      known.lots = lots;
    }
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
      const meets =
        own.ticks === 0 ||
        ticks === 0 ||
        (side === 'buy' ? ticks >= own.ticks : ticks <= own.ticks);
      if (meets) return own.clientId;
    }
    return null;
  }

  #add(side: Side, lots: number): void {
    if (side === 'buy') this.buyLots += lots;
    else this.sellLots += lots;
  }
}
