import {
  type EstopEventName,
  type EstopTimes,
  HEALTHY,
  type Levels,
  type StopCause,
} from './signals.ts';

/** What the stop remembers. Times are whole microseconds of the monotonic clock. */
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

/** Healthy, never tripped, at time 0. */
export const AT_REST: EstopState = {
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

/** When a disagreement of the channels becomes a fault; Infinity when there is none untold. */
export function disagreementDueUs(state: EstopState, times: EstopTimes): number {
  if (state.disagreeSinceUs === null || state.isDisagreementTold) return Number.POSITIVE_INFINITY;
  return state.disagreeSinceUs + times.discrepancyUs;
}

/** When the reset button counts as stuck; Infinity when it is not held or that was told. */
export function stuckDueUs(state: EstopState, times: EstopTimes): number {
  if (state.heldSinceUs === null || state.isStuck) return Number.POSITIVE_INFINITY;
  return state.heldSinceUs + times.resetMaxUs + 1;
}
