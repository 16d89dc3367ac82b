import type { Verdicts } from './verdicts.ts';

/** What is seen from outside, at one moment. */
export interface Outside {
  /** Orders of the desk that rest at the venue. */
  readonly resting: number;
  readonly isGuardUp: boolean;
  /** Whether requests of this host reach the venue and are answered as ever. */
  readonly isVenueReached: boolean;
}

/**
 * Time in which a guard has nothing left resting: the silence that it waits for, two answers that
 * nothing is open, and the requests.
 */
export const REST_MS_MAX = 2_500;
/** A guard that was not answered before waits for so long between two requests. */
const PAUSE_MS_MAX = 5_000;
/** A request that is out for longer has met something on its way. */
const ANSWER_MS_MAX = 500;

/**
 * I7: of a desk that is dead, or stands still, nothing rests at the venue for longer than the guard
 * may take, wherever a guard is alive and the venue answers it. Seen from the books of the venue.
 */
export class RestWatch {
  readonly #verdicts: Verdicts;
  /** Since when nobody of the desk is there; null while somebody is. */
  #unattendedMs: number | null = null;
  /** When something was last in a guard's way. */
  #hinderedMs = 0;
  /** When each request of a guard's left that has no answer yet, oldest first. */
  readonly #asked: number[] = [];
  /** How often a guard had to bring orders down, for the report. */
  relieved = 0;
  #hadOrders = false;

  constructor(verdicts: Verdicts) {
    this.#verdicts = verdicts;
  }

  /** The desk has died, or stands still from now on. */
  unattended(resting: number, nowMs: number): void {
    this.#unattendedMs ??= nowMs;
    this.#hadOrders = resting > 0;
  }

  /** The desk goes on, another one is there, or it has ended with nothing resting. */
  attended(): void {
    this.#unattendedMs = null;
  }

  /** A guard has asked the venue something. */
  asked(nowMs: number): void {
    this.#asked.push(nowMs);
  }

  /** @param isServed whether the venue did what it was asked, whatever that came to */
  answered(isServed: boolean, nowMs: number): void {
    this.#asked.shift();
    if (!isServed) this.#hinderedMs = nowMs;
  }

  /** A guard has died, and with it what it waited for. */
  guardGone(nowMs: number): void {
    this.#asked.length = 0;
    this.#hinderedMs = nowMs;
  }

  look({ resting, isGuardUp, isVenueReached }: Outside, nowMs: number): void {
    const isSlow = nowMs - (this.#asked[0] ?? nowMs) > ANSWER_MS_MAX;
    if (!isGuardUp || !isVenueReached || isSlow) this.#hinderedMs = nowMs;
    const sinceMs = this.#unattendedMs;
    if (sinceMs === null) return;
    if (this.#hadOrders && resting === 0) {
      this.relieved += 1;
      this.#hadOrders = false;
    }
    const wasHindered = sinceMs - this.#hinderedMs < PAUSE_MS_MAX;
    const mayLastMs = REST_MS_MAX + (wasHindered ? PAUSE_MS_MAX : 0);
    const lastsMs = nowMs - Math.max(sinceMs, this.#hinderedMs);
    if (resting === 0 || lastsMs <= mayLastMs) return;
    const found = `${resting} orders rest ${Math.round(lastsMs)} ms after the desk was gone`;
    this.#verdicts.report('I7', found);
    this.#unattendedMs = null;
  }
}
