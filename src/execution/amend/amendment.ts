import type { Lots, Nanos, Ticks } from '../../core/units.ts';
import { isMarketNow } from '../native/waking.ts';
import type { Applied, OrderIntent, OrderRecord } from '../order.ts';
import type { Evidence } from '../proof/evidence.ts';

/** What of a resting order can be changed. */
export interface Terms {
  readonly ticks: Ticks;
  /** In all: what has filled is part of it. */
  readonly lots: Lots;
}

/** Other terms for an order that rests, as they were journaled. Frozen; never resent. */
export interface Amendment extends Terms {
  /** Of its own decision, as an order has them. */
  readonly epoch: number;
  readonly decidedNs: Nanos;
  readonly deadlineNs: Nanos;
}

/** An amendment before risk has seen it. */
export interface AmendIntent {
  /**
   * The order as it would be then: the new price, the lots that would be open, the epoch and the
   * times of this decision. Everything that looks at orders looks at this.
   */
  readonly wanted: OrderIntent;
  /** Lots in all, so more than those of `wanted` by what has filled. */
  readonly lots: Lots;
}

/** Facts about the amendments of one order; the order manager lets one be under way at a time. */
export type AmendEvent =
  | {
      readonly kind: 'amend-submitted';
      readonly clientId: string;
      readonly amendment: Amendment;
      /** Absent where nothing of the decision is known. It is read before the next order. */
      readonly evidence?: Evidence;
    }
  /** It never left. */
  | { readonly kind: 'amend-refused'; readonly clientId: string; readonly reason: string }
  /** The terms that the venue has, also when somebody else has changed them. */
  | {
      readonly kind: 'amend-accepted';
      readonly clientId: string;
      readonly ticks: Ticks;
      readonly lots: Lots;
    }
  /** The venue has left the order as it was. */
  | { readonly kind: 'amend-rejected'; readonly clientId: string; readonly reason: string }
  | { readonly kind: 'amend-outcome-unknown'; readonly clientId: string; readonly reason: string };

const AMENDS: ReadonlySet<string> = new Set<AmendEvent['kind']>([
  'amend-submitted',
  'amend-refused',
  'amend-accepted',
  'amend-rejected',
  'amend-outcome-unknown',
]);

export function isAmendEvent(event: { readonly kind: string }): event is AmendEvent {
  return AMENDS.has(event.kind);
}

/**
 * The next record of an order. Until the venue has answered both its terms count; an order that
 * has ended stays ended, whatever is learned of its terms afterwards.
 */
export function applyAmendEvent(record: OrderRecord, event: AmendEvent): Applied {
  switch (event.kind) {
    case 'amend-submitted':
      return {
        record: { ...record, amendment: event.amendment, isAmendUnknown: false },
        incident: null,
      };
    case 'amend-outcome-unknown':
      return { record: { ...record, isAmendUnknown: record.amendment !== null }, incident: null };
    case 'amend-refused':
    case 'amend-rejected':
      return settled(record, record.order);
    case 'amend-accepted':
      return settled(record, { ...record.order, ticks: event.ticks, lots: event.lots });
  }
}

/** Nothing is under way any more; an order that is full by the terms that remain has ended. */
function settled(record: OrderRecord, order: OrderIntent): Applied {
  const { filledLots, status } = record;
  const isFull = filledLots >= order.lots && status === 'partially-filled';
  const next = isFull ? ('filled' as const) : status;
  return {
    record: { ...record, order, status: next, amendment: null, isAmendUnknown: false },
    incident: isFull && filledLots > order.lots ? 'overfill' : null,
  };
}

/** The most that the order can come to in all: the larger of what it is and what it may become. */
export function worstLots({ order, amendment }: OrderRecord): Lots {
  return amendment === null ? order.lots : (Math.max(order.lots, amendment.lots) as Lots);
}

/** The price of the two that meets more of the other side: the higher of a buy. 0 meets all. */
export function worstTicks(record: OrderRecord): Ticks {
  const { order, amendment } = record;
  if (isMarketNow(record)) return 0 as Ticks;
  if (amendment === null) return order.ticks;
  const worst = order.side === 'buy' ? Math.max : Math.min;
  return worst(order.ticks, amendment.ticks) as Ticks;
}

export function hasTerms(terms: Terms, of: Terms): boolean {
  return terms.ticks === of.ticks && terms.lots === of.lots;
}

/** What of an intent is journaled and what the record keeps. */
export function amendmentOf({ wanted, lots }: AmendIntent): Amendment {
  const { ticks, epoch, decidedNs, deadlineNs } = wanted;
  return { ticks, lots, epoch, decidedNs, deadlineNs };
}
