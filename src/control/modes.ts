import { assertEvent, assign, setup, transition } from 'xstate';
import { MODES, type Mode } from './gate.ts';

/** A mode that people or policy may ask for; Emergency is entered by its own event. */
export type RequestableMode = Exclude<Mode, 'emergency'>;

export interface ModePolicy {
  /** Standing order of a data directory that has none yet. */
  readonly initial: RequestableMode;
  /** Whether a fault or a crash leaves the standing order as it was, so that the desk recovers. */
  readonly climbsAfterFault: boolean;
  /** Shortest stay in Manual before Semi-Auto, and in Semi-Auto before Full-Auto. */
  readonly semiCooldownMs: number;
  readonly fullCooldownMs: number;
  /** Shortest stay in Emergency after the last trip. */
  readonly resetCooldownMs: number;
}

/** Every event carries the monotonic time of the actor that sends it. */
export type ModeEvent =
  | { readonly type: 'request'; readonly mode: RequestableMode; readonly nowMs: number }
  | { readonly type: 'evaluate'; readonly nowMs: number }
  | { readonly type: 'fault'; readonly fault: string; readonly nowMs: number }
  | { readonly type: 'clear'; readonly fault: string; readonly nowMs: number }
  | { readonly type: 'emergency'; readonly nowMs: number }
  | { readonly type: 'reset'; readonly nowMs: number }
  | { readonly type: 'policy'; readonly policy: ModePolicy; readonly nowMs: number };

export interface ModeContext {
  /** The standing order: the mode to climb to once nothing is wrong. */
  readonly requested: RequestableMode;
  /** Before this monotonic time the next step up, or the reset, is refused. */
  readonly untilMs: number;
  /** What is wrong now; a step up needs none. */
  readonly faults: readonly string[];
  readonly policy: ModePolicy;
}

/** Raised when the meaning of the persisted context changes. */
export const MODE_MACHINE_VERSION = 1;

/** What is wrong and bars Full-Auto alone: the desk trades on, and a person has to come. */
const BARS_FULL_AUTO: readonly string[] = ['proof-test'];

/** Whether a fault keeps a desk out of a mode. */
const bars = (fault: string, mode: Mode): boolean =>
  mode === 'full-auto' || !BARS_FULL_AUTO.includes(fault);

/** Whether a fault stops automatic trading altogether, until everything has been reconciled. */
export const stopsTrading = (fault: string): boolean => bars(fault, 'semi-auto');

const rank = (mode: Mode): number => MODES.indexOf(mode);

/**
 * The control modes. Pure: no timer, no side effect, actions only assign; a cool-down is a
 * deadline that is compared with the event's time. Severity rises at any event; it falls one step
 * at a time, when asked, fault-free and cooled. Emergency is a transition of the root, so no state
 * can forget it.
 */
