import { err, ok, type Result } from '../../core/result.ts';
import { momentsOf, type SampleFault } from '../../math/statistics/sample.ts';
import type { OutOfRange } from '../value-at-risk/tail-risk.ts';
import { atRisk, type NotionalShare, notionalShareOf, type RiskShare } from './shares.ts';

/** A bet with two outcomes, per unit of notional. */
export interface BinaryBet {
  /** 0 … 1. */
  readonly winChance: number;
  /** What a unit wins, above 0. */
  readonly win: number;
  /** What a unit loses, above 0; 1 when all of it is lost. */
  readonly loss: number;
}

export interface KellySize {
  readonly notional: NotionalShare;
  readonly atRisk: RiskShare;
}

/**
 * The bet of the fastest growth, f* = max(0, (p b − (1 − p) a)/(a b)). With a = 1 it is the
 * textbook form; with a smaller loss the notional may exceed the equity, which caps come after. A
 * bet with a negative edge is not taken.
 *
 * @see Kelly 1956, "A new interpretation of information rate"; Thorp 2006, "The Kelly criterion in
 *   blackjack, sports betting, and the stock market", section 2
 */
export function binaryKelly(bet: BinaryBet): Result<KellySize, OutOfRange> {
  const fault = betFault(bet);
  if (fault !== null) return err(fault);
  const { win, loss } = bet;
  const notional = notionalShareOf(Math.max(0, edgeOf(bet) / (win * loss)));
  return ok({ notional, atRisk: atRisk(notional, loss) });
}

/** Mean logarithmic growth a bet: p ln(1 + b f) + (1 − p) ln(1 − a f); null once f can ruin. */
export function binaryGrowth({ winChance, win, loss }: BinaryBet, notional: number): number | null {
  if (loss * notional >= 1 && winChance < 1) return null;
  const afterLoss = winChance === 1 ? 0 : (1 - winChance) * Math.log1p(-loss * notional);
  return winChance * Math.log1p(win * notional) + afterLoss;
}

/**
 * What is left of an edge of a binary bet whose chance was counted in so many trials; see
 * `edgeShrinkage`.
 */
export function binaryEdgeShrinkage(bet: BinaryBet, trials: number): Result<number, OutOfRange> {
  const { winChance, win, loss } = bet;
  const fault = betFault(bet);
  if (fault !== null) return err(fault);
  const variance = (win + loss) ** 2 * winChance * (1 - winChance);
  return edgeShrinkage({ squaredSharpe: edgeOf(bet) ** 2 / variance, assets: 1, trials });
}

/** Of normal returns, per period: f* = (μ − r)/σ², signed as the edge is. */
export function continuousKelly(market: {
  readonly mean: number;
  readonly rate: number;
  readonly volatility: number;
}): Result<NotionalShare, OutOfRange> {
  const { mean, rate, volatility } = market;
  const size = (mean - rate) / volatility ** 2;
  if (volatility > 0 && Number.isFinite(size)) return ok(notionalShareOf(size));
  const wanted = 'above 0, with a finite mean and rate';
  return err({ kind: 'out-of-range', name: 'volatility', found: volatility, wanted });
}

/**
 * The share of an estimated optimum that the data support, 0 … 1. The squared Sharpe ratio of n
 * estimated means over T periods is too large by n/T on average; what is left of it after that is
 * the share, max(0, 1 − n/(T θ²)). For one asset an edge within one standard error is no edge.
 *
 * @param squaredSharpe (μ − r)ᵀ Σ⁻¹ (μ − r), per period
 * @see Kan, Zhou 2007, "Optimal portfolio choice with parameter uncertainty", section III
 */
export function edgeShrinkage(found: {
  readonly squaredSharpe: number;
  readonly assets: number;
  readonly trials: number;
}): Result<number, OutOfRange> {
  const { squaredSharpe, assets, trials } = found;
  if (!(trials >= 1)) {
    return err({ kind: 'out-of-range', name: 'trials', found: trials, wanted: 'at least 1' });
  }
  if (!(squaredSharpe >= 0)) {
    const wanted = 'at least 0';
    return err({ kind: 'out-of-range', name: 'squaredSharpe', found: squaredSharpe, wanted });
  }
  return ok(squaredSharpe === 0 ? 0 : Math.max(0, 1 - assets / (trials * squaredSharpe)));
}

/** Share of the excess growth that a fraction c of the optimum keeps, 2c − c². */
export function growthKept(fraction: number): number {
  return 2 * fraction - fraction * fraction;
}

export type EmpiricalFault =
  | SampleFault
  /** Without a loss among the returns any size grows faster than a smaller one. */
  | { readonly kind: 'no-loss'; readonly best: number };

/** Halvings until a double has no more digits. */
const HALVINGS = 200;

/**
 * The notional that would have grown fastest over past returns: the largest mean of
 * ln(1 + f (e^r − 1)), with f from 0 to below one over the worst loss.
 *
 * @param logReturns of one period each
 */
export function empiricalKelly(
  logReturns: ArrayLike<number>,
): Result<{ optimum: NotionalShare; meanOverVariance: NotionalShare }, EmpiricalFault> {
  const returns = Float64Array.from(logReturns, Math.expm1);
  const moments = momentsOf(returns);
  if (!moments.ok) return moments;
  const { mean, sd } = moments.value;
  const worst = returns.reduce((least, each) => Math.min(least, each), 0);
  if (worst === 0) return err({ kind: 'no-loss', best: returns.reduce((a, b) => Math.max(a, b)) });
  // The slope of the growth falls with f, so that its sign says on which side the optimum is.
  let [low, high] = [0, -1 / worst];
  for (let step = 0; step < HALVINGS && mean > 0; step += 1) {
    const middle = (low + high) / 2;
    const slope = returns.reduce((sum, each) => sum + each / (1 + middle * each), 0);
    if (slope > 0) low = middle;
    else high = middle;
  }
  return ok({
    optimum: notionalShareOf(low),
    meanOverVariance: notionalShareOf(mean / (sd * sd)),
  });
}

function edgeOf({ winChance, win, loss }: BinaryBet): number {
  return winChance * win - (1 - winChance) * loss;
}

function betFault({ winChance, win, loss }: BinaryBet): OutOfRange | null {
  if (!(winChance >= 0 && winChance <= 1)) {
    return { kind: 'out-of-range', name: 'winChance', found: winChance, wanted: '0 … 1' };
  }
  const isWin = win > 0 && win < Number.POSITIVE_INFINITY;
  if (!isWin) return { kind: 'out-of-range', name: 'win', found: win, wanted: 'above 0, finite' };
  if (loss > 0 && loss < Number.POSITIVE_INFINITY) return null;
  return { kind: 'out-of-range', name: 'loss', found: loss, wanted: 'above 0, finite' };
}
