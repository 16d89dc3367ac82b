import type { Side } from '../../../execution/order.ts';

/**
 * What is left of a venue's frame once its dialect is gone. Prices and amounts are decimal texts:
 * the venue's own digits, or the shortest that give the double it sent. A field that the venue
 * leaves out is null. Times are milliseconds since the Unix epoch with microseconds as fraction.
 */
export type Normalised =
  | NormalisedTrade
  | NormalisedBookChange
  | NormalisedBookTicker
  | NormalisedDerivativeTicker
  | NormalisedOptionSummary;

interface Stamped {
  readonly symbol: string;
  /** The venue's clock; the collector's where the frame tells no time. */
  readonly venueMs: number;
  readonly localMs: number;
}

/** A trade, or the same once more as the liquidation that it was. */
export interface NormalisedTrade extends Stamped {
  readonly kind: 'trade' | 'liquidation';
  readonly id: string | null;
  readonly price: string;
  readonly amount: string;
  /** The taker's side; of a liquidation the side of whoever was liquidated. */
  readonly side: Side;
}

export type NormalisedLevel = readonly [price: string, amount: string];

export interface NormalisedBookChange extends Stamped {
  readonly kind: 'book-change';
  /** All levels there are, instead of those that changed. */
  readonly isSnapshot: boolean;
  /** An amount of 0 means that the level is gone. */
  readonly bids: readonly NormalisedLevel[];
  readonly asks: readonly NormalisedLevel[];
}

export interface NormalisedBookTicker extends Stamped {
  readonly kind: 'book-ticker';
  readonly bidPrice: string | null;
  readonly bidAmount: string | null;
  readonly askPrice: string | null;
  readonly askAmount: string | null;
}

export interface NormalisedDerivativeTicker extends Stamped {
  readonly kind: 'derivative-ticker';
  readonly lastPrice: number | null;
  readonly openInterest: number | null;
  /** Fraction per funding interval, as the venue states it. */
  readonly fundingRate: number | null;
  readonly fundingMs: number | null;
  readonly predictedFundingRate: number | null;
  readonly indexPrice: number | null;
  readonly markPrice: number | null;
}

export interface NormalisedOptionSummary extends Stamped {
  readonly kind: 'option-summary';
  readonly optionType: 'call' | 'put';
  readonly strikePrice: number;
  readonly expirationMs: number;
  readonly bestBidPrice: number | null;
  readonly bestBidAmount: number | null;
  /** Implied volatilities in percent a year. */
  readonly bestBidIv: number | null;
  readonly bestAskPrice: number | null;
  readonly bestAskAmount: number | null;
  readonly bestAskIv: number | null;
  readonly lastPrice: number | null;
  readonly openInterest: number | null;
  readonly markPrice: number | null;
  readonly markIv: number | null;
  readonly delta: number | null;
  readonly gamma: number | null;
  readonly vega: number | null;
  readonly theta: number | null;
  readonly rho: number | null;
  readonly underlyingPrice: number | null;
  readonly underlyingIndex: string;
}
