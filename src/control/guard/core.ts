import { unreachable } from '../../core/result.ts';
import type { GuardSettings } from './settings.ts';
import { isSwept, restingSweep, type Sweep, settleRound, sweepDue, sweepNow } from './sweep.ts';

/**
 * What the guard does about a daemon that falls silent, dies, or has a contact opened under it.
 * Pure: the process around it reads clock, contacts and socket, and carries out the effects.
 */

export type GuardEvent =
  /** A daemon has connected. It is not guarded before a beat asks for it. */
  | {
      readonly kind: 'hello';
      readonly nowMs: number;
      readonly policy: Pick<GuardSettings, 'silentMs' | 'deadMs'>;
      readonly venues: readonly { readonly name: string; readonly hasDeadMan: boolean }[];
    }
  | {
      readonly kind: 'beat';
      readonly nowMs: number;
      /** Whether orders may rest from now on. */
      readonly isTrading: boolean;
      /** Whether its gate is closed by an emergency. */
      readonly isTripped: boolean;
      /** The last trip of ours that it has taken note of. */
      readonly tripSeen: number;
    }
  /** An orderly stop: nothing of the daemon's rests. */
  | { readonly kind: 'goodbye'; readonly nowMs: number }
  /** The connection has ended. */
  | { readonly kind: 'closed'; readonly nowMs: number }
  /** A look at the contacts: a bit for each that is open or cannot be read, null if not known. */
  | { readonly kind: 'tick'; readonly nowMs: number; readonly open: number | null }
  /** A venue was told to cancel everything, and asked what is open; null without an answer. */
  | {
      readonly kind: 'swept';
      readonly nowMs: number;
      readonly venue: string;
      readonly round: number;
      readonly open: number | null;
    }
  /** The daemon's process is gone. */
  | { readonly kind: 'daemon-ended'; readonly nowMs: number };

export type GuardEffect =
  /** Cancel everything at a venue, then ask what is open; answered by `swept`. */
  | { readonly kind: 'cancel'; readonly venue: string; readonly round: number }
  /** Send the daemon where the guard stands. */
  | { readonly kind: 'tell' }
  | { readonly kind: 'latch'; readonly trip: number; readonly cause: string }
  | { readonly kind: 'unlatch'; readonly trip: number }
  /** Stop and kill the process that has said hello, if it still is that process. */
  | { readonly kind: 'end-daemon' }
  | { readonly kind: 'note'; readonly what: GuardNote; readonly detail: string }
  /** Nobody needs this guard any more. */
  | { readonly kind: 'retire' };

export type GuardNote =
  | 'armed'
  | 'disarmed'
  | 'daemon-silent'
  | 'daemon-lost'
  | 'daemon-heard-again'
  | 'contact-open'
  | 'reset'
  | 'nothing-rests';

/**
 * `armed`: beats are awaited. `silent`: they are missing. `lost`: for so long, or the connection
 * ended without a goodbye, that the daemon is taken for dead.
 */
export type Watch = 'off' | 'armed' | 'silent' | 'lost';

export interface GuardState {
  readonly policy: Pick<GuardSettings, 'silentMs' | 'deadMs'>;
  readonly watch: Watch;
  readonly isConnected: boolean;
  readonly sweeps: readonly Sweep[];
  readonly heardMs: number;
  readonly tickMs: number;
  /** How often a daemon fell silent, so that it learns of it however late it wakes. */
  readonly silences: number;
  /** Number of the last trip, and its cause while it stands. */
  readonly trip: number;
  readonly cause: string | null;
  /** Contacts that were open at the last look; null while nobody knows. */
  readonly open: number | null;
  /** Whether the daemon that fell silent was told to end already. */
  readonly isEnding: boolean;
  /** Since when there was neither daemon nor order; a guard that a daemon started then retires. */
  readonly idleMs: number;
}

/** A daemon whose venue cannot be reached is ended this long after it was taken for dead. */
export const END_MS_MAX = 10_000;
/** A guard without a daemon goes on for so long, in case the daemon comes back. */
export const LINGER_MS = 60_000;
/** And for so long where no venue answers whether anything rests. */
export const LINGER_MS_MAX = 600_000;

export interface GuardStep {
  readonly state: GuardState;
  readonly effects: readonly GuardEffect[];
}

/**
 * A guard that has just started.
 *
 * @param latched the trip that its own latch has, and its cause while it stands
 * @param left venues of a daemon that an earlier guard watched and did not see leave in order
 */
