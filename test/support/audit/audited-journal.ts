import type { Instrument } from '../../../src/core/instrument.ts';
import { nodeClock, nodeTimers } from '../../../src/core/node-env.ts';
import { rngOf } from '../../../src/core/rng.ts';
import type { OrderRecord } from '../../../src/execution/order.ts';
import { lossyFiles } from '../../../src/simulation/disk/lossy-files.ts';
import { openAuditKeys } from '../../../src/storage/audit/drain/audit-keys.ts';
import { startInlineAudit } from '../../../src/storage/audit/drain/inline-audit.ts';
import { verifyDirectory } from '../../../src/storage/audit/verify-directory.ts';
import { EventStore } from '../../../src/storage/event-store/event-store.ts';
import { memoryTables } from '../../../src/storage/event-store/memory-tables.ts';
import { openJournal } from '../../../src/storage/journal/recover.ts';
import { must } from '../venue/fixtures.ts';
import type { VenueHost } from '../venues/venue-host.ts';

const NAME = 'flyball/test';
const SEGMENTS = 'journal/segments';

export interface Audited {
  /** Entries that the checkpoint covers, after everything was verified as an outsider would. */
  readonly entries: number;
  /** An order as a later process finds it in the tables. */
  readonly order: (clientId: string) => OrderRecord | undefined;
}

/** Writes what a desk has journaled into a journal of files, with an audit log behind it. */
export async function auditedJournal(
  events: VenueHost['journal'],
  instrument: Instrument,
): Promise<Audited> {
  const files = lossyFiles();
  const random = rngOf(5);
  const entropy = (bytes: number) => Uint8Array.from({ length: bytes }, () => random.below(256));
  const keys = must(openAuditKeys({ files, entropy, clock: nodeClock }, 'keys', NAME));
  const store = new EventStore(memoryTables());
  const env = { files, clock: nodeClock, timers: nodeTimers };
  const options = { folder: 'journal', boot: 1, store, isAudited: true };
  const { journal } = must(await openJournal(env, options));
  const parts = { files, clock: nodeClock, words: journal.words, segments: SEGMENTS };
  const begun = { folder: 'audit', keys: 'keys', name: NAME, mayBegin: true };
  const audit = must(
    startInlineAudit({ ...parts, ...begun }, (fault) => {
      throw new Error(JSON.stringify(fault));
    }),
  );
  journal.followedBy(audit);
  for (const event of [{ kind: 'instrument-defined', instrument } as const, ...events]) {
    if (journal.append(event) < 0) throw new Error(`${event.kind} is not journaled`);
  }
  must(await journal.settled());
  await journal.close();
  const { key } = keys.current.signer;
  const wanted = { key, heads: [], witnesses: [], fresh: null, silenceNsMax: null };
  const verified = must(verifyDirectory(files, { log: 'audit', segments: SEGMENTS }, wanted));
  return {
    entries: verified.checkpoint.size,
    order: (clientId) => store.order(clientId)?.record,
  };
}
