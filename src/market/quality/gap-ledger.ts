import { assert } from '../../core/result.ts';

/** Numbers that are missing, both ends included. */
export interface GapRange {
  readonly from: number;
  readonly to: number;
}

/** Ranges of one series that are kept apart; more are a feed that is down, not one with gaps. */
export const GAP_RANGES_MAX = 4_096;

/**
 * Exact account of the numbers of one series that never came: every number between the first that
 * was seen and the last is either seen, or missing in exactly one range. Duplicates are counted.
 * What arrives late or is fetched again closes its part of a range.
 *
 * A number in order is O(1); one that is missing is O(log ranges) to find, O(ranges) to take out.
 */
export class GapLedger {
  readonly #ranges: { from: number; to: number }[] = [];
  #first = Number.NaN;
  #last = Number.NaN;
  /** Numbers that came at all, each once. */
  seen = 0;
  /** How often one came that had come before. */
  duplicates = 0;
  /** Numbers that are missing now. */
  missing = 0;
  /** Numbers given up because there were too many ranges; they count as missing for ever. */
  abandoned = 0;

  get first(): number {
    return this.#first;
  }

  get last(): number {
    return this.#last;
  }

  /** Oldest first. */
  get ranges(): readonly GapRange[] {
    return this.#ranges;
  }

  /** A number came. @param count how many from it on came together, at least 1 */
  add(number: number, count = 1): void {
    assert(Number.isSafeInteger(number) && count >= 1, 'a series is numbered with whole numbers');
    const to = number + count - 1;
    if (Number.isNaN(this.#first)) {
      this.#first = number;
      this.#last = to;
      this.seen += count;
      return;
    }
    if (number < this.#first) this.#open(to + 1, this.#first - 1, true);
    if (number > this.#last) this.#open(this.#last + 1, number - 1, false);
    const fresh = this.#freshOf(number, to) + this.#fill(number, to);
    this.#first = Math.min(this.#first, number);
    this.#last = Math.max(this.#last, to);
    this.seen += fresh;
    this.duplicates += count - fresh;
  }

  /** Missing numbers were fetched again; what is not missing is left as it is. @returns how many */
  fill(from: number, to: number): number {
    const filled = this.#fill(from, to);
    this.seen += filled;
    return filled;
  }

  /** The venue began to number anew: what was missing stays missing, and nothing is between. */
  restart(): void {
    this.abandoned += this.missing;
    this.missing = 0;
    this.#ranges.length = 0;
    this.#first = Number.NaN;
    this.#last = Number.NaN;
  }

  /** Numbers outside what was spanned so far. */
  #freshOf(from: number, to: number): number {
    const before = Math.max(0, Math.min(to, this.#first - 1) - from + 1);
    const after = Math.max(0, to - Math.max(from, this.#last + 1) + 1);
    return before + after;
  }

  #open(from: number, to: number, isOldest: boolean): void {
    if (from > to) return;
    const range = { from, to };
    if (isOldest) this.#ranges.unshift(range);
    else this.#ranges.push(range);
    this.missing += to - from + 1;
    if (this.#ranges.length <= GAP_RANGES_MAX) return;
    const oldest = this.#ranges.shift() as GapRange;
    const size = oldest.to - oldest.from + 1;
    this.missing -= size;
    this.abandoned += size;
  }

  /** Takes from … to out of the ranges. @returns how many of them were missing */
  #fill(from: number, to: number): number {
    let filled = 0;
    let at = this.#rangeEndingAtOrAfter(from);
    while (at < this.#ranges.length) {
      const range = this.#ranges[at] as { from: number; to: number };
      if (range.from > to) break;
      const [start, end] = [Math.max(range.from, from), Math.min(range.to, to)];
      filled += end - start + 1;
      const rest = [
        { from: range.from, to: start - 1 },
        { from: end + 1, to: range.to },
      ].filter((part) => part.from <= part.to);
      this.#ranges.splice(at, 1, ...rest);
      at += rest.length;
    }
    this.missing -= filled;
    return filled;
  }

  #rangeEndingAtOrAfter(number: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ranges[middle] as GapRange).to < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
