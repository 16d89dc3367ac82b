import { BEATS_MISSED_MAX } from '../estop/heartbeat.ts';

/**
 * Tells the loss of a beat from a stalled event loop: it counts looks of its own that found no
 * beat, and a loop that stands still lets nobody look. What a stall means is for the guard.
 */
export class MissedBeats {
  #hasBeaten = true;
  #missed = 0;

  beat(): void {
    this.#hasBeaten = true;
  }

  /** One look, as often as beats are due. @returns whether this is the look that finds them lost */
  look(): boolean {
    this.#missed = this.#hasBeaten ? 0 : this.#missed + 1;
    this.#hasBeaten = false;
    return this.#missed === BEATS_MISSED_MAX;
  }

  get isLost(): boolean {
    return this.#missed >= BEATS_MISSED_MAX;
  }
}
