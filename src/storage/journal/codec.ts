import { err, ok, type Result } from '../../core/result.ts';
import type { Millis, Nanos } from '../../core/units.ts';
import { RECORD_BYTES_MAX } from '../segment.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { EVENTS, type EventKind, type JournalEvent } from './event-table.ts';
import type { Field } from './fields.ts';

/**
 * A journal record as bytes:
 *
 *   kind u8 | version u8 | boot u32 | mono ns f64 | wall ms f64 | the fields of the kind
 *
 * Its sequence is the log's.
 */
export interface Stamp {
  /** Which start of the desk wrote it; monotonic times compare within one only. */
  readonly boot: number;
  readonly monoNs: Nanos;
  readonly wallMs: Millis;
}

export interface JournalRecord extends Stamp {
  readonly sequence: number;
  readonly event: JournalEvent;
}

export type CodecFault =
  | {
      readonly kind: 'unknown-event';
      readonly sequence: number;
      readonly code: number;
      readonly version: number;
      /** What this program reads. */
      readonly known: string;
    }
  | { readonly kind: 'malformed-event'; readonly sequence: number; readonly found: string };

export class EventEncoder {
  readonly #out = new ByteWriter(RECORD_BYTES_MAX);

  /** Where `encode` leaves its bytes, until its next call. */
  get bytes(): Uint8Array {
    return this.#out.bytes;
  }

  /**
   * Encodes into `bytes` and returns the length. Does not allocate unless the event holds an
   * amount or a text outside ASCII.
   *
   * @throws BrokenInvariant for a number that is not a safe integer, and for an identity or a
   *   document that is too long: what comes from outside is checked where it comes in
   */
  encode(event: JournalEvent, boot: number, monoNs: Nanos, wallMs: Millis): number {
    const out = this.#out;
    const format = EVENTS[event.kind];
    out.at = 0;
    out.byte(format.code);
    out.byte(format.version);
    out.word(boot);
    out.number(monoNs);
    out.number(wallMs);
    (format.fields as Field<JournalEvent>).write(out, event);
    return out.at;
  }
}

const KINDS = new Map(
  (Object.keys(EVENTS) as EventKind[]).map((kind) => [EVENTS[kind].code, kind] as const),
);

/** Reads a record; whatever the bytes are, it does not throw and does not guess. */
export function decodeRecord(
  sequence: number,
  payload: Uint8Array,
): Result<JournalRecord, CodecFault> {
  const from = new ByteReader(payload);
  const code = from.byte();
  const version = from.byte();
  const boot = from.word();
  const monoNs = from.number() as Nanos;
  const wallMs = from.number() as Millis;
  const kind = KINDS.get(code);
  const layout = kind === undefined ? undefined : layoutOf(kind, version);
  if (kind === undefined || layout === undefined) {
    return err({ kind: 'unknown-event', sequence, code, version, known: knownVersions(kind) });
  }
  const fields = layout.read(from);
  if (from.fault !== null) {
    return err({ kind: 'malformed-event', sequence, found: `${kind}: ${from.fault}` });
  }
  return ok({ sequence, boot, monoNs, wallMs, event: { kind, ...fields } as JournalEvent });
}

function layoutOf(kind: EventKind, version: number): Field<object> | undefined {
  const format = EVENTS[kind];
  return format.version === version ? format.fields : format.earlier?.[version];
}

function knownVersions(kind: EventKind | undefined): string {
  if (kind !== undefined) return `${kind} in version ${EVENTS[kind].version}`;
  return `kinds ${[...KINDS.keys()].join(', ')}`;
}

export function codecFaultText(fault: CodecFault): string {
  if (fault.kind === 'malformed-event') return `record ${fault.sequence}: ${fault.found}`;
  const { sequence, code, version, known } = fault;
  return (
    `record ${sequence} is of kind ${code} in version ${version}, this program reads ${known}; ` +
    'start the program that wrote it, or a later one'
  );
}
