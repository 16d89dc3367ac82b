import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MODES, type Mode } from '../../src/control/gate.ts';
import {
  MODE_MACHINE_VERSION,
  type ModePolicy,
  type ModeState,
  nextMode,
  persistMode,
  type RequestableMode,
  restoreMode,
} from '../../src/control/modes.ts';
import { law } from '../support/law.ts';

const requestable = fc.constantFrom<RequestableMode[]>('manual', 'semi-auto', 'full-auto');
const aPolicy: fc.Arbitrary<ModePolicy> = fc.record({
  initial: requestable,
  climbsAfterFault: fc.boolean(),
  semiCooldownMs: fc.nat({ max: 30 }),
  fullCooldownMs: fc.nat({ max: 30 }),
  resetCooldownMs: fc.nat({ max: 30 }),
});
const aBoot = fc.record({ wasClean: fc.boolean(), isLatched: fc.boolean() });
const aState: fc.Arbitrary<ModeState> = fc.record({
  mode: fc.constantFrom<Mode[]>(...MODES),
  context: fc.record({
    requested: requestable,
    untilMs: fc.nat(),
    faults: fc.uniqueArray(fc.string(), { maxLength: 3 }),
    policy: aPolicy,
  }),
});
const stored = (machine: string, machineVersion = MODE_MACHINE_VERSION) => ({
  machine,
  machineVersion,
});

test('no start comes back above manual, and none without its cool-down and its fault', () => {
  law(
    fc.property(aState, aBoot, aPolicy, fc.nat(), (state, boot, policy, nowMs) => {
      const restored = restoreMode(stored(persistMode(state)), boot, policy, nowMs);
      const isEmergency = state.mode === 'emergency' || boot.isLatched;
      assert.is(restored.mode, isEmergency ? 'emergency' : 'manual');
      const { requested, untilMs, faults } = restored.context;
      const keepsOrder = !isEmergency && (boot.wasClean || policy.climbsAfterFault);
      assert.is(requested, keepsOrder ? state.context.requested : 'manual');
      const waitMs = isEmergency ? policy.resetCooldownMs : policy.semiCooldownMs;
      assert.is(untilMs, nowMs + waitMs);
      assert.equal(faults, ['starting']);
      assert.is(restored.context.policy, policy);
      const evaluated = nextMode(restored, { type: 'evaluate', nowMs: nowMs + 1e6 });
      assert.is(evaluated.mode, restored.mode);
    }),
  );
});

test('a new data directory begins at manual with the standing order of its policy', () => {
  law(
    fc.property(aPolicy, fc.boolean(), fc.nat(), (policy, wasClean, nowMs) => {
      const restored = restoreMode(null, { wasClean, isLatched: false }, policy, nowMs);
      assert.equal([restored.mode, restored.context.requested], ['manual', policy.initial]);
      const latched = restoreMode(null, { wasClean, isLatched: true }, policy, nowMs);
      assert.equal([latched.mode, latched.context.requested], ['emergency', 'manual']);
    }),
  );
});

test('the state of another version is emergency', () => {
  law(
    fc.property(aState, aPolicy, fc.integer(), (state, policy, version) => {
      if (version === MODE_MACHINE_VERSION) return;
      const persisted = stored(persistMode(state), version);
      const boot = { wasClean: true, isLatched: false };
      assert.is(restoreMode(persisted, boot, policy, 0).mode, 'emergency');
    }),
  );
});

test('a stored text that is not what we store is emergency', () => {
  const nearly = fc
    .record({ mode: fc.jsonValue(), requested: fc.jsonValue() })
    .filter(({ mode, requested }) => ![mode, requested].every((is) => MODES.includes(is as Mode)))
    .map((value) => JSON.stringify(value));
  const texts = fc.oneof(fc.string(), fc.json(), nearly);
  law(
    fc.property(texts, aPolicy, (text, policy) => {
      const boot = { wasClean: true, isLatched: false };
      const restored = restoreMode(stored(text), boot, policy, 0);
      assert.equal([restored.mode, restored.context.requested], ['emergency', 'manual']);
    }),
    500,
  );
});

test('a stored wish for emergency, an unknown mode and an array of modes are emergency', () => {
  const policy = { ...POLICY };
  for (const text of [
    '{"mode":"manual","requested":"emergency"}',
    '{"mode":"full","requested":"manual"}',
    '{"mode":["manual"],"requested":"manual"}',
    '{"mode":"manual"}',
    'null',
  ]) {
    const boot = { wasClean: true, isLatched: false };
    assert.is(restoreMode(stored(text), boot, policy, 0).mode, 'emergency', text);
  }
});

const POLICY: ModePolicy = {
  initial: 'manual',
  climbsAfterFault: true,
  semiCooldownMs: 5,
  fullCooldownMs: 5,
  resetCooldownMs: 10,
};

test.run();
