import type { Gate } from '../../control/gate.ts';
import type { QuietTime } from './quiet-time.ts';

/** Keeps orders from a venue that wants to be left alone for a while. */
export class Throttle {
  readonly #gate: Gate;
  readonly #venue: number;
  readonly #quiet: QuietTime;
  readonly #liftLater: (ms: number) => void;
  #isHeld = false;

  /**
   * Whoever would have lifted a limit of an earlier incarnation is gone: it is lifted here, or by a
   * timer of this one.
   *
   * @param venue index of the venue
   */
  constructor(gate: Gate, venue: number, quiet: QuietTime, liftLater: (ms: number) => void) {
    this.#gate = gate;
    this.#venue = venue;
    this.#quiet = quiet;
    this.#liftLater = liftLater;
    this.lift();
  }

  /** @returns whether this wish is longer than what held before */
  hold(ms: number): boolean {
    if (!this.#quiet.hold(ms)) return false;
    this.lift();
    return true;
  }

  /** A few times a second: somebody else may have heard of a ban. */
  watch(): void {
    if (!this.#isHeld && this.#quiet.leftMs > 0) this.lift();
  }

  /** Ends it, unless it lasts longer by now. */
  lift(): void {
    const { leftMs } = this.#quiet;
    this.#isHeld = leftMs > 0;
    if (!this.#isHeld) {
      this.#gate.resumeVenue(this.#venue, 'rate-limited');
      return;
    }
    this.#gate.pauseVenue(this.#venue, 'rate-limited');
    this.#liftLater(leftMs);
  }
}
