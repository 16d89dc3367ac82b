import { assert } from '../../core/result.ts';

/** How often something happened lately. Bounded: beyond `capacity` the oldest are forgotten. */
export class Occurrences {
  readonly #atMs: Float64Array;
  #next = 0;

  /** @param capacity at least the count that anybody asks about */
  constructor(capacity: number) {
    assert(Number.isInteger(capacity) && capacity >= 1, 'there is room for one occurrence');
    this.#atMs = new Float64Array(capacity).fill(Number.NEGATIVE_INFINITY);
  }

  add(nowMs: number): void {
    this.#atMs[this.#next] = nowMs;
    this.#next = (this.#next + 1) % this.#atMs.length;
  }

  /** Since so long ago, that moment included. */
  within(ms: number, nowMs: number): number {
    let count = 0;
    for (let at = 0; at < this.#atMs.length; at += 1) {
      if (nowMs - (this.#atMs[at] as number) <= ms) count += 1;
    }
    return count;
  }
}

const SECONDS = 10;

/** How often something happens, second by second, over the last ten whole ones. */
export class SteadyRate {
  readonly #counts = new Uint32Array(SECONDS + 1);
  #second = Number.NEGATIVE_INFINITY;

  add(nowMs: number): void {
    const second = Math.floor(nowMs / 1_000);
    if (second - this.#second > SECONDS) this.#counts.fill(0);
    else for (let at = this.#second + 1; at <= second; at += 1) this.#counts[placeOf(at)] = 0;
    this.#second = Math.max(this.#second, second);
    const at = placeOf(this.#second);
    this.#counts[at] = (this.#counts[at] as number) + 1;
  }

  /** The count of the least of the ten seconds before the one of the last occurrence. */
  get least(): number {
    let least = Number.POSITIVE_INFINITY;
    for (let back = 1; back <= SECONDS; back += 1) {
      least = Math.min(least, this.#counts[placeOf(this.#second - back)] ?? 0);
    }
    return least;
  }
}

function placeOf(second: number): number {
  const places = SECONDS + 1;
  return ((second % places) + places) % places;
}
