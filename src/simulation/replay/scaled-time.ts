import { assertDelay, type Clock, type Timers } from '../../core/env.ts';
import { millisOf, nanosOf } from '../../core/units.ts';

/** Times the pace of the real clock that a clock can be made to go. */
const PACES = [0.001, 1_000] as const;

/**
 * A clock that shows `startMs` now and goes `pace` times as fast as the real one, and timers that
 * keep to it: an hour of it passes in an hour divided by the pace. It follows the monotonic clock,
 * so it never jumps.
 *
 * @param startMs wall clock to begin with, milliseconds since the Unix epoch; earlier than the
 *   first frame of a recording leaves clients time to connect
 * @throws RangeError unless the pace is 0.001 … 1000
 */
export function scaledTime(
  real: { readonly clock: Clock; readonly timers: Timers },
  { startMs, pace }: { readonly startMs: number; readonly pace: number },
): { readonly clock: Clock; readonly timers: Timers } {
  const [least, most] = PACES;
  if (!(pace >= least && pace <= most)) {
    throw new RangeError(`pace ${pace} is not in ${least} … ${most}`);
  }
  const originNs = real.clock.mono();
  const elapsedNs = (): number => (real.clock.mono() - originNs) * pace;
  return {
    clock: {
      now: () => millisOf(Math.floor(startMs + elapsedNs() / 1e6)),
      mono: () => nanosOf(Math.round(elapsedNs())),
    },
    timers: {
      after(delayMs, run) {
        assertDelay(delayMs);
        return real.timers.after(delayMs / pace, run);
      },
      turn: (run) => real.timers.turn(run),
    },
  };
}
