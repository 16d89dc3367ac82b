import { nodeTimers } from '../../core/node-env.ts';
import type { Rng } from '../../core/rng.ts';
import type { World } from './world/world.ts';

/** Promise chains of this depth run to their end before the next step. */
const MICROTASK_TURNS = 8;
/** Steps between two real turns of the event loop, so that signals are heard. */
const STEPS_PER_TURN = 256;
/** Steps between two looks at all mailboxes. */
const STEPS_PER_LOOK = 64;
/** Chance that time goes on although somebody could run: the lane is slow. */
const LATE_CHANCE = 1 / 16;
/** Time does not go on by more than this for that reason. */
const LATE_NS_MAX = 2_000_000;
/** More steps than one wait can need. */
const WAIT_STEPS_MAX = 2_000_000;

/** Takes a world forward, one thing at a time, in an order that is drawn. */
export class Stepper {
  readonly #world: World;
  readonly #order: Rng;

  constructor(world: World) {
    this.#world = world;
    this.#order = world.random.fork('order');
  }

  /** One message, one timer, one callback; then every promise that follows from it. */
  async step(): Promise<void> {
    const world = this.#world;
    const { time, trace } = world;
    trace.step += 1;
    try {
      this.#runOne();
    } catch (thrown) {
      world.uncaught(thrown);
    }
    for (let turn = 0; turn < MICROTASK_TURNS; turn += 1) await null;
    world.laws.modes.look(world.nowMs);
    if (trace.step % STEPS_PER_LOOK === 0) {
      world.laws.lookAtActors(world.process);
      world.lookAtRest();
    }
    if (trace.step % STEPS_PER_TURN !== 0) return;
    await new Promise<void>((next) => nodeTimers.turn(next));
    if (time.pending === 0) throw new Error('nothing is left that could ever happen');
  }

  /** @returns whether it was done before the virtual time ended, or enough steps were taken */
  async until(isDone: () => boolean, endMs: number): Promise<boolean> {
    const world = this.#world;
    const stepMax = world.trace.step + WAIT_STEPS_MAX;
    while (world.nowMs < endMs && world.trace.step < stepMax) {
      if (isDone()) return true;
      await this.step();
    }
    return isDone();
  }

  /** Which of those that could run now does is drawn. */
  #runOne(): void {
    const { time, process } = this.#world;
    const runnable = process.isAlive && !process.isHeld ? process.queue.size : 0;
    const choices = runnable + (time.isTurnDue ? 1 : 0);
    const isLate =
      choices > 0 &&
      time.nextNs - time.clock.mono() <= LATE_NS_MAX &&
      this.#order.next() < LATE_CHANCE;
    if (choices === 0 || isLate) {
      time.runTimer();
      return;
    }
    const choice = this.#order.below(choices);
    if (choice < runnable) process.queue.run(choice);
    else time.runNext();
  }
}
