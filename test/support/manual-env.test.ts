import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { manualEnv } from './manual-env.ts';

test('timers fire in order of time, equal ones in the order in which they were armed', async () => {
  const env = manualEnv();
  const fired: string[] = [];
  env.timers.after(20, () => fired.push('b'));
  env.timers.after(10, () => fired.push('a'));
  env.timers.after(20, () => fired.push('c'));
  env.timers.after(30, () => fired.push('late'));
  await env.advance(25);
  assert.equal(fired, ['a', 'b', 'c']);
  assert.is(env.pendingTimers, 1);
});

test('the clock stands at the time of the timer that fires, then at the end', async () => {
  const env = manualEnv();
  const startMs = env.nowMs;
  const seen: number[] = [];
  env.timers.after(10, () => seen.push(env.clock.mono() / 1e6));
  await env.advance(15);
  assert.equal(seen, [10]);
  assert.is(env.clock.now() - startMs, 15);
});

test('settling runs turns, microtasks and due timers to rest, and moves no time', async () => {
  const env = manualEnv();
  const seen: string[] = [];
  env.timers.turn(() => {
    seen.push('turn');
    void Promise.resolve().then(() => {
      seen.push('microtask');
      env.timers.after(0, () => {
        seen.push('due');
        env.timers.turn(() => seen.push('second turn'));
      });
    });
  });
  assert.is(env.pendingTurns, 1);
  await env.settle();
  assert.equal(seen, ['turn', 'microtask', 'due', 'second turn']);
  assert.is(env.clock.mono(), 0);
});

test('a cancelled timer does not fire, and what is no delay is refused', async () => {
  const env = manualEnv();
  const timer = env.timers.after(1, () => assert.unreachable());
  timer.cancel();
  await env.advance(5);
  assert.throws(() => env.timers.after(Number.POSITIVE_INFINITY, () => undefined), RangeError);
});

test('a stall moves the clock and fires nothing until there is a turn again', async () => {
  const env = manualEnv();
  let firedAt = -1;
  env.timers.after(10, () => {
    firedAt = env.clock.mono() / 1e6;
  });
  env.stall(50);
  assert.is(firedAt, -1);
  await env.settle();
  assert.is(firedAt, 50);
});

test('a loop that never comes to rest is an error and not a hang', async () => {
  const env = manualEnv();
  const again = (): void => env.timers.turn(again);
  again();
  const error = await env.settle().then(
    () => null,
    (thrown: Error) => thrown,
  );
  assert.match(error?.message ?? '', /not at rest/);
});

test('one seed gives one stream', () => {
  assert.is(manualEnv(7).random.next(), manualEnv(7).random.next());
  assert.is.not(manualEnv(7).random.next(), manualEnv(8).random.next());
});

test.run();
