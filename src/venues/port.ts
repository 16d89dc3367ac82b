import type { HttpReply, HttpRequest, NetFault } from '../core/env.ts';
import type { Instrument } from '../core/instrument.ts';
import type { Result } from '../core/result.ts';
import type { Balances } from '../execution/ledger.ts';
import type { OrderAnswer, OrderKey } from '../execution/reconciliation.ts';
import type { Report, VenueOrder, VenueTrade } from '../execution/report.ts';
import type { ApprovedOrder } from '../risk/approved-order.ts';

/** A frame of the order socket. */
export type VenueFrame =
  | { readonly kind: 'reports'; readonly reports: readonly Report[] }
  | { readonly kind: 'reply'; readonly requestId: string; readonly outcome: RequestOutcome }
  | { readonly kind: 'closing'; readonly reason: string }
  /** Something that people must hear of and that changes nothing by itself. */
  | { readonly kind: 'alarm'; readonly what: 'margin-call'; readonly detail: string }
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
      /** The venue has banned this address: it does not merely want fewer requests. */
      readonly isBan?: true;
    }
  | { readonly kind: 'unknown'; readonly reason: string };

/** A question that was not answered. `throttled`: how long the venue wants to be left alone. */
export type QueryFault =
  | { readonly kind: 'no-answer'; readonly detail: string }
  | {
      readonly kind: 'throttled';
      readonly retryAfterMs: number;
      readonly detail: string;
      readonly isBan?: true;
    }
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
  /** The same over REST, for when the order socket is gone. Answers how many were cancelled. */
  cancelAllNow(instrument: Instrument, nowMs: number): Query<number>;
  serverTime(): Query<number>;
  order(by: OrderKey, instrument: Instrument, nowMs: number): Query<OrderAnswer>;
  openOrders(nowMs: number): Query<readonly VenueOrder[]>;
  /** A page of trades after one, oldest first; with null only the latest trade. */
  trades(
    instrument: Instrument,
    afterTradeId: string | null,
    nowMs: number,
  ): Query<readonly VenueTrade[]>;
  /** Free plus locked by asset. */
  balances(nowMs: number): Query<Balances>;
}

/** The one door through which an order leaves. */
export interface VenueOrders {
  place(order: ApprovedOrder, instrument: Instrument, requestId: string, nowMs: number): string;
}

/** The socket that carries orders out and reports in. */
export interface VenueSession {
  readonly url: string;
  /** What to send once the socket is open, so that reports flow. */
  subscribe(requestId: string, nowMs: number): string;
  /** Asks for a sign of life. */
  ping(requestId: string): string;
  decode(frame: Uint8Array): VenueFrame;
  /** How long the venue acts on a request after its time stamp. */
  readonly receiveWindowMs: number;
  /** How the venue refuses a request whose time stamp is off. */
  readonly clockRefusedCode: number;
}

export interface Venue {
  readonly name: string;
  readonly index: number;
  readonly session: VenueSession;
  readonly orders: VenueOrders;
  readonly queries: VenueQueries;
}
