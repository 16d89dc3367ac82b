import { unreachable } from '../../core/result.ts';

/**
 * The dead-man switches that some venues have: the venue cancels everything by itself when it was
 * not asked to wait any longer. They are the only layer that works when the whole machine is gone.
 * Pure: whoever holds the connection to the venue sends what is asked for here.
 */

/** How a venue's switch is held, in milliseconds. */
export interface DeadManTimes {
  /** The venue cancels so long after the last refresh that it has taken. */
  readonly timeoutMs: number;
  /** A refresh is sent this often; at most a quarter of the time-out. */
  readonly everyMs: number;
}

/** What a venue with a switch offers; adapters of venues are made to this shape. */
export interface DeadManSwitch {
  readonly times: DeadManTimes;
  /** Sets the switch to go off after the time-out from now; the same call refreshes it. */
  arm(): Promise<boolean>;
  /** Only when the venue has said that nothing is open. */
  disarm(): Promise<boolean>;
}

export type DeadManEvent =
  /** Orders are about to rest. */
  | { readonly kind: 'wanted'; readonly nowMs: number }
  /** The venue has said that nothing is open, and nothing is to rest any more. */
  | { readonly kind: 'unwanted'; readonly nowMs: number }
  | { readonly kind: 'tick'; readonly nowMs: number }
  /** What came of a request; it counts from when it was sent, which is the careful end. */
  | {
      readonly kind: 'answered';
      readonly nowMs: number;
      readonly request: number;
      readonly isTaken: boolean;
    }
  /** The venue is in maintenance or was reconnected: what it holds is not known. */
  | { readonly kind: 'forgotten'; readonly nowMs: number };

export type DeadManEffect =
  /** Arms or refreshes; answered under the same number. */
  | { readonly kind: 'arm'; readonly request: number }
  | { readonly kind: 'disarm' }
  /** No new order at this venue before `resume`. */
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  /** The venue may be about to cancel: done here while it can still be told in order. */
  | { readonly kind: 'cancel-all' };

export interface DeadManState {
  readonly times: DeadManTimes;
  readonly isWanted: boolean;
  /** When the last refresh was sent that the venue has taken; null before the first. */
  readonly takenMs: number | null;
  /** Whether the venue is known to hold the switch. */
  readonly isHeld: boolean;
  /** Number of the last request, and of the first whose answer counts. */
  readonly requests: number;
  readonly countsFrom: number;
  /** When the first request without an answer was sent; null when all are answered. */
  readonly sentMs: number | null;
  /** When the next request is due. */
  readonly dueMs: number;
  /** Whether orders may rest: armed, and refreshed in time. */
  readonly isTrusted: boolean;
  /** Whether everything was cancelled over this failure. */
  readonly isCancelled: boolean;
}

export interface DeadManStep {
  readonly state: DeadManState;
  readonly effects: readonly DeadManEffect[];
}

/** Part of the time-out without a refresh after which no new order is sent (C30). */
export const PAUSE_FRACTION = 0.5;
/** Part of the time-out without a refresh after which everything is cancelled (C30). */
export const CANCEL_FRACTION = 0.8;
/** A request that has no answer after this part of the time-out is sent again. */
const RETRY_FRACTION = 0.1;

/** A switch that nobody has armed: orders may not rest. */
export function deadManOf(times: DeadManTimes): DeadManState {
  return {
    times,
    isWanted: false,
    takenMs: null,
    isHeld: false,
    requests: 0,
    countsFrom: 1,
    sentMs: null,
    dueMs: 0,
    isTrusted: false,
    isCancelled: false,
  };
}

export function deadManStep(before: DeadManState, event: DeadManEvent): DeadManStep {
  const { nowMs } = event;
  switch (event.kind) {
    case 'wanted':
      return judged(anew({ ...before, isWanted: true }, nowMs), nowMs);
    case 'unwanted': {
      const { times, isTrusted } = before;
      const effects: DeadManEffect[] = [{ kind: 'disarm' }];
      if (isTrusted) effects.push({ kind: 'pause' });
      const { requests } = before;
      return { state: { ...deadManOf(times), requests, countsFrom: requests + 1 }, effects };
    }
    case 'answered':
      return judged(onAnswer(before, event), nowMs);
    case 'forgotten':
      return judged(anew({ ...before, isHeld: false }, nowMs), nowMs);
    case 'tick':
      return judged(before, nowMs);
    default:
      return unreachable(event);
  }
}

/** What was asked before counts no longer, and the next request is due now. */
function anew(state: DeadManState, nowMs: number): DeadManState {
  return { ...state, countsFrom: state.requests + 1, sentMs: null, dueMs: nowMs };
}

/**
 * An answer to nothing that is out says nothing. One to a request that was repeated counts from the
 * first of them: nobody knows which it answers. A refusal is tried again soon.
 */
function onAnswer(
  state: DeadManState,
  { nowMs, request, isTaken }: Extract<DeadManEvent, { kind: 'answered' }>,
): DeadManState {
  const { sentMs, times, requests } = state;
  if (sentMs === null || request < state.countsFrom) return state;
  const countsFrom = requests + 1;
  if (isTaken) {
    const dueMs = sentMs + times.everyMs;
    return { ...state, takenMs: sentMs, isHeld: true, sentMs: null, countsFrom, dueMs };
  }
  return { ...state, sentMs: null, countsFrom, dueMs: nowMs + times.timeoutMs * RETRY_FRACTION };
}

/** What is due, and what the age of the last refresh means by now. */
function judged(before: DeadManState, nowMs: number): DeadManStep {
  if (!before.isWanted) return { state: before, effects: [] };
  const { times, takenMs, isHeld } = before;
  const effects: DeadManEffect[] = [];
  const ageMs = takenMs === null ? Number.POSITIVE_INFINITY : nowMs - takenMs;
  const isTrusted = isHeld && ageMs <= times.timeoutMs * PAUSE_FRACTION;
  if (isTrusted !== before.isTrusted) effects.push({ kind: isTrusted ? 'resume' : 'pause' });
  const isLate = takenMs !== null && ageMs > times.timeoutMs * CANCEL_FRACTION;
  if (isLate && !before.isCancelled) effects.push({ kind: 'cancel-all' });
  let state = { ...before, isTrusted, isCancelled: isLate };
  if (nowMs >= state.dueMs) {
    const request = state.requests + 1;
    effects.push({ kind: 'arm', request });
    const dueMs = nowMs + times.timeoutMs * RETRY_FRACTION;
    state = { ...state, requests: request, sentMs: state.sentMs ?? nowMs, dueMs };
  }
  return { state, effects };
}
