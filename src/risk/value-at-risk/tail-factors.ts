import { assert } from '../../core/result.ts';
import { type JumpShape, UnitJumpReturns } from '../jumps/jump-overlay.ts';
import { normalRisk, STRESS_NU, studentRisk } from './parametric.ts';
import type { TailRisk } from './tail-risk.ts';

/** Levels of the limits: two of the value at risk, and the one that capital takes the mean of. */
const LEVELS = { at95: 0.95, at99: 0.99, shortfall: 0.975 } as const;
const UNIT = { mean: 0, sd: 1 };

/** Standard deviations that a loss is, under a law: the value at risk twice, then the shortfall. */
export interface TailFactors {
  readonly at95: number;
  readonly at99: number;
  /** Expected shortfall at 97.5 %. */
  readonly shortfall: number;
}

/** The larger of the normal and the stress law: what holds before anything is fitted. */
export const STANDING_TAIL: TailFactors = larger(normalTail(), studentTail(STRESS_NU));

/** At each level the larger of both: under a normal 95 % binds, under fat tails 99 %. */
export function larger(one: TailFactors, other: TailFactors): TailFactors {
  return {
    at95: Math.max(one.at95, other.at95),
    at99: Math.max(one.at99, other.at99),
    shortfall: Math.max(one.shortfall, other.shortfall),
  };
}

/** Of Student's t, scaled to a variance of one. @param nu above 2 */
export function studentTail(nu: number): TailFactors {
  return factorsOf((level) => {
    const risk = studentRisk(UNIT, nu, level);
    assert(risk.ok, 'degrees of freedom that have a variance');
    return risk.value;
  });
}

/** Of a diffusion with jumps, scaled to a variance of one. */
export function jumpTail(jumps: JumpShape): TailFactors {
  const returns = new UnitJumpReturns(jumps);
  return factorsOf((level) => ({
    valueAtRisk: returns.valueAtRisk(level),
    expectedShortfall: returns.expectedShortfall(level),
  }));
}

function normalTail(): TailFactors {
  return factorsOf((level) => {
    const risk = normalRisk(UNIT, level);
    assert(risk.ok, 'a level that there is');
    return risk.value;
  });
}

function factorsOf(riskAt: (level: number) => TailRisk): TailFactors {
  return {
    at95: riskAt(LEVELS.at95).valueAtRisk,
    at99: riskAt(LEVELS.at99).valueAtRisk,
    shortfall: riskAt(LEVELS.shortfall).expectedShortfall,
  };
}
