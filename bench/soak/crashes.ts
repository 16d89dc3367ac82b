import { Lane } from '../../actors/runtime/lane.ts';
import { nodeClock, nodeTimers } from '../../src/core/node-env.ts';
import { rngOf } from '../../src/core/rng.ts';
import { type Case, caseOf } from '../case.ts';
import { type Equipped, equipped, WAYS, type Way } from './equipped.ts';
import { HeapWatch, hoursSince, looksFor } from './heap-watch.ts';
import { countsOf, grown, holdingsOf } from './holdings.ts';
import type { Progress } from './progress.ts';

const CRASHES_PER_LOOK = 1_000;
/** Crashes before anything is counted. */
const WARM_UP_SHARE = 0.05;
/** Turns of the event loop after which an actor is not coming back. */
const TURNS_MAX = 10_000;

/**
 * Crashes an actor again and again on the real clock, in every way there is, and compares what the
 * process holds with what it held before.
 */
export async function crashes(count: number, progress: Progress): Promise<Case[]> {
  const random = rngOf(1);
  const lane = new Lane({ name: 'soak-crashes', clock: nodeClock, timers: nodeTimers, random });
  const counts = countsOf(lane);
  const victim = await equipped(lane);
  const run = (crashesWanted: number): Promise<void> => crashed(victim, lane, crashesWanted);
  await run(Math.ceil(count * WARM_UP_SHARE));
  const before = holdingsOf(lane, victim.news);
  counts.crashes = 0;
  const looks = looksFor(count, CRASHES_PER_LOOK);
  const heap = new HeapWatch(looks);
  const startedNs = nodeClock.mono();
  for (let look = 0; look < looks; look += 1) {
    await run(Math.ceil(count / looks));
    heap.look(hoursSince(startedNs));
    progress((look + 1) / looks, `${counts.crashes} crashes, heap ${heap.latestText}`);
  }
  const after = holdingsOf(lane, victim.news);
  await lane.stopAll(1_000);
  return [
    caseOf({ name: 'crashes', value: counts.crashes, unit: 'count' }),
    ...grown(before, after),
    ...heap.cases(),
  ];
}

/** Each crash is over before the next: promises, timers and stop hooks have had their turns. */
async function crashed({ crash, ref }: Equipped, lane: Lane, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    crash(WAYS[n % WAYS.length] as Way);
    for (let turns = 0; turns === 0 || !isBack(lane, ref.path); turns += 1) {
      if (turns === TURNS_MAX) throw new Error(`it does not come back after crash ${n}`);
      await new Promise<void>((next) => nodeTimers.turn(next));
    }
  }
}

function isBack(lane: Lane, path: string): boolean {
  const found = lane.actorAt(path);
  return found.ok && found.value.describe().status === 'running';
}
