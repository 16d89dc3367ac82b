import { isOwnClientId, strategyOfClientId } from '../core/ids.ts';
import { assert } from '../core/result.ts';
import { nanosOf } from '../core/units.ts';
import { type Amendment, hasTerms } from './amend/amendment.ts';
import { Inquiries } from './inquiries.ts';
import type { LedgerEvent } from './ledger.ts';
import {
  applyOrderEvent,
  type Incident,
  isEnded,
  type OrderEvent,
  type OrderIntent,
  type OrderRecord,
} from './order.ts';
import { type FillMemory, OrderTable } from './order-table.ts';
import type { Evidence } from './proof/evidence.ts';
import type { Report, VenueOrder, VenueTrade } from './report.ts';

/** An order as it is now, and the event that made it so. Frozen; told to all who care. */
export interface OrderUpdated {
  readonly kind: 'order-updated';
  readonly record: OrderRecord;
  readonly event: OrderEvent;
  readonly incident: Incident | null;
}

/** Where the manager's facts go. */
export interface OrderSink {
  /** Makes an event durable as far as its class demands. @throws when it cannot be journaled */
  journal(event: OrderEvent | LedgerEvent): void;
  /** Tells an update after it was journaled. */
  told(update: OrderUpdated | LedgerEvent): void;
}

/** What the journal remembers of orders that are no longer in memory. */
export interface OrderMemory {
  order(clientId: string): OrderRecord | undefined;
  readonly isBooked: FillMemory;
}

export interface OrderManagerOptions {
  readonly venue: string;
  readonly deskId: string;
  readonly instruments: readonly { readonly index: number; readonly symbol: string }[];
  readonly memory: OrderMemory;
  readonly sink: OrderSink;
}

type LaterEvent = Exclude<OrderEvent, { kind: 'order-submitted' }>;

/** Transfer ids kept to tell a repeated report. */
const TRANSFERS_KEPT = 1_000;
const NEVER_AMENDED = 'the venue has the order as it was';

/**
 * The orders of one venue from intent to proven end. Journal before send, unknown is a state of
 * its own, fills are counted once whoever tells them; what is no news leaves no trace.
 */
export class OrderManager {
  readonly table: OrderTable;
  readonly inquiries = new Inquiries();
  /** Fills booked since this object was made. */
  fillCount = 0;
  readonly #options: OrderManagerOptions;
  readonly #indexOf: ReadonlyMap<string, number>;
  /** Ends of orders of which a fill is still missing; each has an inquiry. */
  readonly #ends = new Map<string, Extract<Report, { kind: 'ended' }>>();
  readonly #transfers = new Set<string>();

  constructor(options: OrderManagerOptions) {
    this.#options = options;
    this.table = new OrderTable(options.memory.isBooked);
    this.#indexOf = new Map(options.instruments.map(({ symbol, index }) => [symbol, index]));
  }

  isOwn(clientId: string): boolean {
    return isOwnClientId(this.#options.deskId, clientId);
  }

  /** Journals the intent of an order that is about to be sent. @throws when it cannot be */
  submit(order: OrderIntent, evidence?: Evidence): void {
    const event = { kind: 'order-submitted', order } as const;
    // Only the journal, which copies it at once, sees the evidence: its memory is used again.
    this.#options.sink.journal(
      evidence === undefined ? event : { kind: 'order-submitted', order, evidence },
    );
    this.#tell(this.table.submit(order), event, null);
  }

  /** The order, also when it ended so long ago that only the journal knows it. */
  recordOf(clientId: string): OrderRecord | undefined {
    const known = this.table.get(clientId);
    if (known !== undefined || !this.isOwn(clientId)) return known;
    const recalled = this.#options.memory.order(clientId);
    if (recalled !== undefined) this.table.restore([recalled]);
    return recalled;
  }

  /** Books an event about an own order if it is news. @returns whether it was */
  record(event: LaterEvent): boolean {
    if (this.recordOf(event.clientId) === undefined) return false;
    const applied = this.table.preview(event);
    if (applied === null) return false;
    this.#options.sink.journal(event);
    this.table.commit(event, applied);
    if (event.kind === 'order-filled') this.fillCount += 1;
    if (isEnded(applied.record)) this.#ends.delete(event.clientId);
    this.#tell(applied.record, event, applied.incident);
    return true;
  }

