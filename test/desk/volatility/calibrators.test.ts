import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeTimers } from '../../../src/core/node-env.ts';
import { rngOf } from '../../../src/core/rng.ts';
import { threadCalibrator, turnCalibrator } from '../../../src/desk/volatility/calibrators.ts';
import {
  type CalibrationAnswer,
  type CalibrationJob,
  type Calibrator,
  calibrate,
} from '../../../src/risk/volatility/live/calibration.ts';
import { calibrateCorrelations } from '../../../src/risk/volatility/live/market-correlations.ts';
import { simulateReturns } from '../../../src/risk/volatility/simulate.ts';
import { manualEnv } from '../../support/manual-env.ts';

const MODEL = { variance: 'garch', innovations: { kind: 'normal' }, mean: 'constant' } as const;

function aJob(turn: number): CalibrationJob {
  const parameters = { mu: 0, omega: 0.05, alpha: 0.1, gamma: 0, beta: 0.85, nu: null };
  const { returns } = simulateReturns(MODEL, parameters, {
    ...{ periods: 600, next: 1, random: rngOf(turn) },
  });
  const endsMs = Float64Array.from(returns, (_, at) => (at + 1) * 60_000);
  const periodMs = 60_000;
  return { instrument: 0, turn, model: MODEL, bucketMs: 3_600_000, periodMs, returns, endsMs };
}

const answerOf = (calibrator: Calibrator, job: CalibrationJob): Promise<CalibrationAnswer> =>
  new Promise((resolve) => calibrator.run(job, resolve));

test('a thread answers what the same job answers here, and ends when it is told to', async () => {
  const failures: string[] = [];
  const calibrator = threadCalibrator(nodeTimers, (detail) => void failures.push(detail));
  const [one, other] = await Promise.all([1, 2].map((turn) => answerOf(calibrator, aJob(turn))));
  assert.equal(one, calibrate(aJob(1)));
  assert.equal(other, calibrate(aJob(2)));
  assert.ok(one?.outcome.ok);
  await calibrator.stop();
  assert.equal(failures, []);
});

test('correlations are fitted by the same thread, and in a turn of this one', async () => {
  const random = rngOf(3);
  const job = {
    turn: 7,
    markets: 2,
    shocks: Float64Array.from({ length: 1_200 }, () => random.normal()),
  };
  const wanted = calibrateCorrelations(job);
  const calibrator = threadCalibrator(nodeTimers, () => undefined);
  const other = aJob(8);
  const [found, beside] = await Promise.all([
    new Promise((resolve) => calibrator.correlate(job, resolve)),
    answerOf(calibrator, other),
  ]);
  assert.equal(found, wanted);
  assert.equal(beside, calibrate(other));
  await calibrator.stop();
  calibrator.correlate(job, () => assert.unreachable());
  const env = manualEnv();
  const turns = turnCalibrator(env.timers);
  const answers: unknown[] = [];
  turns.correlate(job, (answer) => void answers.push(answer));
  await env.advance(1);
  assert.equal(answers, [wanted]);
  await turns.stop();
});

test('a thread that breaks says so once, and takes no more jobs', async () => {
  const failed = new Promise<string>((resolve) => {
    const calibrator = threadCalibrator(nodeTimers, (detail) => {
      calibrator.run(aJob(3), () => assert.unreachable('a thread that is gone answers'));
      void calibrator.stop().then(() => resolve(detail));
    });
    // A bug in a fit is an exception in the thread.
    calibrator.run({ ...aJob(1), bucketMs: 7 }, () => assert.unreachable('a bug is no answer'));
  });
  assert.match(await failed, /the thread of the fits: .*fill a day/);
});

test('in a rehearsal a fit is answered in a later turn, and not after a stop', async () => {
  const env = manualEnv();
  const calibrator = turnCalibrator(env.timers);
  const answers: CalibrationAnswer[] = [];
  calibrator.run(aJob(1), (answer) => void answers.push(answer));
  assert.is(answers.length, 0);
  await env.settle();
  assert.equal(answers, [calibrate(aJob(1))]);
  calibrator.run(aJob(2), (answer) => void answers.push(answer));
  await calibrator.stop();
  await env.settle();
  assert.is(answers.length, 1);
});

test.run();
