import { nodeTimers } from '../../core/node-env.ts';
import type { JournalEvent } from '../../storage/journal/event-table.ts';
import type { DeskParts } from '../desk-parts.ts';
import { recordingOf } from './recording.ts';

/**
 * What records the markets of a desk; null where its configuration does not ask for it. A rehearsal
 * records nothing: its clock is not that of the threads behind a recording.
 */
export function deskRecording(
  { config, folder, instruments, isClockReal, log }: DeskParts,
  journal: (event: JournalEvent) => void,
): ReturnType<typeof recordingOf> | null {
  if (config.recorder === undefined || !isClockReal) return null;
  for (const { name, depth } of config.venues) {
    if (depth !== 'l3') continue;
    const detail = 'records have no place for single orders: the levels of its books are kept';
    log('info', 'market-data/recorder', 'records-levels', { venue: name, detail });
  }
  return recordingOf({
    folder,
    settings: config.recorder,
    venues: config.venues.map(({ name }) => name),
    instruments,
    timers: nodeTimers,
    sealsAtEnd: false,
    journal,
    log,
  });
}
