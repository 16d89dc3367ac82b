import type { Nanos } from '../core/units.ts';

/** Looks that are remembered; when so many wait, what is oldest is known and what counts. */
const MARKS_MAX = 64;

interface Mark {
  readonly head: number;
  readonly atNs: Nanos;
}

/**
 * How long the signed checkpoints have been behind the journal, found out by looking now and then:
 * the lane is not asked to note when it wrote what. Each look remembers the head until it is
 * covered, so the answer is never above the true age of the oldest record without a checkpoint,
 * and below it by one pause between looks at most.
 */
export class CoverageWatch {
  /** Oldest first; none of them is covered. */
  #marks: Mark[] = [];

  /**
   * @param head sequence of the last record of the journal
   * @param covered sequence up to which a checkpoint covers them
   * @returns milliseconds; 0 when nothing is known to wait
   */
  look(head: number, covered: number, nowNs: Nanos): number {
    this.#marks = this.#marks.filter((mark) => mark.head > covered);
    const newest = this.#marks.at(-1)?.head ?? covered;
    if (head > newest && this.#marks.length < MARKS_MAX) this.#marks.push({ head, atNs: nowNs });
    const oldest = this.#marks[0];
    return oldest === undefined ? 0 : (nowNs - oldest.atNs) / 1e6;
  }
}
