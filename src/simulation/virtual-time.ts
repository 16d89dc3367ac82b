import {
  assertDelay,
  type Clock,
  type Env,
  type Files,
  type Net,
  type Timers,
} from '../core/env.ts';
import { assert } from '../core/result.ts';
import { rngOf } from '../core/rng.ts';
import { millisOf, nanosOf } from '../core/units.ts';

/** Timers and turns that may wait at once; more is a leak. */
const TASKS_MAX = 1_000_000;
/** Tasks that may run without time passing; more is a loop that would never end. */
const TASKS_PER_INSTANT_MAX = 1_000_000;

/**
 * A clock that stands still until it is told to go on, and the timers that hang on it. Time jumps
 * to the next timer, so hours pass in seconds, and the same program with the same seed takes the
 * same course. Tasks of one instant run in the order in which they were asked for.
 */
export interface VirtualTime {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Timers and turns that have not run yet. */
  readonly pending: number;
  /** Whether somebody waits for the next turn. */
  readonly isTurnDue: boolean;
  /** Monotonic time of the next timer; infinite when there is none. */
  readonly nextNs: number;
  /** Runs the next turn or, when there is none, the next timer. @returns false if none is left */
  runNext(): boolean;
  /** Runs the next timer whatever turns wait. @returns false if none is left */
  runTimer(): boolean;
  /** Time passes and nothing runs: the event loop is blocked. */
  stall(ms: number): void;
  /** Runs all that is due up to a wall-clock time, and then lets the clock show that time. */
  runUntil(wallMs: number): void;
}

/** @param startMs wall clock at the beginning, whole milliseconds since the Unix epoch */
export function virtualTime(startMs: number): VirtualTime {
  assert(Number.isSafeInteger(startMs) && startMs >= 0, 'virtual time starts at a whole time');
  const queue = new TaskQueue();
  let turns: (() => void)[] = [];
  let turnAt = 0;
  let nowNs = 0;
  let ranNow = 0;

  const advance = (toNs: number): void => {
    if (toNs > nowNs) {
      nowNs = toNs;
      ranNow = 0;
    }
  };
  const run = (task: () => void): void => {
    ranNow += 1;
    assert(ranNow <= TASKS_PER_INSTANT_MAX, 'tasks of one instant come to an end');
    task();
  };
  const runTurn = (): boolean => {
    const task = turns[turnAt];
    if (task === undefined) return false;
    turnAt += 1;
    if (turnAt === turns.length) {
      turns = [];
      turnAt = 0;
    }
    run(task);
    return true;
  };
  const runDue = (limitNs: number): boolean => runTurn() || runTimer(limitNs);
  const runTimer = (limitNs: number): boolean => {
    const task = queue.take(limitNs);
    if (task === null) return false;
    advance(task.atNs);
    run(task.run);
    return true;
  };

  return {
    clock: {
      now: () => millisOf(startMs + Math.floor(nowNs / 1e6)),
      mono: () => nanosOf(nowNs),
    },
    timers: {
      after(delayMs, callback) {
        assertDelay(delayMs);
        return queue.add(nowNs + Math.round(delayMs * 1e6), callback);
      },
      turn(callback) {
        assert(turns.length < TASKS_MAX, 'turns that wait are bounded');
        turns.push(callback);
      },
    },
    get pending() {
      return queue.size + turns.length - turnAt;
    },
    get isTurnDue() {
      return turnAt < turns.length;
    },
    get nextNs() {
      return queue.nextNs;
    },
    runNext: () => runDue(Number.POSITIVE_INFINITY),
    runTimer: () => runTimer(Number.POSITIVE_INFINITY),
    stall(ms) {
      assertDelay(ms);
      advance(nowNs + Math.round(ms * 1e6));
    },
    runUntil(wallMs) {
      const limitNs = (wallMs - startMs) * 1e6;
      assert(limitNs >= nowNs - 1e6, 'virtual time does not go back');
      while (runDue(limitNs));
      advance(limitNs);
    },
  };
}

/** The environment of a rehearsal: virtual time, seeded chance and entropy, the given edges. */
export function virtualEnv(
  time: VirtualTime,
  edges: { readonly seed: number; readonly files: Files; readonly net: Net },
): Env {
  const random = rngOf(edges.seed);
  const bytes = random.fork('entropy');
  return {
    clock: time.clock,
    timers: time.timers,
    random,
    entropy: (length) => Uint8Array.from({ length }, () => bytes.below(256)),
    files: edges.files,
    net: edges.net,
  };
}

interface Task {
  readonly atNs: number;
  readonly order: number;
  run: () => void;
  /** It has run or was canceled. */
  isGone: boolean;
}

const nothing = (): void => {};

/** A binary heap by time, then by the order of asking. Canceled tasks are swept out in bulk. */
class TaskQueue {
  #heap: Task[] = [];
  #asked = 0;
  #canceled = 0;

  get size(): number {
    return this.#heap.length - this.#canceled;
  }

  add(atNs: number, run: () => void): { cancel(): void } {
    assert(this.#heap.length < TASKS_MAX, 'timers that wait are bounded');
    this.#asked += 1;
    const task: Task = { atNs, order: this.#asked, run, isGone: false };
    this.#heap.push(task);
    this.#rise(this.#heap.length - 1);
    return { cancel: () => this.#cancel(task) };
  }

  /** The first task up to a time, taken out; null when there is none. */
  take(limitNs: number): Task | null {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined) return null;
      if (!first.isGone && first.atNs > limitNs) return null;
      this.#removeFirst();
      if (!first.isGone) {
        first.isGone = true;
        return first;
      }
      this.#canceled -= 1;
    }
  }

  /** Time of the first task; infinite when there is none. */
  get nextNs(): number {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined) return Number.POSITIVE_INFINITY;
      if (!first.isGone) return first.atNs;
      this.#removeFirst();
      this.#canceled -= 1;
    }
  }

  #cancel(task: Task): void {
    if (task.isGone) return;
    task.isGone = true;
    // It stays in the heap for a while, and whatever it would have run must not stay with it.
    task.run = nothing;
    this.#canceled += 1;
    if (this.#canceled * 2 <= this.#heap.length) return;
    this.#heap = this.#heap.filter((kept) => !kept.isGone);
    this.#canceled = 0;
    for (let at = (this.#heap.length >> 1) - 1; at >= 0; at -= 1) this.#sink(at);
  }

  #removeFirst(): void {
    const last = this.#heap.pop() as Task;
    if (this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(from: number): void {
    const heap = this.#heap;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (isBefore(heap[parent] as Task, heap[at] as Task)) return;
      [heap[parent], heap[at]] = [heap[at] as Task, heap[parent] as Task];
      at = parent;
    }
  }

  #sink(from: number): void {
    const heap = this.#heap;
    let at = from;
    for (;;) {
      let least = at;
      for (let child = 2 * at + 1; child <= 2 * at + 2 && child < heap.length; child += 1) {
        if (isBefore(heap[child] as Task, heap[least] as Task)) least = child;
      }
      if (least === at) return;
      [heap[least], heap[at]] = [heap[at] as Task, heap[least] as Task];
      at = least;
    }
  }
}

function isBefore(left: Task, right: Task): boolean {
  return left.atNs < right.atNs || (left.atNs === right.atNs && left.order < right.order);
}
