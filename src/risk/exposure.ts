import { assert } from '../core/result.ts';
import type { OrderIntent, Side } from '../execution/order.ts';

/** One of our orders that may still trade. */
interface OpenOrder {
  readonly clientId: string;
  readonly side: Side;
  /** Whether it is in the book or on its way there: of a pair that waits, the target is. */
  isWorking: boolean;
  /** Whether it has a trigger that has not woken yet. */
  isWaiting: boolean;
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
  /** What of these waits for a trigger. */
  #buyWaiting = 0;
  #sellWaiting = 0;
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
  setOpen(
    order: OrderIntent,
    lots: number,
    ticks: number = order.ticks,
    isWaiting: boolean = order.trigger !== undefined,
  ): void {
    const { clientId, side } = order;
    const known = this.#open.get(clientId);
    if (known !== undefined) this.#count(known, -1);
    if (lots === 0) {
      this.#open.delete(clientId);
      return;
    }
    const isWorking = !isWaiting || order.trigger?.kind === 'pair';
    if (known === undefined) {
      // Spelt out: every check looks at all of these, and a copy by spread is read half as fast.
      const open: OpenOrder = {
        clientId,
        side,
        isWorking,
        isWaiting,
        ticks,
        lots,
        amendTicks: 0,
        amendLots: 0,
      };
      this.#open.set(clientId, open);
      this.#count(open, 1);
    } else {
      known.lots = lots;
      known.ticks = ticks;
      known.isWaiting = isWaiting;
      known.isWorking = isWorking;
      this.#count(known, 1);
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

  /**
   * The same of an order that would wait, which counts beside those alone that wait, too. What
   * works already is not taken off: whoever keeps a stop takes it back when that has filled.
   */
  isShrunkBy({ side, trigger }: OrderIntent, lots: number): boolean {
    if (trigger === undefined) return this.isReducing(side, lots);
    return side === 'buy'
      ? this.#buyWaiting + lots <= -this.position
      : this.#sellWaiting + lots <= this.position;
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

  /** Client id of an own order that this one would trade with, or null. What waits meets nobody. */
  crosses(side: Side, ticks: number): string | null {
    for (const own of this.#open.values()) {
      if (own.side === side || !own.isWorking) continue;
      const meets = meetsAt(side, ticks, own.ticks);
      const mayMeet = own.amendLots > 0 && meetsAt(side, ticks, own.amendTicks);
      if (meets || mayMeet) return own.clientId;
    }
    return null;
  }

  #setAmendment(clientId: string, ticks: number, lots: number): void {
    const known = this.#open.get(clientId);
    if (known === undefined) return;
    this.#count(known, -1);
    known.amendTicks = ticks;
    known.amendLots = lots;
    this.#count(known, 1);
  }

  /** @param times 1 to count it, −1 to count it no more */
  #count(open: OpenOrder, times: 1 | -1): void {
    const lots = countedLots(open) * times;
    if (open.side === 'buy') {
      this.buyLots += lots;
      if (open.isWaiting) this.#buyWaiting += lots;
    } else {
      this.sellLots += lots;
      if (open.isWaiting) this.#sellWaiting += lots;
    }
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
