import type { Gate } from '../../control/gate.ts';
import type { Clock } from '../../core/env.ts';

/** Keeps orders from a venue that wants to be left alone for a while. */
export class Throttle {
  readonly #gate: Gate;
  readonly #venue: number;
  readonly #clock: Clock;
  readonly #liftLater: (ms: number) => void;
  #untilNs = 0;

  /**
   * Whoever would have lifted a limit of an earlier incarnation is gone: it is lifted here.
   *
   * @param venue index of the venue
   */
  constructor(gate: Gate, venue: number, clock: Clock, liftLater: (ms: number) => void) {
    this.#gate = gate;
    this.#venue = venue;
    this.#clock = clock;
    this.#liftLater = liftLater;
    this.lift();
  }

  /**
   * Answers to what left together name limits of their own: the longest holds.
   *
   * @returns whether this one is longer than what held before
   */
  hold(ms: number): boolean {
    const untilNs = this.#clock.mono() + ms * 1e6;
    if (untilNs <= this.#untilNs) return false;
    this.#untilNs = untilNs;
    this.#gate.pauseVenue(this.#venue, 'rate-limited');
    this.#liftLater(ms);
    return true;
  }

  lift(): void {
    this.#gate.resumeVenue(this.#venue, 'rate-limited');
  }
}
