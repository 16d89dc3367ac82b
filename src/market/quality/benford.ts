import { chiSquareTail } from '../../math/gamma.ts';

/** Nigrini's names of how near the digits are to the law. */
export type Conformity = 'close' | 'acceptable' | 'marginal' | 'nonconformity';

/** Which leading digits are counted: 1 … 9, or 10 … 99. */
export type LeadingDigits = 'first' | 'first-two';

export interface BenfordReport {
  /** Numbers that were counted. */
  readonly n: number;
  /** By leading digits, smallest first. */
  readonly counts: readonly number[];
  /** χ² over the classes, and the chance of one as large under the law. */
  readonly chi2: number;
  readonly p: number;
  /** Mean absolute deviation of the shares; it decides: with many numbers χ² rejects anything. */
  readonly mad: number;
  readonly conformity: Conformity;
  /** Of each class, with continuity correction where it is smaller than the deviation. */
  readonly z: readonly number[];
  /** Largest distance of the cumulated shares, and its 5 % bound. */
  readonly ks: number;
  readonly ksBound: number;
}

/** Bounds of `close`, `acceptable` and `marginal`. @see Nigrini 2012, table 7.1 */
const MAD_BOUNDS: Readonly<Record<LeadingDigits, readonly [number, number, number]>> = {
  first: [0.006, 0.012, 0.015],
  'first-two': [0.0012, 0.0018, 0.0022],
};
const KS_FIVE_PERCENT = 1.36;
const LEAST: Readonly<Record<LeadingDigits, number>> = { first: 1, 'first-two': 10 };

/**
 * Counts leading digits, to be held against P(d) = log₁₀(1 + 1/d). It is for sizes and notionals,
 * which span decades; prices of one symbol do not, and never conform.
 *
 * @see Benford 1938; Nigrini 2012, "Benford's law"
 */
export class BenfordCounts {
  readonly digits: LeadingDigits;
  readonly #counts: Float64Array;
  readonly #least: number;
  n = 0;

  constructor(digits: LeadingDigits) {
    this.digits = digits;
    this.#least = LEAST[digits];
    this.#counts = new Float64Array(9 * this.#least);
  }

  /**
   * Counts a whole number, such as a size in lots, in O(digits) and without allocation. What is not
   * a whole number of at least `1` (first) or `10` (first two) is left out: it has no such digits.
   *
   * @param value at most 2⁵³
   */
  addWhole(value: number): void {
    const least = this.#least;
    if (!Number.isSafeInteger(value) || value < least) return;
    let head = value;
    while (head >= 10 * least) head = Math.floor(head / 10);
    this.#add(head);
  }

  /** Counts a number by its decimal digits, however many there are; zero and signs do not count. */
  addText(decimal: string): void {
    const digits = decimal
      .replace(/e.*$/i, '')
      .replace(/[^0-9]/g, '')
      .replace(/^0+/, '');
    if (digits === '') return;
    const width = this.#least === 1 ? 1 : 2;
    this.#add(Number(digits.padEnd(width, '0').slice(0, width)));
  }

  clear(): void {
    this.#counts.fill(0);
    this.n = 0;
  }

  /** Null where nothing was counted. O(classes). */
  report(): BenfordReport | null {
    const { n } = this;
    if (n === 0) return null;
    let [chi2, mad, ks, seen, due] = [0, 0, 0, 0, 0];
    const classes = this.#counts.length;
    const z: number[] = [];
    for (let at = 0; at < classes; at += 1) {
      const expected = Math.log10(1 + 1 / (this.#least + at));
      const count = this.#counts[at] as number;
      const off = Math.abs(count / n - expected);
      chi2 += (count - n * expected) ** 2 / (n * expected);
      mad += off / classes;
      seen += count / n;
      due += expected;
      ks = Math.max(ks, Math.abs(seen - due));
      const correction = 1 / (2 * n);
      const beyond = correction < off ? off - correction : off;
      z.push(beyond / Math.sqrt((expected * (1 - expected)) / n));
    }
    return {
      n,
      counts: [...this.#counts],
      chi2,
      p: chiSquareTail(chi2, classes - 1),
      mad,
      conformity: conformityOf(mad, MAD_BOUNDS[this.digits]),
      z,
      ks,
      ksBound: KS_FIVE_PERCENT / Math.sqrt(n),
    };
  }

  #add(head: number): void {
    const at = head - this.#least;
    this.#counts[at] = (this.#counts[at] as number) + 1;
    this.n += 1;
  }
}

function conformityOf(mad: number, [close, acceptable, marginal]: readonly number[]): Conformity {
  if (mad <= (close as number)) return 'close';
  if (mad <= (acceptable as number)) return 'acceptable';
  return mad <= (marginal as number) ? 'marginal' : 'nonconformity';
}
