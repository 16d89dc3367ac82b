import { assert } from '../core/result.ts';
import type { Amount, Lots, Millis, Nanos, Ticks } from '../core/units.ts';
import { NO_AMOUNT } from '../core/units.ts';
import {
  type AmendEvent,
  type Amendment,
  applyAmendEvent,
  isAmendEvent,
  worstLots,
} from './amend/amendment.ts';
import { hasWoken } from './native/waking.ts';
import type { Evidence } from './proof/evidence.ts';

export type Side = 'buy' | 'sell';
export type OrderKind = 'limit' | 'market';
export type TimeInForce = 'gtc' | 'ioc' | 'fok';

/** What an order waits for at the venue before it works. */
export type Trigger =
  /**
   * Wakes when the venue's price has come to `ticks`: against the side (`stop`: a sell at or below,
   * a buy at or above) or in its favour (`take-profit`).
   */
  | { readonly kind: 'stop' | 'take-profit'; readonly ticks: Ticks }
  /**
   * A stop that follows the best price at a distance of `bips` 1/10000ths of it. It begins to
   * follow when the price has come to `ticks` in favour; 0: at once.
   */
  | { readonly kind: 'trailing-stop'; readonly ticks: Ticks; readonly bips: number }
  /**
   * One cancels other: it works as the limit order that it is (the target) and, when the price has
   * come to `ticks` against it, what is left becomes a market order (the stop).
   */
  | { readonly kind: 'pair'; readonly ticks: Ticks };

/** What a strategy's decision becomes before risk has seen it. Frozen; never resent. */
export interface OrderIntent {
  /** Unique for ever; see `core/ids`. */
  readonly clientId: string;
  readonly strategy: string;
  readonly venue: string;
  /** Index of the instrument on this desk. */
  readonly instrument: number;
  readonly side: Side;
  readonly kind: OrderKind;
  readonly timeInForce: TimeInForce;
  /** Refused by the venue instead of taking liquidity. */
  readonly isPostOnly: boolean;
  /** May shrink the position and never flip it. */
  readonly isReduceOnly: boolean;
  /** Limit price; 0 for a market order. */
  readonly ticks: Ticks;
  readonly lots: Lots;
  /** Absent: it works at once. `kind` and `ticks` say what it is once it has woken. */
  readonly trigger?: Trigger;
  /** What the book shows of an iceberg at a time; absent: all of it. */
  readonly shownLots?: Lots;
  /** Gate epoch of the decision: a later epoch refuses it, so nothing outlives a halt. */
  readonly epoch: number;
  /** When the market event behind the decision reached this process. */
  readonly decidedNs: Nanos;
  /** After this the intent is stale and is not sent. */
  readonly deadlineNs: Nanos;
}

/** One execution as the venue reports it. */
export interface Fill {
  /** Unique per venue and symbol. */
  readonly tradeId: string;
  readonly ticks: Ticks;
  readonly lots: Lots;
  /** Exact quote amount as the venue booked it. */
  readonly quote: Amount;
  /** Fee in `feeAsset`, positive when paid. */
  readonly fee: Amount;
  readonly feeAsset: string;
  readonly isMaker: boolean;
  readonly venueMs: Millis;
  /**
   * On a margin account: the profit or loss that the venue booked to the wallet with this fill, in
   * quote. Absent on spot, where the quote amount itself changes hands.
   */
  readonly realised?: Amount;
}

export type OrderStatus =
  | 'submitted'
  | 'unknown'
  | 'open'
  | 'partially-filled'
  | 'filled'
  | 'canceled'
  | 'expired'
  | 'rejected'
  | 'refused'
  | 'rejected-unacked'
  | 'abandoned';

/** Facts about one order, in the order in which they were journaled. */
export type OrderEvent =
  | {
      readonly kind: 'order-submitted';
      readonly order: OrderIntent;
      /** Absent where nothing of the decision is known. It is read before the next order. */
      readonly evidence?: Evidence;
    }
  | { readonly kind: 'order-refused'; readonly clientId: string; readonly reason: string }
  | { readonly kind: 'order-accepted'; readonly clientId: string; readonly venueOrderId: string }
  /** Its trigger has woken it; from then on it may have another id at the venue. */
  | { readonly kind: 'order-triggered'; readonly clientId: string; readonly venueOrderId: string }
  | { readonly kind: 'order-rejected'; readonly clientId: string; readonly reason: string }
  | { readonly kind: 'order-outcome-unknown'; readonly clientId: string; readonly reason: string }
  | { readonly kind: 'order-filled'; readonly clientId: string; readonly fill: Fill }
  | { readonly kind: 'order-canceled'; readonly clientId: string; readonly reason: string }
  | { readonly kind: 'order-expired'; readonly clientId: string; readonly reason: string }
  | { readonly kind: 'order-unacked'; readonly clientId: string; readonly reason: string }
  | { readonly kind: 'order-abandoned'; readonly clientId: string; readonly reason: string }
  | { readonly kind: 'cancel-submitted'; readonly clientId: string }
  | AmendEvent;

export interface OrderRecord {
  /** The intent, with the terms that the venue has by now. */
  readonly order: OrderIntent;
  readonly status: OrderStatus;
  readonly venueOrderId: string;
  readonly filledLots: Lots;
  readonly filledQuote: Amount;
  readonly isCancelRequested: boolean;
  /** It has a trigger that has not woken yet: of a pair the stop, while its target works. */
  readonly isWaiting: boolean;
  /** Terms that the order may have at the venue already; null when none are under way. */
  readonly amendment: Amendment | null;
  /** The venue was asked for them and has not said what came of it. */
  readonly isAmendUnknown: boolean;
  /** Why it ended, or why its outcome is unknown. */
  readonly reason: string;
}

