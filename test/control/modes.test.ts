import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Mode } from '../../src/control/gate.ts';
import {
  type ModeEvent,
  type ModePolicy,
  type ModeState,
  nextMode,
  type RequestableMode,
} from '../../src/control/modes.ts';
import { aFirstMode } from '../support/control/restores.ts';
import { law } from '../support/law.ts';

const POLICY: ModePolicy = {
  initial: 'manual',
  climbsAfterFault: true,
  semiCooldownMs: 5,
  fullCooldownMs: 5,
  resetCooldownMs: 10,
};
const MODES_ASKED: readonly RequestableMode[] = ['manual', 'semi-auto', 'full-auto'];
const severity = (mode: Mode): number =>
  ['full-auto', 'semi-auto', 'manual', 'emergency'].indexOf(mode);

const booted = (policy = POLICY): ModeState => aFirstMode(policy).state;

/** Feeds events that are given without a time, one at each of these times. */
function run(state: ModeState, ...steps: [nowMs: number, event: string, what?: string][]) {
  return steps.reduce((now, [nowMs, type, what]) => {
    const named = type === 'request' ? { mode: what } : { fault: what };
    return nextMode(now, { type, nowMs, ...(what === undefined ? {} : named) } as ModeEvent);
  }, state);
}

/** What must hold of every step from any state by any event at any time. */
function checkStep(before: ModeState, event: ModeEvent, after: ModeState): void {
  const said = `${before.mode} by ${JSON.stringify(event)} to ${after.mode}`;
  const isCooled = event.nowMs >= before.context.untilMs;
  const isStepUp = severity(after.mode) < severity(before.mode);
  if (event.type === 'emergency') assert.is(after.mode, 'emergency', said);
  if (before.mode === 'emergency' && after.mode !== 'emergency') {
    assert.equal([event.type, isCooled, after.mode], ['reset', true, 'manual'], said);
    assert.is(after.context.requested, 'manual', said);
  } else if (isStepUp) {
    assert.equal([event.type, isCooled], ['evaluate', true], said);
    assert.equal(before.context.faults, [], said);
    assert.is(severity(before.mode) - severity(after.mode), 1, said);
    assert.ok(severity(before.context.requested) <= severity(after.mode), said);
  }
  if (event.type === 'fault') {
    assert.ok(severity(after.mode) >= severity('manual'), said);
    assert.ok(after.context.faults.includes(event.fault), said);
  }
  if (event.type === 'request' && before.mode !== 'emergency') {
    assert.ok(severity(after.mode) >= severity(event.mode), said);
    assert.is(after.context.requested, event.mode, said);
  }
  if (severity(after.mode) < severity('manual')) assert.equal(after.context.faults, [], said);
  if (after.mode === 'emergency') assert.is(after.context.requested, 'manual', said);
  const isEntered = after.mode !== before.mode || event.type === 'emergency';
  const { semiCooldownMs, fullCooldownMs, resetCooldownMs } = before.context.policy;
  const waitMs = {
    manual: semiCooldownMs,
    'semi-auto': fullCooldownMs,
    emergency: resetCooldownMs,
  };
  const untilMs =
    isEntered && after.mode !== 'full-auto'
      ? event.nowMs + waitMs[after.mode]
      : before.context.untilMs;
  assert.is(after.context.untilMs, untilMs, said);
  assert.is(new Set(after.context.faults).size, after.context.faults.length, said);
  const plain = JSON.parse(JSON.stringify(before));
  assert.equal(nextMode(plain, event), after, 'a state that was stored decides the same');
}

