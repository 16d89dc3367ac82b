import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Files, Net } from '../../src/core/env.ts';
import { virtualEnv, virtualTime } from '../../src/simulation/virtual-time.ts';
import { NEW_YEAR } from '../support/venue/fixtures.ts';

test('time stands still until it is told to go on', () => {
  const time = virtualTime(NEW_YEAR);
  time.timers.after(50, () => {});
  assert.is(time.clock.now(), NEW_YEAR);
  assert.is(time.clock.mono(), 0);
  time.runUntil(NEW_YEAR + 49);
  assert.is(time.pending, 1);
  time.runUntil(NEW_YEAR + 50);
  assert.is(time.pending, 0);
  assert.is(time.clock.now(), NEW_YEAR + 50);
  assert.is(time.clock.mono(), 50e6);
});

test('time jumps to the next timer, and says so when none is left', () => {
  const time = virtualTime(NEW_YEAR);
  const seen: number[] = [];
  time.timers.after(86_400_000, () => seen.push(time.clock.now()));
  assert.ok(time.runNext());
  assert.equal(seen, [NEW_YEAR + 86_400_000]);
  assert.not.ok(time.runNext());
});

test('a turn runs before time goes on, after the turns that were asked for before it', () => {
  const time = virtualTime(NEW_YEAR);
  const seen: string[] = [];
  time.timers.after(0, () => seen.push('timer'));
  time.timers.turn(() => {
    seen.push('first');
    time.timers.turn(() => seen.push('third'));
  });
  time.timers.turn(() => seen.push('second'));
  while (time.runNext());
  assert.equal(seen, ['first', 'second', 'third', 'timer']);
});

test('timers run by time, then in the order of asking, and never when they were canceled', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.boolean()), { maxLength: 200 }),
      (asked) => {
        const time = virtualTime(NEW_YEAR);
        const ran: number[] = [];
        const timers = asked.map(([delayMs], at) => time.timers.after(delayMs, () => ran.push(at)));
        timers.forEach((timer, at) => {
          if (asked[at]?.[1]) timer.cancel();
        });
        const wanted = asked
          .map(([delayMs, isCanceled], at) => ({ delayMs, isCanceled, at }))
          .filter(({ isCanceled }) => !isCanceled)
          .sort((left, right) => left.delayMs - right.delayMs || left.at - right.at)
          .map(({ at }) => at);
        assert.is(time.pending, wanted.length);
        while (time.runNext());
        assert.equal(ran, wanted);
      },
    ),
  );
});

test('canceling twice, or after it has run, does nothing', () => {
  const time = virtualTime(NEW_YEAR);
  const timer = time.timers.after(1, () => {});
  const other = time.timers.after(2, () => {});
  time.runNext();
  timer.cancel();
  assert.is(time.pending, 1);
  other.cancel();
  other.cancel();
  assert.is(time.pending, 0);
  assert.not.ok(time.runNext());
});

test('a canceled timer keeps nothing alive', async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const { timers } = virtualTime(0);
  // As long as most timers have not been canceled, those that have are not swept out.
  for (let n = 0; n < 8; n += 1) timers.after(5, () => {});
  const kept = (): WeakRef<object> => {
    const actor = {};
    timers.after(5, () => void actor).cancel();
    return new WeakRef(actor);
  };
  const ref = kept();
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  assert.is(ref.deref(), undefined);
});

test('a loop that lets no time pass is found', () => {
  const time = virtualTime(NEW_YEAR);
  const again = (): void => time.timers.turn(again);
  again();
  assert.throws(() => time.runUntil(NEW_YEAR + 1), /come to an end/);
});

test('impossible delays and times are refused', () => {
  const time = virtualTime(NEW_YEAR);
  assert.throws(() => time.timers.after(Number.NaN, () => {}), RangeError);
  assert.throws(() => time.timers.after(-1, () => {}), RangeError);
  time.runUntil(NEW_YEAR + 100);
  assert.throws(() => time.runUntil(NEW_YEAR), /does not go back/);
  assert.throws(() => virtualTime(0.5), /whole time/);
});

test('an environment of the same seed draws the same numbers and bytes', () => {
  const edges = { files: {} as Files, net: {} as Net };
  const draw = (seed: number) => {
    const env = virtualEnv(virtualTime(NEW_YEAR), { seed, ...edges });
    return [env.random.next(), ...env.entropy(16)];
  };
  assert.equal(draw(7), draw(7));
  assert.not.equal(draw(7), draw(8));
});

test.run();
