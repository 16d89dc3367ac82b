import { assert } from '../../core/result.ts';
import type { TailFactors } from '../value-at-risk/tail-factors.ts';

/** Fractions of equity that the book may lose over one period. */
export interface LossLimits {
  readonly valueAtRisk95Max: number;
  readonly valueAtRisk99Max: number;
  readonly shortfallMax: number;
}

export type LossMeasure = 'value-at-risk-95' | 'value-at-risk-99' | 'expected-shortfall';

/** A limit, what was found of it, and how much of it that is; numbers that are used again. */
export interface Usage<M extends string> {
  measure: M;
  measured: number;
  limit: number;
  use: number;
}

/**
 * The deviation that every limit allows, in money. Under a normal the one at 95 % binds, under fat
 * tails the one at 99 %: all are evaluated and the tightest one holds.
 */
export function sdAllowed(limits: LossLimits, tail: TailFactors, equity: number): number {
  const { at95, at99, shortfall } = tail;
  assert(at95 > 0 && at99 > 0 && shortfall > 0, 'a tail lies beyond the mean');
  return (
    equity *
    Math.min(
      limits.valueAtRisk95Max / at95,
      limits.valueAtRisk99Max / at99,
      limits.shortfallMax / shortfall,
    )
  );
}

/** Puts into `into` the limit that a deviation uses most, the first of equals. No allocation. */
export function tightestLoss(
  sd: number,
  equity: number,
  limits: LossLimits,
  tail: TailFactors,
  into: Usage<LossMeasure>,
): void {
  into.use = Number.NEGATIVE_INFINITY;
  tighter(into, 'value-at-risk-95', shareOf(sd * tail.at95, equity), limits.valueAtRisk95Max);
  tighter(into, 'value-at-risk-99', shareOf(sd * tail.at99, equity), limits.valueAtRisk99Max);
  tighter(into, 'expected-shortfall', shareOf(sd * tail.shortfall, equity), limits.shortfallMax);
}

/** Money as a fraction of equity. A desk that has nothing left has lost more than any limit. */
export function shareOf(money: number, equity: number): number {
  return equity <= 0 ? Number.POSITIVE_INFINITY : money / equity;
}

/** How much of a limit is used: 1 is all of it, and so is what nobody can tell. */
export function useOf(measured: number, limit: number): number {
  if (measured === 0) return 0;
  return Number.isNaN(measured) ? 1 : measured / limit;
}

/** Takes a measure over when it uses more than the one before it. */
export function tighter<M extends string>(
  into: Usage<M>,
  measure: M,
  measured: number,
  limit: number,
): void {
  const use = useOf(measured, limit);
  if (use <= into.use) return;
  into.measure = measure;
  into.measured = measured;
  into.limit = limit;
  into.use = use;
}

/** Of what there was before the loss. Equity that is used up has lost everything. */
export function lossFraction(loss: number, equity: number): number {
  if (loss <= 0) return 0;
  const before = equity + loss;
  return before > 0 ? loss / before : 1;
}
