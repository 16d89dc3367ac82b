import type { Files } from '../../core/env.ts';
import { reasonOf } from '../../core/result.ts';
import type { Amendment } from '../../execution/amend/amendment.ts';
import type { OrderIntent } from '../../execution/order.ts';
import { codecFaultText, decodeRecord } from '../../storage/journal/codec.ts';
import type { JournalEvent } from '../../storage/journal/event-table.ts';
import { readRecords } from '../../storage/record-reader.ts';
import { blockOf, frameAt, HEADER_BYTES, payloadAt, sequenceAt } from '../../storage/segment.ts';
import type { Verdicts } from './verdicts.ts';

/**
 * Reads the journal as its bytes reach the disk: that sequences have no gap, that every record can
 * be read, and which orders have been announced.
 */
export class JournalWatch {
  records = 0;
  readonly #verdicts: Verdicts;
  readonly #folder: string;
  readonly #intents = new Map<string, OrderIntent>();
  readonly #amendments = new Map<string, Amendment>();
  /** Told of every event as it is written. */
  readonly #told: (event: JournalEvent) => void;
  #head = 0;
  #isRecovering = true;

  constructor(verdicts: Verdicts, folder: string, told: (event: JournalEvent) => void) {
    this.#verdicts = verdicts;
    this.#folder = folder;
    this.#told = told;
  }

  /** Sequence of the last record that was written. */
  get head(): number {
    return this.#head;
  }

  /** The order that was announced under a client id; null when none was. */
  intent(clientId: string): OrderIntent | null {
    return this.#intents.get(clientId) ?? null;
  }

  /** The terms that were announced last for an order; null when none ever were. */
  amendment(clientId: string): Amendment | null {
    return this.#amendments.get(clientId) ?? null;
  }

  /** A write to any file. Only frames of segments say something. */
  wrote(path: string, bytes: Uint8Array, position: number): void {
    if (position < HEADER_BYTES || !path.startsWith(this.#folder)) return;
    if (!path.endsWith('.segment')) return;
    const block = blockOf(bytes);
    const length = frameAt(block, 0);
    if (length <= 0) return;
    const sequence = sequenceAt(block, 0);
    if (sequence !== this.#head + 1 && !this.#isRecovering) {
      this.#verdicts.report('journal', `record ${sequence} is written behind ${this.#head}`);
    }
    this.#head = sequence;
    this.#read(sequence, payloadAt(block, 0, length));
  }

  /** A process starts: until it has opened the journal it may mend the tail. */
  recovering(): void {
    this.#isRecovering = true;
  }

  /** Reads all that a process has found or mended; what was lost is known no more. */
  recovered(files: Files): void {
    this.#isRecovering = false;
    this.#intents.clear();
    this.#amendments.clear();
    this.#head = 0;
    try {
      for (const { sequence, payload } of readRecords(files, this.#folder, 1)) {
        if (this.#head !== 0 && sequence !== this.#head + 1) {
          this.#verdicts.report('journal', `record ${sequence} lies behind ${this.#head}`);
        }
        this.#head = sequence;
        this.#decode(sequence, payload);
      }
    } catch (thrown) {
      this.#verdicts.report('journal', `it cannot be read: ${reasonOf(thrown)}`);
    }
  }

  #read(sequence: number, payload: Uint8Array): void {
    this.records += 1;
    const event = this.#decode(sequence, payload);
    if (event !== null) this.#told(event);
  }

  #decode(sequence: number, payload: Uint8Array): JournalEvent | null {
    const decoded = decodeRecord(sequence, payload);
    if (!decoded.ok) {
      this.#verdicts.report('journal', codecFaultText(decoded.error));
      return null;
    }
    const { event } = decoded.value;
    if (event.kind === 'order-submitted') this.#intents.set(event.order.clientId, event.order);
    if (event.kind === 'amend-submitted') this.#amendments.set(event.clientId, event.amendment);
    return event;
  }
}
