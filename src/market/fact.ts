/**
 * News of a market that is neither a quote nor a trade. They are rare and so told as they are,
 * with decimals where no order is made from them. Frozen.
 */
export type MarketFact =
  | {
      readonly kind: 'mark-priced';
      readonly instrument: number;
      readonly mark: number;
      readonly index: number;
      /** What a long pays a short at the next funding, as a fraction of its notional. */
      readonly fundingFraction: number;
      readonly nextFundingMs: number;
      readonly venueMs: number;
    }
  /** One forced order; venues publish a sample of them, so their sum is no total. */
  | {
      readonly kind: 'liquidation-sampled';
      readonly instrument: number;
      /** What the forced order does. */
      readonly side: 'buy' | 'sell';
      readonly ticks: number;
      readonly lots: number;
      readonly venueMs: number;
    }
  /** Contracts that are open in a market. */
  | {
      readonly kind: 'interest-measured';
      readonly instrument: number;
      readonly lots: number;
      readonly venueMs: number;
    }
  /** Who is long in a market, as a fraction of all who are counted; 0.5 is even. */
  | {
      readonly kind: 'positioning-measured';
      readonly instrument: number;
      readonly of: Positioning;
      readonly longFraction: number;
      readonly venueMs: number;
    }
  /** A trade in an option on the market. */
  | {
      readonly kind: 'option-traded';
      /** The market of what it is an option on. */
      readonly instrument: number;
      readonly right: 'call' | 'put';
      readonly takerSide: 'buy' | 'sell';
      /** Premium of one unit of base, in quote. */
      readonly price: number;
      /** In base. */
      readonly quantity: number;
      readonly venueMs: number;
    }
  /** A figure that a venue has a name for and no market: of an asset, an account, its options. */
  | {
      readonly kind: 'figure-told';
      readonly venue: string;
      /** What it is a figure of. */
      readonly subject: string;
      /** Its name, which ends with the unit where it has one. */
      readonly figure: string;
      readonly value: number;
      readonly venueMs: number;
    }
  /** What the venue says of itself, for all its markets. */
  | { readonly kind: 'venue-announced'; readonly venue: string; readonly status: VenueStatus };

/** `cancel-only` and `post-only` are stages on the way from `maintenance` back to `online`. */
export type VenueStatus = 'online' | 'cancel-only' | 'post-only' | 'limit-only' | 'maintenance';

/**
 * Who is counted: positions or accounts of the largest traders, or volume that takers bought.
 */
export type Positioning = 'top-positions' | 'top-accounts' | 'takers';
