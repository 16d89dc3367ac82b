import { RateBudget, type RateLimits } from '../../../core/rate-budget.ts';

/** Nobody subscribes to so much; more waiting frames mean that they never leave. */
export const FRAMES_WAITING_MAX = 1024;

/** Control frames on their way to a venue that takes only so many a second. */
export class PacedFrames {
  readonly #budget: RateBudget;
  #waiting: string[] = [];

  constructor(limits: RateLimits) {
    this.#budget = new RateBudget(limits, 0);
  }

  /** @throws RangeError when more than {@link FRAMES_WAITING_MAX} would wait */
  add(frames: readonly string[]): void {
    if (this.#waiting.length + frames.length > FRAMES_WAITING_MAX) {
      throw new RangeError(`more than ${FRAMES_WAITING_MAX} control frames wait to be sent`);
    }
    this.#waiting.push(...frames);
  }

  /**
   * Sends what may leave now.
   *
   * @returns milliseconds after which more may leave; 0 when nothing waits
   */
  flush(nowNs: number, send: (frame: string) => void): number {
    const nowMs = nowNs / 1e6;
    let sent = 0;
    while (sent < this.#waiting.length && this.#budget.take(nowMs)) {
      send(this.#waiting[sent] as string);
      sent += 1;
    }
    this.#waiting = this.#waiting.slice(sent);
    return this.#waiting.length === 0 ? 0 : Math.ceil(this.#budget.waitMs(nowMs));
  }

  /** What waited was meant for a connection that is gone. */
  clear(): void {
    this.#waiting = [];
  }
}
