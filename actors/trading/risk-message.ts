import type { Result } from '../../src/core/result.ts';
import type { LedgerEvent } from '../../src/execution/ledger.ts';
import type { OrderIntent } from '../../src/execution/order.ts';
import type { OrderUpdated } from '../../src/execution/order-manager.ts';
import type { QuoteMessage } from '../../src/market/quote.ts';
import type { ApprovedAmendment, ApprovedOrder, Refusal } from '../../src/risk/approved-order.ts';
import type { RiskLimits } from '../../src/risk/limits.ts';
import type { BookTold } from '../../src/risk/sizing/book-told.ts';
import type { WatchMessage } from '../../src/risk/watch/risk-watch.ts';
import type { ActorRef } from '../runtime/ref.ts';
import type { Dropped } from './submission.ts';

/** What risk is told. */
export type RiskMessage =
  | QuoteMessage
  | OrderUpdated
  | LedgerEvent
  /** It never left, so it does not count any longer. */
  | Dropped
  | { readonly kind: 'adopt-limits'; readonly limits: RiskLimits }
  /** News for the controls. */
  | WatchMessage
  | { readonly kind: 'roll-day' }
  /** Who works out sizes asks what is known. */
  | { readonly kind: 'tell-book'; readonly to: ActorRef<BookTold> }
  /** To itself: what was queued before this is in what was restored. */
  | { readonly kind: 'caught-up' };

/** What severities leave of an order. Both answer in constant time and allocate nothing. */
export interface Severities {
  /** Scale of its size, 0 … 1. */
  readonly sizeScale: (order: OrderIntent) => number;
  readonly isStrategyPaused: (strategy: string) => boolean;
}

/** What execution asks risk, in the lane, before every order. */
export type RiskAnswer = Result<ApprovedOrder, Refusal>;
/** The same before every amendment. */
export type AmendAnswer = Result<ApprovedAmendment, Refusal>;
