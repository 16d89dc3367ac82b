import { assert } from '../../src/core/result.ts';
import type { Level } from '../gpio/port.ts';
import type {
  Contact,
  EstopEventName,
  EstopTimes,
  Levels,
  ResetDenial,
  StopCause,
} from './signals.ts';
import {
  disagreementDueUs,
  type EstopEvent,
  type EstopState,
  type EstopStep,
  stuckDueUs,
} from './state.ts';

/** A step in the making. It never outlives the function that made it. */
export class Draft {
  readonly #next: Writable<EstopState>;
  readonly #events: EstopEvent[] = [];
  readonly #times: EstopTimes;

  constructor(state: EstopState, times: EstopTimes) {
    assert(Number.isSafeInteger(state.atUs), 'time is in whole microseconds');
    this.#next = { ...state };
    this.#times = times;
  }

  step(): EstopStep {
    return { state: this.#next, events: this.#events };
  }

  restore(isFaulted: boolean): void {
    const next = this.#next;
    next.cause = 'latch';
    next.causes = ['latch'];
    next.isFaulted = isFaulted;
    next.trippedAtUs = next.atUs;
    next.lastTripUs = next.atUs;
  }

  moveTo(atUs: number): void {
    assert(Number.isSafeInteger(atUs), 'time is in whole microseconds');
    const next = this.#next;
    const endUs = Math.max(atUs, next.atUs);
    for (;;) {
      const disagreementUs = disagreementDueUs(next, this.#times);
      const stuckUs = stuckDueUs(next, this.#times);
      const dueUs = Math.min(disagreementUs, stuckUs);
      if (dueUs > endUs) break;
      next.atUs = dueUs;
      if (disagreementUs === dueUs) this.#tellDisagreement();
      else this.#tellStuck();
    }
    next.atUs = endUs;
  }

  #tellDisagreement(): void {
    this.#next.isDisagreementTold = true;
    this.#next.isFaulted = true;
    this.#emit('fault:discrepancy');
  }

  #tellStuck(): void {
    this.#next.isStuck = true;
    this.#emit('reset:stuck');
  }

  trip(cause: StopCause): void {
    const next = this.#next;
    next.lastTripUs = next.atUs;
    if (next.causes.includes(cause)) return;
    next.causes = [...next.causes, cause];
    if (next.cause === null) {
      next.cause = cause;
      next.trippedAtUs = next.atUs;
      this.#emit(`trip:${cause}`);
    } else if (!isContact(cause)) {
      this.#emit(`also:${cause}`);
    }
  }

  take(signal: keyof Levels, level: Level): void {
    const next = this.#next;
    if (next.levels[signal] === level) return;
    next.levels = { ...next.levels, [signal]: level };
    if (isContact(signal)) this.#onContact(signal, level);
    else if (signal === 'reset') this.#onReset(level);
    else if (level === 1) this.#onService();
  }

  #onContact(contact: Contact, level: Level): void {
    const next = this.#next;
    if (level === 0) this.trip(contact);
    else next.lastRiseUs = next.atUs;
    if (next.levels.a === next.levels.b) {
      next.disagreeSinceUs = null;
      next.isDisagreementTold = false;
    } else if (contact !== 'tamper') {
      next.disagreeSinceUs = next.atUs;
    }
  }

  /** Only with everything closed; the trip remains. */
  #onService(): void {
    if (!this.#next.isFaulted || this.#isOpen()) return;
    this.#next.isFaulted = false;
    this.#emit('fault:cleared');
  }

  /** A reset acts when the button is let go, so that a wedged button resets nothing. */
  #onReset(level: Level): void {
    const next = this.#next;
    if (level === 1) {
      next.heldSinceUs = next.atUs;
      next.isStuck = false;
      return;
    }
    // A button that was never seen pressed cannot be let go: levels start from HEALTHY.
    const heldUs = next.atUs - (next.heldSinceUs as number);
    const isValid = !next.isStuck && heldUs >= this.#times.resetMinUs;
    next.heldSinceUs = null;
    if (isValid) this.reset();
  }

  reset(): void {
    const next = this.#next;
    if (next.cause === null) return;
    const denial = this.#denial();
    if (denial !== null) {
      this.#emit(`reset:denied:${denial}`);
      return;
    }
    next.cause = null;
    next.causes = [];
    next.isAcknowledged = false;
    this.#emit('reset:ok');
  }

  #denial(): ResetDenial | null {
    const next = this.#next;
    if (next.isFaulted) return 'fault';
    if (this.#isOpen()) return 'open';
    if (next.atUs - next.lastRiseUs < this.#times.releaseStableUs) return 'unstable';
    if (next.atUs - next.lastTripUs < this.#times.cooldownUs) return 'cooldown';
    return null;
  }

  #isOpen(): boolean {
    const { a, b, tamper } = this.#next.levels;
    return a === 0 || b === 0 || tamper === 0;
  }

  #emit(name: EstopEventName): void {
    this.#events.push({ atUs: this.#next.atUs, name });
  }
}

function isContact(cause: string): cause is Contact {
  return cause === 'a' || cause === 'b' || cause === 'tamper';
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
