import { err, ok, type Result } from '../../core/result.ts';
import {
  type LeastSquares,
  type LeastSquaresFault,
  leastSquares,
} from '../../math/least-squares.ts';
import { midAt, type QuotedTape, type Tape } from './tape.ts';

/** What a decomposition cannot say, with the number that forbids it. */
export type SpreadFault =
  | LeastSquaresFault
  /** Price changes are not negatively correlated, so there is no bounce to measure. */
  | { readonly kind: 'no-bounce'; readonly covariance: number }
  /** The tape is not longer than the horizon. */
  | { readonly kind: 'too-short'; readonly trades: number; readonly wanted: number };

/**
 * Spread from the bounce of prices alone, 2 √(−cov(Δp_t, Δp_{t−1})), covariance with n − 1.
 *
 * @see Roll 1984, "A simple implicit measure of the effective bid-ask spread"
 */
export function rollSpread({
  prices,
}: Pick<Tape, 'prices'>): Result<{ covariance: number; spread: number }, SpreadFault> {
  const pairs = prices.length - 2;
  if (pairs < 2) return err({ kind: 'too-few-rows', rows: Math.max(pairs, 0), wanted: 2 });
  const now = differences(prices, 1);
  const before = differences(prices, 0).subarray(0, pairs);
  const covariance = covarianceOf(now, before);
  if (covariance >= 0) return err({ kind: 'no-bounce', covariance });
  return ok({ covariance, spread: 2 * Math.sqrt(-covariance) });
}

export interface GlostenHarris {
  /** Transitory cost of a trade, and its part per unit of volume. */
  readonly transitory: readonly [fixed: number, perVolume: number];
  /** Lasting (adverse selection) cost, and its part per unit of volume. */
  readonly lasting: readonly [fixed: number, perVolume: number];
  /** Of the four, in this order. */
  readonly standardErrors: readonly number[];
  /** Lasting share of the half spread at the mean volume. */
  readonly adverseShare: number;
}

/**
 * Δp = c₀ ΔQ + c₁ Δ(QV) + z₀ Q + z₁ QV + e, without a constant.
 *
 * @see Glosten, Harris 1988, "Estimating the components of the bid/ask spread"
 */
export function glostenHarris(tape: Tape): Result<GlostenHarris, SpreadFault> {
  const { prices, volumes, sides } = tape;
  const n = prices.length;
  const signed = Float64Array.from({ length: n }, (_, at) => product(sides, volumes, at));
  const sidesNow = Float64Array.from(sides).subarray(1);
  const columns = [differences(sides, 0), differences(signed, 0), sidesNow, signed.subarray(1)];
  const fit = leastSquares(columns, differences(prices, 0));
  if (!fit.ok) return fit;
  const [c0, c1, z0, z1] = fit.value.coefficients as [number, number, number, number];
  const volume = meanOf(volumes, n);
  const lasting = z0 + z1 * volume;
  return ok({
    transitory: [c0, c1],
    lasting: [z0, z1],
    standardErrors: fit.value.standardErrors,
    adverseShare: lasting / (c0 + c1 * volume + lasting),
  });
}

export interface HuangStoll {
  /** Traded spread S. */
  readonly spread: number;
  /** Adverse selection and inventory share λ of it. */
  readonly lastingShare: number;
  /** 1 − λ. */
  readonly orderProcessingShare: number;
}

/**
 * Δp_t = (S/2)(Q_t − Q_{t−1}) + λ (S/2) Q_{t−1} + e, without a constant.
 *
 * @see Huang, Stoll 1997, "The components of the bid-ask spread: a general approach", eq. 5
 */
export function huangStoll({ prices, sides }: Tape): Result<HuangStoll, SpreadFault> {
  const before = Float64Array.from(sides).subarray(0, Math.max(prices.length - 1, 0));
  const fit = leastSquares([differences(sides, 0), before], differences(prices, 0));
  if (!fit.ok) return fit;
  const [half, lasting] = fit.value.coefficients as [number, number];
  const lastingShare = lasting / half;
  return ok({ spread: 2 * half, lastingShare, orderProcessingShare: 1 - lastingShare });
}

export interface SignReversal {
  /** Chance π that a trade is on the other side than the one before. */
  readonly reversal: number;
  /** Change of the mid per Q_{t−1} and per Q_{t−2}. */
  readonly coefficients: readonly [previous: number, beforeThat: number];
}

/**
 * E[Q_t | Q_{t−1}] = (1 − 2π) Q_{t−1} without a constant, and the mid's change on the last two
 * sides: ΔM_t = (α + β)(S/2) Q_{t−1} − α (S/2)(1 − 2π) Q_{t−2} + e.
 *
 * @see Huang, Stoll 1997, section 3
 */
