import type { Clock, Env } from '../../core/env.ts';
import { type Millis, millisOf } from '../../core/units.ts';

/** The longest ban of any venue; a note that says more was written by another clock. */
const QUIET_MS_MAX = 3 * 86_400_000;

/**
 * How long a venue wants to be left alone. It outlives the actor that heard of it: whoever takes
 * its place and asks again makes a ban longer.
 */
export class QuietTime {
  readonly #clock: Clock;
  readonly #note: (untilMs: Millis, ms: number) => void;
  #untilNs = Number.NEGATIVE_INFINITY;

  /** @param note told of every new end, on the wall clock, and how long that was */
  constructor(clock: Clock, note: (untilMs: Millis, ms: number) => void = () => {}) {
    this.#clock = clock;
    this.#note = note;
  }

  /** What is left of it, in whole milliseconds; 0 when the venue may be asked. */
  get leftMs(): number {
    return Math.max(0, Math.ceil((this.#untilNs - this.#clock.mono()) / 1e6));
  }

  /**
   * Answers to what left together name limits of their own: the longest holds.
   *
   * @returns whether this one is longer than what held before
   */
  hold(ms: number): boolean {
    if (!this.resume(ms)) return false;
    this.#note(millisOf(this.#clock.now() + ms), Math.ceil(ms));
    return true;
  }

  /** The same for what is noted already. */
  resume(ms: number): boolean {
    const untilNs = this.#clock.mono() + ms * 1e6;
    if (untilNs <= this.#untilNs) return false;
    this.#untilNs = untilNs;
    return true;
  }
}

/**
 * What outlives the actor of a venue: how long it takes no orders, and how long no questions. A ban
 * is both.
 */
export interface VenueQuiet {
  readonly orders: QuietTime;
  readonly questions: QuietTime;
}

/** Known to this process alone. */
export function newQuiet(clock: Clock): VenueQuiet {
  return { orders: new QuietTime(clock), questions: new QuietTime(clock) };
}

/**
 * The same with a note of the questions on disk, for a process that is started again within the
 * time. Orders need no note: before the first of them everything is asked for.
 *
 * @param file is replaced now and then; a note that cannot be read counts as none
 */
export function openQuiet({ clock, files }: Pick<Env, 'clock' | 'files'>, file: string) {
  const questions = new QuietTime(clock, (untilMs, ms) => {
    try {
      files.replace(file, new TextEncoder().encode(`${untilMs} ${ms}\n`));
    } catch {
      // Without it the next process asks once, and is told again: no reason to stop this one.
    }
  });
  const noted = noteIn(files, file);
  const notedMs = noted.untilMs - clock.now();
  const leftMs = Math.min(notedMs, noted.ms, QUIET_MS_MAX);
  // A wall clock that was put back makes no wish longer than it was, and the next process is told.
  if (leftMs > 0 && leftMs < notedMs) questions.hold(leftMs);
  else if (leftMs > 0) questions.resume(leftMs);
  return { orders: new QuietTime(clock), questions };
}

function noteIn(files: Env['files'], file: string): { untilMs: number; ms: number } {
  try {
    const text = new TextDecoder().decode(files.read(file) ?? new Uint8Array());
    const [, until, ms] = /^(\d{1,15}) (\d{1,10})\n$/.exec(text) ?? [];
    return { untilMs: Number(until ?? 0), ms: Number(ms ?? 0) };
  } catch {
    return { untilMs: 0, ms: 0 };
  }
}
