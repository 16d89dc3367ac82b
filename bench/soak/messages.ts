import { address } from '../../actors/addresses.ts';
import { pumpUntil } from '../../src/desk/run/pump.ts';
import { type VirtualTime, virtualTime } from '../../src/simulation/virtual-time.ts';
import { anInstrument } from '../../test/support/trade/instruments.ts';
import { type Case, caseOf } from '../case.ts';
import { deskLoad } from './desk-load.ts';
import { equipped, WAYS, type Way } from './equipped.ts';
import { HeapWatch, looksFor } from './heap-watch.ts';
import { countsOf, grown, holdingsOf } from './holdings.ts';
import type { Progress } from './progress.ts';

const START_MS = 1_700_000_000_000;
const VENUE = anInstrument().venue;
/** Frames of a virtual millisecond: each is about four messages, so 50,000 messages a second. */
const FRAMES_PER_MS = 12;
const MESSAGES_PER_LOOK = 1_000_000;
/** Virtual time between two looks; what the messages do not fill is idle. */
const BLOCK_MS = 25_000;
/** Longer than anybody takes to come back. */
const SETTLED_MS = 1_000;
/**
 * Blocks before the first look, with next to nothing to do but crash: the compiler takes thousands
 * of crashes to be done with what only crashes run, and what it makes is on the heap as well.
 */
const WARM_UP_BLOCKS_MAX = 1_000;
const MESSAGES_PER_WARM_UP_BLOCK = 20_000;
const EQUIPPED_CRASH_EVERY_MS = 20;
/**
 * One of them crashes in each block, and the portfolio before each look: with it whoever knows of
 * orders starts anew, so that every look sees the desk at the same point. The order keeps the
 * trading branch within its intensity and the feed's back-off short.
 */
const IN_TURN = [
  address.risk.path,
  address.strategy('warm').path,
  address.execution.path,
  address.feed(VENUE).path,
];

/**
 * So many messages through the desk's own actors under a virtual clock, while actors crash and are
 * restarted: those of the desk as often as their supervisors bear, one beside them all the time.
 */
export async function messages(count: number, progress: Progress): Promise<Case[]> {
  const time = virtualTime(START_MS);
  return pumpUntil(time, run(time, count, progress), null);
}

async function run(
  { clock, timers }: VirtualTime,
  count: number,
  progress: Progress,
): Promise<Case[]> {
  const desk = await deskLoad({ name: 'soak-messages', clock, timers, journal: () => {} });
  const { lane } = desk;
  const counts = countsOf(lane);
  const victim = await equipped(lane);
  const nowMs = (): number => clock.mono() / 1e6;
  const pass = (ms: number): Promise<void> =>
    new Promise((resolve) => void timers.after(ms, resolve));
  const crash = (path: string): void => {
    if (!lane.inject(path, new Error('a soak')).ok) throw new Error(`nobody is at ${path}`);
  };
  let blows = 0;
  const deliver = async (handled: number): Promise<void> => {
    while (desk.handled() < handled) {
      for (let ms = 0; ms < EQUIPPED_CRASH_EVERY_MS; ms += 1) {
        for (let frame = 0; frame < FRAMES_PER_MS; frame += 1) desk.tick();
        await pass(1);
      }
      victim.crash(WAYS[blows % WAYS.length] as Way);
      blows += 1;
    }
  };
  let blocks = 0;
  const block = async (handled: number): Promise<void> => {
    blocks += 1;
    crash(IN_TURN[blocks % IN_TURN.length] as string);
    await deliver(handled);
    await pass(Math.max(1, blocks * BLOCK_MS - SETTLED_MS - nowMs()));
    crash(address.portfolio.path);
    await pass(SETTLED_MS);
  };
  await pass(1);
  const warmUps = Math.min(WARM_UP_BLOCKS_MAX, Math.ceil(count / MESSAGES_PER_WARM_UP_BLOCK));
  for (let n = 0; n < warmUps; n += 1) {
    await block(desk.handled() + 1);
    progress(0, `${n + 1} of ${warmUps} blocks to warm up`);
  }
  const before = holdingsOf(lane, victim.news);
  const handledBefore = desk.handled();
  const looks = looksFor(count, MESSAGES_PER_LOOK);
  const heap = new HeapWatch(looks);
  for (let look = 1; look <= looks; look += 1) {
    await block(handledBefore + (count * look) / looks);
    heap.look(nowMs() / 3.6e6);
    progress(look / looks, `${desk.handled()} messages, heap ${heap.latestText}`);
  }
  const after = holdingsOf(lane, victim.news);
  const handled = desk.handled();
  const { refusals, orders } = desk.metrics;
  await lane.stopAll(1_000);
  return [
    caseOf({ name: 'messages handled', value: handled, unit: 'count' }),
    caseOf({ name: 'orders placed', value: orders, unit: 'count' }),
    caseOf({
      name: 'orders refused',
      value: [...refusals.values()].reduce((sum, each) => sum + each, 0),
      unit: 'count',
    }),
    caseOf({ name: 'crashes', value: counts.crashes, unit: 'count' }),
    caseOf({
      name: 'restarts missing',
      value: counts.crashes - counts.restarts,
      unit: 'count',
      target: 0,
    }),
    ...grown(before, after),
    ...heap.cases(),
  ];
}
