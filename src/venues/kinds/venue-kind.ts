import type { HttpRequest } from '../../core/env.ts';
import type { Instrument } from '../../core/instrument.ts';
import { assert, type Result } from '../../core/result.ts';
import type { Contract } from '../../market/aggregation/market-track.ts';
import type { ExchangeId } from '../ccxt/exchange-class.ts';
import type { CandleHistory } from '../history/candle-history.ts';
import type { TradeHistory } from '../history/trade-history.ts';
import type { MarketRules, RulesQuestion } from '../market/market-rules.ts';
import type { MarketStream } from '../market/market-stream.ts';
import type { Ask, HttpOutcome, Venue } from '../port.ts';

/** How long a venue has to tell the rules of its markets; a list of all of them is long. */
export const RULES_TIMEOUT_MS = 5_000;

/** Where a venue is reached, and as whom. Addresses are scheme, host and port, without a path. */
export interface VenueAccess {
  readonly restUrl: string;
  /** Where market data comes from. */
  readonly streamUrl: string;
  /** Where the private socket is. */
  readonly sessionUrl: string;
  /** Where books by order come from, where they have a host of their own. */
  readonly level3Url?: string;
  /** Null for who only reads the market. */
  readonly account: VenueCredentials | null;
}

/** @throws where nobody is to be traded for, which is found out long before this is called */
export function accountOf({ account }: VenueAccess): VenueCredentials {
  assert(account !== null, 'who trades has an account');
  return account;
}

/**
 * The path of a private socket: where one host serves both, as a simulated venue does, the private
 * one has a path of its own.
 */
export function sessionUrlOf(
  { streamUrl, sessionUrl }: VenueAccess,
  paths: { readonly shared: string; readonly own: string },
): string {
  return sessionUrl + (sessionUrl === streamUrl ? paths.shared : paths.own);
}

/** What a venue knows a client by; what each part is, the kind of venue says. */
export interface VenueCredentials {
  readonly apiKey: string;
  readonly secret: string;
}

/** A venue of the configuration. */
export interface VenueSettings {
  readonly name: string;
  readonly symbols: readonly string[];
  /** What books are made of; levels where it is not said. */
  readonly depth?: BookDetail | undefined;
  readonly receiveWindowMs: number;
  readonly requestTimeoutMs: number;
}

/** A book by level, or by order with the queue of each level. */
export const BOOK_DETAILS = ['l2', 'l3'] as const;
export type BookDetail = (typeof BOOK_DETAILS)[number];

export interface OpenedVenue {
  readonly access: VenueAccess;
  readonly settings: VenueSettings;
  readonly instruments: readonly Instrument[];
  /** Of all who trade there; left out where the venue tells of changes by itself. */
  readonly rules?: MarketRules | undefined;
}

/** What a desk asks of a venue's rules before it opens. */
export interface InstrumentQuery {
  readonly request: HttpRequest;
  /** One sentence for the first thing that is wrong. The order is that of the symbols. */
  readonly decode: (outcome: HttpOutcome) => Result<readonly Instrument[], string>;
}

/** One connection of market data; see `MarketStream`. */
export interface StreamMaker {
  /** '' for the one with the books, else a word that no other of the venue has. */
  readonly name: string;
  readonly open: () => MarketStream;
}

/** What a venue can do that not every venue can. */
export interface VenueCapabilities {
  /** Whether the venue itself cancels when it is not asked to wait any longer. */
  readonly hasDeadMan: boolean;
  /** Whether single orders of its books are told, to whom it knows. */
  readonly tellsOrders: boolean;
  /** Whether it keeps icebergs, of which the smallest part may be a tenth. */
  readonly keepsIcebergs: boolean;
}

/** How venues of one kind are spoken to. There is one for each protocol, not for each account. */
export interface VenueKind {
  /** What ccxt calls it. */
  readonly exchange: ExchangeId;
  readonly capabilities: VenueCapabilities;
  /** What is traded there. */
  readonly contract: Contract;
  /** @param firstIndex index of the first instrument on the desk; the others follow */
  instruments(access: VenueAccess, settings: VenueSettings, firstIndex: number): InstrumentQuery;
  /** Left out where frames tell of halts and of rules that change. */
  rules?(access: VenueAccess, instruments: readonly Instrument[]): RulesQuestion;
  /** At least one; the first is the one with the books. */
  streams(
    opened: OpenedVenue,
    wants: { readonly trades: boolean; readonly options: boolean },
  ): readonly StreamMaker[];
  /** Trades that were missed, as everybody may ask for them. */
  history(opened: OpenedVenue): TradeHistory;
  /** What was traded in the minutes before, as everybody may ask for it. */
  candles(opened: OpenedVenue): CandleHistory;
  /**
   * Whether the account is set so that it may trade, where that can be set; if not, a sentence with
   * what was found and how to mend it.
   */
  checkAccount?(opened: OpenedVenue, ask: Ask): Promise<Result<null, string>>;
  trading(
    opened: OpenedVenue,
  ): Pick<Venue, 'session' | 'orders' | 'queries' | 'replyIn' | 'netOver' | 'deadMan' | 'facts'>;
}
