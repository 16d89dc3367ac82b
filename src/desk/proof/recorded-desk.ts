import type { OrderRow, PositionRow } from '../../commands/desk.ts';
import type {
  AuditReport,
  EventRow,
  RecordedPort,
  RecordedStatus,
} from '../../commands/proof/recorded-port.ts';
import type { Files } from '../../core/env.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { EventStore } from '../../storage/event-store/event-store.ts';
import { journalFaultText } from '../../storage/journal/faults.ts';
import { orderRow, positionRow } from '../desk-view.ts';
import { eventText } from './event-rows.ts';
import { journalProof } from './journal-proof.ts';
import { openRecorded, type RecordedJournal } from './recorded-journal.ts';

/** Opens the journal of a data directory for a look, as the shell sees it. */
export async function openRecordedDesk(
  files: Files,
  folder: string,
): Promise<Result<RecordedPort, string>> {
  const journal = await openRecorded(files, folder);
  return journal.ok ? ok(new RecordedDesk(journal.value, folder)) : journal;
}

/** Faults of one kind that are told one by one. */
const FAULTS_MAX = 20;
/** Records that are looked at, at most, to find the last of some kinds. */
const SEARCH_MAX = 1_000_000;

/** A desk as its journal has it: the same projections that a start restores it from. */
class RecordedDesk implements RecordedPort {
  readonly proof = journalProof(async () => ok(this.#store));
  readonly #journal: RecordedJournal;
  readonly #folder: string;
  #store: EventStore;

  constructor(journal: RecordedJournal, folder: string) {
    this.#journal = journal;
    this.#folder = folder;
    this.#store = journal.store;
  }

  status(): RecordedStatus {
    const store = this.#store;
    const boot = store.lastBoot();
    const { deskId = '-', version = '-', boot: number = 0 } = boot?.record.event ?? {};
    const mode = store.mode()?.event;
    return {
      folder: this.#folder,
      at: store.head(),
      head: this.#journal.head,
      deskId,
      version,
      boot: number,
      wasStopped: boot?.wasStopped ?? false,
      mode: mode?.to ?? 'manual',
      requested: mode?.requested ?? '-',
      openOrders: store.openOrders().length,
      integrity: Object.fromEntries(store.integrity()),
      ends: this.#journal.ends,
    };
  }

  orders(): readonly OrderRow[] {
    return this.#store.openOrders().flatMap(({ symbol, record }) => {
      const instrument = this.#store.instrumentOf(record.order.venue, symbol);
      return instrument === null ? [] : [orderRow(instrument, record)];
    });
  }

  /** Without a market there is nothing to value a position by. */
  positions(): readonly PositionRow[] {
    return this.#store.positions().flatMap(({ venue, symbol, position }) => {
      const instrument = this.#store.instrumentOf(venue, symbol);
      if (instrument === null) return [];
      const holding = { instrument: instrument.index, position, unrealised: null };
      return [positionRow(instrument, holding, null)];
    });
  }

  events(count: number, kinds: readonly string[] | null): readonly EventRow[] {
    const rows: EventRow[] = [];
    const head = this.#store.head();
    const first = kinds === null ? head - count + 1 : head - SEARCH_MAX;
    for (const record of this.#store.readAll(Math.max(1, first))) {
      if (kinds !== null && !kinds.includes(record.event.kind)) continue;
      const { sequence, event } = record;
      rows.push({ sequence, kind: event.kind, text: eventText(record) });
      if (rows.length > count) rows.shift();
    }
    return rows;
  }

  verify(): AuditReport {
    const { store, ends } = this.#journal;
    const faults: string[] = ends === 'whole' ? [] : [ends];
    const rebuilt = store.rebuild();
    if (!rebuilt.ok) faults.push(journalFaultText(rebuilt.error));
    const compared = this.#compare(faults);
    for (const [what, count] of store.integrity()) faults.push(`${what}: ${count} times`);
    return {
      isSound: faults.length === 0,
      records: store.head(),
      chain: store.chain(),
      compared,
      faults,
    };
  }

  goTo(sequence: number): Result<number, string> {
    const { head } = this.#journal;
    if (sequence < 1 || sequence > head) {
      return err(`found ${sequence}, wanted a record from 1 to ${head}`);
    }
    if (sequence === this.#store.head()) return ok(sequence);
    const store = sequence === head ? ok(this.#journal.store) : this.#journal.storeAt(sequence);
    if (!store.ok) return store;
    this.#leave();
    this.#store = store.value;
    return ok(sequence);
  }

  async close(): Promise<void> {
    this.#leave();
    await this.#journal.close();
  }

  #leave(): void {
    if (this.#store !== this.#journal.store) void this.#store.close();
    this.#store = this.#journal.store;
  }

  /** Every record that is in segments, against the store. @returns how many */
  #compare(faults: string[]): number {
    const { store } = this.#journal;
    let compared = 0;
    let differing = 0;
    for (const { sequence, payload } of this.#journal.logRecords()) {
      const stored = store.payloadAt(sequence);
      if (stored === null) break;
      compared += 1;
      if (Buffer.compare(stored, payload) === 0) continue;
      differing += 1;
      if (differing <= FAULTS_MAX) faults.push(`record ${sequence}: segment and store differ`);
    }
    return compared;
  }
}
