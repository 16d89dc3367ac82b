import { millisOf, nanosOf } from '../../../src/core/units.ts';
import { EventEncoder, type JournalRecord } from '../../../src/storage/journal/codec.ts';
import type { JournalEvent } from '../../../src/storage/journal/event-table.ts';

const encoder = new EventEncoder();

/** A record of the journal, and its bytes as the journal has them. */
export function recordOf(
  event: JournalEvent,
  sequence: number,
  boot = 1,
): [record: JournalRecord, bytes: Uint8Array] {
  const monoNs = nanosOf(sequence * 1000);
  const wallMs = millisOf(1_767_225_600_000 + sequence);
  const length = encoder.encode(event, boot, monoNs, wallMs);
  return [{ sequence, boot, monoNs, wallMs, event }, encoder.bytes.slice(0, length)];
}
