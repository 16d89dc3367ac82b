import { ok, type Result } from '../../core/result.ts';
import { NO_AMOUNT, type Ticks } from '../../core/units.ts';
import type { Clearing } from './clearing.ts';
import {
  decodeRecord,
  encodeRecord,
  type RecordFault,
  type RecordStore,
  type StateRecord,
  type VenueRecord,
} from './records.ts';

/** The record could not be written: what followed from it did not happen. */
export class RecordLost extends Error {
  override readonly name = 'RecordLost';
}

/** Numbers that one reservation covers: a record every few hours of a lively market. */
const BLOCK = 1_000_000;

/** Numbers that never come twice, whatever happens to the process: blocks are recorded first. */
export class Numbers {
  #next: number;
  #end: number;
  readonly #reserve: (end: number) => void;

  constructor(start: number, reserve: (end: number) => void) {
    this.#next = start;
    this.#end = start;
    this.#reserve = reserve;
  }

  /** The number that was taken last. */
  get last(): number {
    return this.#next - 1;
  }

  take(): number {
    if (this.#next === this.#end) {
      this.#reserve(this.#end + BLOCK);
      this.#end += BLOCK;
    }
    this.#next += 1;
    return this.#next - 1;
  }
}

/**
 * Writes a record, then books it: nothing is true before it is in the log. Now and then the whole
 * state is written again, so that a start reads a bounded number of records.
 */
export class VenueLog {
  readonly #store: RecordStore | null;
  readonly #clearing: Clearing;
  readonly #snapshotEvery: number;
  readonly #ends = new Map<string, number>();
  readonly #anchors = new Map<string, Ticks>();
  #sinceSnapshot = 0;

  /** @param store null keeps nothing beyond this process */
  constructor(store: RecordStore | null, clearing: Clearing, snapshotEvery: number) {
    this.#store = store;
    this.#clearing = clearing;
    this.#snapshotEvery = snapshotEvery;
  }

  /**
   * Reads what an earlier process left: the last snapshot that is complete, and what came after it.
   * What stands before it is passed over, for its beginning may be gone with an old segment; so is
   * a snapshot that was cut short.
   *
   * @returns number of records read
   */
  recover(): Result<number, RecordFault> {
    let count = 0;
    let base: readonly StateRecord[] = [];
    let since: StateRecord[] = [];
    let snapshot: StateRecord[] = [];
    for (const { sequence, payload } of this.#store?.read() ?? []) {
      const decoded = decodeRecord(sequence, payload);
      if (!decoded.ok) return decoded;
      const record = decoded.value;
      count += 1;
      if (record.kind === 'snapshot-begun') {
        snapshot = [];
      } else if (record.kind === 'kept') {
        snapshot.push(record.state);
      } else if (record.kind === 'snapshot-ended') {
        base = snapshot;
        since = [];
      } else {
        since.push(record);
      }
    }
    for (const record of [...base, ...since]) this.#apply(record);
    this.#sinceSnapshot = since.length;
    return ok(count);
  }

  /** @throws RecordLost when the log does not take it */
  record(record: StateRecord): void {
    this.#append(record);
    this.#apply(record);
  }

  /** Numbers of a name, from where an earlier process may have come to. */
  numbers(name: string): Numbers {
    return new Numbers(this.#ends.get(name) ?? 1, (end) => {
      this.record({ kind: 'numbers-reserved', name, end });
    });
  }

  anchorOf(symbol: string): Ticks | null {
    return this.#anchors.get(symbol) ?? null;
  }

  /** Writes a snapshot when one is due. For moments at which the state is consistent. */
  settle(): void {
    const isDue = this.#store !== null && this.#sinceSnapshot >= this.#snapshotEvery;
    if (isDue) this.snapshot();
  }

  /** Writes the whole state; older records may go. */
  snapshot(): void {
    const begun = this.#append({ kind: 'snapshot-begun' });
    for (const state of this.#state()) this.#append({ kind: 'kept', state });
    this.#append({ kind: 'snapshot-ended' });
    this.#store?.sync();
    // What replaces the older records must be on the medium before they go.
    if (this.#store !== null && this.#store.fault !== null) {
      throw new RecordLost(this.#store.fault.kind);
    }
    this.#store?.dropBelow(begun);
    this.#sinceSnapshot = 0;
  }

  close(): void {
    this.#store?.sync();
    this.#store?.close();
  }

  #append(record: VenueRecord): number {
    if (this.#store === null) return 0;
    const payload = encodeRecord(record);
    const sequence = this.#store.append(payload, payload.length);
    if (sequence < 0) throw new RecordLost(this.#store.fault?.kind ?? 'refused');
    this.#sinceSnapshot += 1;
    return sequence;
  }

  #apply(record: StateRecord): void {
    if (record.kind === 'numbers-reserved') this.#ends.set(record.name, record.end);
    else if (record.kind === 'price-anchored') this.#anchors.set(record.symbol, record.ticks);
    else this.#clearing.apply(record);
  }

  *#state(): Iterable<StateRecord> {
    const { accounts, crowd, fees, transfers } = this.#clearing;
    for (const [name, end] of this.#ends) yield { kind: 'numbers-reserved', name, end };
    for (const [symbol, ticks] of this.#anchors) yield { kind: 'price-anchored', symbol, ticks };
    for (const [asset, total] of transfers) yield { kind: 'transfers-kept', asset, total };
    for (const [account, amounts] of [[null, crowd] as const, ['', fees] as const]) {
      for (const [asset, free] of amounts) {
        yield { kind: 'balance-kept', account, asset, free, locked: NO_AMOUNT };
      }
    }
    yield* this.#clearing.moreState();
    for (const account of accounts.values()) {
      const { name, droppedOrders, droppedTrades } = account;
      yield { kind: 'dropped-kept', account: name, orders: droppedOrders, trades: droppedTrades };
      for (const [asset, { free, locked }] of account.balances) {
        yield { kind: 'balance-kept', account: name, asset, free, locked };
      }
      for (const order of account.ended.values()) yield { kind: 'order-kept', order };
      for (const order of account.open.values()) yield { kind: 'order-kept', order };
      for (const trade of account.trades.values()) {
        yield { kind: 'trade-kept', account: name, trade };
      }
    }
  }
}
