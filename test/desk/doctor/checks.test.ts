import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PAPER_CONFIG } from '../../../src/commands/launch-commands.ts';
import { hardwareSection } from '../../../src/config/hardware-section.ts';
import { loadConfig, parseConfig } from '../../../src/config/load.ts';
import { err, ok } from '../../../src/core/result.ts';
import type { Check, Finding } from '../../../src/desk/doctor/check.ts';
import { CLOCK_CHECKS } from '../../../src/desk/doctor/clock-checks.ts';
import { deskChecks } from '../../../src/desk/doctor/desk-checks.ts';
import { diskChecks, nearestFolder } from '../../../src/desk/doctor/disk-checks.ts';
import type { Host } from '../../../src/desk/doctor/host.ts';
import { MACHINE_CHECKS } from '../../../src/desk/doctor/machine-checks.ts';
import { stopChecks } from '../../../src/desk/doctor/stop-checks.ts';
import { breakersSection } from '../../../src/risk/breakers/settings.ts';
import { must } from '../../support/venue/fixtures.ts';
import { aHost, type Machine } from './a-host.ts';

const paper = loadConfig(PAPER_CONFIG);
const FOLDER = '/state/flyball';
const CHECKS: readonly Check[] = [
  ...MACHINE_CHECKS,
  ...CLOCK_CHECKS,
  ...diskChecks(FOLDER, must(paper).config),
  ...stopChecks(null),
  ...deskChecks(FOLDER, PAPER_CONFIG, paper),
];

async function finding(name: string, host: Host, checks = CHECKS): Promise<Finding> {
  const check = checks.find((each) => each.name === name);
  assert.ok(check, `there is a check ${name}`);
  return check.examine(host);
}

const GIB = 1024 ** 3;
const ANN = `ann admin ${'A'.repeat(43)}`;
const ticking = (stepNs: number): Partial<Host> => {
  let at = 1e9;
  const clock = { now: () => 0, mono: () => (at += stepNs) } as unknown as Host['env']['clock'];
  return { env: { ...aHost().env, clock } };
};
const without =
  (missing: string): Host['resolve'] =>
  (name) => {
    if (name.startsWith(missing)) throw new Error(`Cannot find module '${name}'\nRequire stack:`);
    return name;
  };

type Case = readonly [
  check: string,
  status: Finding['status'],
  said: RegExp,
  parts: Partial<Host>,
  machine?: Partial<Machine>,
];

