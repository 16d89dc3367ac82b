import { assertDelay, type Clock, type Timers } from '../../src/core/env.ts';
import { type Rng, rngOf } from '../../src/core/rng.ts';
import { millisOf, nanosOf } from '../../src/core/units.ts';

/** Time, timers and chance that move only when a test says so. */
export interface ManualEnv {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Rng;
  /** Wall clock in milliseconds since the Unix epoch. */
  readonly nowMs: number;
  /** Timers that are armed and have not fired. */
  readonly pendingTimers: number;
  /** Turns of the event loop that are asked for and have not run. */
  readonly pendingTurns: number;
  /** Fires every timer that falls due within `ms`, in order of time, and settles after each. */
  advance(ms: number): Promise<void>;
  /** Runs turns, microtasks and timers that are due now, until nothing is left to run. */
  settle(): Promise<void>;
  /** Moves the clock and fires nothing, as a stalled event loop does. */
  stall(ms: number): void;
}

/** 2026-01-01T00:00:00Z, so that dates in a failing test are easy to read. */
const START_MS = 1_767_225_600_000;
/** More steps than this without coming to rest is a loop, not work. */
const STEPS_MAX = 100_000;

interface ManualTimer {
  readonly dueMs: number;
  /** Equal times fire in the order in which they were armed. */
  readonly order: number;
  readonly run: () => void;
}

export function manualEnv(seed = 1): ManualEnv {
  let elapsedMs = 0;
  let armed = 0;
  let turns: (() => void)[] = [];
  const waiting = new Set<ManualTimer>();

  const earliest = (): ManualTimer | undefined => {
    let first: ManualTimer | undefined;
    for (const timer of waiting) {
      if (first === undefined || isBefore(timer, first)) first = timer;
    }
    return first;
  };
  const fire = (timer: ManualTimer): void => {
    waiting.delete(timer);
    elapsedMs = Math.max(elapsedMs, timer.dueMs);
    timer.run();
  };
  const settle = async (): Promise<void> => {
    for (let steps = 0; steps < STEPS_MAX; steps += 1) {
      await microtasks();
      const due = turns;
      turns = [];
      for (const turn of due) turn();
      if (due.length > 0) continue;
      const timer = earliest();
      if (timer === undefined || timer.dueMs > elapsedMs) return;
      fire(timer);
    }
    throw new Error(`settle: still not at rest after ${STEPS_MAX} steps`);
  };

  return {
    clock: {
      now: () => millisOf(START_MS + elapsedMs),
      mono: () => nanosOf(Math.round(elapsedMs * 1e6)),
    },
    timers: {
      after(delayMs, run) {
        assertDelay(delayMs);
        armed += 1;
        const timer = { dueMs: elapsedMs + delayMs, order: armed, run };
        waiting.add(timer);
        return { cancel: () => void waiting.delete(timer) };
      },
      turn: (run) => void turns.push(run),
    },
    random: rngOf(seed),
    get nowMs() {
      return START_MS + elapsedMs;
    },
    get pendingTimers() {
      return waiting.size;
    },
    get pendingTurns() {
      return turns.length;
    },
    async advance(ms) {
      const endMs = elapsedMs + ms;
      await settle();
      let timer = earliest();
      while (timer !== undefined && timer.dueMs <= endMs) {
        fire(timer);
        await settle();
        timer = earliest();
      }
      elapsedMs = endMs;
    },
    settle,
    stall(ms) {
      elapsedMs += ms;
    },
  };
}

function isBefore(left: ManualTimer, right: ManualTimer): boolean {
  return left.dueMs === right.dueMs ? left.order < right.order : left.dueMs < right.dueMs;
}

/** One real turn of the event loop: every promise that can settle has settled after it. */
function microtasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
