import { err, ok, type Result } from '../core/result.ts';
import { KalmanFilter, type StateSpace } from './kalman.ts';
import { at, type Matrix, product, rowsOf, solve, zeros } from './matrix.ts';

/** What is known of one step when the whole series is. */
export interface SmoothedStep {
  readonly state: readonly number[];
  /** k rows of k. */
  readonly covariance: readonly (readonly number[])[];
}

/** The predicted covariance of a step has no inverse: some state of it is known exactly. */
export interface SingularStep {
  readonly kind: 'singular';
  readonly step: number;
}

/**
 * Fixed-interval smoothing of a whole series, O(n k³), for work off the hot path.
 *
 * @param observed y of each step; NaN where it is missing
 * @param loading Z of a step, by its index
 * @see Rauch, Tung, Striebel 1965, "Maximum likelihood estimates of linear dynamic systems"
 */
export function smoothed(
  model: StateSpace,
  observed: ArrayLike<number>,
  loading: (step: number) => ArrayLike<number>,
): Result<readonly SmoothedStep[], SingularStep> {
  const size = model.start.length;
  const filter = new KalmanFilter(model);
  const passes: Pass[] = [];
  for (let step = 0; step < observed.length; step += 1) {
    filter.step(observed[step] as number, loading(step));
    passes.push({
      state: columnOf(filter.state),
      covariance: squareOf(filter.covariance, size),
      predicted: columnOf(filter.predicted),
      predictedCovariance: squareOf(filter.predictedCovariance, size),
    });
  }
  const transition = squareOf(Float64Array.from(model.transition), size);
  const answer: SmoothedStep[] = [];
  let [state, covariance] = [zeros(size, 1), zeros(size, size)];
  for (let step = passes.length - 1; step >= 0; step -= 1) {
    const pass = passes[step] as Pass;
    const next = passes[step + 1];
    if (next === undefined) {
      [state, covariance] = [pass.state, pass.covariance];
    } else {
      // J = P T' P₊⁻¹, by solving P₊ J' = T P, since both P are symmetric.
      const solution = solve(next.predictedCovariance, product(transition, pass.covariance));
      if (solution === null) return err({ kind: 'singular', step: step + 1 });
      const gain = transposed(solution);
      state = sum(pass.state, product(gain, difference(state, next.predicted)));
      const change = difference(covariance, next.predictedCovariance);
      covariance = sum(pass.covariance, product(product(gain, change), transposed(gain)));
    }
    answer.unshift({ state: [...state.cells], covariance: rowsOf(covariance) });
  }
  return ok(answer);
}

interface Pass {
  readonly state: Matrix;
  readonly covariance: Matrix;
  readonly predicted: Matrix;
  readonly predictedCovariance: Matrix;
}

function columnOf(values: Float64Array): Matrix {
  return { rows: values.length, columns: 1, cells: Float64Array.from(values) };
}

function squareOf(cells: Float64Array, size: number): Matrix {
  return { rows: size, columns: size, cells: Float64Array.from(cells) };
}

function transposed(matrix: Matrix): Matrix {
  const cells = Float64Array.from(matrix.cells, (_, index) =>
    at(matrix, index % matrix.rows, Math.floor(index / matrix.rows)),
  );
  return { rows: matrix.columns, columns: matrix.rows, cells };
}

function sum(left: Matrix, right: Matrix): Matrix {
  return { ...left, cells: left.cells.map((cell, at) => cell + (right.cells[at] as number)) };
}

function difference(left: Matrix, right: Matrix): Matrix {
  return { ...left, cells: left.cells.map((cell, at) => cell - (right.cells[at] as number)) };
}