/** Something the venue did that its own rules exclude. It is booked all the same, and alerted. */
export type Incident = 'overfill' | 'fill-after-end' | 'alive-after-end' | 'end-contradicts-fills';

export interface Applied {
  readonly record: OrderRecord;
  readonly incident: Incident | null;
}

/** Nothing more is expected of an order in these states; a late fill is booked all the same. */
const ENDED: ReadonlySet<OrderStatus> = new Set([
  'filled',
  'canceled',
  'expired',
  'rejected',
  'refused',
  'rejected-unacked',
  'abandoned',
]);
/** Ends that claim that the venue never had the order. */
const NEVER_LIVED: ReadonlySet<OrderStatus> = new Set([
  'rejected',
  'refused',
  'rejected-unacked',
  'abandoned',
]);

export function isEnded(record: OrderRecord): boolean {
  return ENDED.has(record.status);
}

/** Lots that may still trade, by the larger of its terms: none once the order has ended. */
export function openLots(record: OrderRecord): Lots {
  if (isEnded(record)) return 0 as Lots;
  return Math.max(0, worstLots(record) - record.filledLots) as Lots;
}

/** The record of an order whose intent has just been journaled. */
export function submitted(order: OrderIntent): OrderRecord {
  return {
    order,
    status: 'submitted',
    venueOrderId: '',
    filledLots: 0 as Lots,
    filledQuote: NO_AMOUNT,
    isCancelRequested: false,
    isWaiting: order.trigger !== undefined,
    amendment: null,
    isAmendUnknown: false,
    reason: '',
  };
}

type LaterEvent = Exclude<OrderEvent, { kind: 'order-submitted' }>;

/**
 * The next record of an order. The state never goes back and the filled quantity never falls: a
 * fill may come before its acknowledgement, after a cancellation, even after a refusal. Fills must
 * have been deduplicated by venue, symbol and trade id.
 */
export function applyOrderEvent(record: OrderRecord, event: LaterEvent): Applied {
  assert(record.order.clientId === event.clientId, 'an order event meets its own order');
  if (isAmendEvent(event)) return applyAmendEvent(record, event);
  switch (event.kind) {
    case 'order-filled':
      return afterFill(record, event.fill);
    case 'cancel-submitted':
      return calm({ ...record, isCancelRequested: true });
    case 'order-accepted':
      return afterAcceptance(record, event.venueOrderId);
    case 'order-triggered':
      return afterTrigger(record, event.venueOrderId);
    case 'order-outcome-unknown':
      if (record.status !== 'submitted') return calm(record);
      return calm({ ...record, status: 'unknown', reason: event.reason });
    case 'order-canceled':
      return afterEnd(record, 'canceled', event.reason);
    case 'order-expired':
      return afterEnd(record, 'expired', event.reason);
    case 'order-rejected':
      return afterEnd(record, 'rejected', event.reason);
    case 'order-refused':
      return afterEnd(record, 'refused', event.reason);
    case 'order-unacked':
      return afterEnd(record, 'rejected-unacked', event.reason);
    case 'order-abandoned':
      return afterEnd(record, 'abandoned', event.reason);
  }
}

function calm(record: OrderRecord): Applied {
  return { record, incident: null };
}

function afterFill(record: OrderRecord, fill: Fill): Applied {
  const filledLots = (record.filledLots + fill.lots) as Lots;
  const filledQuote = (record.filledQuote + fill.quote) as Amount;
  const worst = worstLots(record);
  const isFull = filledLots >= worst;
  const lived = !NEVER_LIVED.has(record.status);
  const stays = isEnded(record) && lived;
  const status = isFull ? 'filled' : stays ? record.status : 'partially-filled';
  // A reason belongs to its status: a fill settles what was unknown and undoes a refusal.
  const reason = status === record.status ? record.reason : '';
  const incident = filledLots > worst ? 'overfill' : lived ? null : ('fill-after-end' as const);
  const isWaiting = record.isWaiting && !hasWoken(record.order, fill);
  const next = { ...record, status, reason, filledLots, filledQuote, isWaiting };
  return { record: next, incident };
}

/** An order that has woken keeps the id that it has had since: the first one is told late. */
function afterAcceptance(record: OrderRecord, told: string): Applied {
  const isKnown = record.order.trigger !== undefined && record.venueOrderId !== '';
  const venueOrderId = isKnown ? record.venueOrderId : told;
  const known = { ...record, venueOrderId };
  if (record.status === 'submitted' || record.status === 'unknown') {
    return calm({ ...known, status: 'open', reason: '' });
  }
  if (!NEVER_LIVED.has(record.status)) return calm(known);
  // It rests at the venue after all, so it counts as live whatever was proved before.
  return { record: { ...known, status: 'open', reason: '' }, incident: 'alive-after-end' };
}

/** It lives, or it could not have woken. What has ended, or never waited, is as it was. */
function afterTrigger(record: OrderRecord, venueOrderId: string): Applied {
  const hasLived = !NEVER_LIVED.has(record.status);
  if (record.order.trigger === undefined || (isEnded(record) && hasLived)) return calm(record);
  const { record: known, incident } = afterAcceptance(record, venueOrderId);
  return { record: { ...known, venueOrderId, isWaiting: false }, incident };
}

function afterEnd(record: OrderRecord, status: OrderStatus, reason: string): Applied {
  if (isEnded(record)) return calm(record);
  if (NEVER_LIVED.has(status) && record.filledLots > 0) {
    return { record, incident: 'end-contradicts-fills' };
  }
  return calm({ ...record, status, reason });
}
