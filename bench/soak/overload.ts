import type { ActorSpec } from '../../actors/runtime/actor-spec.ts';
import { Lane } from '../../actors/runtime/lane.ts';
import type { Overflow } from '../../actors/runtime/mail/mailbox.ts';
import { refByPath } from '../../actors/runtime/ref.ts';
import { nodeClock, nodeTimers } from '../../src/core/node-env.ts';
import { rngOf } from '../../src/core/rng.ts';
import { supervisor } from '../../supervisors/supervisor.ts';
import { type Case, caseOf } from '../case.ts';
import { openLoop } from '../open-loop.ts';
import { collect, HeapWatch, hoursSince, looksFor } from './heap-watch.ts';
import type { Progress } from './progress.ts';

const POLICIES: readonly Overflow[] = ['reject', 'drop-oldest', 'conflate', 'fail'];
/** At least so many times what is handled is to be offered. */
const OVERLOAD = 10;
/** What is offered, as a multiple of what was handled while nobody offered anything. */
const OFFERED = 20;
/** Work of one message: what a decision of the desk costs. */
const WORK_ROUNDS = 4_000;
const KEYS = 64;
const SECONDS_PER_LOOK = 1;
const CAPACITY_SECONDS = 0.2;
const MIB = 1_048_576;
/** Four mailboxes of 1,024 messages of some hundred bytes are half a MiB; the rest is room. */
const HEAP_MIB_MAX = 8;

interface Work {
  readonly kind: 'work';
  readonly key: number;
  readonly text: string;
}

/** Messages of one recipient, by what became of them. */
interface Consumer {
  readonly path: string;
  offered: number;
  handled: number;
}

/**
 * Offers far more than ten times what can be handled, to a mailbox of each overflow policy, on a
 * schedule that waits for nobody. Memory stays where it is, and no message vanishes uncounted.
 */
export async function overload(seconds: number, progress: Progress): Promise<Case[]> {
  const random = rngOf(1);
  const lane = new Lane({ name: 'soak-overload', clock: nodeClock, timers: nodeTimers, random });
  const consumers = POLICIES.map(
    (policy): Consumer => ({ path: `top/${policy}`, offered: 0, handled: 0 }),
  );
  const children = POLICIES.map((policy, at) => {
    const spec = consuming(policy, consumers[at] as Consumer);
    return { id: policy, start: () => spec };
  });
  await lane.spawn(supervisor({ intensity: 1_000, periodMs: 1, children }), 'top');
  const perSecond = capacity() * OFFERED;
  collect();
  const before = process.memoryUsage();
  const looks = looksFor(seconds, SECONDS_PER_LOOK);
  const heap = new HeapWatch(looks);
  const startedNs = nodeClock.mono();
  let highest = 0;
  for (let look = 1; look <= looks; look += 1) {
    await openLoop({
      perSecond,
      seconds: seconds / looks,
      deliver: (n) => offer(lane, consumers[n % consumers.length] as Consumer, n),
    });
    highest = Math.max(highest, process.memoryUsage().heapUsed);
    heap.look(hoursSince(startedNs));
    progress(look / looks, `${total(consumers, 'offered')} offered, heap ${heap.latestText}`);
  }
  const queued = unread(lane, consumers);
  const offered = total(consumers, 'offered');
  const handled = total(consumers, 'handled');
  const unaccounted = offered - handled - queued - lane.deadLetters.count;
  await lane.stopAll(1_000);
  const rose = (process.memoryUsage().rss - before.rss) / MIB;
  return [
    caseOf({ name: 'offered', value: offered, unit: 'count' }),
    caseOf({
      name: 'offered for one that is handled',
      value: offered / handled,
      unit: 'times',
      target: OVERLOAD,
    }),
    caseOf({ name: 'messages unaccounted for', value: unaccounted, unit: 'count', target: 0 }),
    caseOf({ name: 'heap before collections, highest', value: highest / MIB, unit: 'MiB' }),
    caseOf({
      name: 'heap after collections, more than before',
      value: heap.highestBytes / MIB - before.heapUsed / MIB,
      unit: 'MiB',
      target: HEAP_MIB_MAX,
    }),
    caseOf({ name: 'resident memory, more than before', value: rose, unit: 'MiB' }),
    ...heap.cases(),
  ];
}

function consuming(policy: Overflow, consumer: Consumer): ActorSpec<number, Work> {
  return {
    kind: 'consumer',
    mailbox: { capacity: 1_024, overflow: policy, keyOf: ({ key }) => key },
    start: () => 0,
    receive(state) {
      consumer.handled += 1;
      return work(state);
    },
  };
}

function offer(lane: Lane, consumer: Consumer, n: number): void {
  consumer.offered += 1;
  const message: Work = { kind: 'work', key: n % KEYS, text: `message ${n}` };
  lane.send(refByPath<Work>(consumer.path), message);
}

/** Burns time that no compiler can take away. */
function work(state: number): number {
  let value = state;
  for (let round = 0; round < WORK_ROUNDS; round += 1) value = (value * 1_103 + round) % 65_537;
  return value;
}

/** Messages a second that one core handles when it does nothing else. */
function capacity(): number {
  const endNs = nodeClock.mono() + CAPACITY_SECONDS * 1e9;
  let handled = 0;
  let state = 1;
  for (; nodeClock.mono() < endNs; handled += 1) state = work(state);
  return Math.ceil((handled + (state % 1)) / CAPACITY_SECONDS);
}

const total = (consumers: readonly Consumer[], what: 'offered' | 'handled'): number =>
  consumers.reduce((sum, consumer) => sum + consumer[what], 0);

/** Still in a mailbox, or replaced there by a newer message of its key. */
function unread(lane: Lane, consumers: readonly Consumer[]): number {
  const paths = new Set(consumers.map(({ path }) => path));
  return lane
    .describe()
    .filter(({ path }) => paths.has(path))
    .reduce((sum, { mailbox }) => sum + mailbox.depth + mailbox.conflated, 0);
}
