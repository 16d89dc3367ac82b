import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeClock, nodeEnv, nodeTimers } from '../../src/core/node-env.ts';
import type { JournalEvent } from '../../src/storage/journal/event-table.ts';
import { journalFaultText } from '../../src/storage/journal/faults.ts';
import { openJournal } from '../../src/storage/journal/recover.ts';
import { type Case, caseOf } from '../case.ts';
import { openLoop } from '../open-loop.ts';
import { deskLoad } from './desk-load.ts';
import { HeapWatch, hoursSince, looksFor } from './heap-watch.ts';
import type { Progress } from './progress.ts';

const SECONDS_PER_LOOK = 5;
const FRAMES_PER_SECOND = 50_000;
const JOURNAL_BUDGET_BYTES = 4 * 1024 ** 3;

/**
 * The desk's own actors on the real clock at 50,000 frames a second, with the real journal behind
 * them, as long as it is wanted.
 */
export async function real(seconds: number, progress: Progress): Promise<Case[]> {
  const folder = mkdtempSync(join(tmpdir(), 'flyball-soak-'));
  try {
    return await run(folder, seconds, progress);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(folder: string, seconds: number, progress: Progress): Promise<Case[]> {
  const noNet = { webSocket: nobody, http: nobody };
  const opened = await openJournal(nodeEnv(noNet, 1), {
    folder,
    boot: 1,
    store: 'lmdb',
    budgetBytes: JOURNAL_BUDGET_BYTES,
  });
  if (!opened.ok) throw new Error(journalFaultText(opened.error));
  const { journal } = opened.value;
  const desk = await deskLoad({
    name: 'soak-real',
    clock: nodeClock,
    timers: nodeTimers,
    journal(event: JournalEvent): void {
      if (journal.append(event) < 0) throw new Error('the journal takes no events');
    },
  });
  await new Promise<void>((resolve) => nodeTimers.turn(resolve));
  const looks = looksFor(seconds, SECONDS_PER_LOOK);
  const heap = new HeapWatch(looks);
  const startedNs = nodeClock.mono();
  for (let look = 1; look <= looks; look += 1) {
    await openLoop({
      perSecond: FRAMES_PER_SECOND,
      seconds: seconds / looks,
      deliver: () => desk.tick(),
    });
    await journal.settled();
    heap.look(hoursSince(startedNs));
    progress(look / looks, `${desk.handled()} messages, heap ${heap.latestText}`);
  }
  const tookSeconds = (nodeClock.mono() - startedNs) / 1e9;
  const handled = desk.handled();
  const { orders } = desk.metrics;
  await desk.lane.stopAll(1_000);
  await journal.close();
  return [
    caseOf({ name: 'messages handled', value: handled, unit: 'count' }),
    caseOf({
      name: 'messages a second',
      value: handled / tookSeconds,
      unit: 'messages/s',
      target: FRAMES_PER_SECOND,
    }),
    caseOf({ name: 'orders placed', value: orders, unit: 'count' }),
    ...heap.cases(),
  ];
}

function nobody(): never {
  throw new Error('this run has no network');
}
