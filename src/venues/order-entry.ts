import type { Gate } from '../control/gate.ts';
import type { Clock } from '../core/env.ts';
import type { Instrument } from '../core/instrument.ts';
import { mayAmend } from '../execution/amend/amending.ts';
import { type Amendment, amendmentOf } from '../execution/amend/amendment.ts';
import { isFlattening } from '../execution/flatten/intent.ts';
import { keptBy } from '../execution/native/native-orders.ts';
import { isEnded, type OrderIntent, type OrderRecord } from '../execution/order.ts';
import type { OrderManager } from '../execution/order-manager.ts';
import type { EvidenceTrail } from '../execution/proof/evidence.ts';
import type { DeskMetrics } from '../ops/desk-metrics.ts';
import type { ApprovedAmendment, ApprovedOrder } from '../risk/approved-order.ts';
import type { DroppedKind } from '../risk/risk-desk.ts';
import type { Outgoing, RequestOutcome, Venue } from './port.ts';

/** A request about one order that has left and was not answered yet. */
interface Pending {
  readonly clientId: string;
  readonly what: 'place' | 'cancel' | 'amend';
  /** The terms that were asked for; null unless it amends. */
  readonly amendment: Amendment | null;
  readonly sentNs: number;
  /** Venue time after which the venue does not act on the request any more. */
  readonly validUntilMs: number;
}

export interface OrderEntryOptions {
  readonly venue: Venue;
  readonly gate: Gate;
  readonly manager: OrderManager;
  readonly instruments: readonly Instrument[];
  readonly metrics: DeskMetrics;
  readonly clock: Clock;
  /** The venue's clock, as far as it is known. */
  readonly venueMs: () => number;
  /** @returns false when nothing was handed to the socket */
  readonly send: (request: Outgoing, requestId: string) => boolean;
  /** Tells that an approved order, or amendment, was stopped before it was journaled. */
  readonly dropped: (kind: DroppedKind, order: OrderIntent) => void;
  /** The venue wants nothing for so long. */
  readonly throttled: (ms: number) => void;
  /** Told of every request that was not answered in time. */
  readonly overdue?: () => void;
  readonly requestTimeoutMs: number;
  readonly isClockReal: boolean;
  /** What led to the orders; absent where nobody notes it. */
  readonly evidence?: EvidenceTrail | undefined;
}

/**
 * The last hop: gate, journal, encode and sign, gate again, socket. No `await` lies between the
 * second look at the gate and the write, so no order whose check begins after a halt leaves.
 */
