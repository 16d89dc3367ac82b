import { err, type Result } from '../../core/result.ts';
import {
  type LeastSquares,
  type LeastSquaresFault,
  leastSquares,
  neweyWestErrors,
} from '../../math/least-squares.ts';
import type { Tape } from './tape.ts';

/** Lags of the robust standard error. */
const HAC_LAGS = 5;

export interface KyleImpact {
  /** Price change that no flow explains. */
  readonly alpha: number;
  /** Price per unit of signed volume. */
  readonly lambda: number;
  readonly standardError: number;
  /** The same, robust to heteroskedasticity and autocorrelation up to 5 lags. */
  readonly robustError: number;
  readonly t: number;
  /** Share of the variance of price changes that signed volume explains; null where none varies. */
  readonly r2: number | null;
  /** The slope on side × √volume. */
  readonly rootLambda: number;
  /** Mean of |log return| / (price × volume). */
  readonly amihud: number;
}

/**
 * Price impact of trades: Δp_t = α + λ side_t volume_t + e by least squares, O(n).
 *
 * @param tape at least 4 trades, oldest first
 * @see Kyle 1985; Hasbrouck 2009 for the root form; Amihud 2002, "Illiquidity and stock returns"
 */
export function kyleLambda(tape: Tape): Result<KyleImpact, LeastSquaresFault> {
  const { prices, volumes, sides } = tape;
  const n = prices.length - 1;
  if (n < 3) return err({ kind: 'too-few-rows', rows: Math.max(n, 0), wanted: 3 });
  const ones = new Float64Array(n).fill(1);
  const changes = new Float64Array(n);
  const flow = new Float64Array(n);
  const rootFlow = new Float64Array(n);
  let illiquidity = 0;
  for (let row = 0; row < n; row += 1) {
    const [before, price] = [prices[row], prices[row + 1]] as [number, number];
    const [volume, side] = [volumes[row + 1], sides[row + 1]] as [number, number];
    changes[row] = price - before;
    flow[row] = side * volume;
    rootFlow[row] = side * Math.sqrt(volume);
    illiquidity += Math.abs(Math.log(price / before)) / (price * volume);
  }
  const columns = [ones, flow];
  const straight = leastSquares(columns, changes);
  if (!straight.ok) return straight;
  const root = leastSquares([ones, rootFlow], changes);
  if (!root.ok) return root;
  const [alpha, lambda] = straight.value.coefficients as [number, number];
  const standardError = slopeError(straight.value.standardErrors);
  return {
    ok: true,
    value: {
      alpha,
      lambda,
      standardError,
      robustError: slopeError(neweyWestErrors(columns, straight.value, HAC_LAGS)),
      t: lambda / standardError,
      r2: straight.value.r2,
      rootLambda: slopeOf(root.value),
      amihud: illiquidity / n,
    },
  };
}

function slopeOf({ coefficients }: LeastSquares): number {
  return coefficients[1] as number;
}

function slopeError(errors: readonly number[]): number {
  return errors[1] as number;
}
