import { assert } from '../../core/result.ts';
import type { Matrix } from '../../math/matrix.ts';

/** Incremental and recomputed state may differ by this share; more is a bug. */
const DRIFT_MAX = 1e-9;
/** Rounding of v, against the square of all that was traded. */
const ROUNDING = 1e-12;

export type StateFault =
  /** No covariance has been accepted yet. */
  | { readonly kind: 'no-covariance' }
  | { readonly kind: 'stale'; readonly ageMs: number; readonly limitMs: number };

/**
 * The risk of the book as the lane reads it: the weights w, the covariance Σ, g = Σw and v = wᵀΣw.
 * What an order would make of v takes O(1), a fill O(n), and neither allocates; only a new
 * covariance, which comes from elsewhere, recomputes all. A state that is too old answers with a
 * fault.
 *
 * Weights are amounts of money, positive for a long; the covariance is of returns over one period,
 * so that √v is the standard deviation of the book in money.
 */
export class LivePortfolio {
  readonly #size: number;
  readonly #weights: Float64Array;
  readonly #pull: Float64Array;
  readonly #covariance: Float64Array;
  #variance = 0;
  /**
   * Deviations that have been bought and sold since the last recomputation: what rounding is of.
   */
  #turnover = 0;
  #acceptedMs = Number.NaN;

  /** @param size count of assets, at least 1 */
  constructor(size: number) {
    assert(Number.isInteger(size) && size >= 1, 'a book of at least one asset');
    this.#size = size;
    this.#weights = new Float64Array(size);
    this.#pull = new Float64Array(size);
    this.#covariance = new Float64Array(size * size);
  }

