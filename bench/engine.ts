import { dispatch, type Ref, spawn, start, stop } from 'nact';
import type { ActorSpec } from '../actors/runtime/actor-spec.ts';
import { Lane } from '../actors/runtime/lane.ts';
import { type ActorRef, answerRefByPath, refByPath } from '../actors/runtime/ref.ts';
import { nodeClock, nodeTimers } from '../src/core/node-env.ts';
import { rngOf } from '../src/core/rng.ts';
import { LatencyHistogram } from '../src/ops/latency.ts';
import { INTENSITY_MAX } from '../supervisors/child-spec.ts';
import { supervisor } from '../supervisors/supervisor.ts';
import { type Case, caseOf, quantileCases } from './case.ts';
import { drained, medians, openLoop, ROUNDS } from './open-loop.ts';

const HOPS = 5;
/** Messages that plain nact has in its mailboxes at a time. */
const NACT_BATCH = 1_000;
const RATE_PER_SECOND = 200_000;
const RESTARTS_PER_SECOND = 2_000;
const RESTARTS_PER_TURN = 10;

const BUDGET_PER_SECOND = 500_000;
const BUDGET_P99_US = 20;
const BUDGET_P999_US = 100;
const BUDGET_RESTART_US = 5_000;

interface Tick {
  readonly kind: 'tick';
  readonly n: number;
}

/**
 * The actors alone: five of them in a row that pass on one message, the call that a risk check is,
 * and a restart.
 *
 * @param seconds length of the measurement on a schedule; the others take their size from it
 */
export async function engineCases(seconds: number): Promise<Case[]> {
  const lane = new Lane({
    name: 'bench-engine',
    clock: nodeClock,
    timers: nodeTimers,
    random: rngOf(1),
  });
  const first = await chain(lane);
  const messages = Math.ceil(100_000 * seconds);
  const [rate = 0] = await medians(() => [ourRate(lane, first, messages)]);
  const nact = await nactRate(Math.ceil(20_000 * seconds));
  const fromCallback = await medians(() => onSchedule(lane, first, seconds / ROUNDS));
  const call = await callMicroseconds(lane, messages);
  const restart = await restartMicroseconds(lane, Math.ceil(RESTARTS_PER_SECOND * seconds));
  await lane.stopAll(1_000);
  return [
    caseOf({
      name: 'five hops',
      value: rate,
      unit: 'messages/s',
      peer: { name: 'plain nact', value: nact },
      target: BUDGET_PER_SECOND,
    }),
    ...quantileCases('five hops from the callback at 200,000/s', fromCallback, {
      targets: [null, BUDGET_P99_US, BUDGET_P999_US],
    }),
    caseOf({ name: 'a call in the lane, mean', value: call, unit: 'µs' }),
    ...['p50', 'p99', 'max'].map((which, at) =>
      caseOf({
        name: `a restart, ${which}`,
        value: restart[at] as number,
        unit: 'µs',
        target: BUDGET_RESTART_US,
      }),
    ),
  ];
}

async function chain(lane: Lane): Promise<ActorRef<Tick>> {
  let next: ActorRef<Tick> | null = null;
  for (let hop = HOPS; hop >= 1; hop -= 1) {
    const to: ActorRef<Tick> | null = next;
    const spec: ActorSpec<{ handled: number }, Tick> = {
      kind: 'hop',
      start: () => ({ handled: 0 }),
      receive(state, message, ctx) {
        state.handled += 1;
        if (to !== null) ctx.send(to, message);
        return state;
      },
    };
    next = await lane.spawn(spec, `hop:${hop}`);
  }
  return next as ActorRef<Tick>;
}

/** Messages a second, each brought as a socket brings it. */
function ourRate(lane: Lane, first: ActorRef<Tick>, messages: number): number {
  const beganNs = nodeClock.mono();
  for (let n = 0; n < messages; n += 1) lane.ingest(first, { kind: 'tick', n });
  return messages / ((nodeClock.mono() - beganNs) / 1e9);
}

