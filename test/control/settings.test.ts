import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type ControlSettings,
  controlSection,
  modePolicyOf,
  needsSecond,
} from '../../src/control/settings.ts';

const SETTINGS: ControlSettings = {
  initialMode: 'semi-auto',
  climbsAfterFault: false,
  semiCooldownSeconds: 0.5,
  fullCooldownSeconds: 60,
  resetCooldownSeconds: 3,
  restartCautionSeconds: 600,
  secondApproval: 'none',
  stopCategory: 0,
  flattenSeconds: 10,
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
  ['secondApproval', 'always'],
];

for (const [field, value] of BAD) {
  test(`${field} of ${value} is refused by name`, () => {
    const parsed = controlSection.safeParse({ ...SETTINGS, [field]: value });
    assert.equal(parsed.error?.issues[0]?.path, [field]);
  });
}

const SECOND: readonly [ControlSettings['secondApproval'], boolean, boolean][] = [
  ['none', false, false],
  ['reset', true, false],
  ['raise', true, true],
];
for (const [secondApproval, forReset, forRaise] of SECOND) {
  test(`with secondApproval ${secondApproval} two people are wanted where it says so`, () => {
    const initialMode = 'manual';
    const settings = controlSection.parse({ ...SETTINGS, initialMode, secondApproval });
    assert.is(needsSecond(settings, 'reset'), forReset);
    assert.is(needsSecond(settings, 'raise-mode'), forRaise);
  });
}

test('a desk that wants two people for a raise does not begin with one', () => {
  const parsed = controlSection.safeParse({ ...SETTINGS, secondApproval: 'raise' });
  assert.equal(parsed.error?.issues[0]?.path, ['initialMode']);
  assert.match(String(parsed.error?.issues[0]?.message), /wanted manual/);
});

test('one person is enough where nothing else is said', () => {
  const { secondApproval: _, ...rest } = SETTINGS;
  assert.is(controlSection.parse(rest).secondApproval, 'none');
});

test('a setting that is missing or unknown is refused', () => {
  const { initialMode: _, ...rest } = SETTINGS;
  assert.not.ok(controlSection.safeParse(rest).success);
  assert.not.ok(controlSection.safeParse({ ...SETTINGS, climbs: true }).success);
});

test.run();
