import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pumpUntil } from '../../../src/desk/run/pump.ts';
import { virtualTime } from '../../../src/simulation/virtual-time.ts';
import { rejection } from '../../support/lanes.ts';

test('time runs until the promise settles, and no further', async () => {
  const time = virtualTime(0);
  let late = 0;
  time.timers.after(2_000, () => {
    late += 1;
  });
  const done = new Promise<string>((resolve) => void time.timers.after(1_000, () => resolve('ok')));
  assert.is(await pumpUntil(time, done, null), 'ok');
  assert.equal([time.clock.now(), late], [1_000, 0]);
});

test('what the promise rejects with is thrown', async () => {
  const time = virtualTime(0);
  const failing = new Promise<never>((_, reject) => {
    time.timers.after(5, () => reject(new Error('boom')));
  });
  assert.is((await rejection(pumpUntil(time, failing, null))).message, 'boom');
});

test('a run that nothing can settle any more is a bug, and says so', async () => {
  const never = new Promise<never>(() => {});
  const { message } = await rejection(pumpUntil(virtualTime(0), never, null));
  assert.is(message, 'virtual time has ended and nothing settles the run');
});

test('a long chain of promises may ask for a timer at its end', async () => {
  const time = virtualTime(0);
  const chain = async (): Promise<string> => {
    for (let link = 0; link < 50; link += 1) await null;
    return new Promise((resolve) => void time.timers.after(10, () => resolve('late')));
  };
  assert.is(await pumpUntil(time, chain(), null), 'late');
});

test('a chain that ends after the last timer is waited for', async () => {
  const chain = async (): Promise<string> => {
    for (let link = 0; link < 50; link += 1) await null;
    return 'slow';
  };
  assert.is(await pumpUntil(virtualTime(0), chain(), null), 'slow');
});

test('a continuation sees the time at which it became possible', async () => {
  const time = virtualTime(0);
  const seen: number[] = [];
  const walk = async (): Promise<void> => {
    for (let step = 0; step < 3; step += 1) {
      await new Promise<void>((resolve) => void time.timers.after(7, resolve));
      seen.push(time.clock.now());
    }
  };
  for (let ms = 1; ms < 30; ms += 1) time.timers.after(ms, () => {});
  await pumpUntil(time, walk(), null);
  assert.equal(seen, [7, 14, 21]);
});

test('time stands still while a recording is read ahead', async () => {
  const time = virtualTime(0);
  const reads: number[] = [];
  const player = {
    get isHungry() {
      return reads.length < 2;
    },
    async readAhead() {
      await new Promise((resolve) => setImmediate(resolve));
      reads.push(time.clock.now());
    },
  };
  time.timers.after(50, () => {});
  const done = new Promise<void>((resolve) => void time.timers.after(100, resolve));
  await pumpUntil(time, done, player);
  assert.equal(reads, [0, 50], 'before each step while it is hungry');
});

test.run();
