import { assert, err, ok, type Result } from '../core/result.ts';

/** Columns more alike than this tell nothing apart. */
const RANK_TOLERANCE = 1e-12;

export interface LeastSquares {
  /** One coefficient a column. */
  readonly coefficients: readonly number[];
  /** Classical standard errors, n − k degrees of freedom; NaN when there are none. */
  readonly standardErrors: readonly number[];
  readonly residuals: Float64Array;
  /** Sum of squared residuals. */
  readonly rss: number;
  /** Share of the variance around the mean that is explained; null where nothing varies. */
  readonly r2: number | null;
  /** (X'X)⁻¹, k × k, row after row. */
  readonly inverseGram: readonly (readonly number[])[];
}

export type LeastSquaresFault =
  | { readonly kind: 'too-few-rows'; readonly rows: number; readonly wanted: number }
  | { readonly kind: 'collinear'; readonly column: number };

/**
 * Ordinary least squares by Householder reflections, O(n k²): y = X b + e. A constant is a column
 * of ones like any other.
 *
 * @param columns k ≥ 1 columns of n numbers
 * @param y n numbers
 */
export function leastSquares(
  columns: readonly ArrayLike<number>[],
  y: ArrayLike<number>,
): Result<LeastSquares, LeastSquaresFault> {
  const [n, k] = [y.length, columns.length];
  assert(k >= 1 && columns.every(({ length }) => length === n), 'columns as long as y');
  if (n < k) return err({ kind: 'too-few-rows', rows: n, wanted: k });
  const left = columns.map((column) => Float64Array.from(column));
  const right = Float64Array.from(y);
  const diagonal = new Float64Array(k);
  for (let step = 0; step < k; step += 1) {
    if (!reflect(left, right, step, diagonal)) return err({ kind: 'collinear', column: step });
  }
  const coefficients = backSubstitute(left, diagonal, right);
  const residuals = Float64Array.from({ length: n }, (_, row) => {
    let fitted = 0;
    for (let column = 0; column < k; column += 1) {
      fitted += (coefficients[column] as number) * (columns[column]?.[row] as number);
    }
    return (y[row] as number) - fitted;
  });
  const rss = sumOfSquares(residuals);
  const inverseGram = inverseOfGram(left, diagonal);
  const variance = rss / (n - k);
  return ok({
    coefficients,
    standardErrors: inverseGram.map((row, at) => Math.sqrt(variance * (row[at] as number))),
    residuals,
    rss,
    r2: shareExplained(y, rss),
    inverseGram,
  });
}

/**
 * Standard errors that hold under heteroskedasticity and autocorrelation up to `lags`, with the
 * weights 1 − l/(lags + 1) and no correction for small samples.
 *
 * @see Newey, West 1987, "A simple, positive semi-definite, heteroskedasticity and autocorrelation
 *   consistent covariance matrix"
 */
export function neweyWestErrors(
  columns: readonly ArrayLike<number>[],
  { residuals, inverseGram }: LeastSquares,
  lags: number,
): readonly number[] {
  const k = columns.length;
  const score = (row: number, column: number): number =>
    (residuals[row] as number) * (columns[column]?.[row] as number);
  const meat = Array.from({ length: k }, (_, one) =>
    Array.from({ length: k }, (_unused, other) => {
      let sum = 0;
      for (let lag = 0; lag <= lags; lag += 1) {
        const weight = 1 - lag / (lags + 1);
        let cross = 0;
        for (let row = lag; row < residuals.length; row += 1) {
          cross += score(row, one) * score(row - lag, other);
          if (lag > 0) cross += score(row - lag, one) * score(row, other);
        }
        sum += weight * cross;
      }
      return sum;
    }),
  );
  return inverseGram.map((bread) => {
    let sum = 0;
    for (let one = 0; one < k; one += 1) {
      for (let other = 0; other < k; other += 1) {
        sum += (bread[one] as number) * (meat[one]?.[other] as number) * (bread[other] as number);
      }
    }
    return Math.sqrt(sum);
  });
}

/** Makes column `step` zero below its diagonal; false when nothing is left of it. */
function reflect(
  left: readonly Float64Array[],
  right: Float64Array,
  step: number,
  diagonal: Float64Array,
): boolean {
  const column = left[step] as Float64Array;
  const whole = Math.sqrt(sumOfSquares(column));
  let below = 0;
  for (let row = step; row < column.length; row += 1) below += (column[row] as number) ** 2;
  const norm = Math.sqrt(below);
  if (!(norm > whole * RANK_TOLERANCE)) return false;
  const head = column[step] as number;
  const alpha = head > 0 ? -norm : norm;
  diagonal[step] = alpha;
  column[step] = head - alpha;
  const squared = below - head * head + (head - alpha) ** 2;
  for (const other of [...left.slice(step + 1), right]) {
    let dot = 0;
    for (let row = step; row < column.length; row += 1) {
      dot += (column[row] as number) * (other[row] as number);
    }
    const factor = (2 * dot) / squared;
    for (let row = step; row < column.length; row += 1) {
      other[row] = (other[row] as number) - factor * (column[row] as number);
    }
  }
  return true;
}

/** Solves R b = Q'y; R has its diagonal apart, and the rest above the diagonal of `left`. */
function backSubstitute(
  left: readonly Float64Array[],
  diagonal: Float64Array,
  right: ArrayLike<number>,
): number[] {
  const k = left.length;
  const solution = new Array<number>(k).fill(0);
  for (let row = k - 1; row >= 0; row -= 1) {
    let rest = right[row] as number;
    for (let column = row + 1; column < k; column += 1) {
      rest -= (left[column]?.[row] as number) * (solution[column] as number);
    }
    solution[row] = rest / (diagonal[row] as number);
  }
  return solution;
}

/** (R'R)⁻¹ = R⁻¹ R⁻ᵀ. */
function inverseOfGram(left: readonly Float64Array[], diagonal: Float64Array): number[][] {
  const k = left.length;
  const inverse = Array.from({ length: k }, (_, at) => {
    const unit = new Float64Array(k);
    unit[at] = 1;
    return backSubstitute(left, diagonal, unit);
  });
  return Array.from({ length: k }, (_, one) =>
    Array.from({ length: k }, (_unused, other) =>
      inverse.reduce((sum, column) => sum + (column[one] as number) * (column[other] as number), 0),
    ),
  );
}

function shareExplained(y: ArrayLike<number>, rss: number): number | null {
  let mean = 0;
  for (let row = 0; row < y.length; row += 1) mean += (y[row] as number) / y.length;
  let total = 0;
  for (let row = 0; row < y.length; row += 1) total += ((y[row] as number) - mean) ** 2;
  return total > 0 ? 1 - rss / total : null;
}

function sumOfSquares(values: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < values.length; at += 1) sum += (values[at] as number) ** 2;
  return sum;
}
