import type { Clock } from '../../core/env.ts';
import { ALERTS_MAX } from '../../ops/alerts/alert-board.ts';
import type { AlertMemory, JournaledAlertSource } from '../../ops/alerts/alert-desk.ts';
import { mayAlert } from '../../ops/alerts/alert-rules.ts';
import { ALERT_STREAM, ESTOP_STREAM } from '../../storage/event-store/event-stream.ts';
import type { JournalRecord } from '../../storage/journal/codec.ts';
import { journalFaultText } from '../../storage/journal/faults.ts';
import type { Journal, JournalListener } from '../../storage/journal/journal.ts';

/** Each alert has two events at most: that it was raised, and that it was acknowledged. */
const KEPT_MAX = 2 * ALERTS_MAX;
/** A crash of the alerts lasts for moments: more than this did not happen meanwhile. */
const MISSED_MAX = 64;
const STREAMS = ['control', 'desk', ESTOP_STREAM];

/**
 * What alerts take over from the journal when they start: those that were raised, and what has
 * happened since the last of them in this boot while nobody told people of it.
 */
export async function alertMemory(journal: Journal): Promise<AlertMemory> {
  const settled = await journal.settled();
  if (!settled.ok) throw new Error(`the journal: ${journalFaultText(settled.error)}`);
  const kept = lastOf(journal, ALERT_STREAM, KEPT_MAX);
  const boot = journal.store.lastBoot()?.record.sequence ?? 0;
  const told = kept.map(({ event }) => (event.kind === 'alert-raised' ? event.id : 0));
  const since = Math.max(boot - 1, ...told);
  const missed = STREAMS.flatMap((stream) => lastOf(journal, stream, MISSED_MAX))
    .filter(({ sequence }) => sequence > since)
    .flatMap(sourceOf)
    .sort((left, right) => left.sequence - right.sequence);
  return { kept: kept.flatMap(keptOf), missed };
}

/** Tells of what is worth a look, in the turn in which it is journaled. */
export function alertListener(
  tell: (source: JournaledAlertSource) => void,
  clock: Clock,
): JournalListener {
  return (sequence, event) => {
    if (mayAlert(event)) tell({ sequence, event, at: clock.now() });
  };
}

function lastOf(journal: Journal, stream: string, most: number): JournalRecord[] {
  const from = Math.max(1, journal.store.version(stream) - most + 1);
  return [...journal.store.readStream(stream, from)];
}

function sourceOf({ sequence, event, wallMs }: JournalRecord): JournaledAlertSource[] {
  return mayAlert(event) ? [{ sequence, event, at: wallMs }] : [];
}

function keptOf({ event, wallMs }: JournalRecord): AlertMemory['kept'] {
  if (event.kind !== 'alert-raised' && event.kind !== 'alert-acknowledged') return [];
  return [{ event, at: wallMs }];
}
