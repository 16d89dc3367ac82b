import type { Clock, Timers } from '../../src/core/env.ts';
import { type Millis, nanosOf } from '../../src/core/units.ts';

export interface ManualTime {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Lets time pass and runs what is due on the way, in order. */
  advance(ms: number): void;
  readonly pending: () => number;
}

/** Time that only the test moves. */
export function manualTime(): ManualTime {
  let nowMs = 1000;
  let armed: { readonly atMs: number; readonly run: () => void }[] = [];
  const clock: Clock = {
    now: () => (1_700_000_000_000 + nowMs) as Millis,
    mono: () => nanosOf(nowMs * 1e6),
  };
  const after = (delayMs: number, run: () => void) => {
    const timer = { atMs: nowMs + delayMs, run };
    armed.push(timer);
    return {
      cancel() {
        armed = armed.filter((other) => other !== timer);
      },
    };
  };
  return {
    clock,
    timers: { after, turn: (run) => after(0, run) },
    advance(ms) {
      const endMs = nowMs + ms;
      for (;;) {
        const [next] = armed.filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs);
        if (next === undefined) break;
        armed = armed.filter((other) => other !== next);
        nowMs = Math.max(nowMs, next.atMs);
        next.run();
      }
      nowMs = endMs;
    },
    pending: () => armed.length,
  };
}
