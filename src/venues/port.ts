import type { HttpReply, HttpRequest, NetFault } from '../core/env.ts';
import type { Instrument } from '../core/instrument.ts';
import type { Result } from '../core/result.ts';
import type { Amount } from '../core/units.ts';
import type { Balances } from '../execution/ledger.ts';
import type { Fill, Side } from '../execution/order.ts';
import type { ApprovedOrder } from '../risk/approved-order.ts';

/** What a venue says about an order, a balance or a request; facts in its own words, decoded. */
export type VenueReport =
  | { readonly kind: 'accepted'; readonly clientId: string; readonly venueOrderId: string }
  | {
      readonly kind: 'filled';
      readonly clientId: string;
      readonly venueOrderId: string;
      readonly symbol: string;
      readonly side: Side;
      readonly fill: Fill;
    }
  | {
      readonly kind: 'ended';
      readonly clientId: string;
      readonly how: 'canceled' | 'expired' | 'rejected';
      readonly reason: string;
    }
  | {
      readonly kind: 'transferred';
      readonly transferId: string;
      readonly asset: string;
      readonly amount: Amount;
    };

/** A frame of the order socket. */
export type VenueFrame =
  | { readonly kind: 'reports'; readonly reports: readonly VenueReport[] }
  | { readonly kind: 'reply'; readonly requestId: string; readonly outcome: RequestOutcome }
  | { readonly kind: 'closing'; readonly reason: string }
  | { readonly kind: 'other' }
  | { readonly kind: 'malformed'; readonly fault: string };

/**
 * What became of a request. `refused` is definite: the venue did not act. `unknown` is not: it may
 * have acted, and only a query or the user stream can tell.
 */
export type RequestOutcome =
  | { readonly kind: 'done'; readonly venueOrderId: string }
  | {
      readonly kind: 'refused';
      readonly code: number;
      readonly reason: string;
      /** Nothing may be sent before this many milliseconds have passed; 0 = no such wish. */
      readonly retryAfterMs: number;
    }
  | { readonly kind: 'unknown'; readonly reason: string };

/** What a query found out about one order. */
export type OrderAnswer =
  | { readonly kind: 'found'; readonly order: VenueOrder }
  | { readonly kind: 'not-found' };

export interface VenueOrder {
  readonly clientId: string;
  readonly venueOrderId: string;
  readonly symbol: string;
  readonly state: 'open' | 'filled' | 'canceled' | 'expired' | 'rejected';
  readonly filledLots: number;
}

/** A trade of the account, as its history tells it: it names the order by the venue's id. */
export interface VenueTrade {
  readonly venueOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly fill: Fill;
}

/** A question that was not answered. `throttled`: how long the venue wants to be left alone. */
export type QueryFault =
  | { readonly kind: 'no-answer'; readonly detail: string }
  | { readonly kind: 'throttled'; readonly retryAfterMs: number; readonly detail: string }
  | { readonly kind: 'refused'; readonly code: number; readonly detail: string };

export type HttpOutcome = Result<HttpReply, NetFault>;

/** One question with the decoder of its answer. */
export interface Query<T> {
  readonly request: HttpRequest;
  readonly decode: (outcome: HttpOutcome) => Result<T, QueryFault>;
}

/** Everything a part of the desk that must not trade may ask of a venue. */
export interface VenueQueries {
  cancel(clientId: string, instrument: Instrument, requestId: string, nowMs: number): string;
  cancelAll(instrument: Instrument, requestId: string, nowMs: number): string;
  serverTime(): Query<number>;
  order(by: OrderKey, instrument: Instrument, nowMs: number): Query<OrderAnswer>;
  openOrders(nowMs: number): Query<readonly VenueOrder[]>;
  /** Trades after one, oldest first; at most `limit`. */
  trades(
    instrument: Instrument,
    afterTradeId: string,
    limit: number,
    nowMs: number,
  ): Query<readonly VenueTrade[]>;
  /** Free plus locked by asset. */
  balances(nowMs: number): Query<Balances>;
}

export type OrderKey = { readonly clientId: string } | { readonly venueOrderId: string };

/** The one door through which an order leaves. */
export interface VenueOrders {
  place(order: ApprovedOrder, instrument: Instrument, requestId: string, nowMs: number): string;
}

/** The socket that carries orders out and reports in. */
export interface VenueSession {
  readonly url: string;
  /** What to send once the socket is open, so that reports flow. */
  subscribe(requestId: string, nowMs: number): string;
  decode(frame: Uint8Array): VenueFrame;
  /** How long the venue acts on a request after its time stamp. */
  readonly receiveWindowMs: number;
}

export interface Venue {
  readonly name: string;
  readonly index: number;
  readonly session: VenueSession;
  readonly orders: VenueOrders;
  readonly queries: VenueQueries;
}
