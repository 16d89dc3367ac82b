import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FeedLatency } from '../../../src/market/latency/feed-latency.ts';
import {
  failoverOrder,
  type HealthLimits,
  healthOf,
  type VenueSigns,
} from '../../../src/market/latency/venue-health.ts';

test('a clock that is behind shows as skew, not as a negative latency', () => {
  const feed = new FeedLatency(100);
  assert.is(feed.report(), null);
  for (const way of [5, 7, 40, 6, 5]) feed.add(10_000 - 1_270 + way, 10_000);
  feed.add(Number.NaN, 1);
  const report = feed.report();
  assert.is(report?.samples, 5);
  assert.is(report?.leastMs, -1_265);
  assert.is(report?.isSkewed, true);
  assert.is(report?.medianExtraMs, 1);
  assert.ok(Math.abs((report?.p99ExtraMs as number) - 33.68) < 1e-9);
});

test('the window forgets', () => {
  const feed = new FeedLatency(2);
  for (const way of [1, 50, 60]) feed.add(way, 0);
  assert.is(feed.report()?.leastMs, 50);
  assert.is(feed.report()?.isSkewed, false);
});

const WELL: VenueSigns = {
  ...{ silentMs: 10, markets: 3, liveMarkets: 3, faultsPerMinute: 0 },
  ...{ errorFraction: 0, roundTripMs: 20, announced: 'online' },
};
const LIMITS: HealthLimits = {
  ...{ silentMsDown: 10_000, silentMsDegraded: 2_000, faultsPerMinuteDegraded: 3 },
  ...{ errorFractionDegraded: 0.1, errorFractionDown: 0.5, roundTripMsDegraded: 500 },
};

test('a venue is as well as its worst sign, and every sign that counts is named', () => {
  const found = (signs: Partial<VenueSigns>) => healthOf({ ...WELL, ...signs }, LIMITS);
  assert.equal(found({}), { health: 'up', reasons: [] });
  assert.equal(found({ roundTripMs: Number.NaN }).health, 'up');
  const sick = found({ silentMs: 3_000, errorFraction: 0.2, faultsPerMinute: 4, roundTripMs: 600 });
  assert.is(sick.health, 'degraded');
  assert.is(sick.reasons.length, 4);
  assert.is(found({ liveMarkets: 2 }).health, 'degraded');
  assert.is(found({ announced: 'post-only' }).health, 'degraded');
  assert.is(found({ liveMarkets: 0 }).health, 'down');
  assert.is(found({ announced: 'maintenance' }).health, 'down');
  assert.is(found({ silentMs: Number.POSITIVE_INFINITY }).health, 'down');
  assert.equal(found({ errorFraction: 0.6, liveMarkets: 1 }), {
    health: 'down',
    reasons: ['errors 0.6', '1 of 3 books are live'],
  });
});

test('failover tries what is up and near first, and never what is down', () => {
  const order = failoverOrder([
    { name: 'far', health: 'up', roundTripMs: 90 },
    { name: 'sick', health: 'degraded', roundTripMs: 1 },
    { name: 'gone', health: 'down', roundTripMs: 1 },
    { name: 'near', health: 'up', roundTripMs: 10 },
    { name: 'also-far', health: 'up', roundTripMs: 90 },
    { name: 'unknown', health: 'up', roundTripMs: Number.NaN },
  ]);
  assert.equal(order, ['near', 'also-far', 'far', 'unknown', 'sick']);
});

test.run();
