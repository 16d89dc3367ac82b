import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../../src/core/rng.ts';
import { cholesky } from '../../../src/math/linear/cholesky.ts';
import { at } from '../../../src/math/matrix.ts';
import { CovarianceSource } from '../../../src/risk/covariance/covariance-source.ts';
import { STANDING_TAIL, studentTail } from '../../../src/risk/value-at-risk/tail-factors.ts';
import { VolatilityBoard } from '../../../src/risk/volatility/live/board.ts';
import { law } from '../../support/law.ts';

const MINUTE = 60_000;

/** So many minutes of two markets that move by a thousandth, together or apart. */
function minutes(source: CovarianceSource, count: number, sign = 1, fromMs = 0): number {
  let nowMs = fromMs;
  for (let minute = 0; minute < count; minute += 1) {
    nowMs += MINUTE;
    const move = minute % 2 === 0 ? 1e-3 : -1e-3;
    assert.ok(source.take([move, sign * move], nowMs).ok);
  }
  return nowMs;
}

const aBoard = (staleMs = 180_000): VolatilityBoard =>
  new VolatilityBoard({ instruments: 2, periodMs: MINUTE, staleMs });

const reading = (dayVariance: number, atMs: number, calibration = 1) => ({
  ...{ variance: 1e-6, dayVariance, atNs: atMs * 1e6, calibration },
});

const deviationOf = (source: CovarianceSource, asset: number): number =>
  Math.sqrt(at(source.daily, asset, asset));

test('before half an hour nothing hedges, and every market is wild', () => {
  const source = new CovarianceSource(2, null);
  minutes(source, 29);
  assert.equal(Array.from(source.daily.cells), [2 * 0.04 ** 2, 0, 0, 2 * 0.04 ** 2]);
  assert.ok(source.correlations.every(Number.isNaN));
  const { minutes: seen, isSeeded, fitted, shrinkage, isDynamic } = source.summary();
  assert.equal([seen, isSeeded, fitted, shrinkage, isDynamic], [29, false, 0, 1, false]);
});

test('without a board the deviation is that of the average, over a day of minutes', () => {
  const source = new CovarianceSource(2, null);
  minutes(source, 40);
  assert.ok(Math.abs(deviationOf(source, 0) - 1e-3 * Math.sqrt(1_440)) < 1e-12);
  assert.ok(Math.abs((source.correlations[1] as number) - 1) < 1e-12);
  // What moved as one is shrunk, so that its covariance has an inverse.
  assert.ok(cholesky(source.daily).ok);
});

test('a fitted deviation counts while it is fresh and accepted, the average else', () => {
  const board = aBoard();
  const source = new CovarianceSource(2, board);
  const nowMs = minutes(source, 40);
  board.write(0, reading(0.05 ** 2, nowMs + MINUTE));
  board.write(1, reading(0.05 ** 2, nowMs + MINUTE, 0));
  minutes(source, 1, 1, nowMs);
  assert.ok(Math.abs(deviationOf(source, 0) - 0.05) < 1e-12);
  assert.ok(Math.abs(deviationOf(source, 1) - 1e-3 * Math.sqrt(1_440)) < 1e-9);
  assert.is(source.summary().fitted, 1);
  minutes(source, 4, 1, nowMs + MINUTE);
  assert.ok(deviationOf(source, 0) < 0.04, 'three minutes later it is stale');
  assert.is(source.summary().fitted, 0);
});

test('a fit that sees less than half of what the last hours showed is held at half', () => {
  const board = aBoard();
  const source = new CovarianceSource(2, board);
  const nowMs = minutes(source, 40);
  board.write(0, reading(1e-8, nowMs + MINUTE));
  minutes(source, 1, 1, nowMs);
  assert.ok(Math.abs(deviationOf(source, 0) - 0.5e-3 * Math.sqrt(1_440)) < 1e-9);
  board.write(0, reading(1e12, nowMs + 2 * MINUTE));
  minutes(source, 1, 1, nowMs + MINUTE);
  assert.is(deviationOf(source, 0), 10);
});

