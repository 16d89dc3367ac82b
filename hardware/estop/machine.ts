import { Draft } from './draft.ts';
import {
  assertTimes,
  CONTACTS,
  ESTOP_TIMES,
  type EstopTimes,
  type Levels,
  type StopCause,
} from './signals.ts';
import {
  AT_REST,
  disagreementDueUs,
  type EstopState,
  type EstopStep,
  stuckDueUs,
} from './state.ts';

/**
 * The emergency stop as a pure machine: two normally-closed channels and a tamper contact trip at
 * their first open sample; only people take the trip back. It is designed after ISO 13850 and
 * IEC 60204-1 9.2, and holds no timer: deadlines are compared with the time of the event at
 * hand, so the caller calls `onTime` at `nextDeadlineUs`.
 *
 * Times are whole microseconds of the monotonic clock. A time before the last one seen is taken as
 * the last one seen, which can only lengthen a wait.
 *
 * It begins tripped when a contact is open or the latch is set. A restored latch is no new event:
 * the run that tripped has recorded it.
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

export interface EstopStart {
  readonly atUs: number;
  readonly levels: Levels;
  /** Whether the latch file is set or cannot be read. */
  readonly isLatched: boolean;
  /** Whether a fault was latched when the last run ended; it implies the latch. */
  readonly isFaulted: boolean;
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

/**
 * A reset by word of an authorised person, where no button has to be pressed for it. It is denied
 * for what a press of the button is denied for.
 */
export function onReset(
  state: EstopState,
  atUs: number,
  times: EstopTimes = ESTOP_TIMES,
): EstopStep {
  const draft = new Draft(state, times);
  draft.moveTo(atUs);
  draft.reset();
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
