import type { Instrument } from '../../core/instrument.ts';
import { assert, err, ok, type Result } from '../../core/result.ts';
import type { Amount } from '../../core/units.ts';
import type { BackfillJob } from '../../market/quality/backfill.ts';
import type { CodecFault, JournalRecord } from '../journal/codec.ts';
import { decodeRecord } from '../journal/codec.ts';
import type { JournalEvent } from '../journal/event-table.ts';
import type { LogRecord } from '../record-reader.ts';
import { CHAIN_START, Chain } from './chain.ts';
import { streamOf } from './event-stream.ts';
import { PROJECTIONS, ProjectionTables, type StoredPosition } from './projection-tables.ts';
import { type IntegrityError, project, type StoredOrder } from './projections.ts';
import { Snapshots } from './snapshots.ts';
import { type StreamHead, streamTable } from './stream-table.ts';
import {
  behind,
  entriesOf,
  keyText,
  LAST_KEY,
  numberedKey,
  SEQUENCE_BYTES,
  sequenceKey,
  sequenceOfKey,
  type Tables,
  type TablesFault,
  textKey,
  writeSequence,
} from './tables.ts';
import { WriteBehind } from './write-behind.ts';

/** Version that a stream must have for an append: events it holds, or a claim about them. */
export type ExpectedVersion = number | 'any' | 'none' | 'exists';

export type StoreFault =
  | TablesFault
  | CodecFault
  | {
      readonly kind: 'wrong-expected-version';
      readonly stream: string;
      readonly expected: ExpectedVersion;
      /** Events in the stream. */
      readonly actual: number;
    }
  | {
      readonly kind: 'wrong-stream';
      readonly stream: string;
      readonly sequence: number;
      readonly belongsTo: string;
    }
  | { readonly kind: 'sequence-gap'; readonly expected: number; readonly found: number };

type RecordOf<K extends JournalEvent['kind']> = JournalRecord & {
  readonly event: Extract<JournalEvent, { readonly kind: K }>;
};

/**
 * The journal's records by sequence and by stream, with the projections that follow from them. One
 * writer, which appends in the order of the log; any number of readers. Everything that an append
 * changes is in one transaction.
 */
export class EventStore {
  readonly snapshots: Snapshots;
  readonly #tables: Tables;
  readonly #projections: ProjectionTables;
  readonly #streams: WriteBehind<StreamHead>;
  readonly #running = new Chain();
  readonly #sequence = Buffer.alloc(SEQUENCE_BYTES);

  constructor(tables: Tables) {
    this.#tables = tables;
    this.#streams = new WriteBehind(streamTable(tables));
    this.snapshots = new Snapshots(tables, this);
    this.#projections = new ProjectionTables(tables);
  }

  /** Takes over the next records of the log, whatever their streams: all of them or none. */
  apply(records: readonly LogRecord[]): Result<number, StoreFault> {
    return this.#batch(() => this.#append(records, null));
  }

