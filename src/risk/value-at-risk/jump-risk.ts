import { err, ok, type Result } from '../../core/result.ts';
import { momentsOf, type SampleFault } from '../../math/statistics/sample.ts';
import { type JumpFault, jumpTests } from '../jumps/jump-tests.ts';
import { JumpDiffusionReturns } from '../jumps/merton.ts';
import { factorAt, profileOf } from '../volatility/live/seasonality.ts';

/** Neighbours that a return is held against; what Lee and Mykland 2008 take for hours. */
const WINDOW = 78;
/** The chance of any jump found in a series without one. */
const SIGNIFICANCE = 0.01;
/** Parts of the day whose usual size is told apart before jumps are sought. */
const SEASON_MS = 3_600_000;

export interface JumpFit {
  readonly returns: JumpDiffusionReturns;
  /** How many were found; without any the law is a normal. */
  readonly jumps: number;
}

/**
 * The jump diffusion of a series over one of its periods: what Lee and Mykland's test flags, the
 * season of the day divided out first, are the jumps; the rest is the diffusion. The mean of the
 * whole is kept.
 *
 * @param returns oldest first, at least 80, with a mean of about 0
 * @param endsMs wall clock at the end of each
 */
export function fitJumpDiffusion(
  returns: ArrayLike<number>,
  endsMs: ArrayLike<number>,
): Result<JumpFit, JumpFault | SampleFault> {
  const all = momentsOf(returns);
  if (!all.ok) return all;
  const profile = profileOf(returns, endsMs, SEASON_MS);
  const plain = Float64Array.from(
    returns,
    (value, at) => value / factorAt(profile, endsMs[at] as number),
  );
  const found = jumpTests(plain, { window: WINDOW, significance: SIGNIFICANCE });
  if (!found.ok) return found;
  const isJump = new Set(found.value.jumps);
  const values = Array.from(returns);
  const rest = momentsOf(values.filter((_, at) => !isJump.has(at)));
  if (!rest.ok) return err(rest.error);
  const jumped = found.value.jumps.map((at) => values[at] as number);
  const [jumpMean, jumpDeviation] = spreadOf(jumped);
  const jumpRate = jumped.length / (values.length - WINDOW);
  const volatility = rest.value.sd;
  // The drift of the price that makes the mean of the log return what it was.
  const growth = Math.expm1(jumpMean + jumpDeviation ** 2 / 2);
  const drift = all.value.mean + volatility ** 2 / 2 + jumpRate * (growth - jumpMean);
  const model = { drift, volatility, jumpRate, jumpMean, jumpDeviation };
  return ok({ returns: new JumpDiffusionReturns(model, 1), jumps: jumped.length });
}

/** Mean and deviation; 0 and 0 of none, no deviation of a single one. */
function spreadOf(values: readonly number[]): [mean: number, deviation: number] {
  const count = values.length;
  if (count === 0) return [0, 0];
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return [mean, count === 1 ? 0 : Math.sqrt(squares / (count - 1))];
}
