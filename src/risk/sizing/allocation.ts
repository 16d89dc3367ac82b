import { assert, err, ok, type Result } from '../../core/result.ts';
import { at, type Matrix, put, zeros } from '../../math/matrix.ts';
import type { Regime } from '../breakers/settings.ts';
import { type RepairFault, repairedCovariance } from '../covariance/repair.ts';
import { sdAllowed } from '../portfolio/loss-limits.ts';
import type { TailFactors } from '../value-at-risk/tail-factors.ts';
import { constrainedKelly, type KellyFault, kellyWeights } from './kelly-portfolio.ts';
import { type OwnRule, ownCaps } from './own-caps.ts';
import type { SizingSettings } from './settings.ts';
import { atRisk, type NotionalShare, notionalShareOf, type RiskShare } from './shares.ts';

/** Correlations count for this much of themselves: twins would leave nothing to invert. */
const CORRELATION_KEPT = 0.99;
/** A weight this near to a limit is at it. */
const AT_LIMIT = 1 - 1e-9;

/** A smaller cap, over equity, is none: the programme could not tell it from nothing. */
const ROOM_MIN = 1e-6;

/** One market that is to be sized. */
export interface AllocationCase {
  /** Return of a day on the notional that is given, as far as the data support it. */
  readonly supportedEdge: number;
  /** Largest notional that can be closed in time, over equity. */
  readonly liquidityMax: number;
  readonly regime: Regime;
}

export interface AllocationModel {
  readonly markets: readonly AllocationCase[];
  /** Of daily returns, a row and a column each market. */
  readonly covariance: Matrix;
  /** Deviations that a loss at each level is, and that a loss in the tail is on average. */
  readonly tail: TailFactors;
}

/** What made a size what it is: `starting` while nothing is proven yet. */
export const ALLOCATION_RULES = [
  'no-edge',
  'starting',
  'kelly-fraction',
  'volatility-target',
  'value-at-risk-95',
  'value-at-risk-99',
  'liquidity',
  'symbol',
  'leverage',
  'desk-value-at-risk',
  'minimum',
] as const;
export type AllocationRule = (typeof ALLOCATION_RULES)[number];

export interface Allocation {
  /** Growth-optimal weight without any limit, as the edge is supported; negative for none. */
  readonly kelly: NotionalShare;
  /** What each cap of its own leaves. */
  readonly caps: Readonly<Record<OwnRule, number>>;
  readonly notional: NotionalShare;
  /** What the tail of a day takes of it. */
  readonly atRisk: RiskShare;
  readonly rule: AllocationRule;
}

export type AllocationFault =
  | KellyFault
  | RepairFault
  | { readonly kind: 'no-number'; readonly name: string; readonly market: number };

/**
 * The sizes of all strategies at once. What the desk expects of each is what would make its
 * starting share the best one, plus what its own record supports beyond chance; the growth-optimal
 * weights of that, taken in a fraction that the regime scales, under all caps as one programme.
 * Then everything together is held to the value at risk, and what is too small is not taken.
 *
 * A strategy's side is not known beforehand, so markets that move against each other count as
 * moving together: a hedge of prices is none of positions that may have any sign. With that no size
 * falls when its own edge rises.
 *
 * @see Black, Litterman 1992, "Global portfolio optimization", for expectations that a portfolio
 *   implies; Merton 1969 for the weights
 */
export function allocate(
  { markets, covariance: given, tail }: AllocationModel,
  settings: SizingSettings,
): Result<readonly Allocation[], AllocationFault> {
  const fault = caseFault(markets);
  if (fault !== null) return err(fault);
  const together = movingTogether(given);
  if (!together.ok) return together;
  const covariance = together.value;
  const implied = settings.startingFraction / settings.kellyFraction;
  const excess = markets.map(({ supportedEdge }, row) => {
    const expected = rowSum(covariance, row) * implied;
    return expected + supportedEdge;
  });
  const kelly = kellyWeights({ excess, covariance });
  if (!kelly.ok) return kelly;
  const caps = markets.map(({ liquidityMax }, row) => {
    const volatility = Math.sqrt(at(covariance, row, row));
    return ownCaps({ volatility, liquidityMax, tail }, settings);
  });
  const weights = weightsOf({ markets, excess, covariance, caps }, settings);
  if (!weights.ok) return weights;
  const scale = deskScale(covariance, weights.value, tail, settings);
  const total = weights.value.reduce((sum, weight) => sum + weight, 0);
  return ok(
    markets.map((market, row) => {
      const own = caps[row] as Record<OwnRule, number>;
      const wanted = (weights.value[row] as number) * scale;
      const start = settings.startingFraction * settings.regimeScale[market.regime];
      const isTaken = wanted > 0 && wanted >= settings.notionalMin;
      const notional = notionalShareOf(isTaken ? wanted : 0);
      const isEdge = (excess[row] as number) > 0;
      const rule = !isEdge
        ? 'no-edge'
        : !isTaken
          ? 'minimum'
          : scale < 1
            ? 'desk-value-at-risk'
            : ruleOf(market, wanted, start, own, total >= settings.leverageMax * AT_LIMIT);
      const loss = Math.sqrt(at(covariance, row, row)) * tail.shortfall;
      const of = kelly.value[row] as NotionalShare;
      return { kelly: of, caps: own, notional, atRisk: atRisk(notional, loss), rule };
    }),
  );
}

