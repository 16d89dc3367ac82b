import { join } from 'node:path';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { openAuditKeys } from '../../../src/storage/audit/drain/audit-keys.ts';
import { startInlineAudit } from '../../../src/storage/audit/drain/inline-audit.ts';
import { EventStore } from '../../../src/storage/event-store/event-store.ts';
import { memoryTables } from '../../../src/storage/event-store/memory-tables.ts';
import type { JournalEvent } from '../../../src/storage/journal/event-table.ts';
import { openJournal } from '../../../src/storage/journal/recover.ts';
import { aFill, anInstrument, anOrder } from '../../storage/journal/events.ts';
import { manualTime } from '../../storage/manual-time.ts';
import { temporaryFolder } from '../../storage/temporary.ts';
import { must } from '../venue/fixtures.ts';

const changed = (from: string, to: string, by: string, reason: string): JournalEvent =>
  ({
    ...{ kind: 'mode-changed', from, to, requested: to, by, reason, epoch: 1 },
    ...{ machine: '{}', machineVersion: 1 },
  }) as JournalEvent;

/** A short life of a desk, one event a second. */
export const A_LIFE: readonly JournalEvent[] = [
  { kind: 'booted', boot: 1, deskId: 'abcdefgh', version: '1.0.0', wasClean: true },
  { kind: 'instrument-defined', instrument: anInstrument() },
  changed('manual', 'full-auto', 'policy', 'nothing is wrong'),
  { kind: 'order-submitted', order: anOrder() },
  { kind: 'order-accepted', clientId: 'desk-1-mm-1', venueOrderId: 'v1' },
  { kind: 'heartbeat', covered: 5 },
  { kind: 'command-given', by: 'ann', command: 'mode manual lunch' },
  changed('full-auto', 'manual', 'ann', 'lunch'),
  { kind: 'order-filled', clientId: 'desk-1-mm-1', fill: aFill() },
  { kind: 'stopped', reason: 'the end' },
];

/** A data directory with the journal and the audit log of a desk that has stopped. */
export async function aDeskFolder(events: readonly JournalEvent[] = A_LIFE): Promise<string> {
  const folder = temporaryFolder();
  const time = manualTime();
  const entropy = (bytes: number) => new Uint8Array(bytes).fill(7);
  must(
    openAuditKeys({ files: nodeFiles, entropy, clock: time.clock }, join(folder, 'keys'), 'f/x'),
  );
  nodeFiles.ensureFolder(join(folder, 'journal'), 0o700);
  const store = new EventStore(memoryTables());
  const shape = { boot: 1, store, segmentBytes: 65_536, isAudited: true };
  const opened = await openJournal(
    { files: nodeFiles, ...time },
    { ...shape, folder: join(folder, 'journal') },
  );
  const { journal } = must(opened);
  const audit = startInlineAudit(
    {
      ...{ files: nodeFiles, clock: time.clock, words: journal.words, mayBegin: true },
      ...{ segments: join(folder, 'journal/segments'), folder: join(folder, 'audit') },
      ...{ keys: join(folder, 'keys'), name: 'f/x' },
    },
    () => {},
  );
  journal.followedBy(must(audit));
  for (const event of events) {
    journal.append(event);
    time.advance(1_000);
  }
  await journal.close();
  return folder;
}