/** The same row of actors as nact has them, fed in batches so that it never waits for messages. */
async function nactRate(messages: number): Promise<number> {
  const system = start();
  let left = 0;
  let done = (): void => undefined;
  let next: Ref<Tick> | null = null;
  for (let hop = HOPS; hop >= 1; hop -= 1) {
    const to: Ref<Tick> | null = next;
    const receive = (state: { handled: number }, message: Tick) => {
      state.handled += 1;
      if (to !== null) dispatch(to, message);
      else {
        left -= 1;
        if (left === 0) done();
      }
      return state;
    };
    next = spawn(system, receive, `hop${hop}`, { initialState: { handled: 0 } });
  }
  const first = next as Ref<Tick>;
  const round = async (): Promise<number> => {
    const beganNs = nodeClock.mono();
    for (let sent = 0; sent < messages; sent += NACT_BATCH) {
      left = Math.min(NACT_BATCH, messages - sent);
      const ended = new Promise<void>((resolve) => {
        done = resolve;
      });
      for (let n = left; n > 0; n -= 1) dispatch(first, { kind: 'tick', n });
      await ended;
    }
    return messages / ((nodeClock.mono() - beganNs) / 1e9);
  };
  const [rate = 0] = await medians(async () => [await round()]);
  stop(system);
  return rate;
}

async function onSchedule(lane: Lane, first: ActorRef<Tick>, seconds: number): Promise<number[]> {
  const took = new LatencyHistogram();
  await openLoop({
    perSecond: RATE_PER_SECOND,
    seconds,
    deliver(n) {
      const beganNs = nodeClock.mono();
      lane.ingest(first, { kind: 'tick', n });
      took.record(nodeClock.mono() - beganNs);
    },
  });
  return drained(took);
}

async function callMicroseconds(lane: Lane, calls: number): Promise<number> {
  const answering: ActorSpec<number, never> = {
    kind: 'answering',
    start: () => 0,
    receive: (state) => state,
    answer: (state) => state,
  };
  await lane.spawn(answering, 'answering');
  const caller = await lane.spawn<null, number>(
    {
      kind: 'caller',
      start: () => null,
      receive(state, count, ctx) {
        const to = answerRefByPath<number, number>('answering');
        for (let n = 0; n < count; n += 1) ctx.call(to, n);
        return state;
      },
    },
    'caller',
  );
  const [mean = 0] = await medians(() => {
    const beganNs = nodeClock.mono();
    lane.ingest(caller, calls);
    return [(nodeClock.mono() - beganNs) / calls / 1e3];
  });
  return mean;
}

/**
 * From the moment a fault is seen, which is when the desk closes its gate, until the successor is
 * ready for messages.
 *
 * @returns median, 99th percentile and maximum
 */
async function restartMicroseconds(lane: Lane, restarts: number): Promise<number[]> {
  const crashing: ActorSpec<null, null> = {
    kind: 'crashing',
    start: () => null,
    receive() {
      throw new Error('boom');
    },
  };
  const children = [{ id: 'crashing', start: () => crashing }];
  // A window of a millisecond never holds so many restarts.
  const spec = { intensity: INTENSITY_MAX, periodMs: 1, children };
  await lane.spawn(supervisor(spec), 'top');
  const took: number[] = [];
  let seenNs = 0;
  const forget = lane.observe({
    failed() {
      seenNs = nodeClock.mono();
    },
    started: () => void took.push((nodeClock.mono() - seenNs) / 1e3),
  });
  for (let n = 0; n < restarts; n += 1) {
    lane.ingest(refByPath<null>('top/crashing'), null);
    if (n % RESTARTS_PER_TURN === 0) await new Promise<void>((next) => nodeTimers.turn(next));
  }
  forget();
  took.sort((left, right) => left - right);
  const at = (share: number): number => took[Math.ceil(share * took.length) - 1] as number;
  return [at(0.5), at(0.99), at(1)];
}
