import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Breaker, type BreakerTimes } from '../../../src/risk/breakers/breaker.ts';
import { law } from '../../support/law.ts';

const TIMES: BreakerTimes = { coolMs: 1_000, coolMsMax: 4_000, probeMs: 500, forgetMs: 10_000 };

test('a breaker goes closed, open, half-open, closed, each step when its time has come', () => {
  const breaker = new Breaker();
  assert.is(breaker.trip(0, TIMES, false), 'open');
  assert.is(breaker.pass(999, TIMES), null);
  assert.is(breaker.pass(1_000, TIMES), 'probe');
  assert.is(breaker.state, 'half-open');
  assert.is(breaker.pass(1_499, TIMES), null);
  assert.is(breaker.pass(1_500, TIMES), 'close');
  assert.is(breaker.pass(9_999, TIMES), null);
});

test('while the trigger lasts the wait begins anew, and nothing is opened twice', () => {
  const breaker = new Breaker();
  breaker.trip(0, TIMES, false);
  assert.is(breaker.trip(900, TIMES, false), null);
  assert.is(breaker.pass(1_899, TIMES), null);
  assert.is(breaker.pass(1_900, TIMES), 'probe');
});

test('without a wait it is open as long as each look finds the trigger', () => {
  const breaker = new Breaker();
  const times = { ...TIMES, coolMs: 0 };
  for (const nowMs of [0, 250, 500]) {
    breaker.trip(nowMs, times, false);
    assert.is(breaker.pass(nowMs, times), null);
    assert.is(breaker.state, 'open');
  }
  assert.is(breaker.pass(750, times), 'probe');
});

test('a trigger while it probes doubles the wait, up to the bound', () => {
  const breaker = new Breaker();
  const waits: number[] = [];
  let nowMs = 0;
  for (let round = 0; round < 5; round += 1) {
    assert.is(breaker.trip(nowMs, TIMES, false), 'open');
    waits.push(breaker.untilMs - nowMs);
    nowMs = breaker.untilMs;
    assert.is(breaker.pass(nowMs, TIMES), 'probe');
  }
  assert.equal(waits, [1_000, 2_000, 4_000, 4_000, 4_000]);
});

test('one that opens soon after it closed waits longer, and one that opens late does not', () => {
  const breaker = new Breaker();
  const once = (atMs: number): number => {
    breaker.trip(atMs, TIMES, false);
    const waitMs = breaker.untilMs - atMs;
    breaker.pass(breaker.untilMs, TIMES);
    breaker.pass(breaker.untilMs, TIMES);
    return waitMs;
  };
  assert.is(once(0), 1_000);
  assert.is(once(1_500 + 10_000), 2_000);
  assert.is(once(14_001 + 10_000), 1_000);
});

test('one for people stays open until they close it, and may then close by itself again', () => {
  const breaker = new Breaker();
  breaker.trip(0, TIMES, false);
  breaker.trip(1, TIMES, true);
  assert.is(breaker.pass(1e9, TIMES), null);
  assert.is(breaker.close(1e9), 'close');
  assert.is(breaker.close(1e9), null);
  breaker.trip(2e9, TIMES, false);
  assert.is(breaker.pass(3e9, TIMES), 'probe');
});

test('a clock that goes back stands still', () => {
  const breaker = new Breaker();
  breaker.trip(5_000, TIMES, false);
  breaker.trip(0, TIMES, false);
  assert.is(breaker.untilMs, 6_000);
  assert.throws(() => breaker.pass(Number.NaN, TIMES), /is told the time/);
});

test('no run of triggers and time closes a breaker within the wait of the last trigger', () => {
  const step = fc.record({ isTrip: fc.boolean(), ms: fc.integer({ min: 0, max: 1_500 }) });
  law(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const breaker = new Breaker();
      let nowMs = 0;
      let trippedMs = Number.NEGATIVE_INFINITY;
      for (const { isTrip, ms } of steps) {
        nowMs += ms;
        if (isTrip) {
          breaker.trip(nowMs, TIMES, false);
          trippedMs = nowMs;
        } else breaker.pass(nowMs, TIMES);
        const isEarly = nowMs - trippedMs < TIMES.coolMs;
        if (isEarly && breaker.state !== 'open') return false;
        if (breaker.coolMs(TIMES) > TIMES.coolMsMax) return false;
        if (breaker.state === 'closed' && nowMs - trippedMs < TIMES.coolMs + TIMES.probeMs) {
          return false;
        }
      }
      return true;
    }),
  );
});

test.run();
