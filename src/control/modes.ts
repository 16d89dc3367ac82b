import { assertEvent, assign, setup, transition } from 'xstate';
import { MODES, type Mode } from './gate.ts';
import { isBarred, modeUnder } from './mode/faults.ts';
import type { StateSeal } from './mode/state-seal.ts';

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
  /** What is wrong now; what each bars is in `mode/faults.ts`. */
  readonly faults: readonly string[];
  readonly policy: ModePolicy;
}

const rank = (mode: Mode): number => MODES.indexOf(mode);

/**
 * The control modes. Pure: no timer, no side effect, actions only assign; a cool-down is a
 * deadline that is compared with the event's time. Severity rises at any event; it falls one step
 * at a time, when asked, not barred by a fault, and cooled. Emergency is a transition of the root,
 * so no state can forget it.
 */
const machine = setup({
  types: { context: {} as ModeContext, events: {} as ModeEvent, input: {} as ModeContext },
  guards: {
    climbs: ({ context, event }, to: { mode: 'semi-auto' | 'full-auto' }) =>
      rank(context.requested) >= rank(to.mode) &&
      !isBarred(context.faults, to.mode) &&
      event.nowMs >= context.untilMs,
    falls: ({ context, event }, { from, to }: { from: RequestableMode; to: Mode }) => {
      assertEvent(event, 'fault');
      return modeUnder(event.fault, from, !context.faults.includes(event.fault)) === to;
    },
    lowersTo: ({ event }, to: { mode: Mode }) => {
      assertEvent(event, 'request');
      return event.mode === to.mode;
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
      const isNew = !context.faults.includes(fault);
      const faults = isNew ? [...context.faults, fault] : context.faults;
      const left = modeUnder(fault, context.requested, isNew);
      const requested = context.policy.climbsAfterFault ? context.requested : left;
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
            guard: { type: 'falls', params: { from: 'semi-auto', to: 'manual' } },
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
            guard: { type: 'falls', params: { from: 'full-auto', to: 'manual' } },
            target: 'manual',
            actions: ['raiseFault', { type: 'cool', params: { for: 'semiCooldownMs' } }],
          },
          {
            guard: { type: 'falls', params: { from: 'full-auto', to: 'semi-auto' } },
            target: 'semi-auto',
            actions: ['raiseFault', { type: 'cool', params: { for: 'fullCooldownMs' } }],
          },
          { actions: 'raiseFault' },
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

/** What is written to the journal with each change: effective and requested mode, and why. */
export function persistMode(state: ModeState): string {
  return JSON.stringify(persistedOf(state));
}

/** The same with the MAC of the data directory, as the journal has it. */
export function sealMode(state: ModeState, seal: StateSeal): string {
  return seal.seal('flyball-mode-v2', persistedOf(state));
}

function persistedOf(state: ModeState) {
  const { requested, untilMs, faults } = state.context;
  return { mode: state.mode, requested, untilMs, faults };
}
