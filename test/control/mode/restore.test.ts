import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MODES, type Mode } from '../../../src/control/gate.ts';
import {
  type Boot,
  MODE_MACHINE_VERSION,
  type PersistedMode,
  restoreMode,
} from '../../../src/control/mode/restore.ts';
import { stateSealOf } from '../../../src/control/mode/state-seal.ts';
import {
  type ModePolicy,
  type ModeState,
  nextMode,
  persistMode,
  type RequestableMode,
  sealMode,
} from '../../../src/control/modes.ts';
import { aBoot, SEAL } from '../../support/control/restores.ts';
import { law } from '../../support/law.ts';

const POLICY: ModePolicy = {
  initial: 'manual',
  climbsAfterFault: true,
  semiCooldownMs: 5,
  fullCooldownMs: 5,
  resetCooldownMs: 10,
};
/** As a start has it that made its key just now. */
const FIRST = stateSealOf(new Uint8Array(32), true);
const requestable = fc.constantFrom<RequestableMode[]>('manual', 'semi-auto', 'full-auto');
const aPolicy: fc.Arbitrary<ModePolicy> = fc.record({
  initial: requestable,
  climbsAfterFault: fc.boolean(),
  semiCooldownMs: fc.nat({ max: 30 }),
  fullCooldownMs: fc.nat({ max: 30 }),
  resetCooldownMs: fc.nat({ max: 30 }),
});
const someBoot: fc.Arbitrary<Boot> = fc.record({
  wasClean: fc.boolean(),
  isLatched: fc.boolean(),
  conditions: fc.subarray(['guard', 'proof-test']),
});
const aState: fc.Arbitrary<ModeState> = fc.record({
  mode: fc.constantFrom<Mode[]>(...MODES),
  context: fc.record({
    requested: requestable,
    untilMs: fc.nat(),
    faults: fc.uniqueArray(fc.string(), { maxLength: 3 }),
    policy: aPolicy,
  }),
});
const stored = (machine: string, machineVersion = MODE_MACHINE_VERSION): PersistedMode => ({
  machine,
  machineVersion,
});
const CALM: ModeState = {
  mode: 'full-auto',
  context: { requested: 'full-auto', untilMs: 0, faults: [], policy: POLICY },
};

/** What comes of a text that is not believed, and what is said about it. */
function distrusted(persisted: PersistedMode, seal = SEAL): string {
  const { state, distrust } = restoreMode(persisted, seal, aBoot(), POLICY, 0);
  assert.equal([state.mode, state.context.requested], ['emergency', 'manual']);
  return distrust ?? '';
}

test('no start comes back above manual, and none without its cool-down and its faults (I6)', () => {
  law(
    fc.property(aState, someBoot, aPolicy, fc.nat(), (state, boot, policy, nowMs) => {
      const persisted = stored(sealMode(state, SEAL));
      const { state: restored, distrust } = restoreMode(persisted, SEAL, boot, policy, nowMs);
      assert.is(distrust, null);
      const isEmergency = state.mode === 'emergency' || boot.isLatched;
      assert.is(restored.mode, isEmergency ? 'emergency' : 'manual');
      const { requested, untilMs, faults } = restored.context;
      const keepsOrder = !isEmergency && (boot.wasClean || policy.climbsAfterFault);
      assert.is(requested, keepsOrder ? state.context.requested : 'manual');
      const waitMs = isEmergency ? policy.resetCooldownMs : policy.semiCooldownMs;
      assert.is(untilMs, nowMs + waitMs);
      assert.equal(faults, ['starting', ...boot.conditions]);
      assert.is(restored.context.policy, policy);
      const evaluated = nextMode(restored, { type: 'evaluate', nowMs: nowMs + 1e6 });
      assert.is(evaluated.mode, restored.mode);
    }),
  );
});

test('a new data directory begins at manual with the standing order of its policy', () => {
  law(
    fc.property(aPolicy, fc.boolean(), fc.nat(), (policy, wasClean, nowMs) => {
      const { state } = restoreMode(null, SEAL, aBoot({ wasClean }), policy, nowMs);
      assert.equal([state.mode, state.context.requested], ['manual', policy.initial]);
      const latched = restoreMode(null, SEAL, aBoot({ isLatched: true }), policy, nowMs).state;
      assert.equal([latched.mode, latched.context.requested], ['emergency', 'manual']);
    }),
  );
});

test('the state of another version is emergency, by name', () => {
  law(
    fc.property(aState, fc.integer(), (state, version) => {
      if (version === MODE_MACHINE_VERSION || version === 1) return;
      assert.match(distrusted(stored(sealMode(state, SEAL), version)), `version ${version}`);
    }),
  );
});

test('a byte that was changed anywhere in the persisted mode is emergency', () => {
  const text = sealMode(CALM, SEAL);
  for (let at = 0; at < text.length; at += 1) {
    const changed = `${text.slice(0, at)}${text[at] === 'x' ? 'y' : 'x'}${text.slice(at + 1)}`;
    assert.match(distrusted(stored(changed)), /^the persisted mode: found /, changed);
  }
});

test('a mode that was sealed with another key, or as something else, is emergency', () => {
  const other = stateSealOf(new Uint8Array(32).fill(1), false);
  assert.match(distrusted(stored(sealMode(CALM, other))), /not of this text and key/);
  const asSeverity = SEAL.seal('flyball-severity-v1', JSON.parse(persistMode(CALM)));
  assert.match(distrusted(stored(asSeverity)), /not of this text and key/);
});

test('a stored text that is not what we store is emergency', () => {
  law(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      assert.match(distrusted(stored(text)), /^the persisted mode: found no /);
    }),
    500,
  );
});

test('a sealed wish for emergency, an unknown mode and an array of modes are emergency', () => {
  for (const body of [
    { mode: 'manual', requested: 'emergency' },
    { mode: 'full', requested: 'manual' },
    { mode: ['manual'], requested: 'manual' },
    { mode: 'manual' },
  ]) {
    const said = distrusted(stored(SEAL.seal('flyball-mode-v2', body)));
    assert.match(said, /no mode and standing order/);
  }
});

test('a mode without a MAC is believed in the start that makes the key, and never after', () => {
  for (const mode of MODES) {
    const persisted = stored(persistMode({ ...CALM, mode }), 1);
    const { state, distrust } = restoreMode(persisted, FIRST, aBoot(), POLICY, 0);
    const expected = mode === 'emergency' ? 'emergency' : 'manual';
    assert.equal([state.mode, state.context.requested, distrust], [expected, 'manual', null]);
    assert.match(distrusted(persisted), /without a MAC/);
  }
  for (const text of ['', 'null', '7', '{"mode":"full-auto"}']) {
    assert.match(distrusted(stored(text, 1), FIRST), /no mode and standing order/);
  }
});

test('a seal cannot be taken off by making the key anew', () => {
  assert.match(
    distrusted(stored(sealMode(CALM, SEAL)), stateSealOf(new Uint8Array(32).fill(7), true)),
    /not of this text and key/,
  );
});

test.run();
