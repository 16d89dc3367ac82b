import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  FRAMES_WAITING_MAX,
  PacedFrames,
} from '../../../../src/venues/market/feed/paced-frames.ts';
import { law } from '../../../support/law.ts';

const PACE = { ratePerSecond: 4, burst: 2 };

test('a burst leaves at once, the rest at the pace and in its order', () => {
  const frames = new PacedFrames(PACE);
  const sent: string[] = [];
  const flush = (ms: number) => frames.flush(ms * 1e6, (frame) => sent.push(frame));
  frames.add(['a', 'b', 'c', 'd']);
  assert.is(flush(0), 250);
  assert.equal(sent, ['a', 'b']);
  assert.is(flush(100), 150);
  assert.is(flush(250), 250);
  assert.is(flush(500), 0);
  assert.equal(sent, ['a', 'b', 'c', 'd']);
  assert.is(flush(501), 0, 'nothing waits');
});

test('what waits is forgotten with its connection', () => {
  const frames = new PacedFrames(PACE);
  frames.add(['a', 'b', 'c']);
  frames.clear();
  assert.is(
    frames.flush(0, () => assert.unreachable()),
    0,
  );
});

test('more waiting frames than anybody subscribes to are a bug', () => {
  const frames = new PacedFrames(PACE);
  frames.add(Array.from({ length: FRAMES_WAITING_MAX }, String));
  assert.throws(() => frames.add(['one more']), /1024/);
});

test('no window of a second holds more frames than burst and pace allow', () => {
  const step = fc.record({ afterMs: fc.nat(700), count: fc.nat(5) });
  law(fc.property(fc.array(step, { maxLength: 40 }), obeysThePace));
});

function obeysThePace(steps: readonly { afterMs: number; count: number }[]): void {
  const frames = new PacedFrames(PACE);
  const sentMs: number[] = [];
  let nowMs = 0;
  let added = 0;
  const flush = () => frames.flush(nowMs * 1e6, () => sentMs.push(nowMs));
  for (const { afterMs, count } of steps) {
    nowMs += afterMs;
    frames.add(Array.from({ length: count }, () => 'x'));
    added += count;
    flush();
  }
  for (let waitMs = flush(); waitMs !== 0; waitMs = flush()) nowMs += waitMs;
  assert.is(sentMs.length, added, 'waiting as long as told sends them all');
  for (const from of sentMs) {
    const within = sentMs.filter((at) => at >= from && at < from + 1_000).length;
    assert.ok(within <= PACE.burst + PACE.ratePerSecond, `${within} from ${from} ms`);
  }
}

test.run();
