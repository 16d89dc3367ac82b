/**
 * The thread of the columns: it follows the log by position, lets what is durable be queried, and
 * seals what has ended. How long that takes concerns nobody: the log is on the disk.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { nodeClock, nodeTimers } from '../../../core/node-env.ts';
import { nodeFiles } from '../../../core/node-files.ts';
import { assert, reasonOf } from '../../../core/result.ts';
import { type Duck, openDuck } from '../duck.ts';
import {
  type Catalogue,
  type MissingRange,
  readCatalogue,
  rebuildCatalogue,
} from '../sealed/catalogue.ts';
import {
  planRetention,
  type Removal,
  type RetentionPolicy,
  removalText,
} from '../sealed/retention.ts';
import { Sealer } from '../sealed/sealer.ts';
import { takenBySinks } from '../sealed/sinks.ts';
import { removeSegment, walSegments } from '../wal/wal-files.ts';
import { StoreWords } from './store-words.ts';

export interface SealJob {
  readonly words: SharedArrayBuffer;
  /** Where the log is durable when the thread starts. */
  readonly durable: number;
  readonly folder: string;
  readonly walFolder: string;
  readonly sinkFolder: string;
  readonly memoryMiB: number;
  readonly retention: RetentionPolicy;
  /** Plans retention and does nothing of it. */
  readonly isDryRun: boolean;
  readonly sealsAtEnd: boolean;
}

export interface SealedTotals {
  readonly files: number;
  readonly records: number;
  readonly bytes: number;
  readonly sealed: number;
}

export type SealNews =
  | { readonly kind: 'ready' }
  | { readonly kind: 'sealed'; readonly totals: SealedTotals }
  | { readonly kind: 'missing'; readonly missing: MissingRange }
  | { readonly kind: 'removed'; readonly text: string; readonly why: Removal['why'] }
  | { readonly kind: 'would-remove'; readonly text: string; readonly why: Removal['why'] }
  | {
      readonly kind: 'answer';
      readonly id: number;
      readonly rows: unknown;
      readonly error: string | null;
    }
  | { readonly kind: 'failed'; readonly detail: string };

export type SealRequest =
  | { readonly kind: 'ask'; readonly id: number; readonly sql: string }
  /** Does nothing for so long, as a slow disk would; for measuring that nobody minds. */
  | { readonly kind: 'stall'; readonly ms: number };

/** What is durable is looked at this often. */
const POLL_MS = 5;
/** Polls between two looks at ages and the disk: about a minute. */
const POLLS_A_RETENTION = 12_000;
const THREADS = 2;

assert(parentPort !== null, 'this file runs in a thread');
const port = parentPort;
const say = (news: SealNews): void => port.postMessage(news);

const job = workerData as SealJob;
const words = new StoreWords(job.words);
let stallMs = 0;

try {
  await main();
} catch (thrown) {
  say({ kind: 'failed', detail: reasonOf(thrown) });
}
port.close();

async function main(): Promise<void> {
  const { memoryMiB, folder } = job;
  const opened = await openDuck({ memoryMiB, threads: THREADS, spillFolder: `${folder}/spill` });
  if (!opened.ok) throw new Error(`${opened.error.doing}: ${opened.error.detail}`);
  const duck = opened.value;
  const sealer = new Sealer({
    files: nodeFiles,
    duck,
    folder,
    walFolder: job.walFolder,
    catalogue: await catalogueIn(duck),
    takenByOthers: () => takenBySinks(nodeFiles, job.sinkFolder),
    onMissing: (missing) => say({ kind: 'missing', missing }),
    onSealed: (catalogue) => say({ kind: 'sealed', totals: totalsOf(catalogue) }),
  });
  await sealer.open();
  const asked = await duck.fork();
  port.on('message', (request: SealRequest) => {
    if (request.kind === 'ask') void answer(asked, request.id, request.sql);
    else stallMs = request.ms;
  });
  say({ kind: 'ready' });
  say({ kind: 'sealed', totals: totalsOf(sealer.catalogue) });
  await follow(sealer);
  await sealer.close();
  asked.close();
  duck.close();
}

async function follow(sealer: Sealer): Promise<void> {
  let durable = job.durable;
  for (let poll = 0; ; poll += 1) {
    const isLast = words.areColumnsStopping;
    durable = words.durable(durable);
    const isMore = await sealer.step(durable);
    words.visibleTo(sealer.visible - 1);
    if (poll % POLLS_A_RETENTION === 0) await retain(sealer);
    if (isMore) continue;
    if (isLast) break;
    // Taken before the pause: a stall that is asked for while it lasts is the next one.
    const waitMs = stallMs > 0 ? stallMs : POLL_MS;
    stallMs = 0;
    await pause(waitMs);
  }
  // What is durable and not sealed is in the log, and comes from there at the next start.
  if (job.sealsAtEnd) await sealer.sealAll();
}

/** A catalogue that cannot be read is made from the files, which say the same of themselves. */
async function catalogueIn(duck: Duck): Promise<Catalogue> {
  const read = readCatalogue(nodeFiles, job.folder);
  if (read.ok) return read.value;
  const rebuilt = await rebuildCatalogue(duck, nodeFiles, job.folder);
  if (rebuilt.ok) return rebuilt.value;
  throw new Error(`${read.error}; ${rebuilt.error}`);
}

async function retain(sealer: Sealer): Promise<void> {
  const { files, sealed } = sealer.catalogue;
  const segments = walSegments(nodeFiles, job.walFolder, sealed);
  const plan = planRetention({ files, segments }, job.retention, nodeClock.now() * 1_000);
  const kind = job.isDryRun ? 'would-remove' : 'removed';
  for (const removal of plan) say({ kind, text: removalText(removal), why: removal.why });
  if (job.isDryRun || plan.length === 0) return;
  await sealer.remove(plan.flatMap((removal) => (removal.kind === 'file' ? [removal.file] : [])));
  for (const removal of plan) {
    if (removal.kind === 'segment') {
      removeSegment(nodeFiles, job.walFolder, removal.segment.first);
    }
  }
}

async function answer(duck: Duck, id: number, sql: string): Promise<void> {
  try {
    say({ kind: 'answer', id, rows: await duck.rows(sql), error: null });
  } catch (thrown) {
    say({ kind: 'answer', id, rows: [], error: reasonOf(thrown) });
  }
}

function totalsOf({ files, sealed }: Catalogue): SealedTotals {
  return {
    files: files.length,
    records: files.reduce((sum, { records }) => sum + records, 0),
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    sealed,
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void nodeTimers.after(ms, resolve));
}
