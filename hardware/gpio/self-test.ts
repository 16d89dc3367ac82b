import type { Env } from '../../src/core/env.ts';
import { err, ok, type Result } from '../../src/core/result.ts';
import {
  type ContactPins,
  type GpioBackend,
  type GpioFault,
  type Level,
  writeLagMs,
} from './port.ts';

/** A change of an output has to be seen at its input within this time of reaching its pin. */
export const SEEN_MS = 10;
const LOOK_MS = 1;
/** How often a test begins anew because its look came too late to say anything. */
export const LATE_MAX = 10;

export interface SelfTestWiring {
  readonly contacts: ContactPins;
  /** An output that a wire joins to an input. */
  readonly loop: { readonly out: number; readonly in: number };
  /**
   * Outputs that feed the channels, or null where they hang on the supply. A pulse opens the
   * channel, so this is for the test at a start, before the stop is armed; the daily test of a
   * running desk gives null.
   */
  readonly pulses: { readonly a: number; readonly b: number } | null;
}

export type SelfTestFault =
  | { readonly kind: 'driver'; readonly fault: GpioFault }
  | {
      readonly kind: 'not-seen';
      readonly check: 'loop' | 'contact-closed' | 'pulse-a' | 'pulse-b' | 'tamper-closed';
      readonly pin: number;
      readonly found: Level | null;
      readonly wanted: Level;
      readonly withinMs: number;
    };

export interface SelfTestReport {
  readonly checks: number;
  /** The longest that one check had to wait, from the order to write on. */
  readonly slowestMs: number;
}

interface Check {
  readonly check: Extract<SelfTestFault, { kind: 'not-seen' }>['check'];
  readonly output: number | null;
  readonly input: number;
  readonly level: Level;
}

/**
 * Proves that what is read is what is wired: the loop follows 0, 1, 0, the contacts are closed,
 * each channel's pulse is seen. A mock, the registers of another chip and a dead child all fail. A
 * look that comes late because this process was held up proves nothing, not even a fault: what it
 * should have seen is there. The test then begins anew, `LATE_MAX` times.
 *
 * @param done is called exactly once, at most `SEEN_MS` and the driver's lag a check later
 */
export function runSelfTest(
  backend: GpioBackend,
  wiring: SelfTestWiring,
  env: Pick<Env, 'clock' | 'timers'>,
  done: (outcome: Result<SelfTestReport, SelfTestFault>) => void,
): void {
  const sound = backend.selfTest();
  if (!sound.ok) {
    done(err({ kind: 'driver', fault: sound.error }));
    return;
  }
  const checks = checksOf(wiring);
  const seenMs = SEEN_MS + writeLagMs(backend.kind);
  const fail = (check: Check, found: Level | null): void => {
    // A channel that was left open would stop the desk, and that is for people to undo.
    for (const feed of Object.values(wiring.pulses ?? {})) backend.write(feed, 1);
    done(err(notSeen(check, found, seenMs)));
  };
  let slowestMs = 0;
  let lateLeft = LATE_MAX;
  const run = (at: number): void => {
    const check = checks[at];
    if (check === undefined) {
      done(ok({ checks: checks.length, slowestMs }));
      return;
    }
    if (check.output !== null) backend.write(check.output, check.level);
    const startedNs = env.clock.mono();
    const look = (): void => {
      const found = backend.readSync(check.input);
      const tookMs = (env.clock.mono() - startedNs) / 1e6;
      if (found === check.level && tookMs <= seenMs) {
        slowestMs = Math.max(slowestMs, tookMs);
        run(at + 1);
      } else if (found === check.level && lateLeft > 0) {
        lateLeft -= 1;
        slowestMs = 0;
        run(0);
      } else if (tookMs >= seenMs) {
        fail(check, found);
      } else {
        env.timers.after(LOOK_MS, look);
      }
    };
    look();
  };
  run(0);
}

export function selfTestFaultText(fault: SelfTestFault): string {
  if (fault.kind === 'driver') return fault.fault.detail;
  const { check, pin, found, wanted, withinMs } = fault;
  const shown = found === null ? 'nothing' : found;
  return `${check}: pin ${pin} shows ${shown}, wanted ${wanted} within ${withinMs} ms`;
}

function checksOf({ contacts, loop, pulses }: SelfTestWiring): Check[] {
  const { a, b, tamper } = contacts;
  const looped = (level: Level): Check => ({
    check: 'loop',
    output: loop.out,
    input: loop.in,
    level,
  });
  const pulsed = (channel: 'a' | 'b', level: Level): Check[] =>
    pulses === null
      ? []
      : [
          {
            check: `pulse-${channel}`,
            output: pulses[channel],
            input: contacts[channel],
            level,
          },
        ];
  return [
    looped(0),
    looped(1),
    looped(0),
    // The feeds come first: an output that was never driven feeds nothing.
    ...pulsed('a', 1),
    ...pulsed('b', 1),
    { check: 'contact-closed', output: null, input: a, level: 1 },
    { check: 'contact-closed', output: null, input: b, level: 1 },
    { check: 'tamper-closed', output: null, input: tamper, level: 1 },
    ...pulsed('a', 0),
    ...pulsed('a', 1),
    ...pulsed('b', 0),
    ...pulsed('b', 1),
  ];
}

function notSeen(
  { check, input, level }: Check,
  found: Level | null,
  withinMs: number,
): SelfTestFault {
  return { kind: 'not-seen', check, pin: input, found, wanted: level, withinMs };
}
