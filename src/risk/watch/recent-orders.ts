import type { OrderIntent, OrderRecord, Trigger } from '../../execution/order.ts';
import { isEnded } from '../../execution/order.ts';

/** Orders that are remembered: more than leave within the window of C06 at 100 a second. */
const KEPT = 128;

/**
 * The last orders that were approved, to tell one that comes again (C06). An order that takes is
 * the same as another of its market, side, price and size, whatever has become of that one. A quote
 * is more often the same for good reasons: it was asked back and is wanted again, or it was filled
 * and the next market event wants it anew. It is a duplicate of one that still rests, or of one
 * that was made from the very same market event. So is an order that waits for a trigger, and two
 * triggers make two orders. Nothing here allocates.
 */
export class RecentOrders {
  readonly #ids = new Array<string>(KEPT).fill('');
  readonly #instrument = new Int32Array(KEPT);
  readonly #isBuy = new Uint8Array(KEPT);
  readonly #ticks = new Float64Array(KEPT);
  readonly #lots = new Float64Array(KEPT);
  readonly #triggerTicks = new Float64Array(KEPT);
  readonly #triggerKind = new Float64Array(KEPT);
  readonly #decidedNs = new Float64Array(KEPT);
  readonly #atMs = new Float64Array(KEPT).fill(Number.NEGATIVE_INFINITY);
  readonly #rests = new Uint8Array(KEPT);
  #next = 0;

  approved(order: OrderIntent, nowMs: number): void {
    const at = this.#next;
    this.#next = (at + 1) % KEPT;
    this.#keep(at, order, nowMs);
  }

  /** An order that was approved before has other terms now. */
  amended(order: OrderIntent, nowMs: number): void {
    const at = this.#ids.indexOf(order.clientId);
    if (at < 0) this.approved(order, nowMs);
    else this.#keep(at, order, nowMs);
  }

  /** Other terms came to nothing: it is what it was. */
  asBefore({ clientId, ticks, lots }: OrderIntent): void {
    const at = this.#ids.indexOf(clientId);
    if (at < 0) return;
    this.#ticks[at] = ticks;
    this.#lots[at] = lots;
  }

  onOrder(record: OrderRecord): void {
    if (record.isCancelRequested || isEnded(record)) this.gone(record.order.clientId);
  }

  /** It rests no longer, or was asked back, or never left. */
  gone(clientId: string): void {
    const at = this.#ids.indexOf(clientId);
    if (at >= 0) this.#rests[at] = 0;
  }

  has(clientId: string): boolean {
    return this.#ids.includes(clientId);
  }

  /** How long ago the same order was approved; Infinity when none is remembered. */
  sameAgoMs(order: OrderIntent, nowMs: number): number {
    const isBuy = order.side === 'buy' ? 1 : 0;
    const { trigger } = order;
    const triggerTicks = trigger?.ticks ?? 0;
    const triggerKind = kindOf(trigger);
    const rests = order.isPostOnly || trigger !== undefined;
    let ago = Number.POSITIVE_INFINITY;
    for (let at = 0; at < KEPT; at += 1) {
      if (
        this.#ticks[at] !== order.ticks ||
        this.#lots[at] !== order.lots ||
        this.#isBuy[at] !== isBuy ||
        this.#instrument[at] !== order.instrument ||
        this.#triggerTicks[at] !== triggerTicks ||
        this.#triggerKind[at] !== triggerKind ||
        (rests && this.#rests[at] === 0 && this.#decidedNs[at] !== order.decidedNs)
      ) {
        continue;
      }
      ago = Math.min(ago, nowMs - (this.#atMs[at] as number));
    }
    return ago;
  }

  #keep(at: number, order: OrderIntent, nowMs: number): void {
    this.#ids[at] = order.clientId;
    this.#instrument[at] = order.instrument;
    this.#isBuy[at] = order.side === 'buy' ? 1 : 0;
    this.#ticks[at] = order.ticks;
    this.#lots[at] = order.lots;
    this.#triggerTicks[at] = order.trigger?.ticks ?? 0;
    this.#triggerKind[at] = kindOf(order.trigger);
    this.#decidedNs[at] = order.decidedNs;
    this.#atMs[at] = nowMs;
    this.#rests[at] = 1;
  }
}

const KINDS: readonly Trigger['kind'][] = ['stop', 'take-profit', 'trailing-stop', 'pair'];

/** A number for what a trigger is beside its ticks; 0 for none. */
function kindOf(trigger: Trigger | undefined): number {
  if (trigger === undefined) return 0;
  return trigger.kind === 'trailing-stop' ? -trigger.bips : KINDS.indexOf(trigger.kind) + 1;
}
