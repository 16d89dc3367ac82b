import type { Instrument } from '../core/instrument.ts';
import type { BarClosed, BarKind, BucketClosed } from '../market/aggregation/market-series.ts';
import { MarketMaking, type MarketMakingSettings, type TopOfBook } from './market-making.ts';
import type { SizeHeld } from './size-held.ts';

/**
 * A strategy on one market as its actor drives it: quotes come to `decide`, and what closes in its
 * market to whichever of the others it has. After `decide` the four fields hold what it wants.
 */
export interface Strategy {
  readonly bidTicks: number;
  readonly bidLots: number;
  readonly askTicks: number;
  readonly askLots: number;
  /** What of each quote the book shows at a time, up to 1: all of it. */
  readonly shownShare: number;
  /** One-second volatility as a fraction. */
  readonly volatility: number;
  /** @param size what position and order are held to; without it nothing is */
  decide(top: TopOfBook, inventoryLots: number, size?: SizeHeld): void;
  /** There is no market to quote from. */
  withdraw(): void;
  adopt(settings: MarketMakingSettings): void;
  /** Writes its memory, nine numbers, so that the next decision can be made again from them. */
  save(into: Float64Array, at: number): void;
  onBar?(closed: BarClosed): void;
  onBucket?(closed: BucketClosed): void;
}

/** How strategies of one kind are made, and what they hear beside the quotes of their market. */
export interface StrategyKind {
  readonly make: (instrument: Instrument, settings: MarketMakingSettings) => Strategy;
  readonly hears: readonly (BarKind | 'buckets')[];
}

/** Every kind of strategy that a desk can run, by its name in the configuration. */
export const STRATEGY_KINDS: Readonly<Record<MarketMakingSettings['kind'], StrategyKind>> = {
  'market-making': {
    make: (instrument, settings) => new MarketMaking(instrument, settings),
    // It measures volatility itself, from every quote.
    hears: [],
  },
};