test('a market that did not move has a floor of its own, and moves with nothing', () => {
  const source = new CovarianceSource(2, null);
  for (let minute = 1; minute <= 40; minute += 1) source.take([0, 1e-3], minute * MINUTE);
  assert.is(deviationOf(source, 0), 0.01);
  assert.is(at(source.daily, 0, 1), 0);
  assert.ok(Number.isNaN(source.correlations[1]));
});

test('fitted correlations count while they are fresh, the average else', () => {
  const board = aBoard();
  const source = new CovarianceSource(2, board);
  const nowMs = minutes(source, 40);
  board.tellCorrelations(Float64Array.of(1, -0.5, -0.5, 1), (nowMs + MINUTE) * 1e6);
  minutes(source, 1, 1, nowMs);
  assert.equal(Array.from(source.correlations), [1, -0.5, -0.5, 1]);
  const off = at(source.daily, 0, 1) / (deviationOf(source, 0) * deviationOf(source, 1));
  assert.ok(Math.abs(off + 0.5) < 1e-12);
  assert.is(source.summary().isDynamic, true);
  assert.is(source.summary().shrinkage, 0);
  minutes(source, 4, 1, nowMs + MINUTE);
  assert.is(source.summary().isDynamic, false);
  assert.ok((source.correlations[1] as number) > 0.99);
});

test('a broken price is refused, and everything stays as it was', () => {
  const source = new CovarianceSource(2, null);
  minutes(source, 40);
  const before = Array.from(source.daily.cells);
  for (const value of [Number.NaN, 13.8, Number.NEGATIVE_INFINITY]) {
    const taken = source.take([value, 0], 41 * MINUTE);
    assert.ok(!taken.ok && taken.error.asset === 0);
  }
  assert.equal(Array.from(source.daily.cells), before);
  assert.is(source.summary().minutes, 40);
});

test('the tail is the largest of the stress law and of every law that was fitted', () => {
  const board = aBoard();
  const source = new CovarianceSource(2, board);
  assert.is(source.tail, STANDING_TAIL);
  board.tellLaw(0, { nu: 8, jumps: null });
  minutes(source, 1);
  assert.is(source.tail.at95, STANDING_TAIL.at95, 'of the other market nothing is known');
  board.tellLaw(1, { nu: 3, jumps: { perDay: 1 / 7, share: 0.8 } });
  minutes(source, 1);
  assert.is(source.tail.at95, STANDING_TAIL.at95);
  assert.ok(source.tail.at99 > 3, 'jumps overlay');
  board.tellLaw(1, { nu: 3, jumps: null });
  const before = source.tail;
  minutes(source, 1);
  assert.is.not(source.tail, before);
  assert.is(source.tail.shortfall, studentTail(3).shortfall);
  const same = source.tail;
  minutes(source, 1);
  assert.is(source.tail, same, 'nothing is computed anew without news');
});

test('whatever the markets do, the covariance is positive definite', () => {
  law(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.nat(), fc.boolean(), (assets, seed, isOne) => {
      const random = rngOf(seed);
      const board = new VolatilityBoard({ instruments: assets, periodMs: MINUTE, staleMs: 1e9 });
      const source = new CovarianceSource(assets, board);
      for (let minute = 1; minute <= 35; minute += 1) {
        const common = 1e-3 * random.normal();
        const row = Float64Array.from({ length: assets }, () =>
          isOne ? common : common + 1e-4 * random.normal(),
        );
        const place = random.below(assets);
        board.write(place, reading(0.1 * random.next() + 1e-9, 0));
        assert.ok(source.take(row, minute * MINUTE).ok);
      }
      const factor = cholesky(source.daily);
      assert.ok(factor.ok, JSON.stringify(factor));
    }),
    60,
  );
});

test.run();
