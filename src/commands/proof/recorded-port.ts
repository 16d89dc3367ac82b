import type { Result } from '../../core/result.ts';
import type { OrderRow, PositionRow } from '../desk.ts';
import type { ProofPort } from './proof-port.ts';

export interface RecordedStatus {
  readonly folder: string;
  /** Sequence that the state is of, and of the last record there is. */
  readonly at: number;
  readonly head: number;
  readonly deskId: string;
  readonly version: string;
  readonly boot: number;
  /** Whether the last start was followed by an orderly stop. */
  readonly wasStopped: boolean;
  readonly mode: string;
  readonly requested: string;
  readonly openOrders: number;
  /** How often each thing was found that must not be in a journal. */
  readonly integrity: Readonly<Record<string, number>>;
  /** How the journal ends: `whole`, or what is wrong with its tail. */
  readonly ends: string;
}

export interface EventRow {
  readonly sequence: number;
  readonly kind: string;
  /** ISO 8601 and the fields, on one line. */
  readonly text: string;
}

export interface AuditReport {
  readonly isSound: boolean;
  readonly records: number;
  /** SHA-256 chain over all records, in hexadecimal. */
  readonly chain: string;
  /** Records that were compared between segments and store. */
  readonly compared: number;
  /** Each fault as a sentence. */
  readonly faults: readonly string[];
}

/** A journal of a dead desk that is read and never written. */
export interface RecordedPort {
  readonly proof: ProofPort;
  status(): RecordedStatus;
  orders(): readonly OrderRow[];
  positions(): readonly PositionRow[];
  /** The last events up to where the state is, oldest first. @param kinds of events; null is all */
  events(count: number, kinds: readonly string[] | null): readonly EventRow[];
  verify(): AuditReport;
  /** Moves the state to a sequence. @returns where it is now */
  goTo(sequence: number): Result<number, string>;
  close(): Promise<void>;
}
