import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  BUCKET_US_MAX,
  BUCKET_US_MIN,
  EventBuckets,
} from '../../../src/market/bars/event-buckets.ts';
import { law } from '../../support/law.ts';

const OPTIONS = { moveTicks: 2, memory: 20 };

test('every event is in one bucket, and buckets never overlap or go back', () => {
  const step = fc.record({
    us: fc.integer({ min: -500, max: 9_000 }),
    mid: fc.integer({ min: 1, max: 500 }),
  });
  law(
    fc.property(fc.array(step, { minLength: 1, maxLength: 150 }), (steps) => {
      const buckets = new EventBuckets(OPTIONS);
      let [atUs, counted, endUs] = [1_000_000, 0, 0];
      for (const { us, mid } of steps) {
        atUs += us;
        if (!buckets.onEvent(atUs, mid)) continue;
        const { closed } = buckets;
        counted += closed.events;
        assert.ok(closed.startUs >= endUs, `${closed.startUs} after ${endUs}`);
        assert.ok(closed.highMid >= closed.lowMid && closed.events >= 1);
        const widthUs = closed.endUs - closed.startUs;
        assert.ok(widthUs >= BUCKET_US_MIN && widthUs <= BUCKET_US_MAX, String(widthUs));
        endUs = closed.endUs;
      }
      // One more, far ahead, closes what is open: it held the rest.
      buckets.onEvent(atUs + 1e9, 1);
      assert.is(counted + buckets.closed.events, steps.length);
    }),
  );
});

test('a bucket closes on data alone', () => {
  const buckets = new EventBuckets(OPTIONS);
  assert.not.ok(buckets.onEvent(10_000, 100));
  assert.not.ok(buckets.onEvent(14_999, 103));
  assert.not.ok(buckets.onEvent(13_000, 99));
  assert.ok(buckets.onEvent(60_000, 101));
  assert.equal(buckets.closed, {
    ...{ startUs: 10_000, endUs: 15_000, events: 3 },
    ...{ firstMid: 100, lastMid: 99, highMid: 103, lowMid: 99 },
  });
});

test('a wild market is sampled at the least width, a calm one at the most', () => {
  const buckets = new EventBuckets(OPTIONS);
  for (let at = 0; at < 400; at += 1) buckets.onEvent(at * 1_000, at % 2 === 0 ? 100 : 140);
  assert.is(buckets.widthUs, BUCKET_US_MIN);
  for (let at = 400; at < 4_000; at += 1) buckets.onEvent(at * 1_000, 100);
  assert.is(buckets.widthUs, BUCKET_US_MAX);
});

test('an event of the past is counted and opens nothing', () => {
  const buckets = new EventBuckets(OPTIONS);
  buckets.onEvent(50_000, 100);
  assert.not.ok(buckets.onEvent(40_000, 90));
  assert.is(buckets.late, 1);
});

test.run();