export function signReversal(tape: QuotedTape): Result<SignReversal, SpreadFault> {
  const n = tape.prices.length;
  const sides = Float64Array.from(tape.sides);
  const chain = leastSquares([sides.subarray(0, Math.max(n - 1, 0))], sides.subarray(1));
  if (!chain.ok) return chain;
  const mids = Float64Array.from({ length: n }, (_, at) => midAt(tape, at));
  const columns = [sides.subarray(1, n - 1), sides.subarray(0, Math.max(n - 2, 0))];
  const moves = leastSquares(columns, differences(mids, 1));
  if (!moves.ok) return moves;
  const [previous, beforeThat] = moves.value.coefficients as [number, number];
  return ok({
    reversal: (1 - firstOf(chain.value)) / 2,
    coefficients: [previous, beforeThat],
  });
}

export interface EffectiveSpread {
  /** Mean of 2 Q (P − M). */
  readonly effective: number;
  /** Mean of 2 Q (P − M₊ₕ), over the trades that have a mid h trades later. */
  readonly realised: number;
  /** Mean of 2 Q (M₊ₕ − M), over the same. */
  readonly impact: number;
  /** The effective spread weighted by volume. */
  readonly volumeWeighted: number;
}

/**
 * What takers paid, what makers kept, and what the price moved, `horizon` trades later: effective =
 * realised + impact, trade by trade.
 *
 * @param horizon trades, at least 1
 */
export function effectiveSpread(
  tape: QuotedTape,
  horizon: number,
): Result<EffectiveSpread, SpreadFault> {
  const { prices, volumes, sides } = tape;
  const n = prices.length;
  const later = n - horizon;
  if (later < 1) return err({ kind: 'too-short', trades: n, wanted: horizon + 1 });
  let [effective, weighted, volume, realised, impact] = [0, 0, 0, 0, 0];
  for (let at = 0; at < n; at += 1) {
    const [price, side, size] = [prices[at], sides[at], volumes[at]] as [number, number, number];
    const paid = 2 * side * (price - midAt(tape, at));
    effective += paid;
    weighted += paid * size;
    volume += size;
    if (at >= later) continue;
    realised += 2 * side * (price - midAt(tape, at + horizon));
    impact += 2 * side * (midAt(tape, at + horizon) - midAt(tape, at));
  }
  return ok({
    effective: effective / n,
    realised: realised / later,
    impact: impact / later,
    volumeWeighted: weighted / volume,
  });
}

export interface Mrr {
  /** Autocorrelation ρ of the sides. */
  readonly rho: number;
  /** Adverse selection θ per trade. */
  readonly theta: number;
  /** Cost φ of supplying liquidity. */
  readonly phi: number;
  readonly slopes: readonly [now: number, before: number];
}

/**
 * Δp = a + (φ + θ) x_t − (φ + ρθ) x_{t−1} + u.
 *
 * @see Madhavan, Richardson, Roomans 1997, "Why do security prices change?"
 */
export function mrrSpread({ prices, sides }: Tape): Result<Mrr, SpreadFault> {
  const n = Math.max(prices.length - 1, 0);
  const all = Float64Array.from(sides);
  const [now, before] = [all.subarray(1), all.subarray(0, n)];
  const fit = leastSquares([new Float64Array(n).fill(1), now, before], differences(prices, 0));
  if (!fit.ok) return fit;
  const [, b1, b2] = fit.value.coefficients as [number, number, number];
  let [cross, square] = [0, 0];
  for (let at = 0; at < n; at += 1) cross += product(now, before, at);
  for (const side of all) square += side * side;
  const rho = cross / n / (square / all.length);
  const theta = (b1 + b2) / (1 - rho);
  return ok({ rho, theta, phi: b1 - theta, slopes: [b1, b2] });
}

/** v_{t} − v_{t−1} for t from `skip` + 1 on. */
function differences(values: ArrayLike<number>, skip: number): Float64Array {
  const length = Math.max(values.length - 1 - skip, 0);
  return Float64Array.from(
    { length },
    (_, at) => (values[at + skip + 1] as number) - (values[at + skip] as number),
  );
}

function covarianceOf(left: Float64Array, right: Float64Array): number {
  const [meanLeft, meanRight] = [meanOf(left, left.length), meanOf(right, right.length)];
  let sum = 0;
  for (let at = 0; at < left.length; at += 1) {
    sum += ((left[at] as number) - meanLeft) * ((right[at] as number) - meanRight);
  }
  return sum / (left.length - 1);
}

function meanOf(values: ArrayLike<number>, n: number): number {
  let sum = 0;
  for (let at = 0; at < n; at += 1) sum += values[at] as number;
  return sum / n;
}

function product(left: ArrayLike<number>, right: ArrayLike<number>, at: number): number {
  return (left[at] as number) * (right[at] as number);
}

function firstOf({ coefficients }: LeastSquares): number {
  return coefficients[0] as number;
}
