import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ProcessTime } from '../../../src/simulation/faults/process-time.ts';
import { virtualTime } from '../../../src/simulation/virtual-time.ts';

function aProcess() {
  const time = virtualTime(1_000);
  const world = { isAlive: true };
  return { time, world, own: new ProcessTime(time.clock, time.timers, () => world.isAlive) };
}

test('a wall clock that is ahead moves no monotonic time', () => {
  const { time, own } = aProcess();
  own.wallAheadMs = 3_600_000;
  time.stall(10);
  assert.is(own.clock.now(), 3_601_010);
  assert.is(own.clock.mono(), 10e6);
  own.wallAheadMs = -3_600_000;
  assert.is(own.clock.now(), 0, 'there is no time before the epoch');
});

test('a clock that runs fast has come further, and its timers ring earlier', () => {
  const { time, own } = aProcess();
  time.stall(1_000);
  own.setRate(1.01);
  time.stall(1_000);
  assert.is(own.clock.mono(), 2_010e6);
  let rangAtNs = 0;
  own.timers.after(101, () => {
    rangAtNs = time.clock.mono();
  });
  time.runTimer();
  assert.is(rangAtNs, 2_100e6);
  own.setRate(1);
  const before = own.clock.mono();
  time.stall(5);
  assert.is(own.clock.mono() - before, 5e6);
  assert.throws(() => own.setRate(3), /near 1/);
});

test('what falls due while the process is held up waits, unless it is cancelled', () => {
  const time = virtualTime(0);
  const waiting: (() => void)[] = [];
  const own = new ProcessTime(
    time.clock,
    time.timers,
    () => true,
    (run) => waiting.push(run),
  );
  const ran: string[] = [];
  const late = own.timers.after(2, () => ran.push('cancelled'));
  own.timers.after(1, () => {
    ran.push('timer');
    late.cancel();
  });
  own.timers.turn(() => ran.push('turn'));
  while (time.runNext());
  assert.equal(ran, []);
  for (const run of waiting) run();
  assert.equal(ran, ['turn', 'timer']);
});

test('timers and turns of a dead process do not run', () => {
  const { time, world, own } = aProcess();
  let ran = 0;
  own.timers.after(1, () => {
    ran += 1;
  });
  own.timers.turn(() => {
    ran += 1;
  });
  world.isAlive = false;
  while (time.runNext());
  assert.is(ran, 0);
});

test.run();
