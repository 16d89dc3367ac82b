import { at, type Matrix, product, put, zeros } from '../../math/matrix.ts';
import { cholesky, choleskyInverse } from '../../math/optimise/definite.ts';
import { SCORES } from './likelihood.ts';
import { PARAMETERS, type ParameterName, type VolatilityModel } from './model.ts';
import { SLOPES, type VariancePath } from './recursion.ts';

/** One for each name; null for a parameter that a bound holds. */
export type ErrorsOf = readonly (number | null)[];

/**
 * Standard errors of the parameters that were estimated, by what is taken for their covariance; H
 * is the Hessian of −log likelihood, B = Σ score score', I the information.
 */
export interface StandardErrors {
  readonly names: readonly ParameterName[];
  /** H⁻¹. */
  readonly hessian: ErrorsOf;
  /** B⁻¹; null where B is singular. */
  readonly outerProduct: ErrorsOf | null;
  /** H⁻¹ B H⁻¹, which holds for shocks of any distribution with mean zero and variance one. */
  readonly robust: ErrorsOf;
  /**
   * I⁻¹, block diagonal between the mean and the variance; null for all but normal `garch`, where it
   * is known to be.
   */
  readonly information: ErrorsOf | null;
  /** I⁻¹ B I⁻¹. @see Bollerslev, Wooldridge 1992, "Quasi-maximum likelihood estimation" */
  readonly bollerslevWooldridge: ErrorsOf | null;
}

/** @param from.slopes and `from.unscaling` lead from what was searched to the parameters */
export function standardErrors(from: {
  readonly path: VariancePath;
  readonly model: VolatilityModel;
  readonly names: readonly ParameterName[];
  readonly hessian: Float64Array;
  readonly scores: Float64Array;
  readonly slopes: Matrix;
  readonly unscaling: Matrix;
}): StandardErrors {
  const { path, model, names, scores, slopes } = from;
  const leading = product(from.unscaling, slopes);
  const size = slopes.columns;
  const errorsOf = (covariance: Matrix): ErrorsOf => {
    const whole = product(product(leading, covariance), transposed(leading));
    return names.map((name) => {
      const place = PARAMETERS.indexOf(name);
      const variance = at(whole, place, place);
      return variance > 0 ? Math.sqrt(variance) : null;
    });
  };
  const outer = outerProduct(scores, slopes);
  const inverse = inverseOf({ rows: size, columns: size, cells: from.hessian });
  const outerInverse = inverseOf(outer);
  const isKnown = model.variance === 'garch' && model.innovations.kind === 'normal';
  const information = isKnown ? inverseOf(between(informationOf(path), slopes)) : null;
  return {
    names,
    hessian: errorsOf(inverse as Matrix),
    outerProduct: outerInverse === null ? null : errorsOf(outerInverse),
    robust: errorsOf(product(product(inverse as Matrix, outer), inverse as Matrix)),
    information: information === null ? null : errorsOf(information),
    bollerslevWooldridge:
      information === null ? null : errorsOf(product(product(information, outer), information)),
  };
}

/** Σ score score' of the scores by the six parameters, by what is searched: k × k. */
export function outerProduct(scores: Float64Array, slopes: Matrix): Matrix {
  const sums = zeros(SCORES, SCORES);
  const { cells } = sums;
  // Only those that anything is searched for: the others are zero, or do not count.
  const rows = PARAMETERS.map((_, row) => row).filter((row) =>
    slopes.cells.subarray(row * slopes.columns, (row + 1) * slopes.columns).some((by) => by !== 0),
  );
  for (const row of rows) {
    for (const column of rows) {
      if (column > row) continue;
      let sum = 0;
      for (let start = 0; start < scores.length; start += SCORES) {
        sum += (scores[start + row] as number) * (scores[start + column] as number);
      }
      cells[row * SCORES + column] = sum;
    }
  }
  mirror(sums);
  return between(sums, slopes);
}

/** ½ Σ ∂h ∂h' / h², and Σ 1/h for the mean, 6 × 6; nothing between the mean and the variance. */
function informationOf({ variances, slopes, returns }: VariancePath): Matrix {
  const sums = zeros(SCORES, SCORES);
  const { cells } = sums;
  for (let time = 0; time < returns.length; time += 1) {
    const h = variances[time] as number;
    const cell = time * SLOPES;
    cells[0] = (cells[0] as number) + 1 / h + 0.5 * ((slopes[cell] as number) / h) ** 2;
    const weight = 0.5 / (h * h);
    for (let row = 1; row < SLOPES; row += 1) {
      const slope = weight * (slopes[cell + row] as number);
      for (let column = 1; column <= row; column += 1) {
        cells[row * SCORES + column] =
          (cells[row * SCORES + column] as number) + slope * (slopes[cell + column] as number);
      }
    }
  }
  mirror(sums);
  return sums;
}

function mirror(square: Matrix): void {
  for (let row = 0; row < square.rows; row += 1) {
    for (let column = 0; column < row; column += 1)
      put(square, column, row, at(square, row, column));
  }
}

/** D' M D. */
function between(middle: Matrix, slopes: Matrix): Matrix {
  return product(product(transposed(slopes), middle), slopes);
}

function transposed(matrix: Matrix): Matrix {
  const turned = zeros(matrix.columns, matrix.rows);
  for (let row = 0; row < matrix.rows; row += 1) {
    for (let column = 0; column < matrix.columns; column += 1) {
      put(turned, column, row, at(matrix, row, column));
    }
  }
  return turned;
}

function inverseOf({ rows, cells }: Matrix): Matrix | null {
  const factor = cholesky(cells, rows);
  if (factor === null) return null;
  return { rows, columns: rows, cells: choleskyInverse(factor, rows) };
}
