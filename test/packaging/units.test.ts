/** The units of systemd against the code: words, exit codes, paths, times and devices. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ROUND_MS } from '../../actors/safety/watchdog.ts';
import { NOTIFY_MS_MAX } from '../../hardware/watchdog/systemd.ts';
import { runCommandLine } from '../../src/commands/cli.ts';
import { EXIT } from '../../src/commands/command.ts';
import { guardSocket } from '../../src/control/guard/wire.ts';
import { PETS_PER_NOTICE } from '../../src/desk/hardware/pets.ts';
import { STOP_MS_MAX } from '../../src/desk/stop-plan.ts';
import { NOTICE_MS } from '../../src/guard/service-notice.ts';
import { aCommandWorld } from '../support/edge/command-world.ts';
import { UnitFile } from '../support/packaging/unit-file.ts';
import { root } from '../support/shared.ts';

const FOLDER = join(root, 'packaging');
const read = (...path: string[]): string => readFileSync(join(FOLDER, ...path), 'utf8');
const desk = new UnitFile(read('systemd', 'flyball.service'));
const guard = new UnitFile(read('systemd', 'flyball-guard.service'));
const UNITS = { 'flyball.service': desk, 'flyball-guard.service': guard };

const STATE = '/var/lib';
const DATA = `${STATE}/flyball`;
const GUARD_DATA = `${STATE}/flyball-guard`;
/** Longest path of a Unix socket on Linux, without the byte that ends it. */
const SOCKET_PATH_MAX = 107;
/** Signs of life that may go missing before systemd acts. */
const SIGNS_MIN = 4;
const EXPOSURE_MAX = 2.5;

/** What the words behind the program start. */
async function launchedBy(unit: UnitFile) {
  const [node, maps, main, ...words] = unit.words('Service.ExecStart');
  assert.equal([node, maps], ['/usr/bin/node', '--enable-source-maps']);
  assert.is(main, '/opt/flyball/dist/src/main.js');
  const world = aCommandWorld();
  assert.is(await runCommandLine(words, world), EXIT.done, world.terminal.written.err);
  assert.is(world.launched.length, 1);
  return world.launched[0];
}

test('the desk starts on its own folders and waits for the guard that systemd runs', async () => {
  const launched = await launchedBy(desk);
  const { dataDirectory, guardDirectory, configFile, spawnsGuard } = launched as never;
  assert.equal(
    { dataDirectory, guardDirectory, configFile, spawnsGuard },
    {
      dataDirectory: DATA,
      guardDirectory: GUARD_DATA,
      configFile: '/etc/flyball/desk.yaml',
      spawnsGuard: false,
    },
  );
});

test('the guard watches the folder of the desk', async () => {
  assert.equal(await launchedBy(guard), { dataDirectory: DATA, guardDirectory: GUARD_DATA });
  assert.ok(guardSocket(DATA).length <= SOCKET_PATH_MAX);
});

test('what a new start cannot mend is not started anew, and everything else is', () => {
  assert.is(desk.one('Service.Restart'), 'on-failure');
  assert.equal(desk.words('Service.RestartPreventExitStatus').map(Number), [
    EXIT.usage,
    EXIT.config,
  ]);
  // An orderly end of a guard still leaves a desk without one.
  assert.is(guard.one('Service.Restart'), 'always');
  assert.is(guard.one('Unit.StartLimitIntervalSec'), '0');
  assert.equal(guard.words('Service.RestartPreventExitStatus').map(Number), [EXIT.usage]);
});

test('F06: neither unit ends with the other', () => {
  for (const [name, unit] of Object.entries(UNITS)) {
    const bonds = unit
      .names()
      .filter((each) =>
        /\.(Requires|Requisite|BindsTo|PartOf|Conflicts|Upholds|Slice)$/.test(each),
      );
    assert.equal(bonds, [], name);
  }
  assert.ok(desk.words('Unit.Wants').includes('flyball-guard.service'));
  assert.ok(desk.words('Unit.After').includes('flyball-guard.service'), 'the guard is first');
});

