import { assert } from '../../core/result.ts';
import { SortedWindow } from '../../math/sorted-window.ts';

/** Makes the median absolute deviation of normal data estimate their standard deviation. */
const MAD_TO_SIGMA = 1.4826;
/** The same for the mean absolute deviation, which is taken where the median one is 0. */
const MEAN_TO_SIGMA = Math.sqrt(Math.PI / 2);
/** A flow that never moved has no deviation; less than one unit of size is taken for one. */
const SIGMA_MIN = 1;
/** Windows and histories beyond this cost more than they tell. */
export const OFI_WINDOW_MAX = 65_536;

export interface OfiOptions {
  /** Events that one imbalance sums, 1 … OFI_WINDOW_MAX. */
  readonly window: number;
  /** Windows that a z-score compares with, 1 … OFI_WINDOW_MAX. */
  readonly history: number;
  /** Windows that it takes before there is a z-score, 1 … `history`. */
  readonly historyMin: number;
}

/**
 * Order flow imbalance at the best bid and ask: how much more was added to the bid and taken from
 * the ask than the other way round. An event is a change of the best quote,
 *
 *   e = 1{b ≥ b'} q_b − 1{b ≤ b'} q_b' − 1{a ≤ a'} q_a + 1{a ≥ a'} q_a'
 *
 * where a prime marks the quote before; equal prices count in both terms. The imbalance is the sum
 * over the last `window` events. Its robust z-score is against median and deviation of the sums of
 * the whole windows before, which do not overlap.
 *
 * An event is O(1) and allocates nothing; each `window`-th one is O(history).
 *
 * @see Cont, Kukanov, Stoikov 2014, "The price impact of order book events", section 2
 */
export class OrderFlowImbalance {
  readonly #events: Float64Array;
  readonly #history: SortedWindow;
  readonly #historyMin: number;
  #next = 0;
  #closing = 0;
  #median = Number.NaN;
  #sigma = Number.NaN;
  #bid = Number.NaN;
  #bidSize = 0;
  #ask = 0;
  #askSize = 0;
  /** Events that were counted. */
  events = 0;
  /** The last event, in the unit of the sizes; NaN before there was one. */
  event = Number.NaN;
  /** Sum of the last `window` events, or of those that there were. */
  sum = 0;
  /** Sum of the last whole window; NaN before there was one. */
  closed = Number.NaN;
  /** Robust z-score of `sum`; NaN, so not known to be well, before `historyMin` whole windows. */
  z = Number.NaN;

  constructor({ window, history, historyMin }: OfiOptions) {
    assert(isCount(window, OFI_WINDOW_MAX), `an imbalance sums 1 … ${OFI_WINDOW_MAX} events`);
    assert(isCount(history, OFI_WINDOW_MAX), `a history holds 1 … ${OFI_WINDOW_MAX} windows`);
    assert(isCount(historyMin, history), 'a score needs at least 1 and at most all windows');
    this.#events = new Float64Array(window);
    this.#history = new SortedWindow(history);
    this.#historyMin = historyMin;
  }

  /**
   * Takes the best quote; prices and sizes in any unit that stays. The first one, and one with
   * anything that is not finite, is no event: the next is held against the one after it.
   *
   * @returns whether it closed a whole window
   */
  onQuote(bid: number, bidSize: number, ask: number, askSize: number): boolean {
    // NaN and infinities survive a sum; each product with 0 is 0 for finite numbers alone.
    if ((bid + bidSize + ask + askSize) * 0 !== 0) {
      this.onQuoteLost();
      return false;
    }
    const isFirst = Number.isNaN(this.#bid);
    const event =
      (bid >= this.#bid ? bidSize : 0) -
      (bid <= this.#bid ? this.#bidSize : 0) -
      (ask <= this.#ask ? askSize : 0) +
      (ask >= this.#ask ? this.#askSize : 0);
    this.#bid = bid;
    this.#bidSize = bidSize;
    this.#ask = ask;
    this.#askSize = askSize;
    return isFirst ? false : this.#add(event);
  }

  /** The book is gone: what comes next follows nothing. What is known of the flow stays. */
  onQuoteLost(): void {
    this.#bid = Number.NaN;
  }

  #add(event: number): boolean {
    const window = this.#events.length;
    this.event = event;
    this.events += 1;
    this.sum += event - (this.#events[this.#next] as number);
    this.#events[this.#next] = event;
    this.#closing += event;
    this.#next += 1;
    if (this.#next < window) {
      this.#score();
      return false;
    }
    // Here both are of the same events, and this one has no rounding of events that left.
    this.sum = this.#closing;
    this.closed = this.#closing;
    this.#score();
    this.#learn();
    this.#next = 0;
    this.#closing = 0;
    return true;
  }

  #score(): void {
    this.z = (this.sum - this.#median) / this.#sigma;
  }

  #learn(): void {
    const history = this.#history;
    history.add(this.closed);
    if (history.size < this.#historyMin) return;
    this.#median = history.median();
    const mad = MAD_TO_SIGMA * history.medianDistance(this.#median);
    const sigma = mad > 0 ? mad : MEAN_TO_SIGMA * history.meanDistance(this.#median);
    this.#sigma = Math.max(sigma, SIGMA_MIN);
  }
}

function isCount(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= most;
}
