import type { Instrument } from '../../core/instrument.ts';
import { type Amount, type Lots, NO_AMOUNT, type Ticks } from '../../core/units.ts';
import { isEnded, type OrderRecord, openLots, type Side, type Trigger } from '../order.ts';
import { isDust, stopLots, stopTicks } from './stop-terms.ts';

/** Shortest time between two orders of a market, so that a storm of fills costs no order rate. */
export const PLACE_EVERY_NS = 1e9;
/** How long an order stands before another may follow it, unless it would sell what is not held. */
export const STANDS_NS = 5e9;
/** Longest pause after orders that were not taken; the pause doubles with each. */
export const BACKOFF_NS_MAX = 60e9;
/** An order that falls short by more than this share of what is held, or of its distance, goes. */
const DRIFT_SHARE = 0.1;
const BPS = 10_000;

/** What the keeper wants done. Called during `settle`. */
export interface KeeperActions {
  /** @returns the client id of the order, or null when it was refused */
  place(side: Side, ticks: Ticks, lots: Lots): string | null;
  cancel(clientId: string): void;
}

export type Protection = 'unknown' | 'flat' | 'dust' | 'protected' | 'naked';

interface LiveStop {
  /** As it was told last; null while nothing was. */
  record: OrderRecord | null;
  isLeaving: boolean;
}

/**
 * Keeps one stop at the venue for the position of one market. It cancels first and places only
 * when the end is proven: an order of which nobody knows whether it lives counts as alive, so
 * there are never two. An order that has woken is left to do its work.
 */
export class Keeper {
  readonly #instrument: Instrument;
  readonly #stopBps: number;
  readonly #live = new Map<string, LiveStop>();
  /** Somebody has told the position: before that nothing is done. */
  #isInformed = false;
  /** Signed. */
  #lots = 0;
  #cost: Amount = NO_AMOUNT;
  #placedNs = Number.NEGATIVE_INFINITY;
  #pauseNs = PLACE_EVERY_NS;

  /** @param stopBps distance of the stop from the average entry, 1 … 9,999 */
  constructor(instrument: Instrument, stopBps: number) {
    this.#instrument = instrument;
    this.#stopBps = stopBps;
  }

  /** Takes the position: signed lots, and what they cost (long) or brought in (short). */
  onPosition(lots: number, cost: Amount): void {
    this.#isInformed = true;
    this.#lots = lots;
    this.#cost = cost;
  }

  /** Takes the state of one of its orders, also of one from before a restart. */
  onOrder(record: OrderRecord): void {
    const { clientId } = record.order;
    if (isEnded(record)) {
      if (this.#live.delete(clientId) && isNotTaken(record)) this.#backOff();
      return;
    }
    const isLeaving = record.isCancelRequested || this.#live.get(clientId)?.isLeaving === true;
    this.#live.set(clientId, { record, isLeaving });
    if (record.status === 'open') this.#pauseNs = PLACE_EVERY_NS;
  }

  /** An order that never left. */
  onDropped(clientId: string): void {
    if (this.#live.delete(clientId)) this.#backOff();
  }

  /** Brings the order in step with the position as far as that can be done now. */
  settle(nowNs: number, actions: KeeperActions): void {
    if (!this.#isInformed) return;
    let isThere = false;
    for (const [clientId, stop] of this.#live) {
      if (stop.isLeaving || stop.record?.isWaiting === false) continue;
      if (!isThere && this.#isKept(stop, nowNs)) {
        isThere = true;
        continue;
      }
      stop.isLeaving = true;
      actions.cancel(clientId);
    }
    if (this.#live.size > 0 || nowNs - this.#placedNs < this.#pauseNs) return;
    const wanted = this.#wanted();
    if (wanted === null) return;
    this.#placedNs = nowNs;
    const clientId = actions.place(wanted.side, wanted.ticks, wanted.lots);
    if (clientId === null) this.#backOff();
    else this.#live.set(clientId, { record: null, isLeaving: false });
  }

  /** How the position stands: `protected` when the venue has told that it keeps a stop for it. */
  get protection(): Protection {
    if (!this.#isInformed) return 'unknown';
    if (this.#lots === 0) return 'flat';
    if (this.#wanted() === null) return 'dust';
    for (const { record } of this.#live.values()) {
      if (record !== null && record.venueOrderId !== '' && this.#isOnSide(record))
        return 'protected';
    }
    return 'naked';
  }

  get liveCount(): number {
    return this.#live.size;
  }

  #wanted(): { side: Side; ticks: Ticks; lots: Lots } | null {
    const position = this.#lots;
    const lots = stopLots(this.#instrument, position);
    if (lots === 0) return null;
    const side = position > 0 ? 'sell' : 'buy';
    const ticks = stopTicks(this.#instrument, position, this.#cost, this.#stopBps);
    return isDust(this.#instrument, ticks, lots) ? null : { side, ticks, lots };
  }

  /** What is on its way there is the wanted one until the venue has told of it. */
  #isKept({ record }: LiveStop, nowNs: number): boolean {
    if (record === null) return true;
    const held = Math.abs(this.#lots);
    if (!this.#isOnSide(record) || openLots(record) > held) return false;
    const wanted = this.#wanted();
    if (wanted === null) return false;
    if (nowNs - this.#placedNs < STANDS_NS) return true;
    const short = wanted.lots - openLots(record);
    const drift = Math.abs(wanted.ticks - (record.order.trigger as Trigger).ticks);
    const distance = (wanted.ticks * this.#stopBps) / BPS;
    return short <= wanted.lots * DRIFT_SHARE && drift <= Math.max(1, distance * DRIFT_SHARE);
  }

  #isOnSide({ order }: OrderRecord): boolean {
    return this.#lots !== 0 && order.side === (this.#lots > 0 ? 'sell' : 'buy');
  }

  #backOff(): void {
    this.#pauseNs = Math.min(this.#pauseNs * 2, BACKOFF_NS_MAX);
  }
}

/** It has ended without the venue having kept it, and nobody had asked for that. */
function isNotTaken(record: OrderRecord): boolean {
  return record.filledLots === 0 && !record.isCancelRequested;
}
