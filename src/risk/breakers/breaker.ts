import { assert } from '../../core/result.ts';

/** `half-open`: orders leave at reduced size, to see whether it is gone. */
export type BreakerState = 'closed' | 'open' | 'half-open';

export interface BreakerTimes {
  /** Time without the trigger before it probes. Doubles with each opening that follows soon. */
  readonly coolMs: number;
  readonly coolMsMax: number;
  /** How long it probes. */
  readonly probeMs: number;
  /** An opening so soon after it closed is one more of the same trouble. */
  readonly forgetMs: number;
}

/** What a breaker wants done, null when nothing has changed. */
export type BreakerStep = 'open' | 'probe' | 'close' | null;

/**
 * One circuit breaker: closed, open while its trigger lasts and for `coolMs` after it, half-open
 * for `probeMs`, closed. A trigger while it probes, or within `forgetMs` of its closing, doubles
 * the wait up to a bound. What only people may close stays open until they have.
 *
 * Times are milliseconds of one monotonic clock; one that goes back counts as standing still.
 *
 * @see Nygard 2007, "Release It!", for the pattern
 */
export class Breaker {
  #state: BreakerState = 'closed';
  #nowMs = Number.NEGATIVE_INFINITY;
  /** When the trigger was there last. */
  #trippedMs = Number.NEGATIVE_INFINITY;
  /** Until when it waits in this state. */
  #untilMs = Number.NEGATIVE_INFINITY;
  #closedMs = Number.NEGATIVE_INFINITY;
  #doublings = 0;
  /** Only a person may close it; holds until one has. */
  #isForPeople = false;

  get state(): BreakerState {
    return this.#state;
  }

  /** Monotonic time before which it takes no step; in the past when it is closed. */
  get untilMs(): number {
    return this.#untilMs;
  }

  /** The wait that its next opening, or the one that lasts, stands for. */
  coolMs(times: BreakerTimes): number {
    return Math.min(times.coolMsMax, times.coolMs * 2 ** this.#doublings);
  }

  /**
   * The trigger is there.
   *
   * @param isForPeople whether only a person may close it from here on
   */
  trip(atMs: number, times: BreakerTimes, isForPeople: boolean): BreakerStep {
    const nowMs = this.#passed(atMs);
    this.#isForPeople ||= isForPeople;
    const before = this.#state;
    if (before === 'half-open') this.#double(times);
    if (before === 'closed') {
      if (nowMs - this.#closedMs <= times.forgetMs) this.#double(times);
      else this.#doublings = 0;
    }
    this.#state = 'open';
    this.#trippedMs = nowMs;
    this.#untilMs = nowMs + this.coolMs(times);
    return before === 'open' ? null : 'open';
  }

  /** Time has gone by without the trigger. One step a call. */
  pass(atMs: number, times: BreakerTimes): BreakerStep {
    const nowMs = this.#passed(atMs);
    if (this.#isForPeople || this.#state === 'closed' || nowMs < this.#untilMs) return null;
    // Without a wait, too: what is found at every look stays open from look to look.
    if (nowMs === this.#trippedMs) return null;
    if (this.#state === 'half-open') return this.#close(nowMs);
    this.#state = 'half-open';
    this.#untilMs = nowMs + times.probeMs;
    return 'probe';
  }

  /** People have closed it, or whoever else may. */
  close(atMs: number): BreakerStep {
    const nowMs = this.#passed(atMs);
    return this.#state === 'closed' ? null : this.#close(nowMs);
  }

  #close(nowMs: number): BreakerStep {
    this.#isForPeople = false;
    this.#state = 'closed';
    this.#closedMs = nowMs;
    return 'close';
  }

  #double(times: BreakerTimes): void {
    if (this.coolMs(times) < times.coolMsMax) this.#doublings += 1;
  }

  #passed(atMs: number): number {
    assert(!Number.isNaN(atMs), 'a breaker is told the time');
    this.#nowMs = Math.max(this.#nowMs, atMs);
    return this.#nowMs;
  }
}
