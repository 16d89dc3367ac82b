/** Orders of one side in one frame: the deepest subscription has 1,000 levels of a few each. */
export const FRAME_ORDERS_MAX = 16_384;

/** The venue's words for what happened to an order, by number; those of a snapshot are added. */
export const ORDER_EVENTS = ['add', 'modify', 'delete'] as const;
export const DELETED = ORDER_EVENTS.indexOf('delete');

/** The orders of one side of a frame, reused from frame to frame. */
export class OrderList {
  /** How many orders are valid; the arrays may be longer. */
  count = 0;
  readonly ids: string[] = [];
  /** By their place in {@link ORDER_EVENTS}. */
  readonly events: number[] = [];
  readonly ticks: number[] = [];
  readonly lots: number[] = [];

  /** @returns false when there are too many */
  push(id: string, event: number, ticks: number, lots: number): boolean {
    if (this.count === FRAME_ORDERS_MAX) return false;
    this.ids[this.count] = id;
    this.events[this.count] = event;
    this.ticks[this.count] = ticks;
    this.lots[this.count] = lots;
    this.count += 1;
    return true;
  }
}
