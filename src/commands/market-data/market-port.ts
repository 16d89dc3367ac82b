import type { Result } from '../../core/result.ts';
import type {
  AggregationReport,
  MarketRow,
  VenueRow,
} from '../../market/aggregation/aggregation.ts';
import type { BarKind } from '../../market/aggregation/market-series.ts';
import type { ExecutionQuote, ExecutionWish } from '../../market/aggregation/pair-market.ts';
import type { OneWay } from '../../market/latency/one-way.ts';

/** The markets of all venues taken together, as people ask for them. */
export interface MarketPort {
  report(): Promise<MarketReport>;
  /** One sentence when nobody knows the symbol, or the quantity is none. */
  quote(symbol: string, wish: ExecutionWish): Promise<Result<ExecutionQuote, string>>;
  /** Where each of our open limit orders stands. */
  queues(): Promise<readonly QueueRow[]>;
  /** What closed last, oldest first, at most `count` of each market that the symbol means. */
  bars(
    symbol: string,
    series: BarKind | 'buckets',
    count: number,
  ): Promise<Result<readonly (BarRow | BucketRow)[], string>>;
}

/** An order of ours in the queue of its price; sizes are decimal texts. */
export interface QueueRow {
  readonly market: string;
  readonly clientId: string;
  readonly side: string;
  readonly price: string;
  /** Of the order. */
  readonly left: string;
  /** What trades before it, exactly; null where the venue tells of levels alone. */
  readonly ahead: string | null;
  readonly ordersAhead: number | null;
  /** All that rests at its price; null without a live book. */
  readonly level: string | null;
}

export interface MarketReport extends Pick<AggregationReport, 'pairs' | 'failover' | 'crossings'> {
  readonly venues: readonly VenueReport[];
  readonly markets: readonly MarketLine[];
  /** Trades that were missed and are fetched again; null while nobody fetches. */
  readonly backfill: BackfillLine | null;
}

export interface BackfillLine {
  /** Gaps that are still to be fetched. */
  readonly waiting: number;
  /** Trades that were, since the desk or the actor began. */
  readonly fetched: number;
  /** Gaps that were tried too often, or for which there was no room. */
  readonly givenUp: number;
  /** Gaps that are too long to be fetched. */
  readonly tooLarge: number;
  /** Aggregates of which some trades had come. */
  readonly partly: number;
}

export interface VenueReport extends VenueRow {
  /** How far the venue's clock is ahead of ours, and how wrong that may be; null before a probe. */
  readonly clockAheadMs: number | null;
  readonly clockErrorMs: number | null;
}

export interface MarketLine extends MarketRow {
  /** Quality of the data of the hour so far, 0 … 100; null before there is one. */
  readonly score: number | null;
  /** Trades whose numbers never came. */
  readonly missing: number;
  /** Null before a trade, or before the clock of the venue is known. */
  readonly latency: OneWay | null;
}

/** Prices and sizes are decimal texts of the market's own grid. */
export interface BarRow {
  readonly market: string;
  /** Venue time, ISO 8601. */
  readonly openAt: string;
  readonly closeAt: string;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly quantity: string;
  readonly bought: string;
  readonly notional: number;
  readonly trades: number;
}

/** Mids stand between two prices of the grid, so they are numbers. */
export interface BucketRow {
  readonly market: string;
  /** Event time in microseconds: of the venue where it says one, else of our monotonic clock. */
  readonly startUs: number;
  readonly endUs: number;
  readonly events: number;
  readonly firstMid: number;
  readonly lastMid: number;
  readonly highMid: number;
  readonly lowMid: number;
}
