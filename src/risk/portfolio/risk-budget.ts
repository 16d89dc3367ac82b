import { assert, err, ok, type Result } from '../../core/result.ts';
import { cholesky, choleskySolve, type NotPositiveDefinite } from '../../math/linear/cholesky.ts';
import { type ProgrammeFault, quadraticProgramme } from '../../math/linear/quadratic-programme.ts';
import { at, type Matrix } from '../../math/matrix.ts';

/** Rounds over all assets; tens are enough for correlations below 0.99. */
const ROUNDS_MAX = 10_000;
/** Largest share that a weight still moves by. */
const CONVERGED = 1e-13;

export type BudgetFault =
  | ProgrammeFault
  | { readonly kind: 'out-of-range'; readonly asset: number; readonly budget: number };

/**
 * The long-only weights, together 1, whose risk contributions w_i (Σw)_i / wᵀΣw are the budget: the
 * minimum of ½ yᵀ Σ y − Σ b ln y, one coordinate after the other, divided by its sum.
 *
 * @param budgets above 0; only their proportions matter
 * @see Spinu 2013, "An algorithm for computing risk parity weights"; Griveau-Billion, Richard,
 *   Roncalli 2013, "A fast algorithm for computing high-dimensional risk parity portfolios"
 */
export function riskBudgetWeights(
  covariance: Matrix,
  budgets: readonly number[],
): Result<readonly number[], BudgetFault> {
  assert(covariance.rows === budgets.length, 'a budget for each row');
  const asset = budgets.findIndex((each) => !(each > 0 && each < Number.POSITIVE_INFINITY));
  if (asset !== -1) return err({ kind: 'out-of-range', asset, budget: budgets[asset] as number });
  const factored = cholesky(covariance);
  if (!factored.ok) return factored;
  const total = sumOf(budgets);
  const y = budgets.map((_, row) => 1 / Math.sqrt(at(covariance, row, row)));
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    let moved = 0;
    for (let row = 0; row < y.length; row += 1) {
      const before = y[row] as number;
      const variance = at(covariance, row, row);
      const pull = pullOf(covariance, y, row) - variance * before;
      const share = (budgets[row] as number) / total;
      // The positive root of Σᵢᵢ y² + pull y − b = 0, written so that nothing cancels.
      const root = Math.sqrt(pull * pull + 4 * variance * share);
      const next = pull > 0 ? (2 * share) / (root + pull) : (root - pull) / (2 * variance);
      y[row] = next;
      moved = Math.max(moved, Math.abs(next / before - 1));
    }
    if (moved < CONVERGED) return ok(normalised(y));
  }
  return err({ kind: 'no-convergence', steps: ROUNDS_MAX });
}

/** What each weight adds to the variance, as shares of it. */
export function riskContributions(
  covariance: Matrix,
  weights: readonly number[],
): readonly number[] {
  return normalised(weights.map((weight, row) => weight * pullOf(covariance, weights, row)));
}

/** The weights of the least variance, together 1; negative ones only if they are allowed. */
export function leastVarianceWeights(
  covariance: Matrix,
  { isLongOnly }: { readonly isLongOnly: boolean },
): Result<readonly number[], NotPositiveDefinite | ProgrammeFault> {
  const size = covariance.rows;
  const ones = Array<number>(size).fill(1);
  if (!isLongOnly) {
    const factored = cholesky(covariance);
    return factored.ok ? ok(normalised(Array.from(choleskySolve(factored.value, ones)))) : factored;
  }
  // Less weight is less variance, so that a sum of at least 1 is a sum of 1.
  const solved = quadraticProgramme(covariance, new Float64Array(size), [
    { normal: ones, least: 1 },
    ...ones.map((_, asset) => ({
      normal: ones.map((_unused, place) => (place === asset ? 1 : 0)),
      least: 0,
    })),
  ]);
  return solved.ok ? ok(Array.from(solved.value, (weight) => Math.max(0, weight))) : solved;
}

function pullOf(covariance: Matrix, weights: readonly number[], row: number): number {
  let sum = 0;
  for (let column = 0; column < weights.length; column += 1) {
    sum += at(covariance, row, column) * (weights[column] as number);
  }
  return sum;
}

function normalised(values: readonly number[]): readonly number[] {
  const total = sumOf(values);
  return values.map((value) => value / total);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
