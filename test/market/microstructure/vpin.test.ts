import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../../src/core/rng.ts';
import { BulkClassifier } from '../../../src/market/microstructure/bulk-classifier.ts';
import { LiveVpin } from '../../../src/market/microstructure/live-vpin.ts';
import { VPIN_BUCKETS_MAX, Vpin } from '../../../src/market/microstructure/vpin.ts';
import { law } from '../../support/law.ts';

const aVpin = ({ bucketVolume = 10, buckets = 3, history = 4, historyMin = 2 } = {}) =>
  new Vpin({ bucketVolume, buckets, history, historyMin });

type Trade = readonly [volume: number, buyShare: number];

/** Unit by unit, as the definition reads: VPIN after each bucket. */
function vpinsOf(trades: readonly Trade[], bucketVolume: number, buckets: number): number[] {
  const units = trades.flatMap(([volume, share]) => Array(volume).fill(2 * share - 1) as number[]);
  const imbalances: number[] = [];
  for (let at = 0; at + bucketVolume <= units.length; at += bucketVolume) {
    const net = units.slice(at, at + bucketVolume).reduce((sum, unit) => sum + unit, 0);
    imbalances.push(Math.abs(net));
  }
  return imbalances.slice(buckets - 1).map((_, at) => {
    const window = imbalances.slice(at, at + buckets);
    return window.reduce((sum, each) => sum + each, 0) / (buckets * bucketVolume);
  });
}

const trade = fc.tuple(fc.integer({ min: 1, max: 37 }), fc.constantFrom(0, 0.25, 0.5, 1));
const trades = fc.array(
  trade.map((each): Trade => each),
  { minLength: 1, maxLength: 60 },
);

test('VPIN is that of the volume counted unit by unit, however trades are cut', () => {
  law(
    fc.property(
      trades,
      fc.integer({ min: 1, max: 25 }),
      fc.integer({ min: 1, max: 5 }),
      (all, bucketVolume, buckets) => {
        const vpin = aVpin({ bucketVolume, buckets, history: 200, historyMin: 1 });
        for (const [volume, share] of all) vpin.onTrade(volume, share);
        const wanted = vpinsOf(all, bucketVolume, buckets);
        const last = wanted.at(-1) ?? Number.NaN;
        assert.is(Object.is(vpin.value, last), true);
        const total = all.reduce((sum, [volume]) => sum + volume, 0);
        assert.is(vpin.filled, Math.floor(total / bucketVolume));
        const before = wanted.slice(0, -1).slice(-200);
        const below = before.filter((each) => each < last).length;
        const even = before.filter((each) => each === last).length;
        const isKnown = before.length > 0;
        const rank = isKnown ? (below + (even + 1) / 2) / (before.length + 1) : Number.NaN;
        assert.is(Object.is(vpin.quantile, rank), true);
      },
    ),
  );
});

test('C17: trades of one side are as toxic as can be, balanced ones not at all', () => {
  const vpin = aVpin();
  for (let at = 0; at < 3; at += 1) vpin.onTrade(10, 1);
  assert.is(vpin.value, 1);
  for (let at = 0; at < 6; at += 1) vpin.onTrade(5, at % 2);
  assert.is(vpin.value, 0);
  assert.is(vpin.imbalance, 0);
});

test('C17: the quantile of a market that is always the same is one half, no alarm', () => {
  const vpin = aVpin();
  assert.ok(Number.isNaN(vpin.value) && Number.isNaN(vpin.quantile));
  for (let at = 0; at < 20; at += 1) vpin.onTrade(5, at % 2);
  assert.is(vpin.quantile, 0.5);
  vpin.onTrade(10, 1);
  assert.is(vpin.quantile, 0.9);
});

test('one trade of any size does what as many small ones do, in bounded time', () => {
  for (const volume of [1e3, 1e6, 12_345_678, 1e15 + 4]) {
    const [huge, small] = [aVpin(), aVpin()];
    for (const vpin of [huge, small]) {
      vpin.onTrade(7, 1);
      vpin.onTrade(15, 0);
    }
    assert.is(huge.onTrade(volume, 0.75), true);
    for (let at = 0; at < 40; at += 1) small.onTrade(10, 0.75);
    small.onTrade(volume % 10, 0.75);
    assert.equal([huge.value, huge.quantile], [small.value, small.quantile]);
    huge.onTrade(10, 0.25);
    small.onTrade(10, 0.25);
    assert.equal(huge.imbalance, small.imbalance);
    assert.equal(huge.filled, 3 + Math.floor((volume + 2) / 10));
  }
});

