import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DeskMetrics } from '../../src/ops/desk-metrics.ts';
import { LatencyHistogram } from '../../src/ops/latency.ts';

test('nothing recorded is no percentile', () => {
  const histogram = new LatencyHistogram();
  assert.is(histogram.percentileUs(99), null);
  assert.is(histogram.count, 0);
});

test('percentiles are within a thousandth of what was recorded', () => {
  const histogram = new LatencyHistogram();
  for (let us = 1; us <= 1_000; us += 1) histogram.record(us * 1_000);
  for (const percentile of [50, 90, 99]) {
    const found = histogram.percentileUs(percentile) as number;
    assert.ok(Math.abs(found / (percentile * 10) - 1) < 2e-3, `p${percentile} is ${found}`);
  }
  assert.is(histogram.count, 1_000);
});

test('a duration that is none counts as the least, an endless one as ten seconds', () => {
  const least = new LatencyHistogram();
  for (const nanos of [0, -5, 0.2]) least.record(nanos);
  assert.equal([least.count, least.percentileUs(100)], [3, 0]);
  const most = new LatencyHistogram();
  most.record(1e15);
  const seconds = (most.percentileUs(100) as number) / 1e6;
  assert.ok(Math.abs(seconds - 10) < 0.02, `${seconds} s`);
});

test('a reset forgets everything', () => {
  const histogram = new LatencyHistogram();
  histogram.record(1_000);
  histogram.reset();
  assert.equal([histogram.count, histogram.percentileUs(50)], [0, null]);
});

test('refusals are counted by reason', () => {
  const metrics = new DeskMetrics();
  for (const reason of ['mode', 'stale-book', 'mode']) metrics.refused(reason);
  assert.equal(
    [...metrics.refusals],
    [
      ['mode', 2],
      ['stale-book', 1],
    ],
  );
});

test.run();
