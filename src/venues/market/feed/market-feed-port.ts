import type { Clock, HttpRequest } from '../../../core/env.ts';
import type { Rng } from '../../../core/rng.ts';
import type { MarketFact } from '../../../market/fact.ts';
import type { MarketStood } from '../../../market/market-stood.ts';
import type { QuoteMessage } from '../../../market/quote.ts';
import type { TradePrinted } from '../../../market/trade.ts';
import type { LogLevel } from '../../../ops/log.ts';
import type { Query } from '../../port.ts';
import type { MarketView } from '../market-view.ts';

/**
 * What a feed needs of the actor around it; nothing of it works once the actor is gone. A `line` is
 * one of the places for a connection, 0 or 1.
 */
export interface MarketFeedPort {
  readonly clock: Clock;
  readonly random: Rng;
  tellQuote(message: QuoteMessage): void;
  tellTrade(message: TradePrinted): void;
  tellFact(message: MarketFact): void;
  /** The quotes of this market are those of this book from here on. */
  follow(view: MarketView): void;
  /** Opens a socket, whose opening, frames and end are told to the feed. */
  open(line: number, url: string): void;
  send(line: number, frame: string): void;
  /** Ends the connection, whose end is told like every other; a second time ends it at once. */
  close(line: number): void;
  /**
   * Asks for what a line needs before it connects, in turn with others who ask with the same key.
   * The answer comes back as the ticket of that turn, unless the actor is gone by then.
   */
  askTicket(line: number, turn: number, query: Query<string>): void;
  /** Sends a question whose outcome comes back as the snapshot of a view. */
  ask(line: number, view: number, request: HttpRequest): void;
  /** Sends the question for the rules of the markets. */
  askRules(request: HttpRequest): void;
  /** For the record, and for people. */
  tellStood(event: MarketStood): void;
  /** Calls back later, once, replacing an earlier wish of the same name. */
  later(line: number, what: 'due' | 'flush', ms: number): void;
  askLater(line: number, view: number, ms: number): void;
  log(level: LogLevel, event: string, data?: Readonly<Record<string, unknown>>): void;
}
