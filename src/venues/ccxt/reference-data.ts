/**
 * What is rare and wide, and so is asked through ccxt: metadata, trades, funding, polls.
 * Plain facts that cross a thread; amounts are decimal texts as the venue wrote them.
 */

export interface ReferenceMarket {
  /** The venue's own name. */
  readonly id: string;
  /** `BTC/USDT`, or `BTC/USDT:USDT` for a perpetual. */
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly isActive: boolean;
  readonly isContract: boolean;
  readonly tick: string;
  readonly lot: string;
  /** Null where the venue states none. */
  readonly quantityMin: string | null;
  readonly quantityMax: string | null;
  readonly notionalMin: string | null;
  /** Fractions of the notional; null where the venue does not say. */
  readonly makerFee: string | null;
  readonly takerFee: string | null;
}

export interface ReferenceTrade {
  readonly id: string;
  readonly venueMs: number;
  readonly side: 'buy' | 'sell';
  readonly price: string;
  readonly quantity: string;
}

export interface ReferenceFunding {
  readonly venueMs: number;
  /** A fraction of the notional. */
  readonly rate: string;
}

export interface ReferenceInterest {
  readonly venueMs: number;
  /** In base, or in contracts where the venue counts those. */
  readonly quantity: string;
}

export interface ReferenceOrder {
  readonly id: string;
  /** '' where the order has none of ours. */
  readonly clientId: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly price: string | null;
  readonly quantity: string;
  readonly filled: string;
}

/** Total by asset, without those that are 0. */
export type ReferenceBalances = Readonly<Record<string, string>>;

/** What may be asked, with the answer of each. */
export interface ReferenceAnswers {
  readonly markets: readonly ReferenceMarket[];
  readonly trades: readonly ReferenceTrade[];
  readonly funding: readonly ReferenceFunding[];
  readonly 'open-interest': ReferenceInterest;
  readonly 'open-orders': readonly ReferenceOrder[];
  readonly balances: ReferenceBalances;
}

export type ReferenceQuestion =
  | { readonly kind: 'markets' }
  | {
      readonly kind: 'trades' | 'funding';
      readonly symbol: string;
      /** Null for the latest. */
      readonly sinceMs: number | null;
      readonly limit: number;
    }
  | { readonly kind: 'open-interest'; readonly symbol: string }
  | { readonly kind: 'open-orders'; readonly symbol: string }
  | { readonly kind: 'balances' };

export type AnswerTo<Q extends ReferenceQuestion> = ReferenceAnswers[Q['kind']];

/** Why a question was not answered. */
export type ReferenceFault =
  /** Too many are waiting; nothing was sent. */
  | { readonly kind: 'busy'; readonly waiting: number; readonly most: number }
  | { readonly kind: 'timeout'; readonly ms: number }
  /** The thread ended; whether the venue was asked is not known. */
  | { readonly kind: 'crashed'; readonly detail: string }
  /** The venue, or ccxt, said no: the name of ccxt's error and what it said. */
  | { readonly kind: 'refused'; readonly name: string; readonly detail: string }
  | { readonly kind: 'closed' };
