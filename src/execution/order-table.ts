import { assert } from '../core/result.ts';
import { hasTerms } from './amend/amendment.ts';
import {
  type Applied,
  applyOrderEvent,
  isEnded,
  type OrderEvent,
  type OrderIntent,
  type OrderRecord,
  submitted,
} from './order.ts';

/** Ended orders kept in memory for late reports; older ones are asked of the journal. */
export const ENDED_KEPT = 10_000;
/** Ids of one order at its venue: an order that wakes may get another, and a pair has several. */
const NAMES_MAX = 8;

/** Whether a fill was booked by an order that is no longer in memory. */
export type FillMemory = (instrument: number, tradeId: string) => boolean;

/**
 * The orders of one venue: every open one and the latest that ended. It decides what is news:
 * a fill that was seen before is a duplicate wherever it comes from (stream, poll, restart).
 */
export class OrderTable {
  readonly #records = new Map<string, OrderRecord>();
  /** Client ids that are not ended, in order of submission. */
  readonly #open = new Set<string>();
  readonly #ended: string[] = [];
  readonly #fills = new Set<string>();
  readonly #fillsOf = new Map<string, string[]>();
  readonly #foreign: string[] = [];
  readonly #clientIds = new Map<string, string>();
  readonly #namesOf = new Map<string, string[]>();
  readonly #isBooked: FillMemory;

  constructor(isBooked: FillMemory) {
    this.#isBooked = isBooked;
  }

  /** Takes over what the journal knows, at a start. */
  restore(records: Iterable<OrderRecord>): void {
    for (const record of records) this.#put(record);
  }

  submit(order: OrderIntent): OrderRecord {
    assert(!this.#records.has(order.clientId), `client id ${order.clientId} is new`);
    const record = submitted(order);
    this.#put(record);
    return record;
  }

  get(clientId: string): OrderRecord | undefined {
    return this.#records.get(clientId);
  }

  /** The client id behind a venue's order id; undefined when it is not in memory. */
  clientIdOf(venueOrderId: string): string | undefined {
    return this.#clientIds.get(venueOrderId);
  }

  /** Notes another id under which a venue tells of an order. */
  name(clientId: string, venueOrderId: string): void {
    if (venueOrderId === '' || this.#clientIds.has(venueOrderId)) return;
    const names = this.#namesOf.get(clientId);
    if (names === undefined) this.#namesOf.set(clientId, [venueOrderId]);
    else if (names.length < NAMES_MAX) names.push(venueOrderId);
    else return;
    this.#clientIds.set(venueOrderId, clientId);
  }

  /** Orders that may still trade, oldest first. */
  *open(): Generator<OrderRecord> {
    for (const clientId of this.#open) yield this.#records.get(clientId) as OrderRecord;
  }

  get openCount(): number {
    return this.#open.size;
  }

  isKnownFill(instrument: number, tradeId: string): boolean {
    return this.#fills.has(fillKey(instrument, tradeId)) || this.#isBooked(instrument, tradeId);
  }

  /** Remembers a fill that belongs to no order of ours. The latest few thousand are kept. */
  rememberFill(instrument: number, tradeId: string): void {
    const key = fillKey(instrument, tradeId);
    this.#fills.add(key);
    this.#foreign.push(key);
    if (this.#foreign.length > ENDED_KEPT) this.#fills.delete(this.#foreign.shift() as string);
  }

  /**
   * What an event would do, without doing it: null when it is no news (an unknown order, a fill
   * that was booked before, a report that changes nothing).
   */
  preview(event: Exclude<OrderEvent, { kind: 'order-submitted' }>): Applied | null {
    const record = this.#records.get(event.clientId);
    if (record === undefined) return null;
    if (event.kind === 'order-filled') {
      if (this.isKnownFill(record.order.instrument, event.fill.tradeId)) return null;
    }
    const applied = applyOrderEvent(record, event);
    return isSame(record, applied.record) && applied.incident === null ? null : applied;
  }

  /** Takes an event that was news and has been journaled. */
  commit(event: Exclude<OrderEvent, { kind: 'order-submitted' }>, applied: Applied): void {
    if (event.kind === 'order-filled') this.#remember(applied.record, event.fill.tradeId);
    this.#put(applied.record);
  }

  #put(record: OrderRecord): void {
    const { clientId } = record.order;
    const wasEnded = this.#records.has(clientId) && !this.#open.has(clientId);
    this.#records.set(clientId, record);
    this.name(clientId, record.venueOrderId);
    if (!isEnded(record)) {
      this.#open.add(clientId);
    } else if (!wasEnded) {
      this.#open.delete(clientId);
      this.#ended.push(clientId);
      if (this.#ended.length > ENDED_KEPT) this.#forget(this.#ended.shift() as string);
    }
  }

  #remember(record: OrderRecord, tradeId: string): void {
    const { clientId, instrument } = record.order;
    const key = fillKey(instrument, tradeId);
    this.#fills.add(key);
    const known = this.#fillsOf.get(clientId);
    if (known === undefined) this.#fillsOf.set(clientId, [key]);
    else known.push(key);
  }

  #forget(clientId: string): void {
    // A fill after the end can have opened it again.
    if (this.#open.has(clientId)) return;
    for (const name of this.#namesOf.get(clientId) ?? []) this.#clientIds.delete(name);
    this.#namesOf.delete(clientId);
    this.#records.delete(clientId);
    for (const key of this.#fillsOf.get(clientId) ?? []) this.#fills.delete(key);
    this.#fillsOf.delete(clientId);
  }
}

function fillKey(instrument: number, tradeId: string): string {
  return `${instrument}|${tradeId}`;
}

function isSame(before: OrderRecord, after: OrderRecord): boolean {
  return (
    before.status === after.status &&
    before.venueOrderId === after.venueOrderId &&
    before.filledLots === after.filledLots &&
    before.isCancelRequested === after.isCancelRequested &&
    before.isWaiting === after.isWaiting &&
    before.amendment === after.amendment &&
    before.isAmendUnknown === after.isAmendUnknown &&
    hasTerms(before.order, after.order) &&
    before.reason === after.reason
  );
}