export function guardAt(
  nowMs: number,
  latched: { readonly trip: number; readonly cause: string | null },
  left: readonly { readonly name: string; readonly hasDeadMan: boolean }[],
): GuardStep {
  const state: GuardState = {
    policy: { silentMs: Number.POSITIVE_INFINITY, deadMs: Number.POSITIVE_INFINITY },
    watch: 'off',
    isConnected: false,
    sweeps: left.map(({ name, hasDeadMan }) => restingSweep(name, hasDeadMan)),
    heardMs: nowMs,
    tickMs: nowMs,
    silences: 0,
    ...latched,
    open: null,
    isEnding: false,
    idleMs: nowMs,
  };
  return left.length === 0 ? { state, effects: [] } : sweepAll(state, nowMs);
}

/** Whether orders may rest: a daemon trusts in nothing less. */
export function isArmed({ watch, sweeps, cause, open }: GuardState): boolean {
  return watch === 'armed' && cause === null && open === 0 && isSwept(sweeps);
}

export function guardStep(state: GuardState, event: GuardEvent): GuardStep {
  switch (event.kind) {
    case 'hello':
      return onHello(state, event);
    case 'beat':
      return onBeat(state, event);
    case 'goodbye':
      return {
        state: {
          ...state,
          watch: 'off',
          sweeps: state.sweeps.map((each) => restingSweep(each.venue, each.hasDeadMan, each.round)),
        },
        effects: [{ kind: 'tell' }, note('disarmed', 'the daemon leaves in order')],
      };
    case 'closed':
      return onClosed({ ...state, isConnected: false, idleMs: event.nowMs }, event.nowMs);
    case 'tick':
      return onTick(state, event);
    case 'swept':
      return onSwept(state, event);
    case 'daemon-ended':
      return sweepAll({ ...state, watch: 'off', isEnding: false }, event.nowMs);
    default:
      return unreachable(event);
  }
}

type EventOf<K extends GuardEvent['kind']> = Extract<GuardEvent, { readonly kind: K }>;

/** What an earlier daemon has left is still swept; the new one is not armed before that. */
function onHello(state: GuardState, { nowMs, policy, venues }: EventOf<'hello'>): GuardStep {
  const known = new Map(state.sweeps.map((sweep) => [sweep.venue, sweep]));
  const sweeps = venues.map(({ name, hasDeadMan }) => ({
    ...(known.get(name) ?? restingSweep(name, hasDeadMan)),
    hasDeadMan,
  }));
  const gone = state.sweeps.filter(({ venue }) => venues.every(({ name }) => name !== venue));
  return {
    state: {
      ...state,
      policy,
      watch: 'off',
      isConnected: true,
      isEnding: false,
      // It may have another stop than the one before it.
      open: null,
      heardMs: nowMs,
      sweeps: [...sweeps, ...gone.filter((sweep) => !isSwept([sweep]))],
    },
    effects: [{ kind: 'tell' }],
  };
}

function onBeat(state: GuardState, event: EventOf<'beat'>): GuardStep {
  // Nobody is guarded who has not said at which venues.
  if (!state.isConnected) return { state, effects: [] };
  const { nowMs, isTrading } = event;
  const effects: GuardEffect[] = [];
  const watch: Watch = isTrading ? 'armed' : 'off';
  if (state.watch === 'silent') {
    effects.push(note('daemon-heard-again', `after ${Math.round(nowMs - state.heardMs)} ms`));
  } else if (state.watch !== watch) effects.push(note(isTrading ? 'armed' : 'disarmed', ''));
  let next: GuardState = { ...state, watch, heardMs: nowMs, isEnding: false };
  // The daemon has taken note of the trip, and its people have taken the emergency back.
  if (state.cause !== null && event.tripSeen >= state.trip && !event.isTripped) {
    if (state.open === 0) {
      next = { ...next, cause: null };
      effects.push({ kind: 'unlatch', trip: state.trip }, note('reset', state.cause));
    }
  }
  return { state: next, effects: [...effects, { kind: 'tell' }] };
}

/** Only who was watched and said no goodbye is missed. */
function onClosed(state: GuardState, nowMs: number): GuardStep {
  if (state.watch === 'off') return { state, effects: [] };
  const lost = sweepAll({ ...state, watch: 'lost' }, nowMs);
  const told = note('daemon-lost', 'the connection ended without a goodbye');
  return { state: lost.state, effects: [...lost.effects, told] };
}

/**
 * Contacts first. A guard that was itself held up for long does not judge in that turn: the beats
 * of that time wait in its socket.
 */
