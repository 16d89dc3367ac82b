import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VenueClock } from '../../src/venues/venue-clock.ts';
import { law } from '../support/law.ts';
import { manualEnv } from '../support/manual-env.ts';

function aClock() {
  const env = manualEnv();
  const venueClock = new VenueClock(env.clock);
  /** A probe of a venue that is ahead of us, with the way there and the way back. */
  const probe = (aheadMs: number, thereMs: number, backMs: number): void => {
    const sentNs = env.clock.mono();
    env.stall(thereMs);
    const serverMs = env.nowMs + aheadMs;
    env.stall(backMs);
    venueClock.onProbe(serverMs, sentNs, env.clock.mono());
  };
  return { env, venueClock, probe };
}

test('before the first probe the venue has our own time', () => {
  const { env, venueClock } = aClock();
  assert.is(venueClock.nowMs(), env.nowMs);
  assert.is(venueClock.aheadMs(), null);
});

test('a probe of equal ways tells exactly how far the venue is ahead', () => {
  const { env, venueClock, probe } = aClock();
  probe(1_500, 20, 20);
  assert.is(venueClock.aheadMs(), 1_500);
  env.stall(3_600_000);
  assert.is(venueClock.nowMs(), env.nowMs + 1_500);
});

test('the quickest of the latest five probes counts', () => {
  const { venueClock, probe } = aClock();
  probe(100, 1, 1);
  for (let slow = 0; slow < 4; slow += 1) probe(100, 400, 0);
  assert.is(venueClock.aheadMs(), 100, 'the quick one is among the five');
  probe(100, 400, 0);
  assert.is(venueClock.aheadMs(), 300, 'half of the way there is mistaken for an offset');
});

test('a step of our own wall clock does not move the venue', () => {
  const { env } = aClock();
  let stepMs = 0;
  const clock = {
    mono: env.clock.mono,
    now: () => (env.clock.now() + stepMs) as ReturnType<typeof env.clock.now>,
  };
  const venueClock = new VenueClock(clock);
  const atMs = env.nowMs;
  venueClock.onProbe(atMs, env.clock.mono(), env.clock.mono());
  stepMs = -3_600_000;
  assert.is(venueClock.nowMs(), atMs);
  assert.is(venueClock.aheadMs(), 3_600_000);
});

test('the error is at most half of the shortest round trip', () => {
  const way = fc.nat({ max: 1_000 });
  const probes = fc.array(fc.tuple(way, way), { minLength: 1, maxLength: 12 });
  law(
    fc.property(fc.integer({ min: -5_000, max: 5_000 }), probes, (aheadMs, trips) => {
      const { venueClock, probe } = aClock();
      for (const [thereMs, backMs] of trips) probe(aheadMs, thereMs, backMs);
      const shortestMs = Math.min(...trips.slice(-5).map(([there, back]) => there + back));
      const offMs = Math.abs((venueClock.aheadMs() as number) - aheadMs);
      assert.ok(offMs <= shortestMs / 2 + 0.5, `${offMs} ms off at a trip of ${shortestMs} ms`);
    }),
  );
});

test.run();
