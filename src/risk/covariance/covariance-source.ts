import { assert } from '../../core/result.ts';
import type { Matrix } from '../../math/matrix.ts';
import { normalRisk, studentRisk } from '../value-at-risk/parametric.ts';

/** Deviations of the book that a loss comes to, under the law that is in force. */
export interface TailMultiples {
  readonly at95: number;
  readonly at99: number;
  /** Mean of what lies beyond 97.5 %. */
  readonly shortfall: number;
}

/** Where the limits of the portfolio have covariance and law from. Off the lane. */
export interface CovarianceSource {
  /**
   * Takes one return of each market, over the minute before.
   *
   * @returns whether what follows is new; a row that is not taken lets the covariance grow old
   */
  update(returns: Float64Array, nowMs: number): boolean;
  /** Of the returns of a day: positive semidefinite, finite, no variance of 0. */
  readonly daily: Matrix;
  /** n × n, row after row; NaN for two of which nothing is known. */
  readonly correlations: Float64Array;
  readonly tail: TailMultiples;
  /** Minutes that have been seen. */
  readonly minutes: number;
  /** Whether it is measured; before that it is assumed. */
  readonly isSeeded: boolean;
}

/** Degrees of freedom of the stress law: fat tails, and a variance that is there. */
const STRESS_NU = 4;
const UNIT = { mean: 0, sd: 1 };

/** The larger of what a normal and the stress law make of a deviation. */
export const STRESS_TAIL: TailMultiples = {
  at95: larger(0.95, 'valueAtRisk'),
  at99: larger(0.99, 'valueAtRisk'),
  shortfall: larger(0.975, 'expectedShortfall'),
};

function larger(level: number, of: 'valueAtRisk' | 'expectedShortfall'): number {
  const [normal, stress] = [normalRisk(UNIT, level), studentRisk(UNIT, STRESS_NU, level)];
  assert(normal.ok && stress.ok, 'a level that there is');
  return Math.max(normal.value[of], stress.value[of]);
}
