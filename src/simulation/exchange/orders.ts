import type { Instrument } from '../../core/instrument.ts';
import type { Amount, Lots, Millis, Ticks } from '../../core/units.ts';
import type { Side, TimeInForce } from '../../execution/order.ts';
import type { SelfTradePrevention } from '../book/match-plan.ts';

export type OrderType = 'limit' | 'limit-maker' | 'market';

export type VenueOrderStatus =
  | 'new'
  | 'partially-filled'
  | 'filled'
  | 'canceled'
  | 'expired'
  | 'expired-in-match';

/** An order as a client asks for it. Ticks and lots that are off the grid come as NaN. */
export interface NewOrder {
  readonly symbol: string;
  readonly clientId: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  /** 0 for a market order. */
  readonly ticks: Ticks;
  /** 0 when a market order is given by `quote`. */
  readonly lots: Lots;
  /** What a market order spends or brings in, at most; 0 when it is given by `lots`. */
  readonly quote: Amount;
  readonly selfTradePrevention: SelfTradePrevention;
  /** On a margin account: it may shrink a position and never open one. */
  readonly isReduceOnly?: true;
}

/** An order that the venue has accepted, as it stands now. */
export interface VenueOrder extends NewOrder {
  readonly account: string;
  readonly orderId: number;
  readonly createdMs: Millis;
  readonly updatedMs: Millis;
  readonly status: VenueOrderStatus;
  readonly filledLots: Lots;
  readonly filledQuote: Amount;
  /** What is locked for it: quote currency for a buy, base for a sell. */
  readonly held: Amount;
  /** Lots that ended because they would have met an order of the same account. */
  readonly preventedLots: Lots;
  /** Number of that event; -1 when there was none. */
  readonly preventedMatchId: number;
}

/** One side of a trade, as it is booked in an account. */
export interface AccountTrade {
  readonly symbol: string;
  readonly tradeId: number;
  readonly orderId: number;
  readonly side: Side;
  readonly ticks: Ticks;
  readonly lots: Lots;
  readonly quote: Amount;
  readonly fee: Amount;
  readonly feeAsset: string;
  readonly isMaker: boolean;
  readonly venueMs: Millis;
  /** On a margin account: what it won or lost. */
  readonly realised?: Amount;
}

/** Names of the venue's rules, as Binance writes them. */
export type FilterName =
  | 'PRICE_FILTER'
  | 'PERCENT_PRICE_BY_SIDE'
  | 'LOT_SIZE'
  | 'MARKET_LOT_SIZE'
  | 'NOTIONAL'
  | 'MAX_NUM_ORDERS'
  | 'EXCHANGE_MAX_NUM_ORDERS';

/** Why the venue did not do what was asked. */
export type Refusal =
  | { readonly kind: 'filter'; readonly filter: FilterName; readonly found: number | bigint }
  | {
      readonly kind: 'insufficient-balance';
      readonly asset: string;
      readonly free: Amount;
      readonly wanted: Amount;
    }
  | { readonly kind: 'duplicate-client-id'; readonly clientId: string }
  | { readonly kind: 'would-take'; readonly ticks: Ticks; readonly opposite: Ticks }
  | { readonly kind: 'not-reducing'; readonly symbol: string }
  | { readonly kind: 'no-liquidity'; readonly symbol: string }
  | { readonly kind: 'unknown-symbol'; readonly symbol: string }
  | { readonly kind: 'market-closed'; readonly symbol: string }
  | { readonly kind: 'unknown-account'; readonly account: string }
  | { readonly kind: 'unknown-order'; readonly reference: string }
  /** The venue could not write its own record; what happened is settled at its next start. */
  | { readonly kind: 'halted'; readonly reason: string };

/** An order is named by the venue's id, by the client's, or by both, which then must agree. */
export interface OrderReference {
  readonly symbol: string;
  readonly orderId: number | null;
  readonly clientId: string | null;
}

const OPEN: ReadonlySet<VenueOrderStatus> = new Set(['new', 'partially-filled']);

export function isOpen(order: VenueOrder): boolean {
  return OPEN.has(order.status);
}

export function restLots(order: VenueOrder): Lots {
  return (order.lots - order.filledLots) as Lots;
}

/** The asset that an order locks. */
export function heldAsset(instrument: Instrument, side: Side): string {
  return side === 'buy' ? instrument.quote : instrument.base;
}

export function referenceText(reference: OrderReference): string {
  return `${reference.symbol} ${reference.orderId ?? ''} ${reference.clientId ?? ''}`.trimEnd();
}