  /**
   * Takes a new covariance, checked and positive semidefinite, and recomputes g and v. What the
   * fills have made of them is held against the old covariance first.
   */
  accept(covariance: Matrix, nowMs: number): void {
    assert(covariance.rows === this.#size, 'a covariance of the assets of the book');
    assert(covariance.cells.every(Number.isFinite), 'a covariance of finite numbers');
    this.#verify();
    this.#covariance.set(covariance.cells);
    for (let row = 0; row < this.#size; row += 1) this.#pull[row] = this.#pullOf(row);
    this.#variance = this.#bookVariance();
    this.#turnover = 0;
    for (let row = 0; row < this.#size; row += 1) this.#turn(row, this.weight(row));
    this.#acceptedMs = nowMs;
  }

  /** Null when the state may be decided on. @param limitMs the oldest covariance that may be */
  fault(nowMs: number, limitMs: number): StateFault | null {
    if (Number.isNaN(this.#acceptedMs)) return { kind: 'no-covariance' };
    const ageMs = nowMs - this.#acceptedMs;
    return ageMs > limitMs ? { kind: 'stale', ageMs, limitMs } : null;
  }

  /** Books that a weight has changed by so much money. O(n). */
  fill(asset: number, change: number): void {
    assert(Number.isFinite(change), 'a fill of a finite amount');
    const [size, weights, pull] = [this.#size, this.#weights, this.#pull];
    weights[asset] = this.weight(asset) + change;
    this.#turn(asset, change);
    const row = asset * size;
    // The variance anew from w and g, and not from the one before: what a large position has left
    // in the last digits would stay when it is gone.
    let variance = 0;
    for (let other = 0; other < size; other += 1) {
      const moved = (pull[other] as number) + change * (this.#covariance[row + other] as number);
      pull[other] = moved;
      variance += (weights[other] as number) * moved;
    }
    this.#variance = variance;
  }

  /** Money in an asset, negative for a short. */
  weight(asset: number): number {
    const weight = this.#weights[asset];
    assert(weight !== undefined, 'an asset of the book');
    return weight;
  }

  /** Standard deviation of the book over one period, in money. O(1). */
  get sd(): number {
    return this.#root(this.#variance);
  }

  /** The same if an order changed a weight by so much: v + 2 d gᵢ + d² Σᵢᵢ. O(1). */
  sdWith(asset: number, change: number): number {
    return this.#root(this.#varianceWith(asset, change));
  }

  /**
   * The largest change in the direction of a wish that keeps the deviation within a limit, as a
   * share of the wish, 0 … 1. It is what a refusal hints at. O(1).
   *
   * @returns 1 when the whole wish passes, 0 when no part of it does
   */
  shareWithin(asset: number, change: number, sdMax: number): number {
    if (this.sdWith(asset, change) <= sdMax) return 1;
    // (Σᵢᵢ d²) s² + (2 d gᵢ) s + v − limit² = 0: the larger root, the share that touches the limit.
    const square = change * change * this.#variance1(asset);
    const half = change * (this.#pull[asset] as number);
    const rest = this.#variance - sdMax * sdMax;
    const root = Math.sqrt(half * half - square * rest);
    // Of the two forms of the root the one in which nothing cancels.
    const share = half > 0 ? -rest / (half + root) : (root - half) / square;
    // Without a root, or with one beyond the wish, no part of it ends within the limit.
    return share >= 0 && share <= 1 ? share : 0;
  }

  /**
   * What some weights add to the deviation, in money, if one weight changed by so much. Of all
   * weights it is the deviation itself; of a hedge it is negative. O(count), no allocation.
   */
  componentWith(assets: readonly number[], asset: number, change: number): number {
    const sd = this.sdWith(asset, change);
    if (sd === 0) return 0;
    let sum = 0;
    for (let at = 0; at < assets.length; at += 1) {
      const each = assets[at] as number;
      const weight = this.weight(each) + (each === asset ? change : 0);
      const cell = this.#covariance[each * this.#size + asset] as number;
      sum += weight * ((this.#pull[each] as number) + change * cell);
    }
    return sum / sd;
  }

  /** What each weight adds to the deviation, in money; together they are sd. Into `target`. */
  components(target: Float64Array): void {
    const { sd } = this;
    for (let asset = 0; asset < this.#size; asset += 1) {
      const part = (this.#weights[asset] as number) * (this.#pull[asset] as number);
      target[asset] = sd === 0 ? 0 : part / sd;
    }
  }

  /** Recomputes the deviation from the weights and the covariance alone. O(n²), no allocation. */
  recomputedSd(): number {
    return this.#root(this.#bookVariance());
  }

  #variance1(asset: number): number {
    return this.#covariance[asset * this.#size + asset] as number;
  }

  #varianceWith(asset: number, change: number): number {
    const pull = this.#pull[asset];
    assert(pull !== undefined, 'an asset of the book');
    return this.#variance + 2 * change * pull + change * change * this.#variance1(asset);
  }

  /** The lower half twice and the diagonal once, in four sums that do not wait for each other. */
  #bookVariance(): number {
    const [size, weights, covariance] = [this.#size, this.#weights, this.#covariance];
    let total = 0;
    for (let row = 0; row < size; row += 1) {
      const start = row * size;
      const whole = row & ~3;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let at = 0; at < whole; at += 4) {
        s0 += (covariance[start + at] as number) * (weights[at] as number);
        s1 += (covariance[start + at + 1] as number) * (weights[at + 1] as number);
        s2 += (covariance[start + at + 2] as number) * (weights[at + 2] as number);
        s3 += (covariance[start + at + 3] as number) * (weights[at + 3] as number);
      }
      let below = s0 + s2 + (s1 + s3);
      for (let at = whole; at < row; at += 1) {
        below += (covariance[start + at] as number) * (weights[at] as number);
      }
      const weight = weights[row] as number;
      total += weight * (2 * below + weight * (covariance[start + row] as number));
    }
    return total;
  }

  #pullOf(row: number): number {
    let sum = 0;
    for (let other = 0; other < this.#size; other += 1) {
      const cell = this.#covariance[row * this.#size + other] as number;
      sum += cell * (this.#weights[other] as number);
    }
    return sum;
  }

  /** A book that is hedged away has a variance of nothing, which rounding makes negative. */
  #root(variance: number): number {
    return Math.sqrt(Math.max(0, variance));
  }

  #turn(asset: number, change: number): void {
    this.#turnover += Math.abs(change) * Math.sqrt(Math.max(0, this.#variance1(asset)));
  }

  #verify(): void {
    const found = this.#bookVariance();
    const off = Math.abs(found - this.#variance);
    const limit = Math.max(DRIFT_MAX * Math.abs(found), ROUNDING * this.#turnover * this.#turnover);
    assert(off <= limit, 'the incremental variance of the book is the recomputed one');
  }
}
