/**
 * The mode machine beside a model of it that is plain tables, written from docs/safety.md and not
 * from the machine: every reachable mode with every set of faults, every edge out of each, every
 * shortest path to it, and a restart after every step.
 */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fromTransition } from 'xstate';
import { adjacencyMapToArray, getAdjacencyMap, getShortestPaths } from 'xstate/graph';
import type { Mode } from '../../../src/control/gate.ts';
import { restoreMode } from '../../../src/control/mode/restore.ts';
import {
  type ModeEvent,
  type ModePolicy,
  type ModeState,
  nextMode,
  type RequestableMode,
  sealMode,
} from '../../../src/control/modes.ts';
import { aBoot, aFirstMode, SEAL } from '../../support/control/restores.ts';
import { law } from '../../support/law.ts';

const WAIT_MS = 50;
const policyOf = (climbsAfterFault: boolean): ModePolicy => ({
  initial: 'full-auto',
  climbsAfterFault,
  semiCooldownMs: WAIT_MS,
  fullCooldownMs: WAIT_MS,
  resetCooldownMs: WAIT_MS,
});
type Fault = 'starting' | 'journal' | 'proof-test' | 'open-breaker' | 'alert';
const FAULTS: readonly Fault[] = ['journal', 'proof-test', 'open-breaker', 'alert'];
const MODES: readonly RequestableMode[] = ['manual', 'semi-auto', 'full-auto'];
/** Moments that are further apart than a cool-down is long. */
const TIMES = [0, 100, 200];

/** Where a fault that is new leaves a mode. */
const FALLS: Readonly<Record<Fault, Readonly<Record<RequestableMode, RequestableMode>>>> = {
  starting: { manual: 'manual', 'semi-auto': 'manual', 'full-auto': 'manual' },
  journal: { manual: 'manual', 'semi-auto': 'manual', 'full-auto': 'manual' },
  'proof-test': { manual: 'manual', 'semi-auto': 'semi-auto', 'full-auto': 'semi-auto' },
  'open-breaker': { manual: 'manual', 'semi-auto': 'semi-auto', 'full-auto': 'full-auto' },
  alert: { manual: 'manual', 'semi-auto': 'manual', 'full-auto': 'semi-auto' },
};
/** Where a fault leaves a mode when it stands already. */
const STANDS: typeof FALLS = {
  ...FALLS,
  alert: { manual: 'manual', 'semi-auto': 'semi-auto', 'full-auto': 'full-auto' },
};
/** Which faults bar a step up to a mode. */
const BARRED: Readonly<Record<'semi-auto' | 'full-auto', readonly Fault[]>> = {
  'semi-auto': ['starting', 'journal', 'open-breaker', 'alert'],
  'full-auto': ['starting', 'journal', 'open-breaker', 'alert', 'proof-test'],
};
/** Where a wish takes a mode at once. */
const WISHES: Readonly<
  Record<RequestableMode, Readonly<Record<RequestableMode, RequestableMode>>>
> = {
  manual: { manual: 'manual', 'semi-auto': 'manual', 'full-auto': 'manual' },
  'semi-auto': { manual: 'manual', 'semi-auto': 'semi-auto', 'full-auto': 'semi-auto' },
  'full-auto': { manual: 'manual', 'semi-auto': 'semi-auto', 'full-auto': 'full-auto' },
};
/** The next step up of a mode, and the wishes that take it. */
const CLIMBS: Readonly<
  Partial<Record<Mode, { to: 'semi-auto' | 'full-auto'; by: readonly RequestableMode[] }>>
> = {
  manual: { to: 'semi-auto', by: ['semi-auto', 'full-auto'] },
  'semi-auto': { to: 'full-auto', by: ['full-auto'] },
};

interface Model {
  readonly mode: Mode;
  readonly requested: RequestableMode;
  readonly untilMs: number;
  readonly faults: readonly Fault[];
}

/** Entering a mode begins its cool-down; Full-Auto has none. */
function enter(model: Model, mode: Mode, nowMs: number): Model {
  if (mode === model.mode) return model;
  return { ...model, mode, untilMs: mode === 'full-auto' ? model.untilMs : nowMs + WAIT_MS };
}

function next(model: Model, event: ModeEvent, climbsAfterFault: boolean): Model {
  const { mode, requested, untilMs, faults } = model;
  const { nowMs } = event;
  switch (event.type) {
    case 'emergency':
      return { ...model, mode: 'emergency', requested: 'manual', untilMs: nowMs + WAIT_MS };
    case 'reset':
      if (mode !== 'emergency' || nowMs < untilMs) return model;
      return enter({ ...model, requested: 'manual' }, 'manual', nowMs);
    case 'clear':
      return { ...model, faults: faults.filter((fault) => fault !== event.fault) };
    case 'fault': {
      const fault = event.fault as Fault;
      const table = (faults.includes(fault) ? STANDS : FALLS)[fault];
      const wish = climbsAfterFault ? requested : table[requested];
      const standing = faults.includes(fault) ? faults : [...faults, fault];
      const struck = { ...model, requested: wish, faults: standing };
      return mode === 'emergency' ? struck : enter(struck, table[mode], nowMs);
    }
    case 'request':
      if (mode === 'emergency') return model;
      return enter({ ...model, requested: event.mode }, WISHES[mode][event.mode], nowMs);
    case 'evaluate': {
      const climb = CLIMBS[mode];
      if (climb === undefined || !climb.by.includes(requested) || nowMs < untilMs) return model;
      const isBarred = faults.some((fault) => BARRED[climb.to].includes(fault));
      return isBarred ? model : enter(model, climb.to, nowMs);
    }
    default:
      return model;
  }
}

