import type { Protection } from './keeper.ts';

/** A position that has no stop at the venue for so long is told of. */
export const NAKED_NS_MAX = 10e9;

/**
 * Notices positions that stay without a stop: between two stops there is none for a trip to the
 * venue, but where stops are refused, or may not be placed, somebody has to know.
 */
export class NakedWatch {
  #sinceNs: number | null = null;
  #isTold = false;

  /** @returns true once for each time that a position has been without a stop for too long */
  look(protection: Protection, nowNs: number): boolean {
    if (protection !== 'naked') {
      this.#sinceNs = null;
      this.#isTold = false;
      return false;
    }
    this.#sinceNs ??= nowNs;
    if (this.#isTold || nowNs - this.#sinceNs < NAKED_NS_MAX) return false;
    this.#isTold = true;
    return true;
  }
}
