import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  writeFileSync,
} from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openWatchdog } from '../../../hardware/watchdog/device.ts';
import { MissedBeats } from '../../../hardware/watchdog/missed-beats.ts';
import { PettingRound } from '../../../hardware/watchdog/petting.ts';
import {
  NOTIFY_MS_MAX,
  type NotifyFault,
  SystemdNotifier,
} from '../../../hardware/watchdog/systemd.ts';
import { VitalSigns } from '../../../hardware/watchdog/vital-signs.ts';
import { ok, type Result } from '../../../src/core/result.ts';
import { manualEnv } from '../../support/manual-env.ts';
import { withFiles } from '../../support/replay/files.ts';

test('a device without positions is petted byte by byte and put to rest by a V', () =>
  withFiles({}, async (pathOf) => {
    const path = pathOf('watchdog');
    execFileSync('mkfifo', [path]);
    const kernel = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    const opened = openWatchdog(path);
    assert.ok(opened.ok);
    assert.equal(opened.value.pet(), ok(undefined));
    assert.equal(opened.value.pet(), ok(undefined));
    assert.equal(opened.value.disarm(), ok(undefined));
    const bytes = Buffer.alloc(8);
    assert.is(readSync(kernel, bytes), 3);
    assert.is(bytes.toString('latin1', 0, 3), '\0\0V');
    const late = opened.value.pet();
    assert.ok(!late.ok && late.error.detail.startsWith(`${path}: `));
    closeSync(kernel);
  }));

test('an absent device is told and not created', () =>
  withFiles({}, async (pathOf) => {
    const opened = openWatchdog(pathOf('none'));
    assert.ok(!opened.ok);
    assert.match(opened.error.detail, /none: ENOENT/);
    assert.is(existsSync(pathOf('none')), false);
  }));

test('one who does not answer in a period starves the watchdog', () => {
  const round = new PettingRound(['gate', 'risk', 'audit']);
  assert.equal(round.close(), ['gate', 'risk', 'audit']);
  for (const name of ['risk', 'gate', 'gate', 'audit']) round.answered(name);
  assert.equal(round.close(), []);
  round.answered('gate');
  assert.equal(round.close(), ['risk', 'audit']);
  assert.throws(() => round.answered('nobody'), /nobody is asked/);
  assert.throws(() => new PettingRound([]), /somebody/);
  assert.throws(() => new PettingRound(['a', 'a']), /twice/);
});

const told = (notifier: SystemdNotifier) =>
  new Promise<Result<void, NotifyFault>>((resolve) => notifier.notify('WATCHDOG=1', resolve));

/** A program that stands for systemd-notify. */
const program = (path: string, script: string): string => {
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
};

test('systemd is told by a child that gets state and socket', () =>
  withFiles({}, async (pathOf) => {
    const out = pathOf('out');
    const fake = program(pathOf('notify'), `echo "$1 $NOTIFY_SOCKET" >> ${out}`);
    const { timers } = manualEnv();
    const notifier = new SystemdNotifier('@socket', timers, fake);
    assert.equal(await told(notifier), ok(undefined));
    assert.equal(await told(notifier), ok(undefined));
    assert.is(readFileSync(out, 'utf8'), 'WATCHDOG=1 @socket\nWATCHDOG=1 @socket\n');
  }));

test('a child that fails, is absent, hangs or is still there is told', () =>
  withFiles({}, async (pathOf) => {
    const env = manualEnv();
    const kindOf = (outcome: Result<void, NotifyFault>) => (outcome.ok ? 'ok' : outcome.error.kind);
    const failing = program(pathOf('fails'), 'exit 3');
    const failed = await told(new SystemdNotifier('@s', env.timers, failing));
    assert.ok(!failed.ok);
    assert.match(failed.error.detail, /ended with 3$/);
    const killed = await told(
      new SystemdNotifier('@s', env.timers, program(pathOf('dies'), 'kill -9 $$')),
    );
    assert.ok(!killed.ok && /ended with SIGKILL$/.test(killed.error.detail));
    assert.is(kindOf(await told(new SystemdNotifier(undefined, env.timers))), 'no-service-manager');
    assert.is(kindOf(await told(new SystemdNotifier('@s', env.timers, pathOf('none')))), 'failed');
    assert.is(env.pendingTimers, 0);
    // Nobody ever opens the other end.
    execFileSync('mkfifo', [pathOf('pipe')]);
    const hangs = program(pathOf('hangs'), `exec cat ${pathOf('pipe')}`);
    const hanging = new SystemdNotifier('@s', env.timers, hangs);
    const first = told(hanging);
    assert.is(kindOf(await told(hanging)), 'busy');
    await env.advance(NOTIFY_MS_MAX);
    assert.is(kindOf(await first), 'timeout');
  }));

test('ES23: three looks without a beat find it lost, once, and a beat finds it again', () => {
  const beats = new MissedBeats();
  const looks = (count: number): boolean[] => Array.from({ length: count }, () => beats.look());
  assert.equal(looks(5), [false, false, false, true, false]);
  assert.ok(beats.isLost);
  beats.beat();
  assert.equal(looks(1), [false]);
  assert.not(beats.isLost);
  assert.equal(looks(4), [false, false, true, false]);
});

test('who has work and does none does not live; who has none does', () => {
  const vitals = new VitalSigns();
  const sign = (path: string, mailbox: number, handled: number, status = 'running') => ({
    ...{ path, mailbox, handled, status },
  });
  const first = [sign('idle', 0, 5), sign('busy', 3, 9), sign('hung', 3, 9), sign('gone', 0, 1)];
  assert.equal(vitals.look(first), ['idle', 'busy', 'hung', 'gone']);
  const next = [
    ...[sign('idle', 0, 5), sign('busy', 4, 12), sign('hung', 7, 9)],
    sign('gone', 0, 1, 'restarting'),
  ];
  assert.equal(vitals.look(next), ['idle', 'busy']);
});

test.run();
