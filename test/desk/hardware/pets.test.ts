import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { WatchdogFault } from '../../../hardware/watchdog/device.ts';
import type { SystemdNotifier } from '../../../hardware/watchdog/systemd.ts';
import { err, ok, type Result } from '../../../src/core/result.ts';
import { petsOf } from '../../../src/desk/hardware/pets.ts';
import { aLog } from '../../support/actors/logs.ts';
import { manualEnv } from '../../support/manual-env.ts';

const fault = (detail: string): Result<never, WatchdogFault> => err({ kind: 'watchdog', detail });

function aDevice(parts: { readonly isAbsent?: boolean; readonly isBroken?: boolean } = {}) {
  const done: string[] = [];
  const { log, lines } = aLog();
  const act = (what: string): Result<void, WatchdogFault> => {
    done.push(what);
    return parts.isBroken === true ? fault('EIO') : ok(undefined);
  };
  const pets = petsOf({
    ...{ device: '/dev/watchdog', socket: undefined, timers: manualEnv().timers, log },
    open(path = '') {
      done.push(`open ${path}`);
      if (parts.isAbsent === true) return fault('ENOENT');
      return ok({ pet: () => act('pet'), disarm: () => act('disarm') });
    },
  });
  assert.ok(pets !== null);
  return { pets, done, lines };
}

test('where nobody watches there is nobody to pet', () => {
  const { log } = aLog();
  const { timers } = manualEnv();
  assert.is(petsOf({ device: undefined, socket: undefined, timers, log }), null);
});

test('the device is opened with the first pet, and an orderly stop disarms it', () => {
  const { pets, done, lines } = aDevice();
  assert.equal(done, []);
  pets?.pet();
  pets?.pet();
  pets?.rest();
  pets?.rest();
  assert.equal(done, ['open /dev/watchdog', 'pet', 'pet', 'disarm']);
  assert.equal(lines, []);
});

test('a device that is not there, or fails, is told', () => {
  const absent = aDevice({ isAbsent: true });
  absent.pets?.pet();
  absent.pets?.pet();
  assert.equal(absent.done, ['open /dev/watchdog']);
  assert.match(absent.lines[0] ?? '', 'ENOENT');
  const broken = aDevice({ isBroken: true });
  broken.pets?.pet();
  broken.pets?.rest();
  assert.is(broken.lines.length, 2);
});

test('systemd is told at the first pet, at each fourth, and at the end', async () => {
  const { log, lines } = aLog();
  const { timers } = manualEnv();
  const told: string[] = [];
  const notify: SystemdNotifier['notify'] = (state, done) => {
    told.push(state);
    done(told.length < 4 ? ok(undefined) : err({ kind: 'failed', detail: 'gone' }));
  };
  const pets = petsOf({ device: undefined, socket: '/run/x', timers, log, notify });
  for (let pet = 0; pet < 9; pet += 1) pets?.pet();
  pets?.rest();
  assert.equal(told, ['READY=1', 'WATCHDOG=1', 'WATCHDOG=1', 'STOPPING=1']);
  assert.match(lines.join(), 'gone');
});

test.run();
