import { assert, err, ok, type Result } from '../../core/result.ts';
import { cholesky, choleskySolve } from '../linear/cholesky.ts';

/** Enough for any smooth function of ten variables; the rest is a bound. */
export const ITERATIONS_MAX = 500;
/** Halvings of a step before there is nothing to gain in its direction. */
const HALVINGS_MAX = 60;
/** A step has to bring this share of what its slope promises (Armijo). */
const SUFFICIENT_SHARE = 1e-4;
/** An interpolated step stays within these shares of the one before. */
const SHRINK_LEAST = 0.1;
const SHRINK_MOST = 0.5;
/** Powell's damping: curvature along a step never falls below this share of what was assumed. */
const DAMPING = 0.2;
/** A Newton decrement below this share of the value is rounding. */
const DECREMENT_SHARE = 1e-13;
/** A promise below this share of the value cannot be seen in it. */
const VISIBLE_SHARE = 1e-17;

export interface BoundedProblem {
  /**
   * The value at `x`, whose gradient it writes into `gradient`. NaN or an infinity says that the
   * function has no value there: the step is taken back.
   */
  readonly evaluate: (x: Float64Array, gradient: Float64Array) => number;
  /** Within the bounds, and a point where the function has a value. */
  readonly start: ArrayLike<number>;
  /** −Infinity and Infinity are no bounds. */
  readonly lower: ArrayLike<number>;
  readonly upper: ArrayLike<number>;
  /** k × k, positive definite: a guess of the second derivatives. Left out: a multiple of one. */
  readonly curvature?: ArrayLike<number>;
  readonly iterationsMax?: number;
  /** Ends where the model promises less than this; left out: less than rounding. */
  readonly promiseMin?: number;
}

export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
  readonly iterations: number;
  readonly evaluations: number;
  /** Which variables the bounds hold: they would gain by leaving. */
  readonly held: readonly boolean[];
}

export type MinimumFault =
  | { readonly kind: 'no-value-at-start'; readonly found: number }
  | {
      readonly kind: 'no-convergence';
      readonly iterations: number;
      readonly value: number;
      /** Largest derivative in a direction that the bounds leave. */
      readonly gradientMax: number;
    };

/**
 * Minimises a smooth function of few variables between bounds: sequential quadratic programming
 * with BFGS curvature. Each step solves the quadratic model within the bounds, O(k³) at most k
 * times, and goes back along it until the function agrees.
 *
 * It ends when the model promises less than rounding, which is scale-free: neither the unit of a
 * variable nor that of the value matters.
 *
 * @see Nocedal, Wright 2006, "Numerical optimization", procedure 18.2 (damped BFGS)
 */
export function minimise(problem: BoundedProblem): Result<Minimum, MinimumFault> {
  const search = new Search(problem);
  if (!Number.isFinite(search.value)) {
    return err({ kind: 'no-value-at-start', found: search.value });
  }
  const most = problem.iterationsMax ?? ITERATIONS_MAX;
  for (let iteration = 0; iteration < most; iteration += 1) {
    const slope = search.plan();
    const rounding = DECREMENT_SHARE * (1 + Math.abs(search.value));
    if (-slope <= Math.max(rounding, problem.promiseMin ?? 0)) return ok(search.minimum(iteration));
    if (search.advance(slope)) continue;
    // Nothing lower along a direction that goes down: the differences are rounding, or the
    // curvature is a bad guess, which is forgotten.
    if (search.isNearlyFlat(slope)) return ok(search.minimum(iteration));
    if (!search.forget()) return search.lost(iteration);
  }
  return search.lost(most);
}

/** What the model may still promise where rounding ends the search: a millionth of a log unit. */
const FLAT_SHARE = 1e-9;

class Search {
  readonly #problem: BoundedProblem;
  readonly #size: number;
  #x: Float64Array;
  #gradient: Float64Array;
  #nextX: Float64Array;
  #nextGradient: Float64Array;
  readonly #curvature: Float64Array;
  readonly #step: Float64Array;
  readonly #held: boolean[];
  #isFresh = true;
  #evaluations = 1;
  value: number;

