import { cholesky, choleskyInverse } from '../../math/linear/cholesky.ts';
import { at, type Matrix, product, put, zeros } from '../../math/matrix.ts';
import type { Moments } from './likelihood/likelihood.ts';
import { PARAMETERS, type ParameterName } from './model.ts';

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
   * I⁻¹, block diagonal between the mean and the variance; null for all but normal `garch`, where
   * it is known to be.
   */
  readonly information: ErrorsOf | null;
  /** I⁻¹ B I⁻¹. @see Bollerslev, Wooldridge 1992, "Quasi-maximum likelihood estimation" */
  readonly bollerslevWooldridge: ErrorsOf | null;
}

/** @param from.slopes and `from.unscaling` lead from what was searched to the parameters */
export function standardErrors(
  from: Moments & {
    readonly names: readonly ParameterName[];
    readonly hessian: Float64Array;
    readonly slopes: Matrix;
    readonly unscaling: Matrix;
  },
): StandardErrors {
  const { scores, names, slopes } = from;
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
  const outer = between(scores, slopes);
  const inverse = inverseOf({ rows: size, columns: size, cells: from.hessian });
  const outerInverse = inverseOf(outer);
  const known = from.information;
  const information = known === null ? null : inverseOf(between(known, slopes));
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

/** D' M D: a matrix by the parameters as one by what is searched. */
export function between(middle: Matrix, slopes: Matrix): Matrix {
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

function inverseOf(square: Matrix): Matrix | null {
  const factor = cholesky(square);
  return factor.ok ? choleskyInverse(factor.value) : null;
}
