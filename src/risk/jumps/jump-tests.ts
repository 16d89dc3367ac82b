import { assert, err, ok, type Result } from '../../core/result.ts';
import { logGamma } from '../../math/gamma.ts';
import { normalCdf } from '../../math/normal.ts';

/** Fewer neighbours tell nothing of the local volatility. */
const WINDOW_MIN = 4;
/** √(2/π), the mean of |z| for a normal z. */
const MEAN_ABSOLUTE = Math.sqrt(2 / Math.PI);

export interface JumpTests {
  /** Rows of the returns that are jumps, in order. */
  readonly jumps: readonly number[];
  /** L of each of them. */
  readonly statistics: readonly number[];
  /** A return is a jump where |L| is above it. */
  readonly threshold: number;
  /** Where the largest |L| of so many returns without a jump lies, and how it spreads. */
  readonly centre: number;
  readonly spread: number;
  readonly wholeSeries: JumpShare;
}

/** What a whole series says of jumps in it. */
export interface JumpShare {
  readonly realisedVariance: number;
  /** What of it is there without jumps. */
  readonly bipowerVariation: number;
  readonly tripowerQuarticity: number;
  /** Standard normal without jumps, large with them. */
  readonly z: number;
  /** The chance of as large a z without jumps. */
  readonly p: number;
}

export type JumpFault =
  | { readonly kind: 'bad-window'; readonly found: number; readonly min: number }
  | { readonly kind: 'bad-significance'; readonly found: number }
  | { readonly kind: 'too-short'; readonly found: number; readonly wanted: number }
  | { readonly kind: 'not-finite'; readonly at: number; readonly found: number }
  /** No return moved for so long that nothing can be compared with its neighbours. */
  | { readonly kind: 'no-variance'; readonly at: number };

/**
 * Finds jumps among returns, which have to be free of intraday seasonality: else every opening and
 * funding time is one.
 *
 * Each return is held against the bipower variation of its neighbours before it,
 * s_i² = (1/(K−2)) Σ_{j=i−K+2}^{i−1} |r_j||r_{j−1}|, L_i = r_i/s_i, and is a jump where
 * (|L_i| − C_n)/S_n > −ln(−ln(1 − significance)).
 *
 * @param options.window K: the first return that is tested is the one after so many
 * @param options.significance the chance of any jump found in a series without one
 * @see Lee, Mykland 2008, "Jumps in financial markets"
 */
export function jumpTests(
  returns: ArrayLike<number>,
  options: { readonly window: number; readonly significance: number },
): Result<JumpTests, JumpFault> {
  const { window, significance } = options;
  if (!(Number.isInteger(window) && window >= WINDOW_MIN)) {
    return err({ kind: 'bad-window', found: window, min: WINDOW_MIN });
  }
  if (!(significance > 0 && significance < 1)) {
    return err({ kind: 'bad-significance', found: significance });
  }
  const first = window;
  const tested = returns.length - first;
  if (tested < 2) return err({ kind: 'too-short', found: returns.length, wanted: window + 2 });
  const notFinite = firstNotFinite(returns);
  if (notFinite >= 0) {
    return err({ kind: 'not-finite', at: notFinite, found: returns[notFinite] as number });
  }
  const { centre, spread, threshold } = jumpThreshold(tested, significance);
  const jumps: number[] = [];
  const statistics: number[] = [];
  for (let at = first; at < returns.length; at += 1) {
    const bipower = bipowerBefore(returns, at, window);
    if (!(bipower > 0)) return err({ kind: 'no-variance', at });
    const statistic = (returns[at] as number) / Math.sqrt(bipower);
    if (Math.abs(statistic) <= threshold) continue;
    jumps.push(at);
    statistics.push(statistic);
  }
  return ok({ jumps, statistics, threshold, centre, spread, wholeSeries: jumpShare(returns) });
}

/**
 * Where the largest |L| of so many returns without a jump lies, how it spreads, and what it passes
 * with the chance `significance` alone.
 *
 * @param tested at least 2
 */
export function jumpThreshold(
  tested: number,
  significance: number,
): Pick<JumpTests, 'centre' | 'spread' | 'threshold'> {
  const root = Math.sqrt(2 * Math.log(tested));
  const spread = 1 / (MEAN_ABSOLUTE * root);
  const centre =
    root / MEAN_ABSOLUTE -
    (Math.log(Math.PI) + Math.log(Math.log(tested))) / (2 * MEAN_ABSOLUTE * root);
  return { centre, spread, threshold: centre + spread * -Math.log(-Math.log1p(-significance)) };
}

/**
 * The ratio test of a whole series: how much of the realised variance Σ r² is left in the bipower
 * variation (π/2) Σ |r_j||r_{j−1}|, which jumps do not enter.
 *
 * @see Barndorff-Nielsen, Shephard 2006; Huang, Tauchen 2005, eq. 8 (with the maximum)
 */
export function jumpShare(returns: ArrayLike<number>): JumpShare {
  const count = returns.length;
  assert(count >= 3, 'three returns for a tripower');
  const size = (at: number): number => Math.abs(returns[at] as number);
  let [squares, pairs, triples] = [0, 0, 0];
  for (let at = 0; at < count; at += 1) {
    squares += size(at) ** 2;
    if (at >= 1) pairs += size(at) * size(at - 1);
    if (at >= 2) triples += (size(at) * size(at - 1) * size(at - 2)) ** (4 / 3);
  }
  const bipower = (Math.PI / 2) * pairs;
  // E |z|^{4/3} = 2^{2/3} Γ(7/6) / Γ(1/2).
  const moment = 2 ** (2 / 3) * Math.exp(logGamma(7 / 6) - logGamma(1 / 2));
  const quarticity = (count * triples) / moment ** 3;
  const noise = (Math.PI ** 2 / 4 + Math.PI - 5) / count;
  const z =
    (squares - bipower) / squares / Math.sqrt(noise * Math.max(1, quarticity / bipower ** 2));
  return {
    realisedVariance: squares,
    bipowerVariation: bipower,
    tripowerQuarticity: quarticity,
    z,
    p: normalCdf(-z),
  };
}

/** Summed anew for each return: a running sum would keep the rounding of every jump before. */
function bipowerBefore(returns: ArrayLike<number>, at: number, window: number): number {
  let sum = 0;
  for (let other = at - window + 2; other < at; other += 1) {
    sum += Math.abs(returns[other] as number) * Math.abs(returns[other - 1] as number);
  }
  return sum / (window - 2);
}

function firstNotFinite(values: ArrayLike<number>): number {
  for (let at = 0; at < values.length; at += 1) {
    if (!Number.isFinite(values[at])) return at;
  }
  return -1;
}
