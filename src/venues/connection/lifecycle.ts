import { assertEvent, assign, setup, transition } from 'xstate';
import { backoffMs } from '../../core/backoff.ts';
import type { Rng } from '../../core/rng.ts';
import type { Refusal } from './refusal.ts';
import { RECONNECT } from './silence.ts';

/**
 * Where one market-data connection is. `authorising`: what the venue wants to see first is asked
 * for. `syncing`: open, its books not yet right. `gap`: open, a
 * book that was right is being made anew. `banned`: the venue takes no questions from us, whether
 * the socket is open or not. `maintenance`: the venue says that it is closed. `closing`: given up
 * by us, its end not yet told. `idle`: nobody wants it.
 */
export const LIFECYCLE_STATES = [
  'idle',
  'authorising',
  'connecting',
  'syncing',
  'live',
  'gap',
  'backing-off',
  'banned',
  'maintenance',
  'closing',
] as const;
export type LifecycleName = (typeof LIFECYCLE_STATES)[number];

/** Every event carries the monotonic time of the actor that sends it. */
export type LifecycleEvent =
  /** It is wanted, or the wait is over. `needsTicket`: the venue lets nobody in without one. */
  | { readonly type: 'due'; readonly needsTicket?: boolean; readonly nowMs: number }
  /** The ticket is there. That there is none is told as `closed`. */
  | { readonly type: 'authorised'; readonly nowMs: number }
  | { readonly type: 'opened'; readonly nowMs: number }
  /** Every book of it is right. */
  | { readonly type: 'synced'; readonly nowMs: number }
  /** A book of it is not right any more. */
  | { readonly type: 'lost'; readonly nowMs: number }
  /** A question over REST was refused for a reason that concerns all questions. */
  | { readonly type: 'refused'; readonly refusal: Refusal; readonly nowMs: number }
  /** The venue says on the socket whether anybody can trade. */
  | { readonly type: 'announced'; readonly isTrading: boolean; readonly nowMs: number }
  /** Nothing more is to be had of this socket: it is closed, and another made. */
  | { readonly type: 'give-up'; readonly nowMs: number }
  /** Nobody wants it any more. */
  | { readonly type: 'retire'; readonly nowMs: number }
  | { readonly type: 'closed'; readonly refusal: Refusal | null; readonly nowMs: number };

export interface LifecycleContext {
  readonly isOpen: boolean;
  /** When the socket was opened last. */
  readonly openedMs: number;
  /** Connections in a row that did not last, or were never made. */
  readonly attempts: number;
  /** How often it was lost or never made, over all its lives. */
  readonly losses: number;
  /** Before this time no question is asked and no connection made. */
  readonly bannedUntilMs: number;
  /** Who says that the venue is closed: the venue on its socket, or an answer to us. */
  readonly closedBy: 'nobody' | 'announcement' | 'refusal';
  readonly isRetired: boolean;
}

/** Plain data. */
export interface Lifecycle {
  readonly name: LifecycleName;
  readonly context: LifecycleContext;
}

export const FIRST_LIFECYCLE: Lifecycle = {
  name: 'idle',
  context: {
    isOpen: false,
    openedMs: 0,
    attempts: 0,
    losses: 0,
    bannedUntilMs: 0,
    closedBy: 'nobody',
    isRetired: false,
  },
};

/** Where the end of a socket leads; the first that holds. */
const ENDED = [
  { guard: 'isRetired', target: 'idle', actions: 'end' },
  { guard: 'endsBanned', target: 'banned', actions: 'end' },
  { guard: 'endsInMaintenance', target: 'maintenance', actions: 'end' },
  { target: 'backing-off', actions: 'end' },
] as const;
/** How a connection begins. */
const BEGUN = [{ guard: 'needsTicket', target: 'authorising' }, { target: 'connecting' }] as const;
/** What may happen to a socket that is open and of use. */
const OPEN = {
  announced: { guard: 'isShut', target: 'maintenance', actions: 'announce' },
  'give-up': 'closing',
  retire: { target: 'closing', actions: 'retire' },
  closed: ENDED,
} as const;
const REFUSED = [
  { guard: 'isBan', target: 'banned', actions: 'ban' },
  { target: 'maintenance', actions: 'shut' },
] as const;
const RETIRED = [
  { guard: 'isOpen', target: 'closing', actions: 'retire' },
  { target: 'idle', actions: 'retire' },
] as const;

/**
 * The life of one connection. Pure: no timer, no socket, no chance; actions only assign. Frames
 * never come here, only what changes where the connection is.
 */
