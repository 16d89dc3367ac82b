import { err, ok, type Result } from '../../core/result.ts';
import { type LeastSquaresFault, leastSquares } from '../least-squares.ts';
import { type SampleFault, sampleFault } from '../statistics/sample.ts';

const ROWS_MIN = 4;

/** dx = θ (μ − x) dt + σ dW, in the unit of time of `dt`. */
export interface OrnsteinUhlenbeck {
  readonly theta: number;
  readonly mu: number;
  readonly sigma: number;
  /** Share of a distance from μ that is left after one step, e^(−θ dt). */
  readonly persistence: number;
  readonly stationarySd: number;
  /** ln 2 / θ. */
  readonly halfLife: number;
  /** The same in steps. */
  readonly halfLifeSteps: number;
  /**
   * What regressing the change on the level gives, ln 2 / (1 − b): too long; for comparison only.
   */
  readonly halfLifeStepsRegression: number;
  readonly logLikelihood: number;
}

export type OrnsteinUhlenbeckFault =
  | SampleFault
  | LeastSquaresFault
  | { readonly kind: 'out-of-range'; readonly dt: number }
  /** The series does not return: b is 1 or more, or its steps change sides (b is not above 0). */
  | { readonly kind: 'not-mean-reverting'; readonly persistence: number }
  /** Every step is exactly the line. */
  | { readonly kind: 'no-noise' };

/**
 * The exact likeliest process, conditional on the first value: x₊ = a + b x + e by least squares,
 * θ = −ln b / dt, μ = a / (1 − b), σ² = s² 2θ / (1 − b²) with s² = RSS / n.
 *
 * @param series at equal distances in time
 * @param dt distance in time, above 0
 */
export function fitOrnsteinUhlenbeck(
  series: ArrayLike<number>,
  dt: number,
): Result<OrnsteinUhlenbeck, OrnsteinUhlenbeckFault> {
  const fault = sampleFault(series, ROWS_MIN);
  if (fault !== null) return err(fault);
  if (!(dt > 0 && dt < Number.POSITIVE_INFINITY)) return err({ kind: 'out-of-range', dt });
  const values = Array.from(series);
  const before = values.slice(0, -1);
  const fitted = leastSquares([before.map(() => 1), before], values.slice(1));
  if (!fitted.ok) return fitted;
  const { coefficients, rss } = fitted.value;
  const [a, b] = coefficients as [number, number];
  if (!(b > 0 && b < 1)) return err({ kind: 'not-mean-reverting', persistence: b });
  const n = before.length;
  const noise = rss / n;
  if (!(noise > 0)) return err({ kind: 'no-noise' });
  const theta = -Math.log(b) / dt;
  const sigma = Math.sqrt((noise * 2 * theta) / (1 - b * b));
  return ok({
    theta,
    mu: a / (1 - b),
    sigma,
    persistence: b,
    stationarySd: sigma / Math.sqrt(2 * theta),
    halfLife: Math.LN2 / theta,
    halfLifeSteps: Math.LN2 / theta / dt,
    halfLifeStepsRegression: Math.LN2 / (1 - b),
    logLikelihood: -0.5 * n * (Math.log(2 * Math.PI * noise) + 1),
  });
}
