import type { Rng } from '../../core/rng.ts';
import type { Side } from '../../execution/order.ts';

/** Large orders that are being worked at the same time. */
const WORKING = 4;
/** Tail exponent of the number of children; signs then decay as lag^-(exponent - 1). */
const TAIL = 1.5;
const CHILDREN_MAX = 5_000;
/** Share of takers that belong to no large order. */
const NOISE = 0.1;
/** The crowd predicts the next sign from averages over about this many trades. */
const MEMORIES = [2.5, 15, 100, 800] as const;
/** Weight of each average in the prediction: least squares on 2 million generated signs. */
const WEIGHTS = [0.09, 0.54, 0.1, 0.16] as const;

interface MetaOrder {
  sign: number;
  left: number;
}

/**
 * Who takes next. Large orders are split into children, and their sizes have a heavy tail, so
 * that the signs of trades have a long memory (Lillo, Mike and Farmer 2005).
 */
export class MetaOrders {
  readonly #random: Rng;
  readonly #working: MetaOrder[];
  readonly #averages: number[] = MEMORIES.map(() => 0);

  constructor(random: Rng) {
    this.#random = random;
    this.#working = Array.from({ length: WORKING }, () => this.#metaOrder());
  }

  /** The side of the next taker, and how far it surprises whoever knows the trades so far. */
  next(): { readonly side: Side; readonly surprise: number } {
    const sign = this.#random.next() < NOISE ? this.#coin() : this.#child();
    const surprise = sign - this.predicted;
    MEMORIES.forEach((memory, at) => {
      const average = this.#averages[at] ?? 0;
      this.#averages[at] = average + (sign - average) / memory;
    });
    return { side: sign > 0 ? 'buy' : 'sell', surprise };
  }

  /** Expected sign of the next taker, -1 … 1. */
  get predicted(): number {
    let sum = 0;
    WEIGHTS.forEach((weight, at) => {
      sum += weight * (this.#averages[at] ?? 0);
    });
    return sum;
  }

  #child(): number {
    const at = this.#random.below(WORKING);
    const order = this.#working[at] as MetaOrder;
    order.left -= 1;
    if (order.left === 0) this.#working[at] = this.#metaOrder();
    return order.sign;
  }

  #metaOrder(): MetaOrder {
    const left = Math.floor((1 - this.#random.next()) ** (-1 / TAIL));
    return { sign: this.#coin(), left: Math.min(left, CHILDREN_MAX) };
  }

  #coin(): number {
    return this.#random.next() < 0.5 ? 1 : -1;
  }
}