const machine = setup({
  types: {
    context: {} as LifecycleContext,
    events: {} as LifecycleEvent,
    input: {} as LifecycleContext,
  },
  guards: {
    isOpen: ({ context }) => context.isOpen,
    isRetired: ({ context }) => context.isRetired,
    needsTicket: ({ event }) => event.type === 'due' && event.needsTicket === true,
    isServedWithTicket: ({ context, event }) =>
      event.type === 'due' && event.needsTicket === true && event.nowMs >= context.bannedUntilMs,
    isBan: ({ event }) => event.type === 'refused' && event.refusal.kind === 'banned',
    isShut: ({ event }) => event.type === 'announced' && !event.isTrading,
    isTrading: ({ context, event }) =>
      context.isOpen && event.type === 'announced' && event.isTrading,
    isOpenAndRefused: ({ context }) => context.isOpen && context.closedBy === 'refusal',
    isServed: ({ context, event }) => event.nowMs >= context.bannedUntilMs,
    isServedOpen: ({ context, event }) => context.isOpen && event.nowMs >= context.bannedUntilMs,
    endsBanned: ({ context, event }) =>
      (event.type === 'closed' && event.refusal?.kind === 'banned') ||
      event.nowMs < context.bannedUntilMs,
    endsInMaintenance: ({ context, event }) =>
      (event.type === 'closed' && event.refusal?.kind === 'maintenance') ||
      context.closedBy !== 'nobody',
  },
  actions: {
    begin: assign(({ context }) => ({ ...context, isRetired: false, attempts: 0 })),
    open: assign(({ context, event }) => ({
      ...context,
      isOpen: true,
      openedMs: event.nowMs,
      closedBy: 'nobody' as const,
    })),
    reopen: assign(({ context }) => ({ ...context, closedBy: 'nobody' as const })),
    announce: assign(({ context }) => ({ ...context, closedBy: 'announcement' as const })),
    shut: assign(({ context }) => ({ ...context, closedBy: 'refusal' as const })),
    ban: assign(({ context, event }) => {
      assertEvent(event, 'refused');
      return { ...context, bannedUntilMs: banEnd(context, event.refusal, event.nowMs) };
    }),
    retire: assign(({ context }) => ({ ...context, isRetired: true })),
    end: assign(({ context, event }) => {
      assertEvent(event, 'closed');
      const { refusal, nowMs } = event;
      const lastedMs = context.isOpen ? nowMs - context.openedMs : 0;
      const isWorn = lastedMs <= RECONNECT.resetAfterMs;
      const isShut = refusal?.kind === 'maintenance' || context.closedBy === 'refusal';
      return {
        ...context,
        isOpen: false,
        attempts: isWorn ? context.attempts + 1 : 1,
        losses: context.isRetired ? context.losses : context.losses + 1,
        bannedUntilMs: banEnd(context, refusal, nowMs),
        closedBy: isShut ? ('refusal' as const) : context.closedBy,
      };
    }),
  },
}).createMachine({
  id: 'lifecycle',
  initial: 'idle',
  context: ({ input }) => input,
  states: {
    idle: {
      on: {
        due: [
          { guard: 'needsTicket', target: 'authorising', actions: 'begin' },
          { target: 'connecting', actions: 'begin' },
        ],
      },
    },
    authorising: {
      on: {
        authorised: 'connecting',
        // A ticket that comes later is nobody's: there is no socket to wait for.
        retire: { target: 'idle', actions: 'retire' },
        closed: ENDED,
      },
    },
    connecting: {
      on: {
        opened: { target: 'syncing', actions: 'open' },
        'give-up': 'closing',
        retire: { target: 'closing', actions: 'retire' },
        closed: ENDED,
      },
    },
    syncing: { on: { ...OPEN, synced: 'live', refused: REFUSED } },
    live: { on: { ...OPEN, lost: 'gap' } },
    gap: { on: { ...OPEN, synced: 'live', refused: REFUSED } },
    'backing-off': {
      on: { due: BEGUN, retire: { target: 'idle', actions: 'retire' } },
    },
    banned: {
      on: {
        ...OPEN,
        // The answer to a question that was asked before the ban.
        synced: { guard: 'isOpen', target: 'live' },
        refused: REFUSED,
        due: [
          { guard: 'isServedOpen', target: 'syncing' },
          { guard: 'isServedWithTicket', target: 'authorising' },
          { guard: 'isServed', target: 'connecting' },
        ],
        'give-up': { guard: 'isOpen', target: 'closing' },
        retire: RETIRED,
      },
    },
    maintenance: {
      on: {
        ...OPEN,
        synced: { guard: 'isOpenAndRefused', target: 'live', actions: 'reopen' },
        refused: REFUSED,
        announced: { guard: 'isTrading', target: 'syncing', actions: 'reopen' },
        due: [{ guard: 'isOpen', target: 'syncing' }, ...BEGUN],
        'give-up': { guard: 'isOpen', target: 'closing' },
        retire: RETIRED,
      },
    },
    closing: { on: { retire: { actions: 'retire' }, closed: ENDED } },
  },
});

/** The next state. Events that do not apply change nothing. Never throws. */
export function nextLifecycle(state: Lifecycle, event: LifecycleEvent): Lifecycle {
  const before = machine.resolveState({ value: state.name, context: state.context });
  const [after] = transition(machine, before, event);
  return { name: after.value as LifecycleName, context: after.context };
}

/**
 * How long to wait before the next `due`, in milliseconds: back-off with jitter, never into a ban.
 *
 * @param leastMs least wait that the venue wants between connections
 */
export function waitMs(
  { context }: Lifecycle,
  random: Rng,
  { nowMs, leastMs }: { readonly nowMs: number; readonly leastMs: number },
): number {
  const patienceMs = backoffMs(RECONNECT, Math.max(0, context.attempts - 1), random);
  return Math.max(patienceMs, leastMs, context.bannedUntilMs - nowMs);
}

function banEnd(context: LifecycleContext, refusal: Refusal | null, nowMs: number): number {
  if (refusal?.kind !== 'banned') return context.bannedUntilMs;
  return Math.max(context.bannedUntilMs, nowMs + refusal.forMs);
}
