import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../../../src/core/rng.ts';
import { VolatilityBoard } from '../../../../src/risk/volatility/live/board.ts';
import {
  type CalibrationJob,
  calibrate,
} from '../../../../src/risk/volatility/live/calibration.ts';
import {
  areFewEnough,
  type CorrelationJob,
  calibrateCorrelations,
  MarketCorrelations,
} from '../../../../src/risk/volatility/live/market-correlations.ts';
import { ANSWER_MS_MAX } from '../../../../src/risk/volatility/live/volatility-desk.ts';
import { aVolatilityDesk, PERIOD_MS } from '../../../support/risk/volatility-desk.ts';

/** Two shocks a row whose correlation is 0.9 and then −0.5, and so on, 200 rows each. */
function shocks(count: number, seed: number): Float64Array[] {
  const random = rngOf(seed);
  return Array.from({ length: count }, (_, at) => {
    const rho = Math.floor(at / 200) % 2 === 0 ? 0.9 : -0.5;
    const one = random.normal();
    return Float64Array.of(one, rho * one + Math.sqrt(1 - rho * rho) * random.normal());
  });
}

function aFollower(rows: readonly Float64Array[]) {
  const board = new VolatilityBoard({ instruments: 2, periodMs: 1_000, staleMs: 3_000 });
  const correlations = new MarketCorrelations(2, board);
  let atNs = 0;
  const feed = (each: readonly Float64Array[]): void => {
    for (const row of each) {
      atNs += 1e9;
      correlations.end((market) => row[market] as number, atNs);
    }
  };
  feed(rows);
  return { board, correlations, feed, nowNs: () => atNs };
}

test('a fit goes on from where it was taken, and the board has the correlation of now', () => {
  const rows = shocks(800, 1);
  const { board, correlations, feed, nowNs } = aFollower(rows.slice(0, 700));
  assert.ok(correlations.isReady);
  assert.is(board.correlations(nowNs()), null);
  const { taken, ...job } = correlations.job(1);
  assert.is(job.shocks.length, 1_400);
  feed(rows.slice(700, 790));
  const { outcome } = calibrateCorrelations(job);
  assert.ok(outcome.ok);
  const { a, b, mean, next } = outcome.value;
  assert.ok(a > 0.01 && a + b > 0.8 && a + b < 1, `${a} ${b}`);
  correlations.adopt(outcome.value, taken);
  feed(rows.slice(790));
  // The recursion by hand, over every row since the job.
  const level = Float64Array.from(next);
  for (const row of rows.slice(700)) {
    for (let cell = 0; cell < 4; cell += 1) {
      const cross = (row[cell >> 1] as number) * (row[cell & 1] as number);
      level[cell] = (1 - a - b) * (mean[cell] as number) + a * cross + b * (level[cell] as number);
    }
  }
  const [own = 0, off = 0, , other = 0] = level;
  const found = board.correlations(nowNs()) as Float64Array;
  assert.ok(Math.abs((found[1] as number) - off / Math.sqrt(own * other)) < 1e-12);
  assert.equal([found[0], found[3], found[1] === found[2]], [1, 1, true]);
  assert.ok((found[1] as number) < 0, 'the last two hundred rows went apart');
  assert.is(board.correlations(nowNs() + 3e9 + 1), null, 'and it is not known when it is stale');
});

test('a market without a shock adds no row, and one of a broken price is held', () => {
  const { board, correlations, feed, nowNs } = aFollower(shocks(600, 2));
  const { outcome } = calibrateCorrelations(correlations.job(1));
  assert.ok(outcome.ok);
  correlations.adopt(outcome.value, correlations.job(1).taken);
  const before = correlations.job(2).taken;
  feed([Float64Array.of(1, Number.NaN)]);
  assert.is(correlations.job(2).taken, before);
  feed([Float64Array.of(1e6, 1e6)]);
  const [, found = 0] = board.correlations(nowNs()) as Float64Array;
  assert.ok(found > 0 && found <= 1);
  assert.equal(Array.from(correlations.job(2).shocks.slice(-2)), [20, 20]);
});

test('no more rows are kept than a fit may take', () => {
  const { correlations } = aFollower(shocks(2_300, 3));
  const job = correlations.job(1);
  assert.is(job.shocks.length, 4_000);
  assert.is(job.taken, 2_300);
});

test('two to sixteen markets are followed together', () => {
  assert.equal([1, 2, 16, 17].map(areFewEnough), [false, true, true, false]);
});

/** Two markets that move together, with every fit of one of them answered at once. */
function aPair(periods: number) {
  const made = aVolatilityDesk({ correlation: 'dynamic', returnsMin: 100, refitMinutes: 60 }, 2);
  const random = rngOf(4);
  const prices = [1e9, 1e9];
  const live = (count: number): void => {
    for (let period = 0; period < count; period += 1) {
      const common = 1e-4 * random.normal();
      prices.forEach((price, market) => {
        prices[market] = price * Math.exp(common + 5e-5 * random.normal());
        made.quote(prices[market] as number, market);
      });
      made.wait();
      const job = made.jobs.shift();
      if (job !== undefined) made.desk.onAnswer(calibrate(job as CalibrationJob));
    }
  };
  live(periods);
  return { ...made, live };
}

test('a desk has correlations fitted after its markets, and tells the board of them', () => {
  const { desk, correlationJobs, correlated, live, board, nowNs } = aPair(615);
  assert.is(desk.summary().correlation, 'dynamic');
  assert.is(correlationJobs.length, 1);
  const answer = calibrateCorrelations(correlationJobs[0] as CorrelationJob);
  assert.ok(answer.outcome.ok, JSON.stringify(answer));
  desk.onCorrelations({ ...answer, turn: answer.turn - 1 });
  assert.is(correlated.length, 0, 'an answer that nobody waits for is none');
  desk.onCorrelations(answer);
  desk.onCorrelations(answer);
  assert.equal(
    correlated.map(({ verdict, markets, observations }) => [verdict, markets, observations]),
    [['adopted', 2, (correlationJobs[0] as CorrelationJob).shocks.length / 2]],
  );
  live(1);
  const found = board.correlations(nowNs()) as Float64Array;
  assert.ok((found[1] as number) > 0.6, String(found));
});

test('correlations that are refused, or not answered, leave what was there', () => {
  const { desk, correlationJobs, correlated, wait, board, nowNs } = aPair(615);
  const { turn } = correlationJobs[0] as CorrelationJob;
  desk.onCorrelations(
    calibrateCorrelations({ turn, markets: 2, shocks: new Float64Array(1_200).fill(1) }),
  );
  assert.equal(
    correlated.map(({ verdict }) => verdict),
    ['refused'],
  );
  assert.match(correlated[0]?.detail as string, /singular/);
  assert.is(board.correlations(nowNs()), null);
  const late = aPair(615);
  late.wait(ANSWER_MS_MAX / PERIOD_MS + 2);
  assert.match(late.correlated[0]?.detail as string, /no-answer/);
  wait();
});

test('a desk of one market, or that asks for no model, has the average', () => {
  assert.is(aVolatilityDesk({ correlation: 'dynamic' }).desk.summary().correlation, 'average');
  assert.is(aVolatilityDesk({}, 2).desk.summary().correlation, 'average');
});

test.run();
