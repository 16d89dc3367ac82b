import { err, ok, type Result } from '../../core/result.ts';
import type { Matrix } from '../matrix.ts';
import { backward, cholesky, forward, type NotPositiveDefinite } from './cholesky.ts';

/** Every step takes or leaves a constraint and raises the dual; far fewer are ever needed. */
const STEPS_MAX = 10_000;
/** A constraint that is missed by less, against what the largest x could make of it, holds. */
const SLACK = 1e-12;
/** What is left of a normal outside the span of the others, squared, below which nothing is. */
const SPAN = 1e-20;

/** normal · x ≥ least. */
export interface LinearConstraint {
  readonly normal: readonly number[];
  readonly least: number;
}

export type ProgrammeFault =
  | NotPositiveDefinite
  /** No x keeps all constraints; this one cannot be added to those before it. */
  | { readonly kind: 'infeasible'; readonly constraint: number }
  | { readonly kind: 'no-convergence'; readonly steps: number };

/**
 * The x that minimises ½ xᵀ G x − a · x under linear constraints, by the dual active-set method. G
 * is positive definite, so there is one answer. It begins at the unconstrained minimum and takes in
 * the constraint that is missed most until none is.
 *
 * @param linear a, as long as G has rows
 * @see Goldfarb, Idnani 1983, "A numerically stable dual method for solving strictly convex
 *   quadratic programs", Mathematical Programming 27
 */
export function quadraticProgramme(
  quadratic: Matrix,
  linear: ArrayLike<number>,
  constraints: readonly LinearConstraint[],
): Result<Float64Array, ProgrammeFault> {
  const factored = cholesky(quadratic);
  if (!factored.ok) return factored;
  const lower = factored.value;
  const search: Search = { lower, x: backward(lower, forward(lower, linear)), active: [] };
  for (let steps = 0; steps < STEPS_MAX; steps += 1) {
    const missed = mostMissed(search.x, constraints);
    if (missed === -1) return ok(search.x);
    if (!takeIn(search, constraints[missed] as LinearConstraint)) {
      return err({ kind: 'infeasible', constraint: missed });
    }
  }
  return err({ kind: 'no-convergence', steps: STEPS_MAX });
}

interface Active {
  readonly constraint: LinearConstraint;
  /** L⁻¹ times the normal. */
  readonly whitened: Float64Array;
  multiplier: number;
}

interface Search {
  readonly lower: Matrix;
  readonly x: Float64Array;
  active: Active[];
}

/** The constraint that is missed by the largest distance; −1 when all hold. */
function mostMissed(x: Float64Array, constraints: readonly LinearConstraint[]): number {
  let worst = -1;
  let most = 0;
  const largest = x.reduce((size, value) => Math.max(size, Math.abs(value)), 0);
  constraints.forEach(({ normal, least }, at) => {
    const length = Math.hypot(...normal);
    const missed = (least - dot(normal, x)) / length;
    if (missed > SLACK * (largest + Math.abs(least) / length) && missed > most) {
      worst = at;
      most = missed;
    }
  });
  return worst;
}

/** Moves x until the constraint holds, leaving those that stand in the way; false if none can. */
function takeIn(search: Search, constraint: LinearConstraint): boolean {
  const { lower, x } = search;
  const whitened = forward(lower, constraint.normal);
  let multiplier = 0;
  for (;;) {
    const { outside, shares } = split(whitened, search.active);
    const squared = dot(outside, outside);
    const isSpanned = squared <= SPAN * dot(whitened, whitened);
    const whole = (constraint.least - dot(constraint.normal, x)) / squared;
    const blocker = firstToLeave(search.active, shares);
    const blocked =
      blocker === -1 ? Number.POSITIVE_INFINITY : leave(search.active, shares, blocker);
    const step = isSpanned ? blocked : Math.min(blocked, whole);
    if (step === Number.POSITIVE_INFINITY) return false;
    if (!isSpanned) {
      const direction = backward(lower, outside);
      for (let at = 0; at < x.length; at += 1) {
        x[at] = (x[at] as number) + step * (direction[at] as number);
      }
    }
    multiplier += step;
    search.active.forEach((each, at) => {
      each.multiplier -= step * (shares[at] as number);
    });
    if (step < blocked) {
      search.active.push({ constraint, whitened, multiplier });
      return true;
    }
    search.active = search.active.filter((_, at) => at !== blocker);
  }
}

/** The part of a normal outside the span of the active ones, and its shares along them. */
function split(
  whitened: Float64Array,
  active: readonly Active[],
): { outside: Float64Array; shares: Float64Array } {
  const count = active.length;
  const basis: Float64Array[] = [];
  const upper = active.map(() => new Float64Array(count));
  active.forEach((each, column) => {
    const rest = Float64Array.from(each.whitened);
    basis.forEach((unit, row) => {
      (upper[row] as Float64Array)[column] = removeAlong(rest, unit);
    });
    const length = Math.sqrt(dot(rest, rest));
    (upper[column] as Float64Array)[column] = length;
    basis.push(rest.map((value) => value / length));
  });
  const outside = Float64Array.from(whitened);
  const shares = Float64Array.from(basis, (unit) => removeAlong(outside, unit));
  for (let row = count - 1; row >= 0; row -= 1) {
    const line = upper[row] as Float64Array;
    let sum = shares[row] as number;
    for (let column = row + 1; column < count; column += 1) {
      sum -= (line[column] as number) * (shares[column] as number);
    }
    shares[row] = sum / (line[row] as number);
  }
  return { outside, shares };
}

/** Takes out of a vector what lies along a unit vector. @returns how much that was */
function removeAlong(vector: Float64Array, unit: Float64Array): number {
  const along = dot(vector, unit);
  for (let at = 0; at < vector.length; at += 1) {
    vector[at] = (vector[at] as number) - along * (unit[at] as number);
  }
  return along;
}

/** The active constraint whose multiplier is the first to reach zero; −1 when none falls. */
function firstToLeave(active: readonly Active[], shares: Float64Array): number {
  let first = -1;
  shares.forEach((share, at) => {
    if (share <= 0) return;
    if (first === -1 || leave(active, shares, at) < leave(active, shares, first)) first = at;
  });
  return first;
}

function leave(active: readonly Active[], shares: Float64Array, at: number): number {
  return (active[at] as Active).multiplier / (shares[at] as number);
}

function dot(left: ArrayLike<number>, right: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < left.length; at += 1) sum += (left[at] as number) * (right[at] as number);
  return sum;
}