const aPolicy: fc.Arbitrary<ModePolicy> = fc.record(
  {
    initial: fc.constantFrom(...MODES_ASKED),
    climbsAfterFault: fc.boolean(),
    semiCooldownMs: fc.nat({ max: 30 }),
    fullCooldownMs: fc.nat({ max: 30 }),
    resetCooldownMs: fc.nat({ max: 30 }),
  },
  { noNullPrototype: true },
);
const fault = fc.constantFrom('feed', 'journal', 'starting');
const anEvent = (policy: fc.Arbitrary<ModePolicy>): fc.Arbitrary<ModeEvent> => {
  const nowMs = fc.nat({ max: 20 });
  return fc.oneof(
    { weight: 4, arbitrary: fc.record({ type: fc.constant('evaluate' as const), nowMs }) },
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constant('request' as const),
        mode: fc.constantFrom(...MODES_ASKED),
        nowMs,
      }),
    },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('clear' as const), fault, nowMs }) },
    fc.record({ type: fc.constant('fault' as const), fault, nowMs }),
    fc.record({ type: fc.constant('emergency' as const), nowMs }),
    fc.record({ type: fc.constant('reset' as const), nowMs }),
    fc.record({ type: fc.constant('policy' as const), policy, nowMs }),
  );
};

test('no sequence of events breaks the rules, whatever the policy', () => {
  law(
    fc.property(
      aPolicy,
      fc.array(anEvent(aPolicy), { maxLength: 60, size: 'max' }),
      (policy, waits) => {
        let state = booted(policy);
        let nowMs = 0;
        for (const wait of waits) {
          nowMs += wait.nowMs;
          const event = { ...wait, nowMs };
          const after = nextMode(state, event);
          checkStep(state, event, after);
          state = after;
        }
      },
    ),
    300,
  );
});

test('a standing order is climbed to step by step once nothing is wrong', () => {
  const ordered = run(booted(), [0, 'request', 'full-auto'], [99, 'evaluate']);
  assert.is(ordered.mode, 'manual');
  const cleared = run(ordered, [100, 'clear', 'starting']);
  assert.is(cleared.mode, 'manual');
  const semi = run(cleared, [101, 'evaluate']);
  assert.is(semi.mode, 'semi-auto');
  assert.is(run(semi, [105, 'evaluate']).mode, 'semi-auto');
  assert.is(run(semi, [106, 'evaluate']).mode, 'full-auto');
});

const full = run(
  booted(),
  [0, 'clear', 'starting'],
  [0, 'request', 'full-auto'],
  [5, 'evaluate'],
  [10, 'evaluate'],
);

test('a fault in full-auto falls to manual and is climbed from again, or not, by policy', () => {
  assert.is(full.mode, 'full-auto');
  const recover = [
    [20, 'fault', 'feed'],
    [20, 'clear', 'feed'],
    [25, 'evaluate'],
  ] as const;
  const steps = recover.map((step) => [...step]) as [number, string, string?][];
  assert.is(run(full, ...steps).mode, 'semi-auto');
  const timid = { ...full.context, policy: { ...POLICY, climbsAfterFault: false } };
  const fallen = run({ mode: 'full-auto', context: timid }, ...steps);
  assert.equal([fallen.mode, fallen.context.requested], ['manual', 'manual']);
});

test('a wish for less freedom is granted at once, one for more is only noted', () => {
  const semi = run(full, [20, 'request', 'semi-auto']);
  assert.equal([semi.mode, semi.context.untilMs], ['semi-auto', 25]);
  const noted = run(semi, [21, 'request', 'full-auto']);
  assert.equal([noted.mode, noted.context.requested], ['semi-auto', 'full-auto']);
  assert.is(run(full, [20, 'request', 'manual']).mode, 'manual');
  assert.is(run(semi, [20, 'request', 'manual']).mode, 'manual');
  assert.is(run(full, [20, 'request', 'full-auto']).mode, 'full-auto');
});

test('a second trip begins the cool-down of the reset anew', () => {
  const tripped = run(full, [20, 'emergency'], [29, 'emergency'], [38, 'reset']);
  assert.is(tripped.mode, 'emergency');
  const reset = run(tripped, [39, 'reset']);
  assert.equal([reset.mode, reset.context.requested], ['manual', 'manual']);
  assert.is(run(reset, [99, 'evaluate']).mode, 'manual');
});

test('a time that is no number never takes a step up', () => {
  const tripped = run(full, [20, 'emergency']);
  assert.is(run(tripped, [Number.NaN, 'reset']).mode, 'emergency');
  assert.is(run(tripped, [Number.NaN, 'emergency'], [1e15, 'reset']).mode, 'emergency');
});

test.run();
