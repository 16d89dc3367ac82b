import type { Nanos } from '../core/units.ts';

/**
 * How long the signed checkpoints have been behind the journal, found out by looking now and then:
 * the lane is not asked to note when it wrote what. The head at one look is remembered until it is
 * covered, so the answer is never above the true age of the oldest record without a checkpoint,
 * and below it by one pause between looks at most.
 */
export class CoverageWatch {
  #head = 0;
  #sinceNs: Nanos | null = null;

  /**
   * @param head sequence of the last record of the journal
   * @param covered sequence up to which a checkpoint covers them
   * @returns milliseconds; 0 when nothing is known to wait
   */
  look(head: number, covered: number, nowNs: Nanos): number {
    if (this.#sinceNs === null || covered >= this.#head) {
      this.#head = head;
      this.#sinceNs = covered >= head ? null : nowNs;
    }
    return this.#sinceNs === null ? 0 : (nowNs - this.#sinceNs) / 1e6;
  }
}