test('both are told of as the code tells, often enough', () => {
  const everyMs = {
    'flyball.service': ROUND_MS * PETS_PER_NOTICE,
    'flyball-guard.service': NOTICE_MS,
  };
  for (const [name, unit] of Object.entries(UNITS)) {
    assert.is(unit.one('Service.Type'), 'notify');
    // A child of the process tells.
    assert.is(unit.one('Service.NotifyAccess'), 'all');
    const watchdogMs = Number(unit.one('Service.WatchdogSec')) * 1_000;
    const periodMs = everyMs[name as keyof typeof everyMs];
    assert.ok(watchdogMs >= SIGNS_MIN * periodMs + NOTIFY_MS_MAX, name);
  }
});

test('an orderly stop has its time, and the desk is asked before its children are', () => {
  assert.ok(Number(desk.one('Service.TimeoutStopSec')) * 1_000 > STOP_MS_MAX);
  assert.is(desk.one('Service.KillMode'), 'mixed');
  assert.is(desk.one('Service.ExecReload'), '/bin/kill -HUP $MAINPID');
});

test('both are one user, who may write to their folders and nowhere else', () => {
  for (const unit of Object.values(UNITS)) {
    assert.is(unit.one('Service.User'), 'flyball');
    const folders = unit.words('Service.StateDirectory').map((name) => `${STATE}/${name}`);
    assert.equal(folders, [DATA, GUARD_DATA]);
    assert.is(unit.one('Service.StateDirectoryMode'), '0700');
    assert.is(unit.one('Service.UMask'), '0077');
    assert.is(unit.one('Service.ProtectSystem'), 'strict');
    assert.is(unit.one('Service.CapabilityBoundingSet'), '');
    const names = unit.names();
    // V8 compiles at run time; rpio reads the board's name in /proc/device-tree.
    assert.not(names.includes('Service.MemoryDenyWriteExecute'));
    assert.not(names.includes('Service.ProcSubset'));
    assert.not(names.includes('Service.PrivateDevices'));
  }
  const users = read('sysusers.d', 'flyball.conf');
  assert.match(users, /^u flyball /m);
  assert.match(users, /^g gpio /m);
});

test('both reach the pins, the desk alone the watchdog of the host', () => {
  const pins = ['char-gpiochip rw', '/dev/gpiomem rw'];
  assert.equal(desk.all('Service.DeviceAllow'), [...pins, '/dev/watchdog rw']);
  assert.equal(guard.all('Service.DeviceAllow'), pins);
  const rules = read('udev', '70-flyball.rules');
  for (const device of ['gpiochip', 'gpiomem', 'watchdog']) assert.match(rules, device);
});

test('credentials come from a folder that is there, under the names the page tells', () => {
  const [id, folder] = desk.one('Service.LoadCredential').split(':');
  assert.match(read('tmpfiles.d', 'flyball.conf'), `d ${folder} 0700 root root`);
  const page = readFileSync(join(root, 'docs', 'deployment.md'), 'utf8');
  assert.match(page, `secretFile: /run/credentials/flyball.service/${id}_`);
  assert.match(page, `${folder}/`);
});

const ANALYSE = spawnSync('systemd-analyze', ['--version'], { encoding: 'utf8' });
const isAbsent = ANALYSE.status !== 0;
if (isAbsent) process.stdout.write('\nSKIPPED: no systemd-analyze, so no unit is verified by it\n');
const systemdTest = isAbsent ? test.skip : test;

systemdTest('systemd finds nothing wrong with the units, nor much exposed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flyball-units-'));
  try {
    const files = Object.keys(UNITS).map((name) => {
      const file = join(folder, name);
      const installed = '/usr/bin/node --enable-source-maps /opt/flyball/dist/src/main.js';
      const here = `${process.execPath} --enable-source-maps ${join(root, 'dist/src/main.js')}`;
      writeFileSync(file, read('systemd', name).replace(installed, here));
      return file;
    });
    const verified = spawnSync('systemd-analyze', ['verify', ...files], { encoding: 'utf8' });
    assert.equal([verified.status, verified.stderr], [0, '']);
    for (const file of files) {
      const threshold = `--threshold=${EXPOSURE_MAX * 10}`;
      const words = ['security', '--offline=true', threshold, file];
      const secured = spawnSync('systemd-analyze', words, { encoding: 'utf8' });
      assert.is(secured.status, 0, secured.stdout.split('\n').at(-2));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.run();