function onTick(before: GuardState, { nowMs, open }: EventOf<'tick'>): GuardStep {
  const wasHeldUp = nowMs - before.tickMs > before.policy.silentMs / 2;
  let state: GuardState = { ...before, tickMs: nowMs, open };
  const effects: GuardEffect[] = [];
  const go = (step: GuardStep): void => {
    state = step.state;
    effects.push(...step.effects);
  };
  if (open !== null && open !== 0 && state.cause === null) go(tripped(state, nowMs, open));
  if (!wasHeldUp) go(judged(state, nowMs));
  const due = sweepDue(state.sweeps, nowMs);
  go({ state: { ...state, sweeps: due.sweeps }, effects: due.rounds.map(cancel) });
  if (isRetired(state, nowMs)) effects.push({ kind: 'retire' });
  return { state, effects };
}

function tripped(state: GuardState, nowMs: number, open: number): GuardStep {
  const trip = state.trip + 1;
  const cause = `open contacts: ${contactsText(open)}`;
  const swept = sweepAll({ ...state, trip, cause }, nowMs);
  return {
    state: swept.state,
    // The latch is in the hands of the kernel before the first cancel is sent.
    effects: [
      { kind: 'latch', trip, cause },
      ...swept.effects,
      { kind: 'tell' },
      note('contact-open', cause),
    ],
  };
}

const CONTACTS = ['a', 'b', 'tamper'] as const;

/** Names of the contacts whose bits are set. */
export function contactsText(open: number): string {
  return CONTACTS.filter((_, bit) => (open & (1 << bit)) !== 0).join(', ');
}

/** What the silence means by now. */
function judged(state: GuardState, nowMs: number): GuardStep {
  const { policy, watch } = state;
  const silentMs = nowMs - state.heardMs;
  const detail = `silent for ${Math.round(silentMs)} ms`;
  if (watch === 'armed' && silentMs > policy.silentMs) {
    const silences = state.silences + 1;
    const swept = sweepAll({ ...state, watch: 'silent', silences }, nowMs);
    const effects = [...swept.effects, { kind: 'tell' } as const, note('daemon-silent', detail)];
    return { state: swept.state, effects };
  }
  if (watch === 'silent' && silentMs > policy.deadMs) {
    const swept = sweepAll({ ...state, watch: 'lost' }, nowMs);
    return { state: swept.state, effects: [...swept.effects, note('daemon-lost', detail)] };
  }
  // A venue with a switch of its own empties itself once the daemon cannot feed it any more.
  const lone = state.sweeps.filter(({ hasDeadMan }) => !hasDeadMan);
  const isDue = isSwept(lone) || silentMs > policy.deadMs + END_MS_MAX;
  if (watch === 'lost' && silentMs > policy.deadMs && isDue && !state.isEnding) {
    return { state: { ...state, isEnding: true }, effects: [{ kind: 'end-daemon' }] };
  }
  return { state, effects: [] };
}

function onSwept(before: GuardState, { nowMs, venue, round, open }: EventOf<'swept'>): GuardStep {
  const sweeps = before.sweeps.map((sweep) =>
    sweep.venue === venue ? settleRound(sweep, round, open, nowMs) : sweep,
  );
  const state = { ...before, sweeps, idleMs: open === null ? before.idleMs : nowMs };
  if (isSwept(before.sweeps) || !isSwept(sweeps)) return { state, effects: [] };
  return { state, effects: [{ kind: 'tell' }, note('nothing-rests', 'by two answers')] };
}

/**
 * At every venue, also where a dead-man switch would do it: nobody here knows whether it is held,
 * and it would take its time-out.
 */
function sweepAll(state: GuardState, nowMs: number): GuardStep {
  const sweeps = state.sweeps.map((sweep) => sweepNow(sweep, nowMs));
  return { state: { ...state, sweeps }, effects: sweeps.map(cancel) };
}

/** Whether a guard that a daemon has started is of use to nobody any more. */
function isRetired({ isConnected, sweeps, idleMs, watch }: GuardState, nowMs: number): boolean {
  if (isConnected || (watch !== 'off' && isSwept(sweeps))) return false;
  return nowMs - idleMs > (isSwept(sweeps) ? LINGER_MS : LINGER_MS_MAX);
}

function cancel({ venue, round }: Sweep): GuardEffect {
  return { kind: 'cancel', venue, round };
}

function note(what: GuardNote, detail: string): GuardEffect {
  return { kind: 'note', what, detail };
}
