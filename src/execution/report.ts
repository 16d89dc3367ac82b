import type { Amount, Lots, Ticks } from '../core/units.ts';
import type { Fill, OrderKind, Side, Trigger } from './order.ts';

/** What a venue says of an order or of the account, possibly late and more than once. */
export type Report =
  | { readonly kind: 'accepted'; readonly clientId: string; readonly venueOrderId: string }
  /** Its trigger has woken it, under the id that it has from now on. */
  | { readonly kind: 'triggered'; readonly clientId: string; readonly venueOrderId: string }
  | {
      readonly kind: 'filled';
      readonly clientId: string;
      readonly venueOrderId: string;
      readonly symbol: string;
      readonly side: Side;
      readonly fill: Fill;
    }
  /** The terms that an order had at some moment: late like everything, and no answer. */
  | {
      readonly kind: 'amended';
      readonly clientId: string;
      readonly venueOrderId: string;
      readonly ticks: Ticks;
      /** In all. */
      readonly lots: Lots;
    }
  /**
   * So much of the order has filled, or it has ended, and the venue does not say by which trades:
   * the history has to be asked.
   */
  | {
      readonly kind: 'progressed';
      readonly clientId: string;
      readonly venueOrderId: string;
      readonly filledLots: Lots;
      readonly hasEnded: boolean;
    }
  | {
      readonly kind: 'ended';
      readonly clientId: string;
      readonly how: 'canceled' | 'expired' | 'rejected';
      readonly reason: string;
      /** All that has filled of it, where the venue says so: a fill may be lost on its way. */
      readonly filledLots?: Lots;
    }
  | {
      readonly kind: 'transferred';
      readonly transferId: string;
      readonly asset: string;
      readonly amount: Amount;
      /** Paid or received for holding a perpetual position; absent: money came in or went out. */
      readonly reason?: 'funding';
    };

/** An order as the venue holds it when asked. */
export interface VenueOrder {
  readonly clientId: string;
  readonly venueOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly kind: OrderKind;
  /** 0 for a market order. */
  readonly ticks: Ticks;
  readonly lots: Lots;
  readonly filledLots: Lots;
  /** As of an `OrderIntent`; absent where there is none, or where the venue does not tell it. */
  readonly trigger?: Trigger;
  readonly shownLots?: Lots;
  /** Whether its trigger has not woken yet; absent where the venue does not say. */
  readonly isWaiting?: boolean;
  readonly state: 'open' | 'filled' | 'canceled' | 'expired' | 'rejected';
  /** Other terms wait at the venue to be carried out: those above are not the last word. */
  readonly isAmending?: true;
}

/** A trade of the account, as its history tells it: it names the order by the venue's id. */
export interface VenueTrade {
  /** Not after the trade that was asked from: news only if it is of an order that is known. */
  readonly isOld?: true;
  readonly venueOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly fill: Fill;
}