  /**
   * The same for records of one stream, on condition of its version.
   *
   * @returns the new version of the stream and the head of the log
   */
  append(
    stream: string,
    expected: ExpectedVersion,
    records: readonly LogRecord[],
  ): Result<{ version: number; sequence: number }, StoreFault> {
    return this.#batch(() => {
      const actual = this.version(stream);
      if (!isExpected(expected, actual)) {
        return err<StoreFault>({ kind: 'wrong-expected-version', stream, expected, actual });
      }
      const head = this.#append(records, stream);
      return head.ok ? ok({ version: actual + records.length, sequence: head.value }) : head;
    });
  }

  /** Sequence of the last record; 0 when there is none. */
  head(): number {
    const head = this.#tables.get('ckpt', INLINE);
    return head === null ? 0 : sequenceOfKey(head);
  }

  /** The bytes of a record as the log had them; null when there is no such record. */
  payloadAt(sequence: number): Uint8Array | null {
    return this.#tables.get('log', sequenceKey(sequence));
  }

  /** Events in a stream. */
  version(stream: string): number {
    return this.#streams.get(keyText(stream))?.version ?? 0;
  }

  /** Running SHA-256 over all records, in hex: the same journal has the same chain. */
  chain(): string {
    return Buffer.from(this.#chain()).toString('hex');
  }

  /** Records from a sequence on, oldest first. @throws BrokenInvariant when one is damaged */
  *readAll(from: number): Generator<JournalRecord> {
    for (const { key, value } of entriesOf(this.#tables, 'log', sequenceKey(from), LAST_KEY)) {
      yield recordOf(sequenceOfKey(key), value);
    }
  }

  /** Records of a stream from a version on, the first of which is 1. */
  *readStream(stream: string, from = 1): Generator<JournalRecord> {
    const start = numberedKey(stream, from);
    const end = behind(textKey(stream));
    for (const { value } of entriesOf(this.#tables, 'idx', start, end)) {
      yield this.#recordAt(sequenceOfKey(value));
    }
  }

  order(clientId: string): StoredOrder | null {
    return this.#projections.order(clientId);
  }

  /** Orders that may still trade, by client order id. */
  openOrders(): readonly StoredOrder[] {
    return this.#projections.openOrders();
  }

  positions(): readonly StoredPosition[] {
    return this.#projections.positions();
  }

  /** Balances of a venue account by asset. */
  balances(venue: string): ReadonlyMap<string, Amount> {
    return this.#projections.balances(venue);
  }

  instrumentAt(index: number): Instrument | null {
    return this.#projections.instrumentAt(index);
  }

  instrumentOf(venue: string, symbol: string): Instrument | null {
    return this.#projections.instrumentOf(venue, symbol);
  }

  hasFill(venue: string, symbol: string, tradeId: string): boolean {
    return this.#projections.hasFill(venue, symbol, tradeId);
  }

  /** The last change of mode; null when there was none. */
  mode(): RecordOf<'mode-changed'> | null {
    return this.#latest('mode-changed') as RecordOf<'mode-changed'> | null;
  }

  /** The last change of a severity; null when there was none. */
  severity(): RecordOf<'severity-changed'> | null {
    return this.#latest('severity-changed') as RecordOf<'severity-changed'> | null;
  }

  /** The last start of the desk, and whether it was followed by an orderly stop. */
  lastBoot(): { readonly record: RecordOf<'booted'>; readonly wasStopped: boolean } | null {
    const record = this.#latest('booted') as RecordOf<'booted'> | null;
    if (record === null) return null;
    return { record, wasStopped: this.#projections.latest('stopped') > record.sequence };
  }

  /** The last agreement with a venue; null when there was none. */
  lastReconciled(venue: string): RecordOf<'venue-reconciled'> | null {
    return this.#latest(`venue-reconciled/${venue}`) as RecordOf<'venue-reconciled'> | null;
  }

  /** The peak of profit that was journaled last; null when none was. */
  profitPeak(): RecordOf<'profit-peaked'> | null {
    return this.#latest('profit-peaked') as RecordOf<'profit-peaked'> | null;
  }

  /** The start of the day that the budgets of markets count losses in; null before the first. */
  marketDay(): RecordOf<'market-day-opened'> | null {
    return this.#latest('market-day-opened') as RecordOf<'market-day-opened'> | null;
  }

  /** Where a control stood last on the ladder of de-risking; null when it never moved. */
  rung(control: string): RecordOf<'rung-changed'> | null {
    return this.#latest(`rung-changed/${control}`) as RecordOf<'rung-changed'> | null;
  }

  /** The start of the day that risk counts losses in; null before the first. */
  riskDay(): RecordOf<'risk-day-opened'> | null {
    return this.#latest('risk-day-opened') as RecordOf<'risk-day-opened'> | null;
  }

  /** What of the market data is still to be fetched again. */
  backfillJobs(): readonly BackfillJob[] {
    return this.#projections.backfillJobs();
  }

  /** How often each thing was found that must not be in a journal; empty when all is well. */
  integrity(): ReadonlyMap<IntegrityError, number> {
    return this.#projections.integrity();
  }

  /**
   * Makes the projections anew from the log and checks the chain over it. Nothing changes when it
   * fails.
   */
  rebuild(): Result<{ readonly records: number }, StoreFault> {
    return this.#batch(() => {
      for (const table of PROJECTIONS) this.#tables.clear(table);
      const chain = this.#running;
      chain.resume(CHAIN_START);
      let records = 0;
      for (const { key, value } of entriesOf(this.#tables, 'log', sequenceKey(0), LAST_KEY)) {
        const record = decodeRecord(sequenceOfKey(key), value);
        if (!record.ok) return record;
        chain.link(value);
        records += 1;
        this.#project(record.value);
        if (records % REBUILD_RECORDS === 0) this.#flush();
      }
      if (Buffer.compare(chain.head, this.#chain()) !== 0) return err(broken(records));
      return ok({ records });
    });
  }

  /** Lets the next reads see what the writer has committed in another thread. */
  refresh(): void {
    this.#tables.refresh();
  }

  usedBytes(): number {
    return this.#tables.usedBytes();
  }

  close(): Promise<void> {
    return this.#tables.close();
  }

  /** A transaction in which a value that changes often is written once. */
  #batch<T>(body: () => Result<T, StoreFault>): Result<T, StoreFault> {
    this.#streams.open();
    this.#projections.open();
    try {
      return this.#tables.transact(() => {
        const result = body();
        if (result.ok) this.#flush();
        return result;
      });
    } finally {
      this.#streams.close();
      this.#projections.close();
    }
  }

  #flush(): void {
    this.#streams.flush();
    this.#projections.flush();
  }

  #append(records: readonly LogRecord[], stream: string | null): Result<number, StoreFault> {
    let head = this.head();
    const chain = this.#running;
    chain.resume(this.#chain());
    for (const { sequence, payload } of records) {
      if (sequence !== head + 1) {
        return err({ kind: 'sequence-gap', expected: head + 1, found: sequence });
      }
      const record = decodeRecord(sequence, payload);
      if (!record.ok) return record;
      const belongsTo = streamOf(record.value.event);
      if (stream !== null && belongsTo !== stream) {
        return err({ kind: 'wrong-stream', stream, sequence, belongsTo });
      }
      const version = this.version(belongsTo) + 1;
      const key = this.#sequence;
      writeSequence(key, sequence, 0);
      this.#tables.put('log', key, payload);
      this.#tables.put('idx', numberedKey(belongsTo, version), key);
      this.#streams.set(keyText(belongsTo), { version, sequence });
      this.#project(record.value);
      chain.link(payload);
      head = sequence;
    }
    this.#tables.put('chain', INLINE, chain.head);
    this.#tables.put('ckpt', INLINE, sequenceKey(head));
    return ok(head);
  }

  #project(record: JournalRecord): void {
    for (const change of project(this.#projections, record)) {
      this.#projections.apply(change, record.sequence);
    }
  }

  #chain(): Uint8Array {
    return this.#tables.get('chain', INLINE) ?? CHAIN_START;
  }

  #latest(what: string): JournalRecord | null {
    const sequence = this.#projections.latest(what);
    return sequence === 0 ? null : this.#recordAt(sequence);
  }

  #recordAt(sequence: number): JournalRecord {
    const payload = this.payloadAt(sequence);
    assert(payload !== null, `record ${sequence} of the index is in the log`);
    return recordOf(sequence, payload);
  }
}

/** The projections that are kept in the transaction of the append. */
const INLINE = textKey('inline');
/** Records whose changes a rebuild holds in memory. */
const REBUILD_RECORDS = 4_096;

function isExpected(expected: ExpectedVersion, actual: number): boolean {
  switch (expected) {
    case 'any':
      return true;
    case 'none':
      return actual === 0;
    case 'exists':
      return actual > 0;
    default:
      return actual === expected;
  }
}

function recordOf(sequence: number, payload: Uint8Array): JournalRecord {
  const record = decodeRecord(sequence, payload);
  assert(record.ok, `record ${sequence} reads as it was when it was stored`);
  return record.value;
}

function broken(records: number): StoreFault {
  return {
    kind: 'store-corrupt',
    path: 'log',
    found: `the chain over its ${records} records is not the one that was kept`,
    remedy: 'restore the store from a backup; the segments hold only the last records',
  };
}
