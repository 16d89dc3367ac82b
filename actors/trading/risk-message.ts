import type { LedgerEvent } from '../../src/execution/ledger.ts';
import type { OrderIntent } from '../../src/execution/order.ts';
import type { OrderUpdated } from '../../src/execution/order-manager.ts';
import type { QuoteMessage } from '../../src/market/quote.ts';
import type { RiskLimits } from '../../src/risk/limits.ts';
import type { WatchMessage } from '../../src/risk/watch/risk-watch.ts';

/** What risk is told. */
export type RiskMessage =
  | QuoteMessage
  | OrderUpdated
  | LedgerEvent
  /** An approved order that never left, so that it does not count any longer. */
  | { readonly kind: 'order-dropped'; readonly order: OrderIntent }
  | { readonly kind: 'adopt-limits'; readonly limits: RiskLimits }
  /** News for the controls. */
  | WatchMessage
  | { readonly kind: 'roll-day' }
  /** To itself: what was queued before this is in what was restored. */
  | { readonly kind: 'caught-up' };
