import type { Clock, Timers } from '../../src/core/env.ts';
import type { Nanos } from '../../src/core/units.ts';

/** Something with work to do: an actor. The links are the queue's, so queueing costs nothing. */
export interface Runnable {
  next: Runnable | null;
  isQueued: boolean;
  /** Whether it has work that can be done now. */
  readonly isRunnable: boolean;
  /** Handles up to `limit` messages. @returns how many */
  run(limit: number): number;
}

/** Who decides which actor has its turn when. The real one is `RunQueue`. */
export interface WorkQueue {
  /** The clock, as fresh as it is for nothing. */
  readonly nowNs: Nanos;
  /** Remembers an actor that has work, unless `isQueued` says that it does. */
  add(item: Runnable): void;
  /** @returns whether `drain` is to follow in the same turn */
  hold(): boolean;
  drain(): void;
}

/** Messages one actor handles before the next one has its turn. */
export const SLICE_MESSAGES = 256;
/** Time after which timers and I/O have their turn. */
export const TURN_NS = 2_000_000;
/** The same in messages, for a clock that stands still while the lane works. */
export const TURN_MESSAGES = 16_384;
/** The clock is read once in so many messages: a read costs about as much as a message. */
const MESSAGES_PER_CLOCK_READ = 16;

/** The actors of a lane that have work, first come first served. */
export class RunQueue implements WorkQueue {
  /** The clock as it was read last: to about a turn of the lane, and for nothing. */
  nowNs: Nanos;
  readonly #clock: Clock;
  readonly #timers: Timers;
  #first: Runnable | null = null;
  #last: Runnable | null = null;
  #isDraining = false;
  #isTurnAsked = false;

  constructor(clock: Clock, timers: Timers) {
    this.#clock = clock;
    this.nowNs = clock.mono();
    this.#timers = timers;
  }

  /** Gives an actor its turn: in the drain that is under way, else in the next turn. */
  add(item: Runnable): void {
    if (item.isQueued) return;
    item.isQueued = true;
    if (this.#last === null) this.#first = item;
    else this.#last.next = item;
    this.#last = item;
    if (!this.#isDraining) this.#askTurn();
  }

  /**
   * Keeps what is added from asking for a turn, because `drain` follows in this one.
   *
   * @returns false inside a drain, which goes on with whatever was added; then do not drain
   */
  hold(): boolean {
    if (this.#isDraining) return false;
    this.#isDraining = true;
    this.nowNs = this.#clock.mono();
    return true;
  }

  /** Works until nothing is left or the turn is used up; the rest goes on in the next turn. */
  drain(): void {
    try {
      if (this.#first !== null) this.#work(this.nowNs + TURN_NS);
    } finally {
      this.#isDraining = false;
      if (this.#first !== null) this.#askTurn();
    }
  }

  #work(endNs: number): void {
    let leftOfTurn = TURN_MESSAGES;
    let sinceClock = 0;
    while (this.#first !== null && leftOfTurn > 0) {
      const item = this.#shift(this.#first);
      let leftOfSlice = SLICE_MESSAGES;
      do {
        // What is done without a message, such as a stop, counts as one too.
        const done = item.run(Math.min(leftOfSlice, MESSAGES_PER_CLOCK_READ)) || 1;
        leftOfSlice -= done;
        leftOfTurn -= done;
        sinceClock += done;
        if (sinceClock >= MESSAGES_PER_CLOCK_READ) {
          sinceClock = 0;
          this.nowNs = this.#clock.mono();
          if (this.nowNs >= endNs) leftOfTurn = 0;
        }
      } while (item.isRunnable && leftOfSlice > 0 && leftOfTurn > 0);
      if (item.isRunnable) this.add(item);
    }
  }

  #shift(first: Runnable): Runnable {
    this.#first = first.next;
    if (this.#first === null) this.#last = null;
    first.next = null;
    first.isQueued = false;
    return first;
  }

  #askTurn(): void {
    if (this.#isTurnAsked) return;
    this.#isTurnAsked = true;
    this.#timers.turn(this.#turn);
  }

  readonly #turn = (): void => {
    this.#isTurnAsked = false;
    this.hold();
    this.drain();
  };
}