  /** Journals other terms for an order, about to be sent. @throws when they cannot be */
  amend(clientId: string, amendment: Amendment, evidence?: Evidence): void {
    const record = this.table.get(clientId);
    assert(record !== undefined && !isEnded(record), 'what is amended is open');
    assert(record.amendment === null, 'one amendment of an order at a time');
    const event = { kind: 'amend-submitted', clientId, amendment } as const;
    this.#options.sink.journal(evidence === undefined ? event : { ...event, evidence });
    const applied = applyOrderEvent(record, event);
    this.table.commit(event, applied);
    this.#tell(applied.record, event, null);
  }

  /**
   * Books what the venue, asked for an order, says of its terms. Only an answer to a question
   * that was put after the last change counts: an older one may be true of what was before.
   *
   * @param asked the record when the question was put
   * @param isLate whether what had not been carried out by then never will be
   * @returns whether nothing is in doubt any more
   */
  learnTerms(asked: OrderRecord, found: VenueOrder, isLate: boolean): boolean {
    const { clientId } = asked.order;
    const record = this.recordOf(clientId);
    if (record === undefined) return true;
    const { amendment, order } = record;
    const isNews = amendment === asked.amendment && order === asked.order;
    if (!isNews || found.kind !== order.kind || found.kind === 'market' || isEnded(record))
      return amendment === null;
    const { ticks, lots } = found;
    const hasOld = hasTerms(found, order);
    if (amendment === null) {
      if (!hasOld) this.record({ kind: 'amend-accepted', clientId, ticks, lots });
      return true;
    }
    if (hasTerms(found, amendment)) this.record({ kind: 'amend-accepted', clientId, ticks, lots });
    else if (!isLate || found.isAmending) return false;
    else if (hasOld) this.record({ kind: 'amend-rejected', clientId, reason: NEVER_AMENDED });
    else this.record({ kind: 'amend-accepted', clientId, ticks, lots });
    return true;
  }

  onReport(report: Report): void {
    switch (report.kind) {
      case 'accepted':
        this.#accept(report.clientId, report.venueOrderId);
        return;
      case 'triggered':
        this.#triggered(report);
        return;
      case 'filled':
        this.#fill(report);
        return;
      case 'amended':
        this.#amended(report);
        return;
      case 'progressed':
        this.#progress(report);
        return;
      case 'ended':
        this.#end(report);
        return;
      case 'transferred':
        this.#transfer(report);
        return;
    }
  }

  /** Books a trade of an order that is not ours, once. */
  external(trade: VenueTrade): void {
    const { symbol, side, fill } = trade;
    const instrument = this.#indexOf.get(symbol);
    if (instrument === undefined || this.table.isKnownFill(instrument, fill.tradeId)) return;
    const { venue } = this.#options;
    this.#book({ kind: 'external-filled', venue, symbol, side, fill });
    this.table.rememberFill(instrument, fill.tradeId);
    this.fillCount += 1;
  }

  /** Takes over an own order that the venue has and the journal lost, from what the venue says. */
  adopt(order: VenueOrder): void {
    const instrument = this.#indexOf.get(order.symbol);
    if (instrument === undefined) return;
    this.submit({
      clientId: order.clientId,
      strategy: strategyOfClientId(order.clientId),
      venue: this.#options.venue,
      instrument,
      side: order.side,
      kind: order.kind,
      timeInForce: 'gtc',
      isPostOnly: false,
      isReduceOnly: false,
      ticks: order.ticks,
      lots: order.lots,
      ...(order.trigger === undefined ? {} : { trigger: order.trigger }),
      ...(order.shownLots === undefined ? {} : { shownLots: order.shownLots }),
      epoch: 0,
      decidedNs: nanosOf(0),
      deadlineNs: nanosOf(0),
    });
  }

  /** Books the proof that the venue does not have an order, in the words its past allows. */
  conclude(clientId: string, isOfThisBoot: boolean): void {
    const record = this.recordOf(clientId);
    if (record === undefined) return;
    if (record.venueOrderId !== '') {
      this.record({ kind: 'order-canceled', clientId, reason: 'vanished at the venue' });
    } else {
      const kind = isOfThisBoot ? 'order-unacked' : 'order-abandoned';
      this.record({ kind, clientId, reason: 'the venue does not know it' });
    }
  }

