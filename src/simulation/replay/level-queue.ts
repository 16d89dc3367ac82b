import type { Lots } from '../../core/units.ts';
import type { QueueModel } from '../../market/microstructure/queue-position.ts';
import type { RestingOrder } from '../book/order-book.ts';
import { lotsInFront } from './queue-model.ts';

/** What the recording shows of a level, and the update id up to which it is known. */
export interface Shown {
  readonly lots: number;
  readonly id: number;
}

/** An order of an account in the queue of a recorded level. */
export interface Place {
  readonly order: RestingOrder;
  /** Event time of its arrival, in milliseconds. */
  readonly sinceMs: number;
  /** Lots of others in front of it; infinite while the level is not known. */
  front: number;
  /** How far cancellations brought it on that may yet turn out to have been trades. */
  advance: number;
}

/** What is filled of an order; of an iceberg that may be more than it shows at a time. */
export interface Hit {
  readonly order: RestingOrder;
  readonly lots: Lots;
}

/** A print of the recording. */
export interface Print {
  readonly ticks: number;
  readonly lots: number;
  readonly isBuyerMaker: boolean;
  /** When it happened at the venue, in milliseconds. */
  readonly venueMs: number;
}

/**
 * A level may be seen to shrink before the print behind it is: in recordings of Binance spot most
 * prints follow within 2 ms, and some 220 ms later. Shrinkage older than this was a cancellation.
 */
const PRINT_LATE_MS_MAX = 250;
/** The venue's time of a print against ours of a frame: the way to the collector varies by 3 ms. */
const CLOCK_ERROR_MS = 5;

/**
 * Orders of accounts at one price of a recorded book, each with what others have in front of it.
 * Prints bring all of them on, and what is left of a print fills them by time. A level that shrinks
 * by more than the prints since it was last shown has had cancellations; who left is the model's
 * guess. Prints and levels reach us in either order, and neither is counted twice.
 */
export class LevelQueue {
  readonly places: Place[] = [];
  readonly #model: QueueModel;
  readonly #lotSize: number;
  #shown: Shown | null;
  /** Lots of prints that the level does not show yet, and when the last of them happened. */
  #printed = 0;
  #printedMs = 0;
  /** Lots by which the level shrank without a print so far, and when it did so last. */
  #shrunk = 0;
  #shrunkMs = Number.NEGATIVE_INFINITY;

  /** @param shown null while there is no book */
  constructor(model: QueueModel, lotSize: number, shown: Shown | null) {
    this.#model = model;
    this.#lotSize = lotSize;
    this.#shown = shown;
  }

  /** Puts an order behind all that is shown. */
  join(order: RestingOrder, sinceMs: number): void {
    const front = this.#shown === null ? Number.POSITIVE_INFINITY : Math.ceil(this.#shown.lots);
    this.places.push({ order, sinceMs, front, advance: 0 });
  }

  leave(orderId: number): void {
    const at = this.places.findIndex(({ order }) => order.orderId === orderId);
    this.places.splice(at, 1);
  }

  /**
   * Takes what the recording shows of the level now.
   *
   * @param nowMs event time
   * @param coveredMs event time up to which all prints are in it; 0 when that is not known
   */
  show(shown: Shown, nowMs: number, coveredMs: number): void {
    const before = this.#shown;
    if (before === null || shown.id > before.id) {
      if (before !== null) this.#shrink(before.lots, shown.lots, nowMs);
      this.#shown = shown;
      for (const place of this.places) place.front = Math.min(place.front, Math.ceil(shown.lots));
    }
    if (coveredMs >= this.#printedMs) this.#printed = 0;
  }

  /**
   * Takes a print at this price.
   *
   * @param left what orders of accounts at better prices have left of it
   * @returns what it fills; the orders are as they were
   */
  print(print: Print, left: number, nowMs: number): Hit[] {
    // What happened before an order arrived is in what it found in front of it.
    const present = this.places.filter(({ sinceMs }) => print.venueMs >= sinceMs);
    this.#explainShrinkage(present, print, nowMs);
    this.#printedMs = print.venueMs;
    const hits: Hit[] = [];
    let eaten = 0;
    let rest = Math.max(0, left);
    for (const { front, order } of present) {
      const ahead = Math.min(rest, Math.max(0, front - eaten));
      eaten += ahead;
      rest -= ahead;
      const lots = Math.min(order.lots, Math.floor(rest)) as Lots;
      if (lots > 0) hits.push({ order, lots });
      rest -= lots;
    }
    eaten += rest;
    for (const place of present) place.front = Math.max(0, place.front - eaten);
    return hits;
  }

  #shrink(before: number, after: number, nowMs: number): void {
    const change = Math.max(0, before - after);
    const traded = Math.min(this.#printed, change);
    this.#printed -= traded;
    const canceled = change - traded;
    if (canceled === 0) return;
    if (nowMs - this.#shrunkMs > PRINT_LATE_MS_MAX) this.#forgetShrinkage();
    this.#shrunk += canceled;
    this.#shrunkMs = nowMs;
    for (const place of this.places) {
      const { front } = place;
      const back = Math.max(0, before - traded - front);
      if (front === Number.POSITIVE_INFINITY) continue;
      place.front = lotsInFront(this.#model, { front, back, canceled }, this.#lotSize);
      place.advance += front - place.front;
    }
  }

  /** A print that the level had shown already was no cancellation: what that brought is undone. */
  #explainShrinkage(present: readonly Place[], { lots, venueMs }: Print, nowMs: number): void {
    const isLater = venueMs > this.#shrunkMs + CLOCK_ERROR_MS;
    if (isLater || nowMs - this.#shrunkMs > PRINT_LATE_MS_MAX) this.#forgetShrinkage();
    const shownBefore = Math.min(this.#shrunk, lots);
    this.#shrunk -= shownBefore;
    this.#printed += lots - shownBefore;
    for (const place of present) {
      const undone = Math.min(place.advance, shownBefore);
      place.advance -= undone;
      place.front += undone;
    }
  }

  #forgetShrinkage(): void {
    this.#shrunk = 0;
    for (const place of this.places) place.advance = 0;
  }
}
