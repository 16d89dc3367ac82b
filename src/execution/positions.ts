import { type Amount, type Lots, NO_AMOUNT } from '../core/units.ts';
import type { Side } from './order.ts';

/**
 * Position of one instrument from its fills alone; what was deposited is the ledger's. Exact:
 * lots and 10^-8 of quote.
 */
export interface Position {
  /** Signed: negative is short against the deposited inventory. */
  readonly lots: Lots;
  /** What the open lots cost (long) or brought in (short); never negative. */
  readonly cost: Amount;
  /** Realised profit before fees. */
  readonly realised: Amount;
  /** Fees paid so far, valued in quote when they were paid. */
  readonly fees: Amount;
}

export const FLAT: Position = {
  lots: 0 as Lots,
  cost: NO_AMOUNT,
  realised: NO_AMOUNT,
  fees: NO_AMOUNT,
};

export interface BookedFill {
  readonly side: Side;
  readonly lots: Lots;
  /** What the lots traded for. */
  readonly quote: Amount;
  /** The fee's worth in quote. */
  readonly fee: Amount;
}

/**
 * Books a fill at its exact quote amount (average cost). A fill through zero closes the old
 * position and opens the rest at the fill's own price. Integer division leaves at most one unit
 * of 10^-8 in the cost of the part that stays, so that cash flow = realised − cost (long) or
 * realised + cost (short) holds to the last unit.
 */
export function applyFill(position: Position, fill: BookedFill): Position {
  const fees = (position.fees + fill.fee) as Amount;
  const signed = fill.side === 'buy' ? fill.lots : -fill.lots;
  const held = Math.abs(position.lots);
  if (position.lots === 0 || position.lots > 0 === signed > 0) {
    return {
      ...position,
      lots: (position.lots + signed) as Lots,
      cost: (position.cost + fill.quote) as Amount,
      fees,
    };
  }
  const closing = Math.min(held, fill.lots);
  const closedCost = (position.cost * BigInt(closing)) / BigInt(held);
  const closedQuote = (fill.quote * BigInt(closing)) / BigInt(fill.lots);
  const gained = position.lots > 0 ? closedQuote - closedCost : closedCost - closedQuote;
  const isFlip = fill.lots > held;
  return {
    lots: (position.lots + signed) as Lots,
    cost: (isFlip ? fill.quote - closedQuote : position.cost - closedCost) as Amount,
    realised: (position.realised + gained) as Amount,
    fees,
  };
}

/** Mark-to-market profit of the open lots, given what they are worth now; 10^-8 of quote. */
export function unrealised(position: Position, worth: Amount): Amount {
  return (position.lots >= 0 ? worth - position.cost : position.cost - worth) as Amount;
}

/** Average entry as a double in quote per lot; NaN when flat. */
export function averageEntryPerLot(position: Position): number {
  return Number(position.cost) / 1e8 / Math.abs(position.lots);
}
