import type { HttpReply, HttpRequest, NetFault } from '../../core/env.ts';
import type { RateLimits } from '../../core/rate-budget.ts';
import type { Result } from '../../core/result.ts';
import type { Rng } from '../../core/rng.ts';
import type { MarketFact } from '../../market/fact.ts';
import type { TradePrinted } from '../../market/trade.ts';
import type { Patience } from '../connection/silence.ts';
import type { Query } from '../port.ts';
import type { MarketRules } from './market-rules.ts';
import type { MarketView } from './market-view.ts';

/** What a frame did, or one of the things it did, for the actor that owns the socket. */
export type FrameOutcome =
  /** The best prices of `quoted` may have changed; its book is live. */
  | 'quote'
  /**
   * The book of `quoted` is not live any more, because of `lostBy`. Where `snapshots` is not null
   * one is asked for; else the stream brings the book back by itself.
   */
  | 'lost'
  /** The same, and only `frames`, which are to be sent, bring it back. */
  | 'resubscribe'
  /** No book of this connection is live any more: it is to be closed and made anew. */
  | 'reconnect'
  /** A trade: `trade` tells it. */
  | 'trade'
  /** Something else about a market or the venue: `fact` tells it. */
  | 'fact'
  /** The venue is about to end this connection; its books are right until then. */
  | 'ending'
  /** Not ours, or nothing that changes what is known. Ends the outcomes of a frame. */
  | 'nothing'
  /** It cannot be read: `fault` says why. Numbering or checksum show what was missed by it. */
  | 'malformed'
  /** About an instrument that nobody asked for. Said of the first: who sends one sends many. */
  | 'foreign';

/** Counters of one stream since it began; none is ever reset. */
export interface StreamCounts {
  frames: number;
  updates: number;
  gaps: number;
  crossed: number;
  malformed: number;
  unknownSymbols: number;
}

export function noCounts(): StreamCounts {
  return { frames: 0, updates: 0, gaps: 0, crossed: 0, malformed: 0, unknownSymbols: 0 };
}

/**
 * Market data of one connection to one venue: frames in, books, best prices and trades out. It
 * owns no socket, timer or clock; an actor carries its frames both ways. A venue whose data comes
 * from several hosts has one stream for each.
 *
 * Where there are `rules`, their question is asked whenever it is due, and answers change which of
 * the `views` are live.
 *
 * The actor opens `url`, sends `subscribe()` at the `pace`, asks `snapshots` for every view, hands
 * in every frame and draws outcomes until there are no more:
 *
 *     for (let was = stream.onFrame(frame); was !== 'nothing'; was = stream.next()) …
 *
 * Where there is a `ticket` it is fetched, and taken, before the url is opened. It sends `ping`
 * after the silence of `patience`, closes a dead socket, calls `reset` when the socket is gone and
 * opens another, at least `reconnectMsMin` after the one before.
 */
export interface MarketStream {
  /** Which of the streams of a venue it is; '' for the one with the books. */
  readonly name: string;
  readonly url: string;
  /**
   * How long the venue may say nothing. One that sends heartbeats is dead soon after the second
   * that is missing.
   */
  readonly patience: Patience;
  /** Asks for a sign of life, which is a frame like any other; null where heartbeats come. */
  readonly ping: string | null;
  /** Control frames that the venue takes, pings among them. */
  readonly pace: RateLimits;
  /** Least wait before the next connection, in milliseconds; 0 where back-off is enough. */
  readonly reconnectMsMin: number;
  /** Age at which the venue ends a connection, in milliseconds; Infinity where it does not. */
  readonly lifeMs: number;
  /**
   * Whether update ids are the venue's, so that prices of two connections can be put in order by
   * them; else each stream counts its own, and the venue's time is what orders.
   */
  readonly hasVenueIds: boolean;
  readonly views: readonly MarketView[];
  /** Left out where frames tell when a market is halted or its rules change. */
  readonly rules?: MarketRules | undefined;
  readonly counts: Readonly<StreamCounts>;
  /** The view that the last outcome was about. */
  readonly quoted: MarketView;
  /** Why the book of `quoted` was given up: gap, crossed, checksum, halted, rules-changed. */
  readonly lostBy: string;
  /** What was wrong with the last malformed frame. */
  readonly fault: string;
  /** What the last `fact` was; null before the first. */
  readonly fact: MarketFact | null;
  /** What the last `resubscribe` wants to be sent, in this order. */
  readonly frames: readonly string[];
  /** Where the first book comes from; null when it comes by the socket. */
  readonly snapshots: SnapshotSource | null;
  /** What has to be had before each connection; left out where anybody may connect. */
  readonly ticket?: StreamTicket;

  /**
   * What to send once the socket is open; at once, for a venue may hang up on the silent. Empty
   * where opening the url subscribes.
   *
   * @param nowMs wall clock, for what is signed
   */
  subscribe(nowMs: number): readonly string[];
  /** Takes a frame. @returns the first thing it did */
  onFrame(frame: Uint8Array): FrameOutcome;
  /** @returns the next thing that the frame did; `nothing` when that was all */
  next(): FrameOutcome;
  /** The trade behind the last `trade`. */
  trade(receivedNs: number): TradePrinted;
  /** Forgets every book and what was subscribed, as after a disconnection. */
  reset(): void;
  /** What an inspector sees of it. */
  summary(): Readonly<Record<string, unknown>>;
}

/** What a venue wants to see of who subscribes, such as a token. */
export interface StreamTicket {
  /** Asked before each connection. @param nowMs wall clock, for what is signed */
  fetch(nowMs: number): Query<string>;
  /** The one for the connection that comes next. */
  take(ticket: string): void;
}

/** Books that begin with a question over REST. */
export interface SnapshotSource {
  /** @param at place among the views */
  snapshotRequest(at: number): HttpRequest;
  /** Takes leave to ask for one snapshot. @returns 0, or when to try for it again */
  snapshotWaitMs(nowNs: number): number;
  /**
   * Takes the outcome of a request; `quoted` is then the view that it was about.
   *
   * @returns null when the book is live now, else why not and how long to wait before asking again
   */
  onSnapshot(
    at: number,
    outcome: Result<HttpReply, NetFault>,
    random: Rng,
  ): { readonly why: string; readonly againMs: number } | null;
}
