import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type ControlSettings,
  controlSection,
  modePolicyOf,
  needsSecond,
  stopPolicyOf,
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

test('ES18: category 2 is no emergency stop, and the message says what is', () => {
  for (const stopCategory of [2, '1', null, 0.5]) {
    const parsed = controlSection.safeParse({ ...SETTINGS, stopCategory });
    assert.match(parsed.error?.issues[0]?.message ?? '', 'wanted 0 or 1: category 2 only pauses');
  }
  for (const flattenSeconds of [0, 601, Number.NaN]) {
    assert.not(controlSection.safeParse({ ...SETTINGS, flattenSeconds }).success);
  }
});

test('a stop cancels and no more unless category 1 is configured', () => {
  const { stopCategory: _, flattenSeconds: __, ...rest } = SETTINGS;
  assert.equal(stopPolicyOf(controlSection.parse(rest)), { category: 0, flattenMs: 10_000 });
  const flattens = controlSection.parse({ ...rest, stopCategory: 1, flattenSeconds: 2.5 });
  assert.equal(stopPolicyOf(flattens), { category: 1, flattenMs: 2_500 });
});

test.run();
