import type { Runnable, WorkQueue } from '../../../actors/runtime/run-queue.ts';
import type { Clock } from '../../core/env.ts';
import type { Nanos } from '../../core/units.ts';

/**
 * A run queue that runs nothing by itself: whoever simulates picks the next actor and lets it
 * handle one message.
 */
export class SteppedQueue implements WorkQueue {
  readonly #waiting: Runnable[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get nowNs(): Nanos {
    return this.#clock.mono();
  }

  get size(): number {
    return this.#waiting.length;
  }

  add(item: Runnable): void {
    if (item.isQueued) return;
    item.isQueued = true;
    this.#waiting.push(item);
  }

  hold(): boolean {
    return false;
  }

  drain(): void {}

  /** Lets one of those that wait handle one message. @param at below `size` */
  run(at: number): void {
    const item = this.#waiting[at] as Runnable;
    const last = this.#waiting.pop() as Runnable;
    if (last !== item) this.#waiting[at] = last;
    item.isQueued = false;
    if (item.isRunnable) item.run(1);
    if (item.isRunnable) this.add(item);
  }
}
