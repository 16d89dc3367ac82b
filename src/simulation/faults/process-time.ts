import type { Clock, Timer, Timers } from '../../core/env.ts';
import { assert } from '../../core/result.ts';
import { type Millis, millisOf, nanosOf } from '../../core/units.ts';

/** Clocks that differ by more than this are broken, not adrift. */
const RATE_MIN = 0.5;
const RATE_MAX = 2;

/**
 * The clocks and timers of one process: its wall clock may be off, its monotonic clock may run
 * fast or slow, and with the process its timers are gone.
 */
export class ProcessTime {
  /** What the wall clock is ahead of the true one. */
  wallAheadMs = 0;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #isAlive: () => boolean;
  readonly #awake: (run: () => void) => void;
  #rate = 1;
  #anchorNs: number;
  #ownNs = 0;

  /** @param awake runs something when the process runs; at once where nothing holds it up */
  constructor(
    clock: Clock,
    timers: Timers,
    isAlive: () => boolean,
    awake: (run: () => void) => void = (run) => run(),
  ) {
    this.#clock = clock;
    this.#timers = timers;
    this.#isAlive = isAlive;
    this.#awake = awake;
    this.#anchorNs = clock.mono();
  }

  /** @param rate own seconds in a true second */
  setRate(rate: number): void {
    assert(rate >= RATE_MIN && rate <= RATE_MAX, 'the rate of a clock is near 1');
    this.#ownNs = this.#monoNs();
    this.#anchorNs = this.#clock.mono();
    this.#rate = rate;
  }

  readonly clock: Clock = {
    now: (): Millis => millisOf(Math.max(0, this.#clock.now() + this.wallAheadMs)),
    mono: () => nanosOf(this.#monoNs()),
  };

  readonly timers: Timers = {
    after: (delayMs, run): Timer => {
      let isCanceled = false;
      const fenced = (): void =>
        this.#awake(() => {
          // A process that wakes up may cancel what has fallen due while it slept.
          if (this.#isAlive() && !isCanceled) run();
        });
      const timer = this.#timers.after(this.#rate === 1 ? delayMs : delayMs / this.#rate, fenced);
      return {
        cancel() {
          isCanceled = true;
          timer.cancel();
        },
      };
    },
    turn: (run) => {
      this.#timers.turn(() =>
        this.#awake(() => {
          if (this.#isAlive()) run();
        }),
      );
    },
  };

  #monoNs(): number {
    const passedNs = this.#clock.mono() - this.#anchorNs;
    return this.#ownNs + (this.#rate === 1 ? passedNs : Math.floor(passedNs * this.#rate));
  }
}