test('what is no volume or no share changes nothing', () => {
  const vpin = aVpin();
  const nothing: Trade[] = [
    [0, 1],
    [-1, 1],
    [Number.NaN, 1],
    [Number.POSITIVE_INFINITY, 1],
    [1_000, Number.NaN],
    [1_000, -0.1],
    [1_000, 1.1],
  ];
  for (const [volume, share] of nothing) assert.is(vpin.onTrade(volume, share), false);
  assert.is(vpin.filled, 0);
  vpin.onTrade(9.5, 1);
  assert.is(vpin.filled, 0);
});

test('shares with fractions leave no rounding behind after a whole round', () => {
  const vpin = aVpin({ bucketVolume: 1, buckets: 3 });
  const random = rngOf(1);
  for (let at = 0; at < 3_000; at += 1) vpin.onTrade(1, Math.sqrt(random.next()));
  for (let at = 0; at < 3; at += 1) vpin.onTrade(1, 1);
  assert.is(vpin.value, 1);
});

test('buckets that make no sense are refused', () => {
  for (const options of [
    { bucketVolume: 0 },
    { bucketVolume: Number.POSITIVE_INFINITY },
    { buckets: 0 },
    { buckets: VPIN_BUCKETS_MAX + 1 },
    { history: 0.5 },
    { historyMin: 5 },
  ]) {
    assert.throws(() => aVpin(options), /a bucket has|1 …|at least 1/);
  }
});

test('bulk classification needs two changes to know their deviation', () => {
  const bars = new BulkClassifier({ barTrades: 2, deviation: null });
  const seen: number[] = [];
  for (const price of [9, 10, 0, 11, 0, 13, 0, 13]) {
    if (bars.onTrade(price, 3)) seen.push(bars.buyShare);
  }
  assert.is(bars.volume, 6);
  assert.ok(Number.isNaN(seen[0]) && Number.isNaN(seen[1]));
  // Changes 1 and 2 have deviation √½, and 1, 2 and 0 have 1.
  assert.ok(Math.abs((seen[2] as number) - 0.997661132509476) < 1e-12);
  assert.is(bars.deviation, 1);
  assert.is(seen[3], 0.5);
});

test('bulk classification takes half of a price that never moved; what is none is left out', () => {
  const bars = new BulkClassifier({ barTrades: 1, deviation: null });
  for (let at = 0; at < 5; at += 1) bars.onTrade(7, 1);
  assert.is(bars.buyShare, 0.5);
  assert.is(bars.onTrade(Number.NaN, 1), false);
  assert.is(bars.onTrade(7, Number.POSITIVE_INFINITY), false);
  assert.throws(() => new BulkClassifier({ barTrades: 0, deviation: null }), /at least one/);
  assert.throws(() => new BulkClassifier({ barTrades: 1, deviation: 0 }), /above 0/);
});

test('a live VPIN learns its bucket from five minutes, and claims nothing before', () => {
  const live = new LiveVpin();
  live.onTrade(Number.NaN, true, 0);
  for (let minute = 0; minute <= 5; minute += 1)
    live.onTrade(60, minute % 2 === 0, minute * 60_000);
  assert.ok(Number.isNaN(live.quantile));
  // 72 lots a minute were seen: each of these fills one bucket, and the first 249 have no rank.
  for (let at = 0; at < 249; at += 1) live.onTrade(72, at % 3 === 0, 300_000 + at);
  assert.ok(Number.isNaN(live.quantile));
  for (let at = 0; at < 60; at += 1) live.onTrade(72, true, 400_000 + at);
  assert.ok(live.quantile > 0 && live.quantile < 1);
});

test('a market without volume is never calibrated', () => {
  const live = new LiveVpin();
  for (let minute = 0; minute < 20; minute += 1) live.onTrade(0, true, minute * 60_000);
  assert.ok(Number.isNaN(live.quantile));
});

test.run();