  constructor(problem: BoundedProblem) {
    const { start, lower, upper, curvature } = problem;
    const size = start.length;
    assert(lower.length === size && upper.length === size, 'a bound below and above each variable');
    assert(curvature === undefined || curvature.length === size * size, 'k × k curvature');
    for (let at = 0; at < size; at += 1) {
      const [x, low, high] = [start[at], lower[at], upper[at]] as [number, number, number];
      assert(low <= x && x <= high, 'the start is within the bounds');
    }
    this.#problem = problem;
    this.#size = size;
    this.#x = Float64Array.from(start);
    this.#gradient = new Float64Array(size);
    this.#nextX = new Float64Array(size);
    this.#nextGradient = new Float64Array(size);
    this.#step = new Float64Array(size);
    this.#held = new Array<boolean>(size).fill(false);
    this.value = problem.evaluate(this.#x, this.#gradient);
    this.#curvature = new Float64Array(size * size);
    if (curvature === undefined) this.#resetCurvature();
    else {
      this.#curvature.set(curvature);
      this.#isFresh = false;
    }
  }

  minimum(iterations: number): Minimum {
    const { value } = this;
    const held = Array.from(this.#held);
    const [x, gradient] = [this.#x, this.#gradient];
    return { x, value, gradient, iterations, evaluations: this.#evaluations, held };
  }

  lost(iterations: number): Result<Minimum, MinimumFault> {
    let gradientMax = 0;
    this.#gradient.forEach((slope, at) => {
      if (!this.#held[at]) gradientMax = Math.max(gradientMax, Math.abs(slope));
    });
    return err({ kind: 'no-convergence', iterations, value: this.value, gradientMax });
  }

  isNearlyFlat(slope: number): boolean {
    return -slope <= FLAT_SHARE * (1 + Math.abs(this.value));
  }

  /** @returns false where there was nothing to forget */
  forget(): boolean {
    if (this.#isFresh) return false;
    this.#resetCurvature();
    return true;
  }

  /**
   * Puts the minimum of the quadratic model within the bounds into the step: variables that the
   * bounds hold stay, those that would leave go to their bound, and the rest is solved again.
   *
   * @returns the slope along the step, at most 0
   */
  plan(): number {
    const free = this.#freeAtStart();
    for (let round = 0; round <= this.#size; round += 1) {
      if (!this.#solveFree(free) || !this.#fixLeavers(free)) break;
    }
    let slope = this.#slope();
    if (!(slope <= 0)) {
      this.#steepest();
      slope = this.#slope();
    }
    return slope;
  }

  /** Goes along the step until the value has come down enough; false when it never does. */
  advance(slope: number): boolean {
    const { lower, upper } = this.#problem;
    let length = 1;
    for (let halving = 0; halving < HALVINGS_MAX; halving += 1) {
      for (let at = 0; at < this.#size; at += 1) {
        const wanted = (this.#x[at] as number) + length * (this.#step[at] as number);
        this.#nextX[at] = Math.min(Math.max(wanted, lower[at] as number), upper[at] as number);
      }
      const value = this.#problem.evaluate(this.#nextX, this.#nextGradient);
      this.#evaluations += 1;
      const wantedValue = this.value + SUFFICIENT_SHARE * length * slope;
      if (value < this.value && value <= wantedValue && isAllFinite(this.#nextGradient)) {
        this.#accept(value);
        return true;
      }
      length *= shrinkOf(this.value, slope * length, value);
      if (-slope * length < VISIBLE_SHARE * Math.abs(this.value)) break;
    }
    return false;
  }

  #accept(value: number): void {
    this.#learn();
    [this.#x, this.#nextX] = [this.#nextX, this.#x];
    [this.#gradient, this.#nextGradient] = [this.#nextGradient, this.#gradient];
    this.value = value;
    this.#isFresh = false;
  }

  /** Damped BFGS: the curvature stays positive definite whatever the function does. */
  #learn(): void {
    const size = this.#size;
    const change = new Float64Array(size);
    const moved = new Float64Array(size);
    const turned = new Float64Array(size);
    let along = 0;
    let assumed = 0;
    for (let at = 0; at < size; at += 1) {
      moved[at] = (this.#nextX[at] as number) - (this.#x[at] as number);
      change[at] = (this.#nextGradient[at] as number) - (this.#gradient[at] as number);
    }
    for (let row = 0; row < size; row += 1) {
      let sum = 0;
      for (let column = 0; column < size; column += 1) {
        sum += (this.#curvature[row * size + column] as number) * (moved[column] as number);
      }
      turned[row] = sum;
      assumed += sum * (moved[row] as number);
      along += (change[row] as number) * (moved[row] as number);
    }
    if (!(assumed > 0)) return;
    const share = along >= DAMPING * assumed ? 1 : ((1 - DAMPING) * assumed) / (assumed - along);
    const damped = share * along + (1 - share) * assumed;
    for (let at = 0; at < size; at += 1) {
      change[at] = share * (change[at] as number) + (1 - share) * (turned[at] as number);
    }
    for (let row = 0; row < size; row += 1) {
      for (let column = 0; column < size; column += 1) {
        const cell = row * size + column;
        this.#curvature[cell] =
          (this.#curvature[cell] as number) +
          ((change[row] as number) * (change[column] as number)) / damped -
          ((turned[row] as number) * (turned[column] as number)) / assumed;
      }
    }
  }

  /** Without a guess the first step is as long as the start is large. */
  #resetCurvature(): void {
    let steepest = 0;
    let largest = 1;
    for (let at = 0; at < this.#size; at += 1) {
      steepest = Math.max(steepest, Math.abs(this.#gradient[at] as number));
      largest = Math.max(largest, Math.abs(this.#x[at] as number));
    }
    this.#curvature.fill(0);
    for (let at = 0; at < this.#size; at += 1) {
      this.#curvature[at * this.#size + at] = Math.max(steepest / largest, Number.MIN_VALUE);
    }
    this.#isFresh = true;
  }

  #freeAtStart(): number[] {
    const { lower, upper } = this.#problem;
    const free: number[] = [];
    for (let at = 0; at < this.#size; at += 1) {
      const [x, slope] = [this.#x[at] as number, this.#gradient[at] as number];
      const isHeld =
        (x <= (lower[at] as number) && slope > 0) || (x >= (upper[at] as number) && slope < 0);
      this.#held[at] = isHeld;
      this.#step[at] = 0;
      if (!isHeld) free.push(at);
    }
    return free;
  }

  /** B_ff d_f = −g_f − B_fc d_c, where c are those whose step is settled. */
  #solveFree(free: readonly number[]): boolean {
    const count = free.length;
    if (count === 0) return false;
    const size = this.#size;
    const square = new Float64Array(count * count);
    const right = new Float64Array(count);
    for (let row = 0; row < count; row += 1) {
      const at = free[row] as number;
      let sum = -(this.#gradient[at] as number);
      for (let other = 0; other < size; other += 1) {
        const column = free.indexOf(other);
        const cell = this.#curvature[at * size + other] as number;
        if (column >= 0) square[row * count + column] = cell;
        else sum -= cell * (this.#step[other] as number);
      }
      right[row] = sum;
    }
    const factor = cholesky({ rows: count, columns: count, cells: square });
    if (!factor.ok) {
      this.#steepest();
      return false;
    }
    const step = choleskySolve(factor.value, right);
    free.forEach((at, row) => {
      this.#step[at] = step[row] as number;
    });
    return true;
  }

  /** Takes those that would leave their bounds out of `free`; false when none would. */
  #fixLeavers(free: number[]): boolean {
    const { lower, upper } = this.#problem;
    let hasFixed = false;
    for (let place = free.length - 1; place >= 0; place -= 1) {
      const at = free[place] as number;
      const x = this.#x[at] as number;
      const least = (lower[at] as number) - x;
      const most = (upper[at] as number) - x;
      const step = this.#step[at] as number;
      if (step >= least && step <= most) continue;
      this.#step[at] = step < least ? least : most;
      free.splice(place, 1);
      hasFixed = true;
    }
    return hasFixed;
  }

  /** Downhill as the diagonal of the curvature has it, as far as the bounds let. */
  #steepest(): void {
    const { lower, upper } = this.#problem;
    for (let at = 0; at < this.#size; at += 1) {
      const x = this.#x[at] as number;
      const bend = this.#curvature[at * this.#size + at] as number;
      const down = -(this.#gradient[at] as number) / (bend > 0 ? bend : 1);
      const wanted = Math.min(Math.max(x + down, lower[at] as number), upper[at] as number);
      this.#step[at] = this.#held[at] ? 0 : wanted - x;
    }
  }

  #slope(): number {
    let sum = 0;
    for (let at = 0; at < this.#size; at += 1) {
      sum += (this.#gradient[at] as number) * (this.#step[at] as number);
    }
    return sum;
  }
}

/** The minimum of the parabola through value, slope and what was found; a tenth where none was. */
function shrinkOf(value: number, slope: number, found: number): number {
  if (!Number.isFinite(found)) return SHRINK_LEAST;
  const best = -slope / (2 * (found - value - slope));
  return Math.min(Math.max(best, SHRINK_LEAST), SHRINK_MOST);
}

function isAllFinite(values: Float64Array): boolean {
  for (let at = 0; at < values.length; at += 1) {
    if (!Number.isFinite(values[at])) return false;
  }
  return true;
}
