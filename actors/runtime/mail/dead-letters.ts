import type { Clock, Timer, Timers } from '../../../src/core/env.ts';
import type { Millis } from '../../../src/core/units.ts';
import type { LaneLogEntry } from '../observers.ts';
import { kindOf } from '../ref.ts';

/**
 * Why a message was not handled.
 * - `unknown`: nobody holds the path; `stale-incarnation`: it was meant for an earlier holder.
 * - `stopped`: the recipient stops or has stopped; `restarting`: it is down and takes nothing.
 * - `overflow`: the mailbox or the number of questions was full; `stash-full`: the recipient is
 *   down, and what is kept for its successor was full.
 * - `failed`: its handler failed; `abandoned`: its handler was given up, its outcome is unknown.
 * - `stale-after-restart`: it was queued before a crash and its recipient's policy discards.
 * - `late-sender`: its sender was over; `late-answer`: the question was settled already.
 * - `not-addressable`: the recipient takes no messages, or none like it from another node.
 * - `noconnection`: there was no link to the recipient's node, or it was lost; if the message had
 *   left already, its outcome is unknown.
 */
export type DeadLetterReason =
  | 'unknown'
  | 'stale-incarnation'
  | 'stopped'
  | 'restarting'
  | 'overflow'
  | 'stash-full'
  | 'failed'
  | 'abandoned'
  | 'stale-after-restart'
  | 'late-sender'
  | 'late-answer'
  | 'not-addressable'
  | 'noconnection';

export interface DeadLetter {
  /** The recipient, and the incarnation it was meant for (0 for whoever holds the path). */
  readonly path: string;
  readonly uid: number;
  /** What the message is called, and the message itself for whoever must account for it. */
  readonly kind: string;
  readonly message: unknown;
  /** Path of the sender; empty when it came from outside the lane's actors. */
  readonly sender: string;
  readonly reason: DeadLetterReason;
  readonly atMs: Millis;
}

/** The latest letters are kept for people to look at; all of them are counted. */
export const LETTERS_KEPT = 256;
/** Recipients counted by name; those beyond are counted together. */
export const RECIPIENTS_MAX = 1024;
export const OTHER_RECIPIENTS = '(others)';
/** Log lines about dead letters in a window; the rest of the window is one summary. */
export const LOG_LINES_MAX = 5;
export const LOG_WINDOW_MS = 1000;

/**
 * Messages that nobody handled: counted, told to the observers, logged with a limit. Letters that
 * an observer causes while it is told of one are counted and logged, and not told.
 */
export class DeadLetters {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #tell: (letter: DeadLetter) => void;
  readonly #log: (entry: LaneLogEntry) => void;
  readonly #latest: DeadLetter[] = [];
  readonly #byReason = new Map<DeadLetterReason, number>();
  readonly #byRecipient = new Map<string, number>();
  #count = 0;
  #isTelling = false;
  #windowEnd: Timer | null = null;
  #logged = 0;
  #suppressed = 0;

  constructor(
    env: { readonly clock: Clock; readonly timers: Timers },
    tell: (letter: DeadLetter) => void,
    log: (entry: LaneLogEntry) => void,
  ) {
    this.#clock = env.clock;
    this.#timers = env.timers;
    this.#tell = tell;
    this.#log = log;
  }

  /** How many there have been. */
  get count(): number {
    return this.#count;
  }

  countOf(reason: DeadLetterReason): number {
    return this.#byReason.get(reason) ?? 0;
  }

  countFor(path: string): number {
    return this.#byRecipient.get(path) ?? 0;
  }

  /** The latest letters, oldest first. */
  latest(): DeadLetter[] {
    const oldest = this.#count % LETTERS_KEPT;
    return [...this.#latest.slice(oldest), ...this.#latest.slice(0, oldest)];
  }

  add(letter: {
    readonly path: string;
    readonly uid: number;
    readonly message: unknown;
    readonly sender: string;
    readonly reason: DeadLetterReason;
  }): void {
    const whole = { ...letter, kind: kindOf(letter.message), atMs: this.#clock.now() };
    this.#latest[this.#count % LETTERS_KEPT] = whole;
    this.#count += 1;
    this.#byReason.set(whole.reason, this.countOf(whole.reason) + 1);
    const isNamed = this.#byRecipient.has(whole.path) || this.#byRecipient.size < RECIPIENTS_MAX;
    const recipient = isNamed ? whole.path : OTHER_RECIPIENTS;
    this.#byRecipient.set(recipient, this.countFor(recipient) + 1);
    this.#logWithLimit(whole);
    // An observer that sends to somebody dead must not be told of that for ever.
    if (this.#isTelling) return;
    this.#isTelling = true;
    this.#tell(whole);
    this.#isTelling = false;
  }

  /** Writes what is still to be summed up; called when the lane ends. */
  close(): void {
    this.#windowEnd?.cancel();
    this.#sumUp();
  }

  #logWithLimit(letter: DeadLetter): void {
    if (this.#windowEnd === null) {
      this.#windowEnd = this.#timers.after(LOG_WINDOW_MS, () => this.#sumUp());
    }
    if (this.#logged >= LOG_LINES_MAX) {
      this.#suppressed += 1;
      return;
    }
    this.#logged += 1;
    const from = letter.sender === '' ? '' : ` from ${letter.sender}`;
    this.#write('dead-letter', letter.path, `${letter.kind}${from}: ${letter.reason}`);
  }

  #sumUp(): void {
    if (this.#suppressed > 0) {
      this.#write('dead-letters', '', `${this.#suppressed} more within ${LOG_WINDOW_MS} ms`);
    }
    this.#windowEnd = null;
    this.#logged = 0;
    this.#suppressed = 0;
  }

  #write(kind: string, path: string, detail: string): void {
    this.#log({ level: 'warn', kind, path, detail, atMs: this.#clock.now() });
  }
}
