import { err, ok, type Result } from '../../core/result.ts';
import type { OutOfRange } from '../value-at-risk/tail-risk.ts';

/** A position, as far as a stop limits what it can lose. */
export interface HeatedPosition {
  readonly symbol: string;
  /** In money, signed. */
  readonly notional: number;
  /** Fraction of the price to the stop; null without one. */
  readonly stopDistance: number | null;
  /** Fees and expected slippage of closing, a fraction of the notional. */
  readonly cost: number;
  /** At 97.5 %, a fraction of the notional: what counts where there is no stop. */
  readonly expectedShortfall: number;
}

export interface Heat {
  /** What is lost if every stop is hit, over equity. */
  readonly heat: number;
  /** The same of each position, in their order. */
  readonly parts: readonly number[];
}

/** Capital that is lost if each stop is hit, costs included, as a fraction of equity. */
export function heatOf(
  positions: readonly HeatedPosition[],
  equity: number,
): Result<Heat, OutOfRange> {
  const fault = equityFault(equity);
  if (fault !== null) return err(fault);
  const parts: number[] = [];
  for (const { symbol, notional, stopDistance, cost, expectedShortfall } of positions) {
    const part = (Math.abs(notional) * ((stopDistance ?? expectedShortfall) + cost)) / equity;
    // A stop on the wrong side of the price, and any NaN, end here.
    if (!(part >= 0 && part < Number.POSITIVE_INFINITY)) {
      return err({
        kind: 'out-of-range',
        name: symbol,
        found: part,
        wanted: 'a loss of at least 0',
      });
    }
    parts.push(part);
  }
  return ok({ heat: parts.reduce((sum, part) => sum + part, 0), parts });
}

/** What is held of a symbol at one venue in one account. */
export interface VenuePosition {
  readonly symbol: string;
  /** In money, signed. */
  readonly notional: number;
}

/**
 * Gross notional of each symbol over all venues and accounts, over equity: a long here and a short
 * there are two positions that can both go wrong.
 */
export function concentrationOf(
  positions: readonly VenuePosition[],
  equity: number,
): Result<ReadonlyMap<string, number>, OutOfRange> {
  const fault = equityFault(equity);
  if (fault !== null) return err(fault);
  const shares = new Map<string, number>();
  for (const { symbol, notional } of positions) {
    if (!Number.isFinite(notional)) {
      return err({
        kind: 'out-of-range',
        name: symbol,
        found: notional,
        wanted: 'a finite notional',
      });
    }
    shares.set(symbol, (shares.get(symbol) ?? 0) + Math.abs(notional) / equity);
  }
  return ok(shares);
}

function equityFault(equity: number): OutOfRange | null {
  if (equity > 0 && equity < Number.POSITIVE_INFINITY) return null;
  return { kind: 'out-of-range', name: 'equity', found: equity, wanted: 'above 0, finite' };
}
