import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Gate, type Mode } from '../../../src/control/gate.ts';
import type { ModePolicy } from '../../../src/control/modes.ts';
import { ModeWatch } from '../../../src/simulation/invariants/mode-watch.ts';
import { Verdicts } from '../../../src/simulation/invariants/verdicts.ts';

const POLICY: ModePolicy = {
  initial: 'full-auto',
  climbsAfterFault: false,
  semiCooldownMs: 1_000,
  fullCooldownMs: 2_000,
  resetCooldownMs: 3_000,
};

function watched(policy: Partial<ModePolicy> = {}, isLatched = false) {
  const verdicts = new Verdicts(
    () => ({ step: 0, atMs: 0 }),
    () => {},
  );
  const watch = new ModeWatch(verdicts);
  let gate = new Gate();
  const boot = (nowMs: number, wasClean: boolean, latched = isLatched): void => {
    gate = new Gate();
    const words = new Int32Array(gate.shared);
    watch.booted({
      words,
      policy: { ...POLICY, ...policy },
      wasClean,
      isLatched: latched,
      nowMs,
    });
  };
  boot(0, true);
  const becomes = (mode: Mode, nowMs: number): void => {
    gate.setMode(mode);
    watch.look(nowMs);
  };
  const found = (): string[] => verdicts.violations.map(({ invariant }) => invariant);
  return { watch, boot, becomes, found, gate: () => gate };
}

test('a climb by policy, each step after its cool-down, is no rise without leave', () => {
  const { becomes, found } = watched();
  becomes('semi-auto', 1_000);
  becomes('full-auto', 3_000);
  assert.equal(found(), []);
});

test('both cool-downs at once are as good as one after the other, and less is not', () => {
  const patient = watched();
  patient.becomes('full-auto', 3_000);
  assert.equal(patient.found(), []);
  const hasty = watched();
  hasty.becomes('full-auto', 2_000);
  assert.equal(hasty.found(), ['I5']);
});

test('after a fall nothing rises before it is asked for, unless policy lets it', () => {
  for (const [climbsAfterFault, expected] of [
    [false, ['I5']],
    [true, []],
  ] as const) {
    const { becomes, found } = watched({ climbsAfterFault });
    becomes('full-auto', 5_000);
    becomes('manual', 6_000);
    becomes('semi-auto', 9_000);
    assert.equal(found(), expected);
  }
  const asked = watched();
  asked.becomes('full-auto', 5_000);
  asked.becomes('manual', 6_000);
  asked.watch.asked('semi-auto');
  asked.becomes('semi-auto', 9_000);
  assert.equal(asked.found(), []);
  asked.becomes('full-auto', 19_000);
  assert.equal(asked.found(), ['I5'], 'more than was asked for');
});

test('a process that follows one that was killed is asked anew', () => {
  const { boot, becomes, found } = watched();
  boot(10_000, false);
  becomes('semi-auto', 15_000);
  assert.equal(found(), ['I5']);
});

test('Emergency ends by a reset that has cooled, and by nothing else', () => {
  const alone = watched();
  alone.becomes('emergency', 100);
  alone.becomes('manual', 9_000);
  assert.equal(alone.found(), ['I5']);
  const reset = watched();
  reset.becomes('emergency', 100);
  reset.watch.resetAsked();
  reset.becomes('manual', 9_000);
  assert.equal(reset.found(), []);
  const early = watched();
  early.becomes('emergency', 100);
  early.watch.locked(8_000);
  early.watch.resetAsked();
  early.becomes('manual', 9_000);
  assert.equal(early.found(), ['I5'], 'tripped a second ago');
  const refused = watched();
  refused.becomes('emergency', 100);
  refused.watch.resetAsked();
  refused.watch.resetRefused();
  refused.becomes('manual', 9_000);
  assert.equal(refused.found(), ['I5']);
});

test('a latched desk that opens its gate in another mode has forgotten Emergency', () => {
  const { boot, becomes, found, gate } = watched();
  boot(0, false, true);
  becomes('manual', 10);
  assert.equal(found(), [], 'the gate is closed');
  gate().open('starting');
  becomes('manual', 20);
  assert.equal(found(), ['I6']);
});

test('a desk that has ended is not watched', () => {
  const { watch, becomes, found } = watched();
  watch.ended();
  becomes('full-auto', 1);
  assert.equal(found(), []);
});

test.run();
