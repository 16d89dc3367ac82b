import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type ControlSettings, controlSection, modePolicyOf } from '../../src/control/settings.ts';

const SETTINGS: ControlSettings = {
  initialMode: 'semi-auto',
  climbsAfterFault: false,
  semiCooldownSeconds: 0.5,
  fullCooldownSeconds: 60,
  resetCooldownSeconds: 3,
};

test('sound settings are taken over, in milliseconds', () => {
  assert.equal(modePolicyOf(controlSection.parse(SETTINGS)), {
    initial: 'semi-auto',
    climbsAfterFault: false,
    semiCooldownMs: 500,
    fullCooldownMs: 60_000,
    resetCooldownMs: 3000,
  });
});

const BAD: readonly [keyof ControlSettings, unknown][] = [
  ['initialMode', 'emergency'],
  ['initialMode', 'auto'],
  ['climbsAfterFault', 'yes'],
  ['semiCooldownSeconds', -1],
  ['semiCooldownSeconds', Number.NaN],
  ['fullCooldownSeconds', 86_401],
  ['resetCooldownSeconds', 2.9],
  ['resetCooldownSeconds', Number.POSITIVE_INFINITY],
];

for (const [field, value] of BAD) {
  test(`${field} of ${value} is refused by name`, () => {
    const parsed = controlSection.safeParse({ ...SETTINGS, [field]: value });
    assert.equal(parsed.error?.issues[0]?.path, [field]);
  });
}

test('a setting that is missing or unknown is refused', () => {
  const { initialMode: _, ...rest } = SETTINGS;
  assert.not.ok(controlSection.safeParse(rest).success);
  assert.not.ok(controlSection.safeParse({ ...SETTINGS, climbs: true }).success);
});

test.run();
