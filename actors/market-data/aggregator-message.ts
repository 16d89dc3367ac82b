import type { Result } from '../../src/core/result.ts';
import type {
  AggregationReport,
  SeriesRows,
  WordFault,
} from '../../src/market/aggregation/aggregation.ts';
import type { BarKind } from '../../src/market/aggregation/market-series.ts';
import type {
  ExecutionFault,
  ExecutionQuote,
  ExecutionWish,
} from '../../src/market/aggregation/pair-market.ts';
import type { Bar } from '../../src/market/bars/bar.ts';
import type { EventBucket } from '../../src/market/bars/event-buckets.ts';
import type { OrderPlace, PlacedOrder } from '../../src/market/consolidated/book-shelf.ts';
import type { MarketFact } from '../../src/market/fact.ts';
import type { QuoteMessage } from '../../src/market/quote.ts';
import type { TradePrinted } from '../../src/market/trade.ts';
import type { VenueNews } from '../../src/risk/watch/venue-watch.ts';
import type { Reply } from '../runtime/ref.ts';

export type QuoteAnswer = Result<ExecutionQuote, ExecutionFault | WordFault>;
export type BarsAnswer = Result<readonly SeriesRows<Bar | EventBucket>[], WordFault>;

export type AggregatorMessage =
  | QuoteMessage
  | TradePrinted
  | MarketFact
  | VenueNews
  | { readonly kind: 'watch' }
  | { readonly kind: 'report'; readonly reply: Reply<AggregationReport> }
  | {
      readonly kind: 'place';
      readonly orders: readonly PlacedOrder[];
      readonly reply: Reply<readonly OrderPlace[]>;
    }
  | {
      readonly kind: 'price';
      /** A pair, or a venue's own name of a market. */
      readonly symbol: string;
      readonly wish: ExecutionWish;
      readonly reply: Reply<QuoteAnswer>;
    }
  | {
      readonly kind: 'tell-bars';
      readonly symbol: string;
      readonly series: BarKind | 'buckets';
      readonly count: number;
      readonly reply: Reply<BarsAnswer>;
    };
