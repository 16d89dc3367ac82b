import { assert } from '../../core/result.ts';
import type { TradePrinted } from '../trade.ts';
import { type Bar, OpenBar } from './bar.ts';

export interface TimeBarOptions {
  /** Length of a bar, whole milliseconds, at least 1. */
  readonly widthMs: number;
  /** How much later than a younger trade one may come and still be in its bar, at least 0. */
  readonly latenessMs: number;
}

/** Bars that may be open at once: beyond it a wait for the late would be no bar any more. */
const OPEN_MAX = 64;

/**
 * Bars by venue time that close on data, never on a timer: a bar is closed once a trade came that
 * is `latenessMs` past its end. A closed bar never changes; what comes for one is counted in
 * `late` and `lateLots`, and is in no bar. A market without trades has no bars, and a minute
 * without one is a gap between two bars.
 */
export class TimeBars {
  readonly #widthMs: number;
  readonly #latenessMs: number;
  readonly #open = new Map<number, OpenBar>();
  readonly #spare: OpenBar[] = [];
  /** Venue time before which every bar is closed. */
  #closedToMs = Number.NEGATIVE_INFINITY;
  late = 0;
  lateLots = 0;

  constructor({ widthMs, latenessMs }: TimeBarOptions) {
    assert(Number.isInteger(widthMs) && widthMs >= 1, 'a bar is a whole number of milliseconds');
    assert(latenessMs >= 0 && latenessMs / widthMs <= OPEN_MAX - 2, 'a lateness of some bars');
    this.#widthMs = widthMs;
    this.#latenessMs = latenessMs;
  }

  /** @returns the bars that this trade closed, oldest first; mostly none */
  add(trade: TradePrinted): readonly Bar[] {
    const { venueMs } = trade;
    const openMs = Math.floor(venueMs / this.#widthMs) * this.#widthMs;
    if (openMs < this.#closedToMs) {
      this.late += 1;
      this.lateLots += trade.lots;
      return NONE;
    }
    let bar = this.#open.get(openMs);
    if (bar === undefined) {
      bar = this.#spare.pop() ?? new OpenBar();
      this.#open.set(openMs, bar);
    }
    bar.add(trade);
    return this.#closeTo(venueMs - this.#latenessMs);
  }

  /** Closes every bar, as at the end of a day or of a recording. */
  flush(): readonly Bar[] {
    return this.#closeTo(Number.POSITIVE_INFINITY);
  }

  #closeTo(watermarkMs: number): readonly Bar[] {
    const closedToMs = Math.floor(watermarkMs / this.#widthMs) * this.#widthMs;
    if (!(closedToMs > this.#closedToMs)) return NONE;
    if (closedToMs !== Number.POSITIVE_INFINITY) this.#closedToMs = closedToMs;
    let closed: Bar[] | null = null;
    for (const [openMs, bar] of this.#open) {
      if (openMs >= closedToMs) continue;
      closed ??= [];
      closed.push(bar.take(openMs, openMs + this.#widthMs));
      this.#open.delete(openMs);
      this.#spare.push(bar);
      this.#closedToMs = Math.max(this.#closedToMs, openMs + this.#widthMs);
    }
    return closed === null ? NONE : closed.sort((one, other) => one.openMs - other.openMs);
  }
}

const NONE: readonly Bar[] = [];
