import { nodeTimers } from '../../core/node-env.ts';
import type { Player } from '../../simulation/replay/player.ts';
import type { VirtualTime } from '../../simulation/virtual-time.ts';

/** Promise chains of this depth run to their end before virtual time goes on. */
const MICROTASK_TURNS = 8;
/** Steps between two real turns of the event loop, so that signals are heard. */
const STEPS_PER_TURN = 256;

/**
 * Lets virtual time run until a promise settles. After each step promises are worked off, so that
 * a continuation sees the time at which it became possible. A recording is read while time stands
 * still, so that a slow disk changes nothing.
 *
 * @throws what the promise rejects with, and when nothing is left that could ever settle it
 */
export async function pumpUntil<T>(
  time: VirtualTime,
  awaited: Promise<T>,
  player: Pick<Player, 'isHungry' | 'readAhead'> | null,
): Promise<T> {
  let isSettled = false;
  const settled = awaited.finally(() => {
    isSettled = true;
  });
  settled.catch(() => {});
  for (let steps = 1; ; steps += 1) {
    for (let turn = 0; turn < MICROTASK_TURNS; turn += 1) await null;
    if (steps % STEPS_PER_TURN === 0) await new Promise<void>((next) => nodeTimers.turn(next));
    if (isSettled) return settled;
    if (player?.isHungry === true) await player.readAhead();
    if (time.runNext()) continue;
    // A longer chain of promises may still be on its way to ask for a timer.
    await new Promise<void>((next) => nodeTimers.turn(next));
    if (isSettled) return settled;
    if (!time.runNext()) throw new Error('virtual time has ended and nothing settles the run');
  }
}
