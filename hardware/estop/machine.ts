import { assert } from '../../src/core/result.ts';
import type { Level } from '../gpio/port.ts';
import {
  assertTimes,
  CONTACTS,
  type Contact,
  ESTOP_TIMES,
  type EstopEventName,
  type EstopTimes,
  HEALTHY,
  type Levels,
  type ResetDenial,
  type StopCause,
} from './signals.ts';

/**
 * The emergency stop as a pure machine: two normally-closed channels and a tamper contact trip at
 * their first open sample; only people take the trip back. It is designed after ISO 13850 and
 * IEC 60204-1 9.2.5.4, and holds no timer: deadlines are compared with the time of the event at
 * hand, so the caller calls `onTime` at `nextDeadlineUs`.
 *
 * Times are whole microseconds of the monotonic clock. A time before the last one seen is taken as
 * the last one seen, which can only lengthen a wait.
 */
export interface EstopState {
  readonly atUs: number;
  readonly levels: Levels;
  /** What tripped it first, or null when it is not tripped. */
  readonly cause: StopCause | null;
  /** Everything that asked for the stop since then, the first cause included. */
  readonly causes: readonly StopCause[];
  readonly isFaulted: boolean;
  /** A person has said that the trip was seen. It resets nothing. */
  readonly isAcknowledged: boolean;
  /** When this trip began; -Infinity when there was none. */
  readonly trippedAtUs: number;
  /** The last falling edge or request to stop; -Infinity when there was none. */
  readonly lastTripUs: number;
  /** The last closing of a contact; -Infinity when there was none. */
  readonly lastRiseUs: number;
  /** Since when the channels disagree, or null. */
  readonly disagreeSinceUs: number | null;
  /** Whether this disagreement has lasted so long that it was told. */
  readonly isDisagreementTold: boolean;
  /** Since when the reset button is held, or null. */
  readonly heldSinceUs: number | null;
  /** Whether this press has lasted so long that the button counts as stuck. */
  readonly isStuck: boolean;
}

export interface EstopEvent {
  readonly atUs: number;
  readonly name: EstopEventName;
}

export interface EstopStep {
  readonly state: EstopState;
  readonly events: readonly EstopEvent[];
}

export interface EstopStart {
  readonly atUs: number;
  readonly levels: Levels;
  /** Whether the latch file is set or cannot be read. */
  readonly isLatched: boolean;
  /** Whether a fault was latched when the last run ended; it implies the latch. */
  readonly isFaulted: boolean;
}

/**
 * Begins tripped when a contact is open or the latch is set. A restored latch is no new event: the
 * run that tripped has recorded it.
 */
export function startEstop(start: EstopStart, times: EstopTimes = ESTOP_TIMES): EstopStep {
  assertTimes(times);
  const { levels } = start;
  const draft = new Draft({ ...AT_REST, atUs: start.atUs }, times);
  if (start.isLatched || start.isFaulted) draft.restore(start.isFaulted);
  for (const contact of CONTACTS) draft.take(contact, levels[contact]);
  draft.take('reset', levels.reset);
  return draft.step();
}

/**
 * Takes levels that were read or told at one instant. What is not named stays as it was. Deadlines
 * due by then come first, then a, b, tamper, service, reset.
 */
export function onLevels(
  state: EstopState,
  atUs: number,
  levels: Partial<Levels>,
  times: EstopTimes = ESTOP_TIMES,
): EstopStep {
  const draft = new Draft(state, times);
  draft.moveTo(atUs);
  for (const signal of ORDER) {
    const level = levels[signal];
    if (level !== undefined) draft.take(signal, level);
  }
  return draft.step();
}

/** Lets time pass: tells disagreements and stuck buttons that fell due. */
export function onTime(
  state: EstopState,
  atUs: number,
  times: EstopTimes = ESTOP_TIMES,
): EstopStep {
  const draft = new Draft(state, times);
  draft.moveTo(atUs);
  return draft.step();
}

/**
 * A stop asked for by anything but a contact. The state is that of a pressed button; each cause is
 * told once in a trip, and each request begins the cool-down anew.
 */
export function onTrip(
  state: EstopState,
  atUs: number,
  cause: StopCause,
  times: EstopTimes = ESTOP_TIMES,
): EstopStep {
  const draft = new Draft(state, times);
  draft.moveTo(atUs);
  draft.trip(cause);
  return draft.step();
}

/** A person has seen the trip: the buzzer is silenced, the red lamp becomes steady. */
export function onAcknowledge(state: EstopState): EstopState {
  return state.cause === null ? state : { ...state, isAcknowledged: true };
}

/** When `onTime` has something to do, or null. */
export function nextDeadlineUs(state: EstopState, times: EstopTimes = ESTOP_TIMES): number | null {
  const due = Math.min(disagreementDueUs(state, times), stuckDueUs(state, times));
  return due === Number.POSITIVE_INFINITY ? null : due;
}

const ORDER = ['a', 'b', 'tamper', 'service', 'reset'] as const;

const AT_REST: EstopState = {
  atUs: 0,
  levels: HEALTHY,
  cause: null,
  causes: [],
  isFaulted: false,
  isAcknowledged: false,
  trippedAtUs: Number.NEGATIVE_INFINITY,
  lastTripUs: Number.NEGATIVE_INFINITY,
  lastRiseUs: Number.NEGATIVE_INFINITY,
  disagreeSinceUs: null,
  isDisagreementTold: false,
  heldSinceUs: null,
  isStuck: false,
};

function disagreementDueUs(state: EstopState, times: EstopTimes): number {
  if (state.disagreeSinceUs === null || state.isDisagreementTold) return Number.POSITIVE_INFINITY;
  return state.disagreeSinceUs + times.discrepancyUs;
}

function stuckDueUs(state: EstopState, times: EstopTimes): number {
  if (state.heldSinceUs === null || state.isStuck) return Number.POSITIVE_INFINITY;
  return state.heldSinceUs + times.resetMaxUs + 1;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A step in the making. It never outlives the function that made it. */
class Draft {
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
      next.isAcknowledged = false;
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
    if (isValid && next.cause !== null) this.#reset();
  }

  #reset(): void {
    const next = this.#next;
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
