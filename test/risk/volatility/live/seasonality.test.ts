import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../../../src/core/rng.ts';
import { VolatilityBoard } from '../../../../src/risk/volatility/live/board.ts';
import { ReturnHistory } from '../../../../src/risk/volatility/live/return-history.ts';
import {
  DAY_MS,
  factorAt,
  flatProfile,
  profileOf,
} from '../../../../src/risk/volatility/live/seasonality.ts';
import { law } from '../../../support/law.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Returns a minute apart over so many days; those of the eighth hour are three times as large. */
function days(count: number, seed: number) {
  const random = rngOf(seed);
  const endsMs = Array.from({ length: count * 1_440 }, (_, at) => (at + 1) * MINUTE_MS);
  const returns = endsMs.map((endMs) => {
    const hour = Math.floor(((endMs - 1) % DAY_MS) / HOUR_MS);
    return (hour === 7 ? 3 : 1) * random.normal();
  });
  return { returns, endsMs };
}

test('the hour that is wilder than the others is found, and taken out again', () => {
  const { returns, endsMs } = days(10, 1);
  const profile = profileOf(returns, endsMs, HOUR_MS);
  const [wild, usual] = [factorAt(profile, 7.5 * HOUR_MS), factorAt(profile, 3.5 * HOUR_MS)];
  assert.ok(Math.abs(wild / usual - 3) < 0.3, String(wild / usual));
  const plain = returns.map((value, at) => value / factorAt(profile, endsMs[at] as number));
  const again = profileOf(plain, endsMs, HOUR_MS);
  assert.ok(again.factors.every((factor) => Math.abs(factor - 1) < 0.12));
});

test('a period that ends with an hour belongs to it', () => {
  const profile = {
    ...flatProfile(HOUR_MS),
    factors: Float64Array.from({ length: 24 }, (_, at) => at),
  };
  assert.is(factorAt(profile, HOUR_MS), 0);
  assert.is(factorAt(profile, HOUR_MS + 1), 1);
  assert.is(factorAt(profile, DAY_MS), 23);
  assert.is(factorAt(profile, 100 * DAY_MS + 2.5 * HOUR_MS), 2);
});

test('a single jump makes no season', () => {
  const { returns, endsMs } = days(7, 2);
  const jumped = returns.with(3 * 60, 40);
  const [plain, with_] = [returns, jumped].map((series) => profileOf(series, endsMs, HOUR_MS));
  plain?.factors.forEach((factor, at) => {
    assert.ok(Math.abs((with_?.factors[at] as number) - factor) < 0.15);
  });
});

test('factors are positive, and their squares have a mean of one over the returns', () => {
  const value = fc.oneof(
    fc.double({ min: -5, max: 5, noNaN: true }),
    fc.constantFrom(0, Number.NaN),
  );
  law(
    fc.property(
      fc.array(fc.tuple(value, fc.integer({ min: 0, max: 10 * DAY_MS })), { maxLength: 400 }),
      (rows) => {
        const endsMs = rows.map(([, endMs]) => endMs);
        const profile = profileOf(
          rows.map(([size]) => size),
          endsMs,
          2 * HOUR_MS,
        );
        let [squares, known] = [0, 0];
        rows.forEach(([size], at) => {
          const factor = factorAt(profile, endsMs[at] as number);
          assert.ok(factor > 0 && factor < 30);
          if (Number.isNaN(size)) return;
          squares += factor ** 2;
          known += 1;
        });
        if (known > 0) assert.ok(Math.abs(squares / known - 1) < 1e-9);
      },
    ),
  );
});

test('buckets that do not fill a day throw', () => {
  assert.throws(() => flatProfile(7 * HOUR_MS), /fill a day/);
});

test('a history keeps the last returns in order and counts those that are known', () => {
  law(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.oneof(fc.integer(), fc.constant(Number.NaN)), { maxLength: 60 }),
      fc.nat(70),
      (capacity, values, since) => {
        const history = new ReturnHistory(capacity);
        values.forEach((value, at) => {
          history.take(value, at);
        });
        const kept = values.slice(-capacity);
        const { returns, endsMs } = history.copy();
        assert.equal(Array.from(returns), kept);
        assert.equal(
          Array.from(endsMs),
          kept.map((_, at) => values.length - kept.length + at),
        );
        assert.is(history.known, kept.filter((value) => !Number.isNaN(value)).length);
        assert.is(history.taken, values.length);
        const later: number[] = [];
        history.eachSince(since, (value) => void later.push(value));
        assert.equal(later, values.slice(Math.max(since, values.length - kept.length)));
      },
    ),
  );
});

test('the board forgets what is older than its bound', () => {
  const board = new VolatilityBoard({ instruments: 2, periodMs: 1_000, staleMs: 3_000 });
  assert.ok(Number.isNaN(board.deviation(0, 0)));
  board.write(1, { variance: 4, dayVariance: 9, atNs: 5e9, calibration: 7 });
  assert.is(board.deviation(1, 8e9), 2);
  assert.ok(Number.isNaN(board.deviation(1, 8e9 + 1)));
  assert.ok(Number.isNaN(board.deviation(0, 5e9)));
  assert.is(board.calibration(1), 7);
  board.forget(1);
  assert.ok(Number.isNaN(board.deviation(1, 5e9)));
});

test('a board takes no variance that is none, of no instrument that is none', () => {
  const board = new VolatilityBoard({ instruments: 1, periodMs: 1_000, staleMs: 1_000 });
  for (const variance of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(
      () => board.write(0, { variance, dayVariance: 1, atNs: 0, calibration: 0 }),
      /variance/,
    );
  }
  assert.throws(
    () => board.write(1, { variance: 1, dayVariance: 1, atNs: 0, calibration: 0 }),
    /instrument/,
  );
  assert.throws(() => board.deviation(-1, 0), /instrument/);
  assert.throws(() => new VolatilityBoard({ instruments: 1, periodMs: 10, staleMs: 5 }), /stale/);
});

test.run();
