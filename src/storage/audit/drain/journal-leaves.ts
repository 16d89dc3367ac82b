import { hash } from 'node:crypto';
import type { Canonical } from '../../../audit/canonical.ts';
import type { AuditEntry } from '../../../audit/entry.ts';
import type { Result } from '../../../core/result.ts';
import type { JournalRecord } from '../../journal/codec.ts';
import { EVENTS, type EventKind, type JournalEvent } from '../../journal/event-table.ts';
import type { AppendFault, AuditLog } from '../audit-log.ts';

type Leaf = Omit<AuditEntry, 'prev'>;

/** Events before this code, and these, may wait for others: what trading writes all day. */
const SAFETY_CODE_MIN = 30;
const UNHURRIED: ReadonlySet<EventKind> = new Set<EventKind>([
  'instrument-defined',
  'strategy-configured',
  'heartbeat',
]);

/** Name of the field by which an entry is bound to the bytes of its record. */
export const RECORD_DIGEST = 'record_sha256';

/**
 * Drains the journal into the audit log: each record becomes the entry of its sequence. One for
 * the life of a log, and every record in order, since it keeps the highest epoch of a boot.
 */
export class JournalLeaves {
  readonly #log: AuditLog;
  #boot = 0;
  #epoch = 0;
  /** Many records share a millisecond. */
  #wallMs = 0;
  #wallNs = 0n;

  constructor(log: AuditLog) {
    this.#log = log;
    if (log.last === null) return;
    this.#boot = log.last.boot;
    this.#epoch = log.last.epoch;
  }

  /**
   * Stages the entry of a record. Of one that is too long for an entry, as a document full of
   * quotes is once they are escaped, the long texts stand as their digests; the journal has them.
   *
   * @param bytes of the record as the journal has them
   */
  append(record: JournalRecord, bytes: Uint8Array): Result<number, AppendFault> {
    const leaf = this.leafOf(record, bytes);
    const appended = this.#log.append(leaf);
    const isTooLong =
      !appended.ok && appended.error.kind === 'bad-entry' && appended.error.where === 'entry';
    return isTooLong ? this.#log.append({ ...leaf, payload: clipped(leaf.payload) }) : appended;
  }

  /** Whether an event may not wait for others. */
  static isUrgent({ kind }: JournalEvent): boolean {
    return EVENTS[kind].code >= SAFETY_CODE_MIN && !UNHURRIED.has(kind);
  }

  /** The entry of a record, which comes behind all that were asked for before. */
  leafOf({ sequence, boot, monoNs, wallMs, event }: JournalRecord, bytes: Uint8Array): Leaf {
    if (boot !== this.#boot) this.#epoch = 0;
    this.#boot = boot;
    // An intent that came too late names an epoch that is over; the gate's never goes back.
    this.#epoch = Math.max(this.#epoch, epochOf(event));
    if (wallMs !== this.#wallMs) {
      this.#wallMs = wallMs;
      this.#wallNs = BigInt(Math.floor(wallMs)) * NANOS_PER_MS;
    }
    return {
      seq: sequence,
      monoNs: BigInt(Math.floor(monoNs)),
      wallNs: this.#wallNs,
      boot,
      epoch: this.#epoch,
      actor: actorOf(event),
      type: event.kind,
      payload: payloadOf(event, recordDigest(bytes)),
    };
  }
}

/** SHA-256 of a record's bytes, in base64. */
export function recordDigest(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'base64');
}

/** All fields but the kind, which is the type of the entry. */
function payloadOf(event: JournalEvent, digest: string): Leaf['payload'] {
  const payload: Record<string, Canonical> = {};
  for (const name of Object.keys(event)) {
    if (name !== 'kind') payload[name] = event[name as keyof JournalEvent] as Canonical;
  }
  payload[RECORD_DIGEST] = digest;
  return payload;
}

const NANOS_PER_MS = 1_000_000n;

function epochOf(event: JournalEvent): number {
  if (event.kind === 'mode-changed') return event.epoch;
  if (event.kind === 'amend-submitted') return event.amendment.epoch;
  return event.kind === 'order-submitted' ? event.order.epoch : 0;
}

/** Who did it, as far as the event says. The kind stands first: no name poses as another. */
function actorOf(event: JournalEvent): string {
  if ('by' in event) return `by:${event.by}`;
  if ('order' in event) return `strategy:${event.order.strategy}`;
  return 'venue' in event ? `venue:${event.venue}` : 'desk';
}

/** Longer texts of a clipped payload are represented; what is shorter fits whatever it holds. */
const CLIPPED_ABOVE = 1_024;

function clipped(payload: Leaf['payload']): Leaf['payload'] {
  const fields = Object.entries(payload).map(([name, value]): [string, Canonical] => {
    if (typeof value !== 'string' || value.length <= CLIPPED_ABOVE) return [name, value];
    return [name, { bytes: Buffer.byteLength(value), sha256: hash('sha256', value) }];
  });
  return Object.fromEntries(fields);
}
