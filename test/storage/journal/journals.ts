import { join } from 'node:path';
import type { Files } from '../../../src/core/env.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { EventStore } from '../../../src/storage/event-store/event-store.ts';
import { memoryTables } from '../../../src/storage/event-store/memory-tables.ts';
import type { Tables } from '../../../src/storage/event-store/tables.ts';
import type { JournalEvent } from '../../../src/storage/journal/event-table.ts';
import { journalFaultText } from '../../../src/storage/journal/faults.ts';
import { type JournalOptions, openJournal } from '../../../src/storage/journal/recover.ts';
import { manualTime } from '../manual-time.ts';
import { temporaryFolder } from '../temporary.ts';

interface Setting {
  readonly folder?: string;
  readonly files?: Files;
  readonly tables?: Tables;
  readonly time?: ReturnType<typeof manualTime>;
}

/** A journal in manual time with a store in memory, drained on the lane. */
export async function inlineJournal(
  { folder, files = nodeFiles, tables = memoryTables(), time = manualTime() }: Setting = {},
  over: Partial<JournalOptions> = {},
) {
  const at = folder ?? join(temporaryFolder(), 'journal');
  const store = new EventStore(tables);
  const options = { folder: at, boot: 1, store, segmentBytes: 8192, ...over };
  const opened = await openJournal({ files, ...time }, options);
  if (!opened.ok) throw new Error(journalFaultText(opened.error));
  return { ...opened.value, folder: at, segments: join(at, 'segments'), tables, time };
}

export const incident = (detail: string): JournalEvent => ({
  kind: 'incident',
  what: 'test',
  where: 'here',
  detail,
});
