import type { Gate } from '../control/gate.ts';
import type { Clock, Net } from '../core/env.ts';
import type { Instrument } from '../core/instrument.ts';
import type { Result } from '../core/result.ts';
import type { Rng } from '../core/rng.ts';
import type { BalanceDifference, Balances, LedgerEvent } from '../execution/ledger.ts';
import type { OrderEvent, OrderIntent, OrderRecord } from '../execution/order.ts';
import type { OrderMemory, OrderUpdated } from '../execution/order-manager.ts';
import type { EvidenceTrail } from '../execution/proof/evidence.ts';
import type { ReconcileOutcome, VenueReconciled } from '../execution/reconciliation.ts';
import type { DeskMetrics } from '../ops/desk-metrics.ts';
import type { Log } from '../ops/log.ts';
import type { DroppedKind } from '../risk/risk-desk.ts';
import type { VenueNews } from '../risk/watch/venue-watch.ts';
import type { Outgoing, Venue } from './port.ts';
import type { VenueQuiet } from './session/quiet-time.ts';

/** What the journal knows of one venue at a start. */
export interface VenueMemory extends OrderMemory {
  readonly openOrders: readonly OrderRecord[];
  /** Last trade of each instrument known to be booked with all before, by index. */
  readonly marks: ReadonlyMap<number, string>;
}

export interface VenueDeskOptions {
  readonly venue: Venue;
  readonly instruments: readonly Instrument[];
  readonly deskId: string;
  /** Whether a client order id was made since this process started. */
  readonly isOfThisBoot: (clientId: string) => boolean;
  readonly net: Net;
  readonly gate: Gate;
  readonly metrics: DeskMetrics;
  readonly requestTimeoutMs: number;
  /** Whether latencies mean anything: not under a virtual clock. */
  readonly isClockReal: boolean;
  /** Outlives this desk; absent where it is known to one incarnation alone. */
  readonly quiet?: VenueQuiet;
  /** What led to the orders; absent where nobody notes it. */
  readonly evidence?: EvidenceTrail | undefined;
  /** @throws when it cannot be journaled */
  readonly journal: (event: OrderEvent | LedgerEvent | VenueReconciled) => void;
  readonly log: Log;
}

/** What the desk needs of the actor around it; nothing of it works once the actor is gone. */
export interface VenueDeskPort {
  readonly path: string;
  readonly clock: Clock;
  readonly random: Rng;
  fenced<A extends unknown[]>(callback: (...args: A) => void): (...args: A) => void;
  /**
   * Hands a request to the socket, or over HTTP to the venue: its outcome is then told by
   * `onAnswered` under the same id.
   *
   * @returns false when nothing was handed over
   */
  send(request: Outgoing, requestId: string): boolean;
  /** Opens the socket. */
  open(url: string): void;
  /** It cannot be opened, which is told like the end of a connection. */
  notOpened(why: string): void;
  told(update: OrderUpdated | LedgerEvent): void;
  /** An approved order, or approved terms for one, that were stopped before they were journaled. */
  dropped(kind: DroppedKind, order: OrderIntent): void;
  compare(balances: Balances): Promise<Result<readonly BalanceDifference[], string>>;
  adjust(differences: readonly BalanceDifference[]): void;
  pause(ms: number): Promise<void>;
  /** Calls back later, once, replacing an earlier wish of the same name. */
  later(what: 'try-again' | 'lift-throttle', ms: number): void;
  runEnded(outcome: ReconcileOutcome): void;
  tellRisk(news: VenueNews): void;
  tellControl(
    news:
      | { readonly kind: 'venue-connected' }
      | { readonly kind: 'venue-lost'; readonly reason: string }
      | { readonly kind: 'venue-reconciled'; readonly token: number }
      | { readonly kind: 'venue-stuck'; readonly reason: string },
  ): void;
}
