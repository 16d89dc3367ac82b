import { err, ok, type Result } from '../../core/result.ts';
import type { Regime } from '../breakers/settings.ts';
import type { OutOfRange } from '../value-at-risk/tail-risk.ts';
import { atRisk, type NotionalShare, notionalShareOf, type RiskShare } from './shares.ts';

/** What a position is held to. Fractions of equity unless stated. */
export interface SizingPolicy {
  /** Share of the Kelly size that is taken. */
  readonly kellyFraction: number;
  /** Volatility of the equity that one position may bring, per period. */
  readonly volatilityTarget: number;
  /** Largest value at risk of one position at 95 % and at 99 %; the tighter one binds. */
  readonly valueAtRisk95Max: number;
  readonly valueAtRisk99Max: number;
  /** Largest notional over equity, all positions together. */
  readonly leverageMax: number;
  /** Largest notional of one symbol. */
  readonly symbolMax: number;
  /** A smaller notional is not worth its fees: none is taken. */
  readonly notionalMin: number;
  /** Factor of the size in each regime, 0 … 1. */
  readonly regimeScale: Readonly<Record<Regime, number>>;
}

export const DEFAULT_SIZING: SizingPolicy = {
  kellyFraction: 0.25,
  volatilityTarget: 0.01,
  valueAtRisk95Max: 0.02,
  valueAtRisk99Max: 0.03,
  leverageMax: 3,
  symbolMax: 0.05,
  notionalMin: 0.005,
  regimeScale: { calm: 1, volatile: 0.5, turbulent: 0.25 },
};

/** One position that is to be sized. */
export interface SizingCase {
  /** The full Kelly size in the direction of the trade; 0 or less for no edge. */
  readonly kelly: NotionalShare;
  /** Share of the edge that the data support, 0 … 1. */
  readonly edgeShare: number;
  /** What a unit of notional loses when the bet is lost, above 0. */
  readonly lossFraction: number;
  /** Per unit of notional and period, above 0. */
  readonly volatility: number;
  readonly valueAtRisk95: number;
  readonly valueAtRisk99: number;
  /** Leverage that the other positions use already. */
  readonly leverageUsed: number;
  /** Largest notional that the market can take, over equity. */
  readonly liquidityMax: number;
  readonly regime: Regime;
}

/** The rule that made the size what it is. */
export type SizingRule =
  | 'no-edge'
  | 'kelly-fraction'
  | 'volatility-target'
  | 'value-at-risk-95'
  | 'value-at-risk-99'
  | 'leverage'
  | 'liquidity'
  | 'symbol'
  | 'minimum';

/** What binds one position whatever the others are. */
export type OwnRule = Exclude<SizingRule, 'no-edge' | 'kelly-fraction' | 'leverage' | 'minimum'>;

export interface PositionSize {
  readonly notional: NotionalShare;
  readonly atRisk: RiskShare;
  readonly rule: SizingRule;
  /** What the rule allows; a larger wish changes nothing. */
  readonly allowed: number;
}

const NUMBERS = [
  'kelly',
  'edgeShare',
  'lossFraction',
  'volatility',
  'valueAtRisk95',
  'valueAtRisk99',
  'leverageUsed',
  'liquidityMax',
] as const;

/**
 * From an edge to a size, each step only ever smaller than the one before: no edge, none; what the
 * data support of it; the Kelly fraction in the present regime; volatility target; value at risk
 * at both levels; leverage; liquidity; symbol; and nothing at all below the minimum.
 */
export function positionSize(
  of: SizingCase,
  policy: SizingPolicy = DEFAULT_SIZING,
): Result<PositionSize, OutOfRange> {
  const fault = caseFault(of);
  if (fault !== null) return err(fault);
  const scale = policy.kellyFraction * policy.regimeScale[of.regime];
  const wished = of.kelly * of.edgeShare * scale;
  if (!(wished > 0)) return ok(sized(of, 0, 'no-edge', 0));
  let rule: SizingRule = 'kelly-fraction';
  let notional = wished;
  for (const [name, allowed] of caps(of, policy)) {
    if (allowed >= notional) continue;
    rule = name;
    notional = allowed;
  }
  if (notional < policy.notionalMin) return ok(sized(of, 0, 'minimum', policy.notionalMin));
  return ok(sized(of, notional, rule, notional));
}

function caps(of: SizingCase, policy: SizingPolicy): readonly (readonly [SizingRule, number])[] {
  const own = ownCaps(of, policy);
  return [
    ['volatility-target', own['volatility-target']],
    ['value-at-risk-95', own['value-at-risk-95']],
    ['value-at-risk-99', own['value-at-risk-99']],
    ['leverage', Math.max(0, policy.leverageMax - of.leverageUsed)],
    ['liquidity', own.liquidity],
    ['symbol', own.symbol],
  ];
}

/** The caps of one position alone, in the order in which they are tried; over equity. */
export function ownCaps(
  of: Pick<SizingCase, 'volatility' | 'valueAtRisk95' | 'valueAtRisk99' | 'liquidityMax'>,
  policy: Pick<
    SizingPolicy,
    'volatilityTarget' | 'valueAtRisk95Max' | 'valueAtRisk99Max' | 'symbolMax'
  >,
): Record<OwnRule, number> {
  return {
    'volatility-target': policy.volatilityTarget / of.volatility,
    'value-at-risk-95': perUnit(policy.valueAtRisk95Max, of.valueAtRisk95),
    'value-at-risk-99': perUnit(policy.valueAtRisk99Max, of.valueAtRisk99),
    liquidity: Math.max(0, of.liquidityMax),
    symbol: policy.symbolMax,
  };
}

/** A value at risk of nothing, or of a gain, limits nothing. */
function perUnit(most: number, valueAtRisk: number): number {
  return valueAtRisk > 0 ? most / valueAtRisk : Number.POSITIVE_INFINITY;
}

function sized(of: SizingCase, notional: number, rule: SizingRule, allowed: number): PositionSize {
  const share = notionalShareOf(notional);
  return { notional: share, atRisk: atRisk(share, of.lossFraction), rule, allowed };
}

function caseFault(of: SizingCase): OutOfRange | null {
  for (const name of NUMBERS) {
    const found = of[name];
    if (!Number.isFinite(found)) {
      return { kind: 'out-of-range', name, found, wanted: 'a finite number' };
    }
  }
  for (const name of ['lossFraction', 'volatility'] as const) {
    if (!(of[name] > 0)) return { kind: 'out-of-range', name, found: of[name], wanted: 'above 0' };
  }
  if (of.edgeShare >= 0 && of.edgeShare <= 1) return null;
  return { kind: 'out-of-range', name: 'edgeShare', found: of.edgeShare, wanted: '0 … 1' };
}
