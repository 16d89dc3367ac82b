import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HostWatchdog } from '../../../../src/desk/simulate/world/host-watchdog.ts';
import { virtualTime } from '../../../../src/simulation/virtual-time.ts';

function aWatchdog() {
  const time = virtualTime(0);
  const seen = { resets: 0, pets: 0 };
  const watchdog = new HostWatchdog({
    time,
    reset: () => {
      seen.resets += 1;
    },
    petted: () => {
      seen.pets += 1;
    },
  });
  return { time, watchdog, seen };
}

test('F39: ten seconds after the last pet the host is reset, once', () => {
  const { time, watchdog, seen } = aWatchdog();
  time.runUntil(60_000);
  assert.is(seen.resets, 0, 'nobody has petted it yet');
  watchdog.pets.pet();
  time.runUntil(65_000);
  watchdog.pets.pet();
  time.runUntil(74_999);
  assert.is(seen.resets, 0);
  time.runUntil(200_000);
  assert.equal([seen.resets, watchdog.resets, seen.pets], [1, 1, 2]);
});

test('a watchdog that is told to rest resets nobody', () => {
  const { time, watchdog, seen } = aWatchdog();
  watchdog.pets.pet();
  watchdog.pets.rest();
  time.runUntil(60_000);
  assert.is(seen.resets, 0);
});

test('F39: pets that do not reach it are none', () => {
  const { time, watchdog, seen } = aWatchdog();
  watchdog.pets.pet();
  watchdog.isDeaf = true;
  time.runUntil(9_000);
  watchdog.pets.pet();
  time.runUntil(10_000);
  assert.is(seen.resets, 1);
});

test.run();
