import { assert } from '../../../core/result.ts';

/** The last returns with the times at which they end: a ring that overwrites its oldest. */
export class ReturnHistory {
  readonly #returns: Float64Array;
  readonly #endsMs: Float64Array;
  #taken = 0;
  #known = 0;

  constructor(capacity: number) {
    assert(Number.isInteger(capacity) && capacity >= 1, 'room for a return');
    this.#returns = new Float64Array(capacity);
    this.#endsMs = new Float64Array(capacity);
  }

  /** Returns ever taken. */
  get taken(): number {
    return this.#taken;
  }

  /** Of those that are kept, how many are not missing. */
  get known(): number {
    return this.#known;
  }

  /** @param value NaN where it is missing */
  take(value: number, endMs: number): void {
    const slot = this.#taken % this.#returns.length;
    const isFull = this.#taken >= this.#returns.length;
    if (isFull && !Number.isNaN(this.#returns[slot] as number)) this.#known -= 1;
    if (!Number.isNaN(value)) this.#known += 1;
    this.#returns[slot] = value;
    this.#endsMs[slot] = endMs;
    this.#taken += 1;
  }

  /** What is kept, oldest first. */
  copy(): { readonly returns: Float64Array; readonly endsMs: Float64Array } {
    const capacity = this.#returns.length;
    const kept = Math.min(this.#taken, capacity);
    const from = this.#taken - kept;
    const slots = Array.from({ length: kept }, (_, at) => (from + at) % capacity);
    return {
      returns: Float64Array.from(slots, (slot) => this.#returns[slot] as number),
      endsMs: Float64Array.from(slots, (slot) => this.#endsMs[slot] as number),
    };
  }

  /** Those after the first `taken` ever taken, as far as they are kept, oldest first. */
  eachSince(taken: number, take: (value: number, endMs: number) => void): void {
    const capacity = this.#returns.length;
    for (let at = Math.max(taken, this.#taken - capacity); at < this.#taken; at += 1) {
      take(this.#returns[at % capacity] as number, this.#endsMs[at % capacity] as number);
    }
  }
}
