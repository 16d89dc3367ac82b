import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArrivalRate } from '../../../src/market/quality/arrival-rate.ts';
import { GAP_RANGES_MAX, GapLedger } from '../../../src/market/quality/gap-ledger.ts';
import { law } from '../../support/law.ts';

test('every number is seen, missing in one range, or was never between', () => {
  const arrival = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 5 }));
  law(
    fc.property(fc.array(arrival, { minLength: 1, maxLength: 40 }), (arrivals) => {
      const ledger = new GapLedger();
      const seen = new Set<number>();
      let all = 0;
      for (const [number, count] of arrivals) {
        ledger.add(number, count);
        for (let at = number; at < number + count; at += 1) seen.add(at);
        all += count;
        const [first, last] = [Math.min(...seen), Math.max(...seen)];
        const missing: number[] = [];
        for (let at = first; at <= last; at += 1) if (!seen.has(at)) missing.push(at);
        const ranged = ledger.ranges.flatMap(({ from, to }) =>
          Array.from({ length: to - from + 1 }, (_, at) => from + at),
        );
        assert.equal(ranged, missing);
        assert.equal(
          [ledger.first, ledger.last, ledger.seen, ledger.missing, ledger.duplicates],
          [first, last, seen.size, missing.length, all - seen.size],
        );
      }
    }),
  );
});

test('a venue that numbers anew leaves what was missing missing', () => {
  const ledger = new GapLedger();
  ledger.add(10);
  ledger.add(15);
  ledger.restart();
  assert.is(ledger.abandoned, 4);
  ledger.add(1);
  ledger.add(2);
  assert.equal([ledger.missing, ledger.abandoned, ledger.seen], [0, 4, 4]);
});

test('ranges are bounded: the oldest is given up and stays on the account', () => {
  const ledger = new GapLedger();
  for (let at = 0; at <= GAP_RANGES_MAX + 1; at += 1) ledger.add(3 * at);
  assert.is(ledger.ranges.length, GAP_RANGES_MAX);
  assert.is(ledger.abandoned, 2);
  assert.is(ledger.missing, 2 * GAP_RANGES_MAX);
  assert.throws(() => ledger.add(0.5), /whole numbers/);
});

const OPTIONS = { sampleMs: 1_000, samplesMin: 3, warmUp: 20, acceptAfter: 60 };

/** Runs seconds with so many messages each. @returns what was found, with the second */
function run(rate: ArrivalRate, perSecond: readonly number[], fromMs = 0): string[] {
  return perSecond.flatMap((count, second) => {
    for (let at = 0; at < count; at += 1) rate.onMessage();
    const found = rate.sample(fromMs + (second + 1) * 1_000);
    return found === null ? [] : [`${second} ${found}`];
  });
}

const steady = (seconds: number): number[] =>
  Array.from({ length: seconds }, (_, at) => 50 + Math.round(15 * Math.sin(at * 12.9898)));

test('silence in a steady feed is a gap, and its end is told', () => {
  const rate = new ArrivalRate(OPTIONS);
  rate.sample(0);
  const found = run(rate, [...steady(100), 0, 0, 0, 0, 0, ...steady(10)]);
  assert.equal(found, ['102 opened', '105 closed']);
});

test('a gap began with the first sample that did not fit', () => {
  const rate = new ArrivalRate(OPTIONS);
  rate.sample(0);
  run(rate, [...steady(100), 0, 0, 0]);
  assert.is(rate.gapSinceMs, 100_000);
});

test('a rate that wanders is no gap, and neither is a single quiet second', () => {
  const rate = new ArrivalRate(OPTIONS);
  rate.sample(0);
  const wandering = Array.from({ length: 400 }, (_, at) => Math.round(40 + 30 * Math.sin(at / 30)));
  assert.equal(run(rate, wandering), []);
  assert.equal(run(rate, [0, 40, 0, 0, 40], 400_000), []);
});

test('a market that became quiet for good is not a gap for ever', () => {
  const rate = new ArrivalRate(OPTIONS);
  rate.sample(0);
  const found = run(rate, [...steady(100), ...new Array(80).fill(1), ...new Array(50).fill(1)]);
  assert.equal(found, ['102 opened', '160 closed']);
  assert.ok(Math.abs(rate.expectedPerSecond - 1) < 0.01);
});

test('before enough was heard nothing is expected', () => {
  const rate = new ArrivalRate(OPTIONS);
  rate.sample(0);
  assert.equal(run(rate, [50, 50, 0, 0, 0, 0]), []);
  assert.ok(Number.isNaN(rate.expectedPerSecond));
});

test('a sample that comes late is judged by its length', () => {
  const rate = new ArrivalRate(OPTIONS);
  rate.sample(0);
  run(rate, steady(40));
  for (let at = 0; at < 150; at += 1) rate.onMessage();
  assert.is(rate.sample(43_000), null);
  assert.ok(rate.expectedPerSecond > 35 && rate.expectedPerSecond < 70);
});

test.run();