const CASES: readonly Case[] = [
  ['node', 'ok', /^Node 20\.20\.2$/, {}],
  ['node', 'fail', /Node 20\.18\.0/, { nodeVersion: '20.18.0' }],
  ['node', 'fail', /Node 18\.20\.8/, { nodeVersion: '18.20.8' }],
  ['node', 'warn', /Node 24\.1\.0/, { nodeVersion: '24.1.0' }],
  ['processor', 'ok', /^Test 1, x64, 4 cores$/, {}],
  [
    'processor',
    'warn',
    / 1 core$/,
    { processor: { model: 'Small', architecture: 'arm', cores: 1 } },
  ],
  ['memory', 'ok', /^8\.0 GiB$/, {}],
  ['memory', 'warn', /^0\.5 GiB$/, { memoryBytes: GIB / 2 }],
  ['webassembly', 'ok', /^SIMD yes, relaxed SIMD yes, threads yes$/, {}],
  ['webassembly', 'warn', /^SIMD no, relaxed SIMD no, threads no$/, { validate: () => false }],
  ['kernels', 'ok', /^simd, equal to JavaScript in 256 lengths$/, {}],
  ['kernels', 'warn', /^js, equal/, { validate: () => false }],
  ['open files', 'ok', /^20000$/, {}],
  ['open files', 'ok', /^unlimited$/, {}, limits('unlimited')],
  ['open files', 'warn', /^512$/, {}, limits('512')],
  ['open files', 'fail', /^64$/, {}, limits('64')],
  ['open files', 'warn', /cannot be read/, {}, { files: { '/proc/self/limits': 'nothing' } }],
  ['packages', 'ok', /^all 9$/, {}],
  ['packages', 'warn', /^no rpio \(GPIO/, { resolve: without('rpio') }],
  ['packages', 'fail', /^no lmdb \(Cannot find module 'lmdb'\)$/, { resolve: without('lmdb') }],
  ['clock', 'ok', /^steps of 100 ns$/, {}],
  ['clock', 'warn', /^steps of 1000000 ns$/, ticking(1e6)],
  ['clock', 'warn', /^no step in 20000 readings$/, ticking(0)],
  ['clock', 'fail', /^it went back by 5 ns$/, ticking(-5)],
  ['clock is set by', 'warn', /nobody that could be seen/, {}],
  ['clock is set by', 'ok', /timesyncd/, {}, present('/run/systemd/timesync/synchronized')],
  ['clock is set by', 'ok', /^chrony$/, {}, present('/run/chrony/chronyd.sock')],
  ['clock is set by', 'ok', /^ntpd$/, {}, present('/run/ntpd.pid')],
  ['disk', 'ok', /in \/: p50 1\.00, p90 1\.00, p99 1\.00, max 1\.00 ms$/, {}],
  ['disk', 'warn', /p50 20\.\d+/, { syncTimes: async () => [20e6] }],
  ['disk', 'fail', /p50 \d{4}/, { syncTimes: async () => [2e9] }],
  ['disk space', 'ok', /^92160 MiB free in \/, 90 %$/, {}],
  ['disk space', 'warn', / 10 %$/, {}, space(10 * GIB, 100 * GIB)],
  ['disk space', 'fail', / 4 %$/, {}, space(40 * GIB, 1_000 * GIB)],
  ['disk space', 'fail', / 0 %$/, {}, space(0, 0)],
  ['hardware stop', 'warn', /^NO HARDWARE STOP \(rpio: .*no Raspberry.*no \/dev\/gpiochip/, {}],
  ['hardware stop', 'warn', /rpio is there, and no pins/, {}, aPi('Raspberry Pi 4 Model B')],
  ['hardware stop', 'warn', /found "Raspberry Pi 5/, {}, aPi('Raspberry Pi 5 Model B')],
  [
    'hardware stop',
    'warn',
    /gpiomem is absent/,
    {},
    { ...aPi('Raspberry Pi 3 Model B'), modes: {} },
  ],
  [
    'hardware stop',
    'warn',
    /not built/,
    { resolve: without('rpio') },
    aPi('Raspberry Pi 3 Model B'),
  ],
  [
    'hardware stop',
    'warn',
    /gpiod-cli is there, and no pins/,
    { gpiomonVersion: async () => 'gpiomon (libgpiod) v1.6.3' },
    present('/dev/gpiochip0'),
  ],
  ['hardware stop', 'warn', /gpiomon is not installed/, {}, present('/dev/gpiochip0')],
  [
    'hardware stop',
    'warn',
    /wanted libgpiod v1\.5/,
    { gpiomonVersion: async () => 'gpiomon v0.3' },
    present('/dev/gpiochip0'),
  ],
  ['watchdog', 'ok', /none configured/, {}],
  ['watchdog', 'warn', /not used/, {}, { modes: { '/dev/watchdog': 0o600 } }],
  ['configuration', 'ok', /paper\.yaml: binance \(simulated\), strategies mm$/, {}],
  ['keys', 'ok', /none yet/, {}],
  ['keys', 'ok', /^ann \(admin\)$/, {}, keys()],
  ['keys', 'ok', /nobody may log in/, {}, keys('\n')],
  ['keys', 'fail', /authorised-keys open to others$/, {}, keys(undefined, 0o644)],
  ['keys', 'fail', /^authorised-keys:1: /, {}, keys('gibberish')],
  ['keys', 'fail', /no list in/, {}, { modes: { [`${FOLDER}/keys`]: 0o700 } }],
  ['venue', 'ok', /none runs/, {}],
  ['venue', 'ok', /none runs/, { isRunning: () => false }, aVenue()],
  ['venue', 'ok', /process 7 on port 9443, generated, answers$/, {}, aVenue()],
  [
    'venue',
    'warn',
    /does not answer \(refused: nobody\)$/,
    {},
    { ...aVenue(), ping: err({ kind: 'refused', url: '', detail: 'nobody' }) },
  ],
  [
    'venue',
    'warn',
    /does not answer \(status 503\)$/,
    {},
    { ...aVenue(), ping: ok({ status: 503, headers: {}, body: '' }) },
  ],
];

CASES.forEach(([name, status, said, parts, machine], at) => {
  test(`${at}: the check of ${name} says ${status} to ${said.source}`, async () => {
    const found = await finding(name, aHost(parts, machine));
    assert.match(found.found, said);
    assert.is(found.status, status);
    assert.is(found.wanted === null, status === 'ok');
  });
});

test('every check of the doctor has a case of each status that it can give', () => {
  const covered = new Set(CASES.map(([name]) => name));
  assert.equal(
    CHECKS.map(({ name }) => name).filter((name) => !covered.has(name)),
    [],
  );
});

test('a configuration with faults fails, and the first of them are told', async () => {
  const faulty = parseConfig('control: 1\nrisk: 2\nvenues: 3\njournal: 4\n', 'desk.yaml');
  const checks = deskChecks(FOLDER, 'desk.yaml', faulty);
  const { status, found, wanted } = await finding('configuration', aHost(), checks);
  assert.is(status, 'fail');
  assert.is(found.split('; ').length, 3);
  assert.match(wanted ?? '', /flyball config check desk\.yaml/);
});

const PINS = {
  ...{ a: 17, b: 27, tamper: 22, reset: 5, service: 6, loopIn: 13, loopOut: 19 },
  ...{ green: 20, yellow: 21, red: 16, buzzer: 12, heartbeat: 26 },
};

const STOPS: readonly (readonly [
  settings: object,
  status: Finding['status'],
  said: RegExp,
  machine: Partial<Machine>,
])[] = [
  [{ pins: PINS }, 'ok', /^rpio, on the pins/, aPi('Raspberry Pi 4 Model B')],
  [
    { pins: PINS, guardPins: { a: 2, b: 3, tamper: 4 } },
    'ok',
    /^gpiod-cli, on the pins/,
    present('/dev/gpiochip0'),
  ],
  [{ pins: PINS }, 'fail', /^gpiod-cli, and no line.* guard/, present('/dev/gpiochip0')],
  [{ pins: PINS, chip: 'gpiochip4' }, 'warn', /no \/dev\/gpiochip4/, present('/dev/gpiochip0')],
  [{ driver: 'rpio', pins: PINS }, 'fail', /absent.*not wanted/, present('/dev/gpiochip0')],
  [{ driver: 'gpiod', pins: PINS }, 'fail', /not wanted.*no \/dev\/gpio/, aPi('Raspberry Pi 5')],
  [{ driver: 'panel' }, 'warn', /driver is panel/, aPi('Raspberry Pi 4 Model B')],
];

STOPS.forEach(([settings, status, said, machine], at) => {
  test(`stop ${at}: what is configured says ${status} to ${said.source}`, async () => {
    const host = aHost({ gpiomonVersion: async () => 'gpiomon (libgpiod) v2.1' }, machine);
    const found = await finding('hardware stop', host, stopChecks(hardwareSection.parse(settings)));
    assert.match(found.found, said);
    assert.is(found.status, status);
  });
});

test('a watchdog that is configured has to be there', async () => {
  const checks = stopChecks(hardwareSection.parse({ watchdog: '/dev/watchdog1' }));
  const at = (modes: Machine['modes']) => finding('watchdog', aHost({}, { modes }), checks);
  assert.is((await at({ '/dev/watchdog': 0o600 })).status, 'fail');
  assert.is((await at({ '/dev/watchdog1': 0o600 })).status, 'ok');
});

test('C33: the share of the disk that must be free is that of the configuration', async () => {
  const breakers = breakersSection.parse({ limits: { C33: { freeFraction: 0.04 } } });
  const host = aHost({}, space(40 * GIB, 1_000 * GIB));
  const checks = diskChecks(FOLDER, { ...must(paper).config, breakers });
  assert.is((await finding('disk space', host, checks)).status, 'ok');
});

test('without a configuration the space for its journal is not judged', async () => {
  const host = aHost({}, space(10 * GIB, 100 * GIB));
  const { status } = await finding('disk space', host, diskChecks(FOLDER, null));
  assert.is(status, 'ok');
});

test('the disk is measured in the run folder, else in the folder that is nearest', () => {
  const at = (...paths: string[]) =>
    nearestFolder(
      aHost({}, { modes: Object.fromEntries(paths.map((path) => [path, 0o700])) }),
      FOLDER,
    );
  assert.is(at(FOLDER, `${FOLDER}/run`), `${FOLDER}/run`);
  assert.is(at(FOLDER), FOLDER);
  assert.is(at('/state'), '/state');
  assert.is(at(), '/');
});

test('times of the disk are there as numbers, too', async () => {
  const { figures } = await finding('disk', aHost());
  assert.equal(Object.keys(figures ?? {}), ['syncs', 'p50Us', 'p90Us', 'p99Us', 'maxUs']);
  assert.is(figures?.['syncs'], 64);
});

test('the ping of a venue goes to this machine', async () => {
  const asked: string[] = [];
  await finding('venue', aHost({}, { ...aVenue(), asked }));
  assert.equal(asked, ['http://127.0.0.1:9443/sim/progress']);
});

function limits(files: string): Partial<Machine> {
  return { files: { '/proc/self/limits': `Max open files   ${files}   1048576   files\n` } };
}

function present(path: string): Partial<Machine> {
  return { files: { [path]: '' } };
}

function space(freeBytes: number, totalBytes: number): Partial<Machine> {
  return { space: { freeBytes, totalBytes } };
}

function aPi(model: string): Partial<Machine> {
  return {
    files: { '/proc/device-tree/model': `${model}\0` },
    modes: { '/dev/gpiomem': 0o660 },
  };
}

function keys(list = `${ANN}\n`, mode = 0o600): Partial<Machine> {
  const file = `${FOLDER}/keys/authorised-keys`;
  return { files: { [file]: list }, modes: { [`${FOLDER}/keys`]: 0o700, [file]: mode } };
}

function aVenue(): Partial<Machine> {
  const fronts = [{ name: 'binance', kind: 'binance', port: 9443 }];
  const notice = { pid: 7, port: 9443, fronts, source: 'generated', startedBy: 'start' };
  return { files: { [`${FOLDER}/run/venue.json`]: JSON.stringify(notice) } };
}

test.run();