const machine = setup({
  types: { context: {} as ModeContext, events: {} as ModeEvent, input: {} as ModeContext },
  guards: {
    climbs: ({ context, event }, to: { mode: Mode }) =>
      rank(context.requested) >= rank(to.mode) &&
      !context.faults.some((fault) => bars(fault, to.mode)) &&
      event.nowMs >= context.untilMs,
    lowersTo: ({ event }, to: { mode: Mode }) => {
      assertEvent(event, 'request');
      return event.mode === to.mode;
    },
    stopsTrading: ({ event }) => {
      assertEvent(event, 'fault');
      return stopsTrading(event.fault);
    },
    isCooled: ({ context, event }) => event.nowMs >= context.untilMs,
  },
  actions: {
    order: assign(({ context, event }) => {
      assertEvent(event, 'request');
      return { ...context, requested: event.mode };
    }),
    raiseFault: assign(({ context, event }) => {
      assertEvent(event, 'fault');
      const { fault } = event;
      const faults = context.faults.includes(fault) ? context.faults : [...context.faults, fault];
      const keepsOrder = context.policy.climbsAfterFault || !stopsTrading(fault);
      const requested = keepsOrder ? context.requested : 'manual';
      return { ...context, faults, requested };
    }),
    clearFault: assign(({ context, event }) => {
      assertEvent(event, 'clear');
      return { ...context, faults: context.faults.filter((fault) => fault !== event.fault) };
    }),
    adopt: assign(({ context, event }) => {
      assertEvent(event, 'policy');
      return { ...context, policy: event.policy };
    }),
    cool: assign(({ context, event }, wait: { for: keyof ModePolicy }) => ({
      ...context,
      untilMs: event.nowMs + (context.policy[wait.for] as number),
    })),
    stayManual: assign(({ context }) => ({ ...context, requested: 'manual' as const })),
  },
}).createMachine({
  id: 'mode',
  initial: 'manual',
  context: ({ input }) => input,
  on: {
    emergency: {
      target: '.emergency',
      reenter: true,
      actions: ['stayManual', { type: 'cool', params: { for: 'resetCooldownMs' } }],
    },
    clear: { actions: 'clearFault' },
    fault: { actions: 'raiseFault' },
    policy: { actions: 'adopt' },
  },
  states: {
    manual: {
      on: {
        request: { actions: 'order' },
        evaluate: {
          guard: { type: 'climbs', params: { mode: 'semi-auto' } },
          target: 'semi-auto',
          actions: { type: 'cool', params: { for: 'fullCooldownMs' } },
        },
      },
    },
    'semi-auto': {
      on: {
        request: [
          {
            guard: { type: 'lowersTo', params: { mode: 'manual' } },
            target: 'manual',
            actions: ['order', { type: 'cool', params: { for: 'semiCooldownMs' } }],
          },
          { actions: 'order' },
        ],
        evaluate: {
          guard: { type: 'climbs', params: { mode: 'full-auto' } },
          target: 'full-auto',
        },
        fault: [
          {
            guard: 'stopsTrading',
            target: 'manual',
            actions: ['raiseFault', { type: 'cool', params: { for: 'semiCooldownMs' } }],
          },
          { actions: 'raiseFault' },
        ],
      },
    },
    'full-auto': {
      on: {
        request: [
          {
            guard: { type: 'lowersTo', params: { mode: 'manual' } },
            target: 'manual',
            actions: ['order', { type: 'cool', params: { for: 'semiCooldownMs' } }],
          },
          {
            guard: { type: 'lowersTo', params: { mode: 'semi-auto' } },
            target: 'semi-auto',
            actions: ['order', { type: 'cool', params: { for: 'fullCooldownMs' } }],
          },
          { actions: 'order' },
        ],
        fault: [
          {
            guard: 'stopsTrading',
            target: 'manual',
            actions: ['raiseFault', { type: 'cool', params: { for: 'semiCooldownMs' } }],
          },
          {
            target: 'semi-auto',
            actions: ['raiseFault', { type: 'cool', params: { for: 'fullCooldownMs' } }],
          },
        ],
      },
    },
    emergency: {
      on: {
        reset: {
          guard: 'isCooled',
          target: 'manual',
          actions: ['stayManual', { type: 'cool', params: { for: 'semiCooldownMs' } }],
        },
      },
    },
  },
});

/** The mode with everything that decides the next one. Plain data. */
export interface ModeState {
  readonly mode: Mode;
  readonly context: ModeContext;
}

/** The next state. Events that do not apply change nothing. Never throws. */
export function nextMode(state: ModeState, event: ModeEvent): ModeState {
  const before = machine.resolveState({ value: state.mode, context: state.context });
  const [after] = transition(machine, before, event);
  return { mode: after.value as Mode, context: after.context };
}

/** What is written to the journal with each change. */
export function persistMode(state: ModeState): string {
  const { requested, untilMs, faults } = state.context;
  return JSON.stringify({ mode: state.mode, requested, untilMs, faults });
}

/**
 * The mode after a start. Emergency stays, whatever cannot be understood is Emergency, and
 * everything else comes back at Manual with the fault `starting`, so that it climbs by policy once
 * that is cleared. Cool-downs begin anew: the monotonic clock of another boot says nothing.
 */
export function restoreMode(
  persisted: { readonly machine: string; readonly machineVersion: number } | null,
  boot: { readonly wasClean: boolean; readonly isLatched: boolean },
  policy: ModePolicy,
  nowMs: number,
): ModeState {
  const stood = persisted === null ? null : understand(persisted);
  const isEmergency = boot.isLatched || (persisted !== null && stood?.mode !== 'lower');
  const keepsOrder = boot.wasClean || policy.climbsAfterFault;
  const requested = isEmergency
    ? 'manual'
    : stood === null
      ? policy.initial
      : keepsOrder
        ? stood.requested
        : 'manual';
  const cooldownMs = isEmergency ? policy.resetCooldownMs : policy.semiCooldownMs;
  return {
    mode: isEmergency ? 'emergency' : 'manual',
    context: { requested, untilMs: nowMs + cooldownMs, faults: ['starting'], policy },
  };
}

interface Understood {
  readonly mode: 'lower' | 'emergency';
  readonly requested: RequestableMode;
}

function understand(persisted: {
  readonly machine: string;
  readonly machineVersion: number;
}): Understood | null {
  if (persisted.machineVersion !== MODE_MACHINE_VERSION) return null;
  try {
    const { mode, requested } = JSON.parse(persisted.machine);
    if (!MODES.includes(mode) || !MODES.includes(requested) || requested === 'emergency') {
      return null;
    }
    return { mode: mode === 'emergency' ? 'emergency' : 'lower', requested };
  } catch {
    return null;
  }
}