const EVENTS: readonly ModeEvent[] = TIMES.flatMap((nowMs): ModeEvent[] => [
  ...MODES.map((mode) => ({ type: 'request' as const, mode, nowMs })),
  { type: 'evaluate', nowMs },
  ...FAULTS.map((fault) => ({ type: 'fault' as const, fault, nowMs })),
  ...[...FAULTS, 'starting'].map((fault) => ({ type: 'clear' as const, fault, nowMs })),
  { type: 'emergency', nowMs },
  { type: 'reset', nowMs },
]);

const modelOf = ({ mode, context }: ModeState): Model => ({
  mode,
  requested: context.requested,
  untilMs: context.untilMs,
  faults: context.faults as readonly Fault[],
});
const keyOf = ({ mode, requested, untilMs, faults }: Model): string =>
  JSON.stringify([mode, requested, untilMs, [...faults].sort()]);

/** What the model says can be reached at all. */
function reachable(climbsAfterFault: boolean, from: Model): ReadonlySet<string> {
  const seen = new Set([keyOf(from)]);
  const left = [from];
  for (let model = left.pop(); model !== undefined; model = left.pop()) {
    for (const event of EVENTS) {
      const after = next(model, event, climbsAfterFault);
      if (seen.has(keyOf(after))) continue;
      seen.add(keyOf(after));
      left.push(after);
    }
  }
  return seen;
}

interface Snapshot {
  readonly context: ModeState;
}
const step = (state: ModeState, event: ModeEvent): ModeState => nextMode(state, event);

/** What a restart makes of a state, by the tables of docs/safety.md. */
function checkRestart(state: ModeState, said: string): void {
  const persisted = { machine: sealMode(state, SEAL), machineVersion: 2 };
  const { policy } = state.context;
  for (const wasClean of [true, false]) {
    const { state: back, distrust } = restoreMode(persisted, SEAL, aBoot({ wasClean }), policy, 7);
    const isEmergency = state.mode === 'emergency';
    const keeps = !isEmergency && (wasClean || policy.climbsAfterFault);
    assert.equal(
      [back.mode, back.context.requested, back.context.faults, distrust],
      [
        isEmergency ? 'emergency' : 'manual',
        keeps ? state.context.requested : 'manual',
        ['starting'],
        null,
      ],
      said,
    );
    assert.is(nextMode(back, { type: 'evaluate', nowMs: 1e9 }).mode, back.mode, said);
  }
}

for (const climbs of [true, false]) {
  const first = aFirstMode(policyOf(climbs)).state;
  const logic = fromTransition(step, first);
  const traversal = {
    events: EVENTS,
    serializeState: ({ context }: Snapshot) => keyOf(modelOf(context)),
  } as never;
  const policy = climbs ? 'that climbs after faults' : 'that waits for people';

  test(`every state and every edge of a desk ${policy} is that of the tables (I5)`, () => {
    const edges = adjacencyMapToArray(getAdjacencyMap(logic, traversal)) as unknown as {
      readonly state: Snapshot;
      readonly event: ModeEvent;
      readonly nextState: Snapshot;
    }[];
    const expected = reachable(climbs, modelOf(first));
    assert.is(edges.length, expected.size * EVENTS.length);
    for (const { state, event, nextState } of edges) {
      const before = modelOf(state.context);
      assert.ok(expected.has(keyOf(before)), keyOf(before));
      const after = next(before, event, climbs);
      const said = `${keyOf(before)} by ${JSON.stringify(event)}`;
      assert.is(keyOf(modelOf(nextState.context)), keyOf(after), said);
    }
    const seen = new Set(edges.map(({ state }) => state.context.mode));
    assert.is(seen.size, 4);
  });

  test(`every shortest path of a desk ${policy} is that of the tables, with restarts (I6)`, () => {
    const paths = getShortestPaths(logic, traversal) as unknown as {
      readonly steps: readonly { readonly state: Snapshot; readonly event: ModeEvent }[];
      readonly state: Snapshot;
    }[];
    assert.is(paths.length, reachable(climbs, modelOf(first)).size);
    for (const { steps, state } of paths) {
      let model = modelOf(first);
      // The first step of a path is how the machine began.
      for (const { event } of steps.slice(1)) model = next(model, event, climbs);
      assert.is(keyOf(modelOf(state.context)), keyOf(model));
      checkRestart(state.context, keyOf(model));
    }
  });
}

test('any sequence of events, with a restart at any step, is that of the tables (I5, I6)', () => {
  const anEvent = fc.record({ event: fc.constantFrom(...EVENTS), waitMs: fc.nat({ max: 60 }) });
  const aRun = fc.array(fc.oneof({ weight: 12, arbitrary: anEvent }, fc.boolean()), {
    maxLength: 80,
    size: 'max',
  });
  law(
    fc.property(fc.boolean(), aRun, (climbs, run) => {
      const policy = policyOf(climbs);
      let state = aFirstMode(policy).state;
      let model = modelOf(state);
      let nowMs = 0;
      for (const each of run) {
        if (typeof each === 'boolean') {
          checkRestart(state, keyOf(model));
          const persisted = { machine: sealMode(state, SEAL), machineVersion: 2 };
          const boot = aBoot({ wasClean: each });
          state = restoreMode(persisted, SEAL, boot, policy, nowMs).state;
          const isEmergency = model.mode === 'emergency';
          model = {
            mode: isEmergency ? 'emergency' : 'manual',
            requested: !isEmergency && (each || climbs) ? model.requested : 'manual',
            untilMs: nowMs + WAIT_MS,
            faults: ['starting'],
          };
        } else {
          nowMs += each.waitMs;
          const event = { ...each.event, nowMs };
          state = nextMode(state, event);
          model = next(model, event, climbs);
        }
        assert.is(keyOf(modelOf(state)), keyOf(model));
      }
    }),
    200,
  );
});

test.run();
