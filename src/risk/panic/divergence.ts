import { assert } from '../../core/result.ts';

const FRESH_MS_MAX = 2_000;
const ALERT_BPS = 50;
const HALT_BPS = 150;
const FRESH_MIN = 2;
/** Venues that one desk compares at most. */
export const COMPARED_MAX = 16;

/** `blind`: fewer than two venues are fresh, so nothing can be compared. */
export type DivergenceState = 'ok' | 'alert' | 'halt' | 'blind';

/**
 * Control C15: venues that no longer agree on a price. Each fresh venue (heard of within 2 s) is
 * held against the median of the other fresh ones; with two, each against the other. Bounded, and
 * an evaluation allocates nothing: O(venues²).
 *
 * Times are milliseconds of one monotonic clock.
 */
export class Divergence {
  readonly #mids: Float64Array;
  readonly #heardMs: Float64Array;
  /** Scratch: the mids of the fresh venues in order, and their count. */
  readonly #fresh: Float64Array;
  #freshCount = 0;
  /** By venue, from the last evaluation; NaN for a venue that was not fresh. */
  readonly deviationBps: Float64Array;

  /** @param venues 1 … COMPARED_MAX */
  constructor(venues: number) {
    const isInside = Number.isInteger(venues) && venues >= 1 && venues <= COMPARED_MAX;
    assert(isInside, `venues compared are 1 to ${COMPARED_MAX}`);
    this.#mids = new Float64Array(venues);
    this.#heardMs = new Float64Array(venues).fill(Number.NEGATIVE_INFINITY);
    this.#fresh = new Float64Array(venues);
    this.deviationBps = new Float64Array(venues).fill(Number.NaN);
  }

  /** A mid that is no price (NaN, infinite, not above 0) makes its venue count as silent. */
  onMid(venue: number, mid: number, atMs: number): void {
    assert(venue >= 0 && venue < this.#mids.length, 'the venue is one of those compared');
    const isPrice = Number.isFinite(mid) && mid > 0;
    this.#mids[venue] = mid;
    this.#heardMs[venue] = isPrice ? atMs : Number.NEGATIVE_INFINITY;
  }

  stateAt(atMs: number): DivergenceState {
    this.#sortFresh(atMs);
    this.deviationBps.fill(Number.NaN);
    if (this.#freshCount < FRESH_MIN) return 'blind';
    let worstBps = 0;
    for (let venue = 0; venue < this.#mids.length; venue += 1) {
      if (!this.#isFresh(venue, atMs)) continue;
      const mid = this.#mids[venue] as number;
      const others = this.#medianWithout(mid);
      const bps = ((mid - others) / others) * 10_000;
      this.deviationBps[venue] = bps;
      worstBps = Math.max(worstBps, Math.abs(bps));
    }
    if (worstBps >= HALT_BPS) return 'halt';
    return worstBps >= ALERT_BPS ? 'alert' : 'ok';
  }

  #isFresh(venue: number, atMs: number): boolean {
    return atMs - (this.#heardMs[venue] as number) <= FRESH_MS_MAX;
  }

  #sortFresh(atMs: number): void {
    const fresh = this.#fresh;
    let count = 0;
    for (let venue = 0; venue < this.#mids.length; venue += 1) {
      if (!this.#isFresh(venue, atMs)) continue;
      const mid = this.#mids[venue] as number;
      let at = count;
      for (; at > 0 && (fresh[at - 1] as number) > mid; at -= 1)
        fresh[at] = fresh[at - 1] as number;
      fresh[at] = mid;
      count += 1;
    }
    this.#freshCount = count;
  }

  /** The median of the fresh mids when one of that value is left out. */
  #medianWithout(mid: number): number {
    const left = this.#fresh.indexOf(mid);
    const others = this.#freshCount - 1;
    const at = (rank: number): number => this.#fresh[rank < left ? rank : rank + 1] as number;
    return (at((others - 1) >> 1) + at(others >> 1)) / 2;
  }
}
