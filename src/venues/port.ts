import type { DeadManSwitch } from '../control/guard/dead-man.ts';
import type { Env, HttpReply, HttpRequest, Net, NetFault } from '../core/env.ts';
import type { Instrument } from '../core/instrument.ts';
import type { Result } from '../core/result.ts';
import type { Amending } from '../execution/amend/amending.ts';
import type { Balances } from '../execution/ledger.ts';
import type { NativeOrders } from '../execution/native/native-orders.ts';
import type { OrderAnswer, OrderKey } from '../execution/reconciliation.ts';
import type { Report, VenueOrder, VenueTrade } from '../execution/report.ts';
import type { ApprovedAmendment, ApprovedOrder } from '../risk/approved-order.ts';
import type { FactSource } from './facts/fact-source.ts';
import type { MarketRules } from './market/market-rules.ts';
import type { KeyTurns } from './session/key-turns.ts';

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
  /** Read once, when it is sent. */
  readonly request: HttpRequest;
  /** The venue's limit does not count it, so it may be asked while the others may not. */
  readonly isUncounted?: true;
  /** Nothing else of the kind is asked before it is answered: some venues count their requests. */
  readonly isOneAtATime?: true;
  readonly decode: (outcome: HttpOutcome) => Result<T, QueryFault>;
  /** What to ask further before the answer is whole; null when it is. */
  followUp?(value: T): Query<T> | null;
}

/** Puts one question to a venue. @returns a sentence when there is no answer */
export type Ask = <T>(query: Query<T>) => Promise<Result<T, string>>;

/**
 * A request on its way out: the text of a frame for the session's socket, or a request over HTTP.
 * One over HTTP that places an order has `line: 'at-once'`, so that the gate is read at the very
 * write; one that cancels has `when-free`, and so has a question that comes before the first order.
 */
export type Outgoing = string | HttpRequest;

/** How an order is named to its venue: `venueOrderId` is empty until the venue has told it. */
export interface OrderNames {
  readonly clientId: string;
  readonly venueOrderId: string;
  /** It waits for its trigger, as far as is known: some venues keep such orders apart. */
  readonly isWaiting?: boolean;
  /** Where the venue makes more than one order of a pair, all of them are meant. */
  readonly isPair?: boolean;
}

/** Everything a part of the desk that must not trade may ask of a venue. */
export interface VenueQueries<Out extends Outgoing | null = Outgoing | null> {
  /** @returns null where only the venue's own id cancels and it is not known yet */
  cancel(order: OrderNames, instrument: Instrument, requestId: string, nowMs: number): Out;
  /** @returns null where orders can be cancelled by their ids alone */
  cancelAll(instrument: Instrument, requestId: string, nowMs: number): Out;
  /** What the former does not reach: orders that wait elsewhere at the venue; else left out. */
  cancelAllWaiting?(instrument: Instrument, requestId: string, nowMs: number): Out;
  /**
   * The same over REST, for when the order socket is gone. Answers how many were cancelled.
   *
   * @param open what the venue has just said is open, for those that cancel by ids
   */
  cancelAllNow(instrument: Instrument, nowMs: number, open: readonly VenueOrder[]): Query<number>;
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
  /**
   * How often one reconciliation may ask for trades and balances, where the venue takes fewer
   * questions than reconciliation would ask; left out elsewhere.
   */
  readonly comparisonsMax?: number;
}

/** The one door through which an order leaves. */
export interface VenueOrders<Out extends Outgoing = Outgoing> {
  readonly amending: Amending;
  /** What this venue keeps by itself. */
  readonly natives: NativeOrders;
  place(order: ApprovedOrder, instrument: Instrument, requestId: string, nowMs: number): Out;
  /** Changes an order in place, within what `amending` says. The venue has named it. */
  amend(
    amendment: ApprovedAmendment,
    venueOrderId: string,
    instrument: Instrument,
    requestId: string,
    nowMs: number,
  ): Out;
}

/** What a connection needs first, such as a token or a listen key. */
export interface SessionTicket {
  /** Asked before each connection. */
  fetch(nowMs: number): Query<string>;
  /** Keeps it valid while the connection lasts; null where the connection itself does that. */
  readonly renewal: SessionRenewal | null;
}

export interface SessionRenewal {
  readonly everyMs: number;
  renew(nowMs: number): Query<unknown>;
}

/**
 * The socket that brings reports in and, unless orders leave over HTTP, carries them out. What it
 * learns (a ticket, the numbers of its subscriptions) belongs to one connection: `begin` forgets
 * what was before.
 */
export interface VenueSession {
  readonly ticket: SessionTicket | null;
  /**
   * Begins a connection.
   *
   * @param ticket what was fetched; '' where there is none
   * @returns where to connect to
   */
  begin(ticket: string): string;
  /**
   * What to send at once when the socket is open, so that reports flow. `decode` answers with a
   * reply of that request id once they do, also where the venue itself names no ids.
   */
  subscribe(requestId: string, nowMs: number): readonly string[];
  /** Asks for a sign of life; null where the venue sends heartbeats by itself. */
  ping(requestId: string): string | null;
  /** What a frame says. A snapshot of orders that comes first is reports like any other. */
  decode(frame: Uint8Array): VenueFrame;
  /** How long the venue acts on a request after its time stamp. */
  readonly receiveWindowMs: number;
  /** How the venue refuses a request whose time stamp is off; null where there are none. */
  readonly clockRefusedCode: number | null;
}

export interface Venue {
  readonly name: string;
  readonly index: number;
  readonly session: VenueSession;
  readonly orders: VenueOrders;
  readonly queries: VenueQueries;
  /** Reads what an order or a cancellation over HTTP came to; null where none leaves that way. */
  readonly replyIn: ((outcome: HttpOutcome) => RequestOutcome) | null;
  /** What it can be asked beside prices; left out where it tells nothing more. */
  readonly facts?: readonly FactSource[];
  /** Of all who ask with the key of the desk; left out where one alone asks. */
  readonly turns?: KeyTurns;
  /** Hears of refused orders; left out where the venue tells of new rules by itself. */
  readonly rules?: Pick<MarketRules, 'onRefusal'> | undefined;
  /** The venue's own dead-man switch; left out where it has none. */
  readonly deadMan?: (edges: {
    readonly ask: Ask;
    readonly venueMs: () => number;
  }) => DeadManSwitch;
  /** The net of its session, where what the desk takes for one socket is two connections. */
  readonly netOver?: (edges: Pick<Env, 'net' | 'clock' | 'timers'>) => Net;
}
