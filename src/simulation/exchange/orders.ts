import type { Instrument } from '../../core/instrument.ts';
import type { Amount, Lots, Millis, Ticks } from '../../core/units.ts';
import type { Side, TimeInForce } from '../../execution/order.ts';
import type { SelfTradePrevention } from '../book/match-plan.ts';

export type OrderType = 'limit' | 'limit-maker' | 'market';

/** What an order waits for before it works: a price that is reached, or fallen back to. */
export interface VenueTrigger {
  /**
   * From where the price comes to `ticks`; it has come there when it is equal. With a trail that is
   * where the order begins to follow, and it wakes against its side: a sell when the price has
   * fallen from its highest by the trail, a buy when it has risen from its lowest.
   */
  readonly direction: 'rises-to' | 'falls-to';
  /** 0 with a trail that follows at once. */
  readonly ticks: Ticks;
  /** The last trade, or on a margin account the mark. */
  readonly reference: 'last' | 'mark';
  /** A distance in 1/10000ths of the best price, or in ticks; null stands still. */
  readonly trail: null | { readonly bips: number } | { readonly ticks: Ticks };
  /**
   * With a trail: how far the limit of the order is from the price at which it wakes, below 0 for a
   * lower one. Its price until then is what it would be now. Left out: the limit stands still.
   */
  readonly limitAway?: { readonly bips: number } | { readonly ticks: number };
}

/** The second limb of a limit order that rests: it leaves the book when the last price is here. */
export interface Bracket {
  readonly ticks: Ticks;
  /** What is left then goes on at this limit; 0: at any price. */
  readonly limitTicks: Ticks;
  /** The first trade of the order at its own limit ends this limb, and what is left rests on. */
  readonly isOffOnceTraded?: true;
}

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
  /** Left out of an order that works at once. */
  readonly trigger?: VenueTrigger;
  /** What the book shows of an iceberg at a time; left out of an order that shows all. */
  readonly shownLots?: Lots;
  readonly bracket?: Bracket;
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
  /** Has a trigger that has not woken it, and is not in the book. */
  readonly isWaiting?: boolean;
  /** When its trigger, or the second limb of its bracket, woke it. */
  readonly wokenMs?: Millis;
  /** Best price that its trail has followed to; left out before it follows. */
  readonly markTicks?: Ticks;
  /** The pair that it is one of, and the other's order id. */
  readonly listId?: number;
  readonly listClientId?: string;
  readonly pairedId?: number;
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
  | 'EXCHANGE_MAX_NUM_ORDERS'
  | 'MAX_NUM_ALGO_ORDERS'
  | 'ICEBERG_PARTS'
  | 'TRAILING_DELTA';

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
  /** A trigger that the price has come to already. */
  | { readonly kind: 'would-trigger'; readonly ticks: Ticks; readonly last: Ticks }
  /** The two orders of a pair do not lie on either side of the price, or differ in more. */
  | { readonly kind: 'not-a-pair'; readonly found: string; readonly wanted: string }
  /** A kind of order that this venue does not have. */
  | { readonly kind: 'not-offered'; readonly found: string }
  | { readonly kind: 'not-amendable'; readonly reference: string }
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

/** The worst price at which an order works by now; null where it takes any. */
export function limitOf(order: NewOrder & Pick<VenueOrder, 'wokenMs'>): Ticks | null {
  if (order.type === 'market') return null;
  if (order.wokenMs === undefined || order.bracket === undefined) return order.ticks;
  return order.bracket.limitTicks === 0 ? null : order.bracket.limitTicks;
}

/** Whether the second limb of its bracket may take an order out of the book. */
export function hasSecondLimb(order: VenueOrder): boolean {
  const { bracket, wokenMs, filledLots } = order;
  if (bracket === undefined || wokenMs !== undefined || !isOpen(order)) return false;
  return bracket.isOffOnceTraded !== true || filledLots === 0;
}

/** Whether an order is part of one that the venue keeps, and so is not to be given other terms. */
export function isNative({ trigger, shownLots, bracket, listId }: VenueOrder): boolean {
  return [trigger, shownLots, bracket, listId].some((each) => each !== undefined);
}

/** The asset that an order locks. */
export function heldAsset(instrument: Instrument, side: Side): string {
  return side === 'buy' ? instrument.quote : instrument.base;
}

export function referenceText(reference: OrderReference): string {
  return `${reference.symbol} ${reference.orderId ?? ''} ${reference.clientId ?? ''}`.trimEnd();
}