export class OrderEntry {
  readonly #options: OrderEntryOptions;
  readonly #pending = new Map<string, Pending>();
  /** Orders to cancel as soon as the venue has named them. */
  readonly #unnamed = new Set<string>();
  readonly #question = {
    venue: 0,
    instrument: 0,
    epoch: 0,
    isReduceOnly: false,
    isFlattening: false,
  };
  #requests = 0;

  constructor(options: OrderEntryOptions) {
    this.#options = options;
    this.#question.venue = options.venue.index;
  }

  place(order: ApprovedOrder): void {
    const { venue, gate, manager, clock, metrics, evidence } = this.#options;
    const startedNs = clock.mono();
    const instrument = this.#options.instruments[order.instrument] as Instrument;
    const isKept = keptBy(venue.orders.natives, order) === null;
    const refusal = isKept ? this.#ask(gate, order, startedNs) : 'not-kept';
    if (refusal !== null) {
      metrics.refused(refusal);
      this.#options.dropped('order-dropped', order);
      return;
    }
    const venueMs = this.#options.venueMs();
    const requestId = this.#nextId();
    const { receiveWindowMs } = venue.session;
    manager.submit(order, evidence?.of(order, this.#requests, venueMs, receiveWindowMs));
    metrics.orders += 1;
    const request = venue.orders.place(order, instrument, requestId, venueMs);
    const late = this.#ask(gate, order, clock.mono());
    const reason = late ?? (this.#options.send(request, requestId) ? null : unsent(request));
    if (reason !== null) {
      manager.record({ kind: 'order-refused', clientId: order.clientId, reason });
      metrics.refused(reason);
      return;
    }
    this.#await(requestId, order.clientId, 'place', venueMs);
    if (this.#options.isClockReal) metrics.submission.record(clock.mono() - startedNs);
  }

  /** The same way for other terms of an order that rests; see `mayAmend` for what goes it. */
  amend(change: ApprovedAmendment): void {
    const { venue, gate, manager, clock, metrics, evidence } = this.#options;
    const { wanted } = change;
    const { clientId } = wanted;
    const record = manager.recordOf(clientId);
    const amendment = amendmentOf(change);
    const isPossible = record !== undefined && mayAmend(record, amendment, venue.orders.amending);
    const refusal = isPossible ? this.#ask(gate, wanted, clock.mono()) : 'not-amendable';
    if (!isPossible || refusal !== null) {
      metrics.refused(refusal ?? 'not-amendable');
      this.#options.dropped('amend-dropped', wanted);
      return;
    }
    const instrument = this.#options.instruments[wanted.instrument] as Instrument;
    const venueMs = this.#options.venueMs();
    const requestId = this.#nextId();
    const { receiveWindowMs } = venue.session;
    const why = evidence?.of(wanted, this.#requests, venueMs, receiveWindowMs);
    manager.amend(clientId, amendment, why);
    metrics.amends += 1;
    const { venueOrderId } = record;
    const request = venue.orders.amend(change, venueOrderId, instrument, requestId, venueMs);
    const late = this.#ask(gate, wanted, clock.mono());
    const reason = late ?? (this.#options.send(request, requestId) ? null : unsent(request));
    if (reason !== null) {
      manager.record({ kind: 'amend-refused', clientId, reason });
      metrics.refused(reason);
      return;
    }
    this.#await(requestId, clientId, 'amend', venueMs, amendment);
  }

  /** An earlier incarnation failed with it in hand: what it did not journal never left. */
  accountFor(order: OrderIntent): void {
    if (this.#options.manager.recordOf(order.clientId) === undefined)
      this.#options.dropped('order-dropped', order);
  }

  /** Asks the venue to cancel an order, whatever the gate says. Harmless when it has ended. */
  cancel(clientId: string): void {
    const { manager, venue, metrics } = this.#options;
    const record = manager.recordOf(clientId);
    if (record === undefined || isEnded(record)) return;
    const instrument = this.#options.instruments[record.order.instrument] as Instrument;
    manager.record({ kind: 'cancel-submitted', clientId });
    const venueMs = this.#options.venueMs();
    const requestId = this.#nextId();
    const { venueOrderId, isWaiting } = record;
    const isPair = record.order.trigger?.kind === 'pair';
    const names = { clientId, venueOrderId, isWaiting, isPair };
    const request = venue.queries.cancel(names, instrument, requestId, venueMs);
    if (request === null) {
      this.#unnamed.add(clientId);
      return;
    }
    metrics.cancels += 1;
    if (!this.#options.send(request, requestId)) return;
    this.#await(requestId, clientId, 'cancel', venueMs);
  }

  /** The venue has named an order: a cancellation that waited for that leaves now. */
  onNamed(clientId: string): void {
    if (this.#unnamed.delete(clientId)) this.cancel(clientId);
  }

  /**
   * The quickest way to an empty book: one request for each instrument, ours or not, and one more
   * where orders with triggers are kept apart. These go last: they rest nowhere yet.
   */
  cancelAll(): void {
    const { venue, manager } = this.#options;
    const ours = this.#options.instruments.filter((each) => each.venue === venue.name);
    for (const instrument of ours) {
      const requestId = this.#nextId();
      const request = venue.queries.cancelAll(instrument, requestId, this.#options.venueMs());
      if (request !== null) this.#options.send(request, requestId);
      else this.#cancelEach(instrument, [...manager.table.open()]);
    }
    for (const instrument of ours) {
      const requestId = this.#nextId();
      const nowMs = this.#options.venueMs();
      const request = venue.queries.cancelAllWaiting?.(instrument, requestId, nowMs) ?? null;
      if (request !== null) this.#options.send(request, requestId);
    }
  }

  /** An id for a request that is not about one order. */
  nextRequestId(): string {
    return this.#nextId();
  }

  onReply(requestId: string, outcome: RequestOutcome): void {
    const pending = this.#pending.get(requestId);
    if (pending === undefined) return;
    this.#pending.delete(requestId);
    const { manager, metrics } = this.#options;
    const { clientId } = pending;
    if (outcome.kind === 'refused' && outcome.retryAfterMs > 0) {
      this.#options.throttled(outcome.retryAfterMs);
    }
    if (pending.what === 'amend') {
      this.#onAmendReply(pending, outcome);
    } else if (outcome.kind === 'unknown') {
      this.#doubt(pending, outcome.reason);
    } else if (pending.what === 'place' && outcome.kind === 'done') {
      const { venueOrderId } = outcome;
      if (venueOrderId === '') this.#doubt(pending, 'accepted without an order id');
      else manager.record({ kind: 'order-accepted', clientId, venueOrderId });
    } else if (pending.what === 'place' && outcome.kind === 'refused') {
      metrics.rejects += 1;
      manager.record({ kind: 'order-rejected', clientId, reason: outcome.reason });
    } else if (outcome.kind === 'refused') {
      // "Unknown order" is no proof of a cancellation: it may have filled, or never arrived.
      this.#doubt(pending, outcome.reason);
    }
  }

  /** The socket is gone: what was not answered is unknown. */
  onDisconnected(): void {
    for (const pending of this.#pending.values()) this.#doubt(pending, 'disconnected');
    this.#pending.clear();
  }

  /** Gives up on answers that are overdue. Requests are kept in the order in which they left. */
  expire(): void {
    const nowNs = this.#options.clock.mono();
    for (const [requestId, pending] of this.#pending) {
      if ((nowNs - pending.sentNs) / 1e6 < this.#options.requestTimeoutMs) return;
      this.#pending.delete(requestId);
      this.#options.overdue?.();
      this.#doubt(pending, `no answer within ${this.#options.requestTimeoutMs} ms`);
    }
  }

  #cancelEach({ index }: Instrument, open: readonly OrderRecord[]): void {
    for (const { order } of open) {
      if (order.instrument === index) this.cancel(order.clientId);
    }
  }

  #ask(gate: Gate, order: OrderIntent, nowNs: number): string | null {
    if (nowNs > order.deadlineNs) return 'stale-intent';
    const question = this.#question;
    question.instrument = order.instrument;
    question.epoch = order.epoch;
    question.isReduceOnly = order.isReduceOnly;
    question.isFlattening = isFlattening(order);
    return gate.check(question);
  }

  /**
   * A venue that has only taken the wish down is asked what it made of it. So is one that refused:
   * the order may have ended, which is why.
   */
  #onAmendReply(pending: Pending, outcome: RequestOutcome): void {
    const { clientId, amendment, validUntilMs } = pending;
    const { manager, venue, metrics, clock } = this.#options;
    const record = manager.recordOf(clientId);
    // A question may have been answered sooner, and other terms may be under way by now.
    if (record === undefined || amendment === null || record.amendment !== amendment) return;
    if (outcome.kind === 'unknown') {
      this.#doubt(pending, outcome.reason);
    } else if (outcome.kind === 'refused') {
      metrics.rejects += 1;
      manager.record({ kind: 'amend-rejected', clientId, reason: outcome.reason });
      this.#doubt(pending, outcome.reason);
    } else if (venue.orders.amending.isQueued) {
      manager.inquiries.openAmend(clientId, validUntilMs, clock.mono());
    } else {
      const { ticks, lots } = amendment;
      manager.record({ kind: 'amend-accepted', clientId, ticks, lots });
    }
  }

  #doubt({ clientId, what, amendment, validUntilMs }: Pending, reason: string): void {
    const { manager, clock } = this.#options;
    const record = manager.recordOf(clientId);
    if (record === undefined || isEnded(record)) return;
    if (amendment !== null && amendment === record.amendment) {
      manager.record({ kind: 'amend-outcome-unknown', clientId, reason });
      manager.inquiries.openAmend(clientId, validUntilMs, clock.mono());
      return;
    }
    if (what === 'place') manager.record({ kind: 'order-outcome-unknown', clientId, reason });
    manager.inquiries.open(clientId, validUntilMs, clock.mono());
  }

  #await(
    requestId: string,
    clientId: string,
    what: Pending['what'],
    venueMs: number,
    amendment: Amendment | null = null,
  ): void {
    const validUntilMs = venueMs + this.#options.venue.session.receiveWindowMs;
    const sentNs = this.#options.clock.mono();
    this.#pending.set(requestId, { clientId, what, amendment, sentNs, validUntilMs });
  }

  #nextId(): string {
    this.#requests += 1;
    return String(this.#requests);
  }
}

/** Why nothing was handed over: no socket, or no connection that could take an order at once. */
function unsent(request: Outgoing): string {
  return typeof request === 'string' ? 'disconnected' : 'no-free-line';
}