  #accept(clientId: string, venueOrderId: string): void {
    this.#name(clientId, venueOrderId);
    this.record({ kind: 'order-accepted', clientId, venueOrderId });
  }

  #triggered({ clientId, venueOrderId }: Extract<Report, { kind: 'triggered' }>): void {
    const record = this.recordOf(clientId);
    if (record?.order.trigger === undefined) return;
    if (record.venueOrderId === '') this.#accept(clientId, venueOrderId);
    this.#name(clientId, venueOrderId);
    this.record({ kind: 'order-triggered', clientId, venueOrderId });
  }

  /** Of what has more than one id, each is known: trades are told by them. */
  #name(clientId: string, venueOrderId: string): void {
    if (this.recordOf(clientId) !== undefined) this.table.name(clientId, venueOrderId);
  }

  #fill(report: Extract<Report, { kind: 'filled' }>): void {
    const { clientId, venueOrderId, symbol, side, fill } = report;
    const record = this.recordOf(clientId);
    if (record === undefined) {
      // An own order that the journal lost is taken over by reconciliation, with all its trades:
      // booked as somebody else's, this one could never be counted for the order.
      if (!this.isOwn(clientId)) this.external({ venueOrderId, symbol, side, fill });
      return;
    }
    if (record.venueOrderId === '') this.#accept(clientId, venueOrderId);
    this.table.name(clientId, venueOrderId);
    this.record({ kind: 'order-filled', clientId, fill });
    const ended = this.#ends.get(clientId);
    if (ended !== undefined) this.#end(ended);
  }

  /**
   * A stream tells late of what an answer has told already, so what it says of terms books nothing:
   * of terms that nobody here knows, the venue is asked.
   */
  #amended({ clientId, venueOrderId, ...terms }: Extract<Report, { kind: 'amended' }>): void {
    const record = this.recordOf(clientId);
    if (record === undefined || isEnded(record)) return;
    if (record.venueOrderId === '') this.#accept(clientId, venueOrderId);
    const isKnown = hasTerms(terms, record.order) || record.amendment !== null;
    if (!isKnown) this.inquiries.open(clientId, Number.POSITIVE_INFINITY, 0);
  }

  /** Has the venue asked, unless all is booked. It knows the order, so absence proves nothing. */
  #progress(report: Extract<Report, { kind: 'progressed' }>): void {
    const { clientId, venueOrderId, filledLots, hasEnded } = report;
    const record = this.recordOf(clientId);
    if (record === undefined) return;
    if (record.venueOrderId === '') this.#accept(clientId, venueOrderId);
    const isBooked = record.filledLots >= filledLots && (isEnded(record) || !hasEnded);
    if (!isBooked) this.inquiries.open(clientId, Number.POSITIVE_INFINITY, 0);
  }

  /** An order of which a fill is missing goes on counting until the venue has told of it. */
  #end(report: Extract<Report, { kind: 'ended' }>): void {
    const { clientId, how, reason, filledLots = 0 } = report;
    if (filledLots > (this.recordOf(clientId)?.filledLots ?? filledLots)) {
      this.#ends.set(clientId, report);
      this.inquiries.open(clientId, Number.POSITIVE_INFINITY, 0);
      return;
    }
    this.#ends.delete(clientId);
    this.inquiries.close(clientId);
    this.record({ kind: `order-${how}`, clientId, reason });
  }

  #transfer(report: Extract<Report, { kind: 'transferred' }>): void {
    const { transferId, asset, amount } = report;
    if (this.#transfers.has(transferId)) return;
    const reason = report.reason ?? (amount > 0n ? 'deposit' : 'withdrawal');
    this.#book({
      kind: 'transferred',
      venue: this.#options.venue,
      transferId,
      asset,
      amount,
      reason,
    });
    this.#transfers.add(transferId);
    if (this.#transfers.size > TRANSFERS_KEPT) {
      this.#transfers.delete(this.#transfers.values().next().value as string);
    }
  }

  #book(event: LedgerEvent): void {
    this.#options.sink.journal(event);
    this.#options.sink.told(event);
  }

  #tell(record: OrderRecord, event: OrderEvent, incident: Incident | null): void {
    this.#options.sink.told({ kind: 'order-updated', record, event, incident });
  }
}
