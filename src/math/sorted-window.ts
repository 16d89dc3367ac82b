import { assert } from '../core/result.ts';

/** The last so many numbers, in order of value too. Adding is O(capacity) and allocates nothing. */
export class SortedWindow {
  readonly #ring: Float64Array;
  readonly #sorted: Float64Array;
  #next = 0;
  #size = 0;

  /** @param capacity at least 1 */
  constructor(capacity: number) {
    assert(Number.isInteger(capacity) && capacity >= 1, 'a window holds at least one number');
    this.#ring = new Float64Array(capacity);
    this.#sorted = new Float64Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** Adds a number and forgets the oldest when full. NaN has no place in an order. */
  add(value: number): void {
    assert(!Number.isNaN(value), 'a window holds numbers only');
    const ring = this.#ring;
    if (this.#size === ring.length) this.#forget(ring[this.#next] as number);
    ring[this.#next] = value;
    this.#next = (this.#next + 1) % ring.length;
    const at = this.#placeOf(value);
    this.#sorted.copyWithin(at + 1, at, this.#size);
    this.#sorted[at] = value;
    this.#size += 1;
  }

  /** The mean of the two middle numbers when their count is even; NaN when there is none. */
  median(): number {
    const size = this.#size;
    if (size === 0) return Number.NaN;
    const low = this.#sorted[(size - 1) >> 1] as number;
    return (low + (this.#sorted[size >> 1] as number)) / 2;
  }

  /** The type-7 quantile, linear between neighbours; NaN when there is none. @param p 0 … 1 */
  quantile(p: number): number {
    if (this.#size === 0) return Number.NaN;
    const place = p * (this.#size - 1);
    const below = Math.floor(place);
    const low = this.#sorted[below] as number;
    const high = this.#sorted[Math.min(below + 1, this.#size - 1)] as number;
    return low + (place - below) * (high - low);
  }

  /** The median distance from `center`, NaN when there is none. O(size), without allocation. */
  medianDistance(center: number): number {
    const size = this.#size;
    const sorted = this.#sorted;
    let above = this.#placeOf(center);
    let below = above - 1;
    let distance = Number.NaN;
    let before = Number.NaN;
    // The nearest first: distances grow to either side of the center.
    for (let rank = 0; rank <= size >> 1 && rank < size; rank += 1) {
      before = distance;
      const down = below >= 0 ? center - (sorted[below] as number) : Number.POSITIVE_INFINITY;
      const up = above < size ? (sorted[above] as number) - center : Number.POSITIVE_INFINITY;
      if (down < up) below -= 1;
      else above += 1;
      distance = Math.min(down, up);
    }
    return size % 2 === 0 ? (before + distance) / 2 : distance;
  }

  /**
   * Where a value would stand among the numbers and itself, 0 … 1 and never either: those that
   * equal it count half, so that a number among its equals stands in the middle, and of few numbers
   * none is far out. O(log size).
   */
  rankOf(value: number): number {
    const below = this.#placeOf(value);
    return (below + this.#placeBehind(value) + 1) / 2 / (this.#size + 1);
  }

  /** The mean distance from `center`, NaN when there is none. O(size), without allocation. */
  meanDistance(center: number): number {
    let sum = 0;
    for (let at = 0; at < this.#size; at += 1) {
      sum += Math.abs((this.#sorted[at] as number) - center);
    }
    return sum / this.#size;
  }

  #forget(value: number): void {
    const at = this.#placeOf(value);
    this.#sorted.copyWithin(at, at + 1, this.#size);
    this.#size -= 1;
  }

  /** The first place whose number is not below the value. */
  #placeOf(value: number): number {
    let low = 0;
    let high = this.#size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The first place whose number is above the value. */
  #placeBehind(value: number): number {
    let low = 0;
    let high = this.#size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle] as number) <= value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
