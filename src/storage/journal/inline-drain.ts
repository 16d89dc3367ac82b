import type { Timer, Timers } from '../../core/env.ts';
import { Drain, type DrainOptions, GROUP_COMMIT_MS, GROUP_COMMIT_RECORDS } from './drain.ts';
import type { DrainFault } from './faults.ts';

/** Runs the drain, wherever that is. */
export interface DrainRunner {
  /** The lane has written a record; `unsynced` are not known to be on the medium. */
  appended(unsynced: number): void;
  /** The store is to catch up now. */
  hurry(): void;
  /** Why nothing is put on the medium any more. */
  readonly syncFault: DrainFault | null;
  /** Why the store is no longer brought up. */
  readonly storeFault: DrainFault | null;
  /** Takes over what is left and ends. Never throws; the faults then say what went wrong. */
  stop(): Promise<void>;
}

/**
 * The drain on the lane itself: in virtual time, where everything happens in one thread and in one
 * order, and in programs that only read. It runs by the timers, and only while something waits.
 */
export class InlineDrain implements DrainRunner {
  readonly #drain: Drain;
  readonly #timers: Timers;
  #timer: Timer | null = null;

  constructor(options: Omit<DrainOptions, 'isPreparing'>, timers: Timers) {
    this.#drain = new Drain({ ...options, isPreparing: false });
    this.#timers = timers;
  }

  appended(unsynced: number): void {
    if (unsynced >= GROUP_COMMIT_RECORDS) this.drainSome(1);
    this.#arm();
  }

  hurry(): void {
    this.drainSome(Number.POSITIVE_INFINITY);
  }

  /**
   * Runs up to `rounds` rounds as if the last.
   *
   * @returns whether more is to do
   */
  drainSome(rounds: number): boolean {
    let isMore = true;
    for (let round = 0; isMore && round < rounds; round += 1) isMore = this.#drain.turn(true);
    return isMore;
  }

  get syncFault(): DrainFault | null {
    return this.#drain.syncFault;
  }

  get storeFault(): DrainFault | null {
    return this.#drain.storeFault;
  }

  stop(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = null;
    this.hurry();
    this.#drain.close();
    return Promise.resolve();
  }

  #arm(): void {
    this.#timer ??= this.#timers.after(GROUP_COMMIT_MS, () => {
      this.#timer = null;
      if (this.drainSome(1)) this.#arm();
    });
  }
}
