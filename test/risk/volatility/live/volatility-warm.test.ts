import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type CalibrationJob,
  calibrate,
} from '../../../../src/risk/volatility/live/calibration.ts';
import {
  aVolatilityDesk as aDesk,
  PERIOD_MS,
  returnsOf,
  START_MS,
} from '../../../support/risk/volatility-desk.ts';

test('candles from before the start are a volatility at once, and a fit need not wait', () => {
  const { warm, warmed, deviation, wait, jobs, market } = aDesk();
  wait(200);
  assert.ok(warm(returnsOf(160, 21)));
  assert.ok(deviation() > 3e-5 && deviation() < 3e-4, String(deviation()));
  assert.is(market()?.known, 160);
  const [toMs, fromMs] = [START_MS + 200 * PERIOD_MS, START_MS + 41 * PERIOD_MS];
  assert.equal(warmed, [
    { kind: 'volatility-warmed', instrument: 0, returns: 160, missing: 0, fromMs, toMs },
  ]);
  wait();
  assert.is(jobs.length, 1);
});

test('a warm start and live quotes behind it are one history', () => {
  const returns = returnsOf(90, 22);
  const cold = aDesk();
  cold.begin();
  cold.follow(returns);
  const desk = aDesk();
  desk.wait(60);
  desk.begin();
  // The candles reach to where the first live period began.
  assert.ok(desk.warm(returns.slice(0, 60), 0));
  desk.follow(returns.slice(60));
  assert.ok(Math.abs(desk.deviation() / cold.deviation() - 1) < 1e-9);
  assert.is(desk.market()?.known, 90);
});

test('between the last candle and the first live period returns are missing, not made up', () => {
  const { warm, begin, follow, wait, jobs, market, warmed } = aDesk();
  wait(300);
  begin();
  follow(returnsOf(5, 23));
  assert.ok(warm(returnsOf(150, 24), 20));
  assert.is(market()?.known, 155);
  assert.is(warmed[0]?.missing, 0);
  wait();
  const { endsMs, returns } = jobs[0] as CalibrationJob;
  endsMs.forEach((endMs, at) => {
    if (at > 0) assert.is(endMs - (endsMs[at - 1] as number), PERIOD_MS);
  });
  // Thirteen behind the candles, and two live periods without a price before them.
  assert.is(returns.filter(Number.isNaN).length, 15);
});

test('old candles say nothing of now, and what is live is kept', () => {
  const { warm, wait, deviation, market } = aDesk();
  wait(100);
  assert.ok(warm(returnsOf(40, 25), 4));
  assert.ok(Number.isNaN(deviation()), 'four periods ago is longer than three');
  assert.is(market()?.known, 40);
});

test('candles that come too late, or tell nothing, change nothing', () => {
  const { desk, warm, warmed, begin, follow, jobs, deviation } = aDesk();
  assert.not.ok(warm([], 0));
  assert.not.ok(warm(returnsOf(40, 1), 0, 7), 'no such market');
  begin();
  follow(returnsOf(150, 26));
  const before = deviation();
  assert.not.ok(warm(returnsOf(40, 27)), 'a fit of it is under way');
  desk.onAnswer(calibrate(jobs[0] as CalibrationJob));
  assert.not.ok(warm(returnsOf(40, 27)), 'it is calibrated');
  assert.is(deviation(), before);
  assert.equal(warmed, []);
});

test('candles that do not move are no volatility yet', () => {
  const { warm, deviation, market } = aDesk();
  assert.ok(warm(new Float64Array(60)));
  assert.ok(Number.isNaN(deviation()));
  assert.is(market()?.known, 60);
});

test.run();