/** Sizes of correlations, made a covariance again, and none of them quite one. */
function movingTogether(given: Matrix): Result<Matrix, RepairFault> {
  const sizes = { ...given, cells: given.cells.map(Math.abs) };
  const repaired = repairedCovariance(sizes);
  if (!repaired.ok) return repaired;
  const { covariance } = repaired.value;
  const kept = zeros(given.rows, given.columns);
  for (let row = 0; row < given.rows; row += 1) {
    for (let column = 0; column < given.columns; column += 1) {
      const cell = at(covariance, row, column);
      // What the repair has pushed below zero is no hedge either.
      const share = row === column ? 1 : CORRELATION_KEPT;
      put(kept, row, column, Math.max(0, cell) * share);
    }
  }
  return ok(kept);
}

/**
 * The weights in fractions c of the growth-optimal ones: they maximise w·(μ/c) − ½ wᵀ(Σ/cc)w, so
 * that every limit is one of w itself. What has no edge, or no room, is not in it.
 */
function weightsOf(
  {
    markets,
    excess,
    covariance,
    caps,
  }: {
    readonly markets: readonly AllocationCase[];
    readonly excess: readonly number[];
    readonly covariance: Matrix;
    readonly caps: readonly Record<OwnRule, number>[];
  },
  settings: SizingSettings,
): Result<readonly number[], KellyFault> {
  const fractions = markets.map(
    ({ regime }) => settings.kellyFraction * settings.regimeScale[regime],
  );
  const room = caps.map((own) => Math.min(...Object.values(own)));
  const chosen = markets
    .map((_, row) => row)
    .filter((row) => [excess, fractions].every((of) => (of[row] as number) > 0))
    .filter((row) => (room[row] as number) >= Math.max(ROOM_MIN, settings.notionalMin));
  const weights = new Array<number>(markets.length).fill(0);
  if (chosen.length === 0) return ok(weights);
  const part = zeros(chosen.length, chosen.length);
  chosen.forEach((one, row) => {
    chosen.forEach((other, column) => {
      const both = (fractions[one] as number) * (fractions[other] as number);
      put(part, row, column, at(covariance, one, other) / both);
    });
  });
  const solved = constrainedKelly(
    {
      excess: chosen.map((row) => (excess[row] as number) / (fractions[row] as number)),
      covariance: part,
    },
    {
      isLongOnly: true,
      sumMax: settings.leverageMax,
      leverageMax: null,
      assetMax: chosen.map((row) => room[row] as number),
    },
  );
  if (!solved.ok) return solved;
  chosen.forEach((market, row) => {
    weights[market] = solved.value[row] as number;
  });
  return ok(weights);
}

/** What of all weights keeps the desk's own value at risk. */
function deskScale(
  covariance: Matrix,
  weights: readonly number[],
  tail: TailFactors,
  settings: SizingSettings,
): number {
  let variance = 0;
  weights.forEach((one, row) => {
    weights.forEach((other, column) => {
      variance += one * other * at(covariance, row, column);
    });
  });
  const { valueAtRisk95Max, valueAtRisk99Max } = settings;
  const shortfallMax = Number.POSITIVE_INFINITY;
  const allowed = sdAllowed({ valueAtRisk95Max, valueAtRisk99Max, shortfallMax }, tail, 1);
  return variance > allowed * allowed ? allowed / Math.sqrt(variance) : 1;
}

function ruleOf(
  { supportedEdge }: AllocationCase,
  weight: number,
  start: number,
  own: Readonly<Record<OwnRule, number>>,
  isLevered: boolean,
): AllocationRule {
  const names = Object.keys(own) as OwnRule[];
  const tightest = names.reduce((least, name) => (own[name] < own[least] ? name : least));
  // A start that nothing made smaller is one, even where a cap would be met next.
  if (supportedEdge === 0 && weight >= start * AT_LIMIT) return 'starting';
  if (weight >= own[tightest] * AT_LIMIT) return tightest;
  return isLevered ? 'leverage' : 'kelly-fraction';
}

function rowSum({ rows, cells }: Matrix, row: number): number {
  return cells.subarray(row * rows, (row + 1) * rows).reduce((sum, cell) => sum + cell, 0);
}

function caseFault(markets: readonly AllocationCase[]): AllocationFault | null {
  assert(markets.length > 0, 'a market to size');
  for (const name of ['supportedEdge', 'liquidityMax'] as const) {
    const market = markets.findIndex((each) => !Number.isFinite(each[name]));
    if (market !== -1) return { kind: 'no-number', name, market };
  }
  return null;
}
