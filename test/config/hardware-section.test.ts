import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hardwareSection } from '../../src/config/hardware-section.ts';
import { controlSection } from '../../src/control/settings.ts';

const PINS = {
  ...{ a: 17, b: 27, tamper: 22, reset: 23, service: 24, loopIn: 25, loopOut: 5 },
  ...{ green: 6, yellow: 13, red: 19, buzzer: 26, heartbeat: 12 },
};

test('without a word the driver is what is there, and no host is reset', () => {
  assert.equal(hardwareSection.parse({}), { driver: 'auto', chip: 'gpiochip0' });
  const named = { driver: 'rpio', pins: { ...PINS, feedA: 20, feedB: 21 } } as const;
  assert.equal(hardwareSection.parse(named), { ...named, chip: 'gpiochip0' });
  const guarded = { ...named, chip: 'gpiochip0', guardPins: { a: 2, b: 3, tamper: 4 } };
  assert.equal(hardwareSection.parse(guarded), guarded);
});

const WRONG: [section: object, path: string, message: RegExp][] = [
  [{ driver: 'mock' }, 'driver', /auto/],
  [{ driver: 'rpio' }, 'pins', /wanted pins for rpio/],
  [{ driver: 'gpiod' }, 'pins', /wanted pins for gpiod/],
  [{ pins: { ...PINS, b: 17 } }, 'pins.b', /wanted each pin once/],
  [{ pins: { ...PINS, feedA: 20 } }, 'pins.feedB', /wanted both feeds or none/],
  [{ pins: { ...PINS, feedB: 20 } }, 'pins.feedA', /wanted both feeds or none/],
  [{ pins: { ...PINS, red: -1 } }, 'pins.red', /./],
  [{ pins: { a: 17 } }, 'pins.b', /./],
  [{ pins: PINS, guardPins: { a: 2, b: 3, tamper: 17 } }, 'guardPins', /does not use, each once/],
  [{ guardPins: { a: 2, b: 2, tamper: 4 } }, 'guardPins', /does not use, each once/],
  [{ guardPins: { a: 2, b: 3 } }, 'guardPins.tamper', /./],
  [{ chip: '/dev/gpiochip0' }, 'chip', /wanted a name such as gpiochip0/],
  [{ watchdog: 'watchdog' }, 'watchdog', /\/dev\//],
  [{ stopCategory: 2 }, '', /stopCategory/],
];
for (const [section, path, message] of WRONG) {
  test(`the section ${JSON.stringify(section).slice(0, 60)} is wrong at ${path}`, () => {
    const parsed = hardwareSection.safeParse(section);
    assert.not(parsed.success);
    const issue = parsed.error?.issues.find((each) => each.path.join('.') === path);
    assert.match(issue?.message ?? 'no issue there', message);
  });
}

test('ES18: an emergency stop of category 2 is refused with what would be right', () => {
  const issues = controlSection.safeParse({ stopCategory: 2 }).error?.issues ?? [];
  const issue = issues.find(({ path }) => path.join('.') === 'stopCategory');
  assert.match(issue?.message ?? '', /wanted 0 or 1: category 2 only pauses/);
});

test.run();
