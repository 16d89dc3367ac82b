/** Which driver a configuration opens, and that no fault of it ends in a stop that is deaf. */
import { writeFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { GpiodOptions } from '../../../hardware/gpio/gpiod.ts';
import { mayArmLive } from '../../../hardware/gpio/port.ts';
import type { RpioPins } from '../../../hardware/rpio.ts';
import { hardwareSection } from '../../../src/config/hardware-section.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { err, ok } from '../../../src/core/result.ts';
import { beatMsOf } from '../../../src/desk/hardware/desk-hardware.ts';
import {
  type Drivers,
  driverFile,
  openHardware,
  panelFile,
} from '../../../src/desk/hardware/open-hardware.ts';
import { type FakeBackend, fakeBackend } from '../../support/gpio/backends.ts';
import { manualEnv } from '../../support/manual-env.ts';
import { withFiles } from '../../support/replay/files.ts';

const PINS = {
  ...{ a: 17, b: 27, tamper: 22, reset: 23, service: 24, loopIn: 25, loopOut: 5 },
  ...{ green: 6, yellow: 13, red: 19, buzzer: 26, heartbeat: 12 },
};
const GUARD_PINS = { a: 2, b: 3, tamper: 4 };
const FEEDS = { feedA: 20, feedB: 21 };
const MODEL = '/proc/device-tree/model';

/** A board by its name, a chip or none, and a run folder on the real disk. */
function aHost(parts: { readonly model?: string; readonly chips?: readonly string[] } = {}) {
  const { model, chips = [] } = parts;
  const env = manualEnv();
  const files = {
    ...nodeFiles,
    read: (path: string) =>
      path === MODEL ? (model === undefined ? null : Buffer.from(model)) : nodeFiles.read(path),
    list: (path: string) => (path === '/dev' ? chips : nodeFiles.list(path)),
  };
  const asked: (RpioPins | GpiodOptions)[] = [];
  /** A chip whose loop wire is soldered and whose feeds reach their channels. */
  const chip = (kind: 'rpio' | 'gpiod-cli'): FakeBackend =>
    fakeBackend(
      { 17: 1, 27: 1, 22: 1, 23: 0, 24: 0, 25: 0 },
      {
        kind,
        onWrite(pin, level, levels) {
          const wired = new Map([
            [PINS.loopOut, PINS.loopIn],
            [FEEDS.feedA, PINS.a],
            [FEEDS.feedB, PINS.b],
          ]).get(pin);
          if (wired !== undefined) levels.set(wired, level);
        },
      },
    );
  const drivers: Drivers = {
    rpio(pins) {
      asked.push(pins);
      return ok(chip('rpio'));
    },
    async gpiod(options) {
      asked.push(options);
      return ok(chip('gpiod-cli'));
    },
  };
  return { env: { ...env, files }, asked, drivers };
}

const settings = (section: object) => hardwareSection.parse(section);

test('ES24: without pins the panel is simulated, and nothing live arms on it', () =>
  withFiles({}, async (pathOf) => {
    const { env, drivers } = aHost({ model: 'Raspberry Pi 4 Model B', chips: ['gpiochip0'] });
    const opened = await openHardware(settings({}), pathOf('.'), env, drivers);
    assert.ok(opened.ok);
    const { backend, startFault, wiring } = opened.value;
    assert.equal([backend.kind, startFault, wiring.pulses], ['simulated-panel', null, null]);
    assert.not(mayArmLive(backend.kind));
    assert.is(String(nodeFiles.read(driverFile(pathOf('.')))), 'simulated-panel\n');
    backend.close();
  }));

const CHOICES: [section: object, host: Parameters<typeof aHost>[0], kind: string][] = [
  [{ pins: PINS }, { model: 'Raspberry Pi 4 Model B Rev 1.4' }, 'rpio'],
  [
    { pins: PINS, guardPins: GUARD_PINS },
    { model: 'Raspberry Pi 5', chips: ['gpiochip0'] },
    'gpiod-cli',
  ],
  [{ pins: PINS, guardPins: GUARD_PINS }, { chips: ['gpiochip0'] }, 'gpiod-cli'],
  [{ pins: PINS, chip: 'gpiochip1' }, { chips: ['gpiochip0'] }, 'simulated-panel'],
  [{ pins: PINS }, {}, 'simulated-panel'],
  [{ pins: PINS, driver: 'panel' }, { chips: ['gpiochip0'] }, 'simulated-panel'],
  [{ pins: PINS, driver: 'rpio' }, {}, 'rpio'],
  [{ pins: PINS, guardPins: GUARD_PINS, driver: 'gpiod' }, {}, 'gpiod-cli'],
];
for (const [section, host, kind] of CHOICES) {
  const said = `${JSON.stringify({ ...section, pins: 'named' })} on ${JSON.stringify(host)}`;
  test(`${said} opens ${kind}`, () =>
    withFiles({}, async (pathOf) => {
      const { env, drivers } = aHost(host);
      const opened = await openHardware(settings(section), pathOf('.'), env, drivers);
      assert.equal(opened.ok && opened.value.backend.kind, kind);
    }));
}

test('ES25: a real driver is tested with pulses before it is armed, and without them after', () =>
  withFiles({}, async (pathOf) => {
    const { env, drivers, asked } = aHost();
    const section = settings({
      driver: 'gpiod',
      pins: { ...PINS, ...FEEDS },
      guardPins: GUARD_PINS,
    });
    const opened = await openHardware(section, pathOf('.'), env, drivers);
    assert.ok(opened.ok);
    const { backend, startFault, wiring, pins, lamps } = opened.value;
    assert.equal([startFault, wiring.pulses], [null, null]);
    assert.equal([pins.a, lamps.red], [17, 19]);
    const { written } = backend as FakeBackend;
    assert.ok(written.includes('20=0') && written.includes('21=0'), 'each channel was opened');
    const [options] = asked as GpiodOptions[];
    assert.equal(options?.inputs, [17, 27, 22, 23, 24, 25]);
    assert.equal(options?.outputs, [6, 13, 19, 26, 12, 5, 20, 21]);
    assert.is(options?.chip, 'gpiochip0');
  }));

test('ES25: what the self-test at the start finds is kept, and the desk comes up with it', () =>
  withFiles({}, async (pathOf) => {
    const { env } = aHost();
    const cut = fakeBackend({ 17: 1, 27: 1, 22: 1, 23: 0, 24: 0, 25: 0 }, { kind: 'rpio' });
    const drivers = { rpio: () => ok(cut), gpiod: async () => ok(cut) };
    const section = settings({ driver: 'rpio', pins: PINS });
    const opening = openHardware(section, pathOf('.'), env, drivers);
    await env.advance(50);
    const opened = await opening;
    const fault = opened.ok ? opened.value.startFault : 'it did not open';
    assert.is(fault, 'loop: pin 25 shows 0, wanted 1 within 10 ms');
  }));

test('F37: a driver that is asked for and fails is an error, and never the panel', () =>
  withFiles({}, async (pathOf) => {
    const { env } = aHost();
    const fault = { kind: 'mock', detail: 'rpio is not on hardware' } as const;
    const drivers = { rpio: () => err(fault), gpiod: async () => err(fault) };
    for (const driver of ['rpio', 'gpiod']) {
      const section = settings({ driver, pins: PINS, guardPins: GUARD_PINS });
      const opened = await openHardware(section, pathOf('.'), env, drivers);
      assert.equal(opened, err(`hardware.driver ${driver}: rpio is not on hardware`));
    }
    assert.is(nodeFiles.read(driverFile(pathOf('.'))), null);
  }));

test('F37: on a host without GPIO the real drivers refuse', () =>
  withFiles({}, async (pathOf) => {
    const { env } = aHost();
    const real = await openHardware(settings({ driver: 'rpio', pins: PINS }), pathOf('.'), env);
    assert.match(real.ok ? '' : real.error, /^hardware.driver rpio: /);
  }));

const GUARD_READS: [section: object, contacts: object][] = [
  [{ driver: 'panel', pins: PINS }, { driver: 'panel' }],
  [
    { driver: 'rpio', pins: PINS },
    { driver: 'rpio', pins: { a: 17, b: 27, tamper: 22 } },
  ],
  [
    { driver: 'rpio', pins: PINS, guardPins: GUARD_PINS },
    { driver: 'rpio', pins: GUARD_PINS },
  ],
  [
    { driver: 'gpiod', chip: 'gpiochip1', pins: PINS, guardPins: GUARD_PINS },
    { driver: 'gpiod', chip: 'gpiochip1', pins: GUARD_PINS },
  ],
];
for (const [section, contacts] of GUARD_READS) {
  test(`the guard of ${JSON.stringify({ ...section, pins: 0 })} reads the contacts itself`, () =>
    withFiles({}, async (pathOf) => {
      const { env, drivers } = aHost();
      const opened = await openHardware(settings(section), pathOf('.'), env, drivers);
      assert.ok(opened.ok);
      const file = panelFile(pathOf('.'));
      const isPanel = opened.value.backend.kind === 'simulated-panel';
      assert.equal(opened.value.guardContacts, { ...contacts, ...(isPanel ? { file } : {}) });
    }));
}

test('a desk on gpiod does not start without lines for its guard, and sets up those of rpio', () =>
  withFiles({}, async (pathOf) => {
    const { env, drivers, asked } = aHost();
    const alone = settings({ driver: 'gpiod', pins: PINS });
    const opened = await openHardware(alone, pathOf('.'), env, drivers);
    assert.match(opened.ok ? '' : opened.error, /^hardware.guardPins: found none, wanted a, b/);
    assert.equal(asked, [], 'no line was taken');
    const both = settings({ driver: 'rpio', pins: PINS, guardPins: GUARD_PINS });
    assert.ok((await openHardware(both, pathOf('.'), env, drivers)).ok);
    assert.equal(asked[0]?.inputs, [17, 27, 22, 23, 24, 25, 2, 3, 4]);
  }));

test('a panel that makes no sense keeps the desk from starting', () =>
  withFiles({}, async (pathOf) => {
    writeFileSync(pathOf('panel'), 'nonsense');
    const { env, drivers } = aHost();
    const opened = await openHardware(settings({}), pathOf('.'), env, drivers);
    assert.match(opened.ok ? '' : opened.error, /wanted 32 characters 0 or 1/);
  }));

test('pins are looked at every 10 ms, and less often where each look is a step', () => {
  assert.equal([beatMsOf(true), beatMsOf(false)], [10, 250]);
});

test.run();
