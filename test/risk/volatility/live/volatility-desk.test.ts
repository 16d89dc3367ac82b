import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err, ok } from '../../../../src/core/result.ts';
import { rngOf } from '../../../../src/core/rng.ts';
import { varianceOver } from '../../../../src/risk/volatility/forecast.ts';
import { VariancePath } from '../../../../src/risk/volatility/likelihood/recursion.ts';
import {
  type CalibrationJob,
  calibrate,
} from '../../../../src/risk/volatility/live/calibration.ts';
import { modelOf, volatilitySection } from '../../../../src/risk/volatility/live/settings.ts';
import {
  ANSWER_MS_MAX,
  type PriceJumped,
} from '../../../../src/risk/volatility/live/volatility-desk.ts';
import { law } from '../../../support/law.ts';
import {
  aVolatilityDesk as aDesk,
  PERIOD_MS,
  returnsOf,
  START_MS,
} from '../../../support/risk/volatility-desk.ts';
import { aModel } from '../series.ts';

test('nothing is known before thirty returns, and an average from then on', () => {
  const { follow, begin, deviation, market } = aDesk();
  begin();
  follow(returnsOf(29, 1));
  assert.ok(Number.isNaN(deviation()));
  follow(returnsOf(1, 2));
  assert.ok(deviation() > 3e-5 && deviation() < 3e-4, String(deviation()));
  assert.is(market()?.calibration, 0);
});

test('a fit is asked for once there are enough returns, and followed on from there', () => {
  const { desk, jobs, events, follow, begin, deviation, settings } = aDesk();
  const returns = returnsOf(170, 3);
  begin();
  follow(returns.slice(0, 150));
  assert.is(jobs.length, 1);
  const job = jobs[0] as CalibrationJob;
  // The first period has no price before it.
  assert.is(job.returns.length, 151);
  // Twenty returns go by before the answer is there.
  follow(returns.slice(150));
  const answer = calibrate(job);
  assert.ok(answer.outcome.ok, JSON.stringify(answer));
  desk.onAnswer(answer);
  assert.equal(
    events.map(({ verdict, model, observations, instrument }) => ({
      ...{ verdict, model, observations, instrument },
    })),
    [{ verdict: 'adopted', model: 'garch-normal', observations: 150, instrument: 0 }],
  );
  const told = JSON.parse(events[0]?.detail as string) as { parameters: object; factors: number[] };
  assert.equal(told.parameters, answer.outcome.value.parameters);
  assert.equal(told.factors, [1]);
  follow([0]);
  // What it says now is what a filter with those parameters says of the returns since the fit.
  const path = new VariancePath(modelOf(settings), Float64Array.of(...returns, 0));
  const { parameters, next } = answer.outcome.value;
  path.fill(parameters);
  let h = next;
  for (const value of [...returns.slice(150), 0]) {
    h = parameters.omega + parameters.alpha * (value - parameters.mu) ** 2 + parameters.beta * h;
  }
  assert.ok(Math.abs(deviation() ** 2 / h - 1) < 1e-5, `${deviation() ** 2} for ${h}`);
});

test('a fit that is refused is written down and leaves what was there', () => {
  const { desk, jobs, events, follow, begin, deviation } = aDesk();
  begin();
  follow(returnsOf(150, 4));
  const before = deviation();
  const { instrument, turn } = jobs[0] as CalibrationJob;
  const fault = { kind: 'no-variance', found: 0 } as const;
  desk.onAnswer({ instrument, turn, outcome: err(fault) });
  assert.is(deviation(), before);
  assert.is(events[0]?.verdict, 'refused');
  assert.equal(JSON.parse(events[0]?.detail as string), fault);
  assert.equal(desk.summary().refused, 1);
  // The next try is due a minute after this one.
  follow(returnsOf(59, 5));
  assert.is(jobs.length, 1);
  follow(returnsOf(2, 6));
  assert.is(jobs.length, 2);
});

test('a fit without an answer is given up, and its answer comes too late', () => {
  const { desk, jobs, events, follow, begin, wait } = aDesk({ refitMinutes: 60 });
  begin();
  follow(returnsOf(150, 7));
  wait(ANSWER_MS_MAX / PERIOD_MS);
  assert.equal(events, []);
  wait();
  assert.is(events[0]?.verdict, 'refused');
  assert.equal(JSON.parse(events[0]?.detail as string), {
    kind: 'no-answer',
    waitedMs: ANSWER_MS_MAX,
  });
  desk.onAnswer(calibrate(jobs[0] as CalibrationJob));
  assert.is(events.length, 1);
  assert.is(desk.summary().adopted, 0);
  assert.is(desk.summary().isFitting, false);
});

test('one market is fitted at a time, the one that has waited longest first', () => {
  const { desk, jobs, quote, wait } = aDesk({}, 2);
  const random = rngOf(1);
  const live = (periods: number): void => {
    for (let at = 0; at < periods; at += 1) {
      quote(1e9 * Math.exp(1e-3 * random.normal()), 0);
      quote(1e9 * Math.exp(1e-3 * random.normal()), 1);
      wait();
    }
  };
  live(160);
  assert.equal(
    jobs.map(({ instrument }) => instrument),
    [0],
  );
  const answered = (): void => {
    const { instrument, turn } = jobs.at(-1) as CalibrationJob;
    desk.onAnswer({ instrument, turn, outcome: err({ kind: 'no-variance', found: 0 }) });
  };
  for (let round = 0; round < 3; round += 1) {
    answered();
    live(61);
  }
  assert.equal(
    jobs.map(({ instrument }) => instrument),
    [0, 1, 0, 1],
  );
});

test('while there is no price nothing is known, and what was known grows old', () => {
  const { desk, follow, begin, wait, deviation, quote, market } = aDesk();
  begin();
  follow(returnsOf(60, 8));
  const known = market()?.known;
  desk.onQuote({ kind: 'quote-lost', instrument: 0, reason: 'gap' });
  wait();
  assert.ok(deviation() > 0);
  for (let at = 0; at < 3; at += 1) wait();
  assert.ok(Number.isNaN(deviation()));
  // The first period with a price again has none before it, so that no return spans the hole.
  quote(2e9);
  wait();
  assert.ok(Number.isNaN(deviation()));
  assert.is(market()?.known, known);
  quote(2e9);
  wait();
  assert.ok(deviation() > 0);
  assert.is(market()?.known, (known as number) + 1);
});

test('a clock that jumps makes no return', () => {
  const { desk, follow, begin, market, wait, quote } = aDesk();
  begin();
  follow(returnsOf(40, 9));
  quote(5e9);
  wait(100);
  assert.is(market()?.known, 40);
  desk.tick(START_MS - 50_000, 200e9);
  assert.is(market()?.known, 40);
});

test('a market that does not move is known to have no average yet', () => {
  const { follow, begin, deviation, market, desk } = aDesk();
  begin();
  follow(new Float64Array(60));
  assert.ok(Number.isNaN(deviation()));
  assert.is(market()?.annualVolatility, null);
  desk.onQuote({ kind: 'quote-lost', instrument: 9, reason: 'no such market' });
});

test('no price, however wrong, makes a volatility that is none', () => {
  const mid = fc.oneof(
    fc.double({ min: 1, max: 1e12, noNaN: true }),
    fc.constantFrom(0, -5, Number.NaN, Number.POSITIVE_INFINITY, 1e300, 1e-300),
  );
  law(
    fc.property(fc.array(mid, { maxLength: 80 }), (mids) => {
      const { quote, wait, follow, begin, deviation } = aDesk();
      begin();
      follow(returnsOf(35, 10));
      for (const value of mids) {
        quote(value);
        wait();
        const found = deviation();
        assert.ok(Number.isNaN(found) || (found > 0 && Number.isFinite(found)), String(found));
      }
    }),
    60,
  );
});

test('a season is taken out of the returns before they are fitted', () => {
  const random = rngOf(12);
  const endsMs = Float64Array.from({ length: 20_000 }, (_, at) => (at + 1) * 60_000);
  const returns = endsMs.map((endMs) => {
    const isWild = Math.floor(((endMs - 1) % 86_400_000) / 3_600_000) % 24 < 4;
    return (isWild ? 4 : 1) * 1e-4 * random.normal();
  });
  const job = {
    ...{ instrument: 0, turn: 1, bucketMs: 3_600_000, periodMs: 60_000 },
    ...{ returns, endsMs, model: aModel() },
  };
  const { outcome } = calibrate(job);
  // Without its season the variance does not change, and so has hardly an answer to shocks.
  if (outcome.ok) assert.ok(outcome.value.parameters.alpha < 0.02, JSON.stringify(outcome.value));
  else assert.match(outcome.error.kind, /^(not-identified|no-convergence)$/);
  const seasonal = calibrate({ ...job, bucketMs: 86_400_000 }).outcome;
  assert.ok(seasonal.ok && seasonal.value.parameters.alpha > 0.05);
});

test('missing returns are left out of a fit', () => {
  const returns = returnsOf(400, 13);
  const endsMs = Float64Array.from(returns, (_, at) => at + 1);
  const job = {
    ...{ instrument: 0, turn: 1, bucketMs: 86_400_000, periodMs: 60_000, model: aModel() },
  };
  const plain = calibrate({ ...job, returns, endsMs });
  const holed = calibrate({
    ...job,
    returns: Float64Array.of(Number.NaN, ...returns, Number.NaN),
    endsMs: Float64Array.of(0, ...endsMs, 401),
  });
  assert.equal(holed, plain);
});

test('a jump is told of once, journaled, and in the law of the next calibration', () => {
  const { desk, jobs, jumps, board, begin, follow, market } = aDesk({
    ...{ returns: 5_000, returnsMin: 3_090 },
  });
  const returns = returnsOf(3_100, 21);
  returns[2_900] = -0.008;
  begin();
  follow(returns);
  assert.is(jumps.length, 1);
  const [{ instrument, endMs, returnPpm, statisticMilli, thresholdMilli }] = jumps as [PriceJumped];
  assert.equal([instrument, endMs, returnPpm], [0, START_MS + 2_902 * PERIOD_MS, -8_000]);
  assert.ok(statisticMilli > thresholdMilli && thresholdMilli > 6_000);
  assert.is(market()?.jumps, 1);
  assert.is(board.law(0), null);
  const answer = calibrate(jobs[0] as CalibrationJob);
  assert.ok(answer.outcome.ok);
  desk.onAnswer(answer);
  const share = answer.outcome.value.jumps?.share as number;
  assert.ok(share > 0.5 && share < 0.9, String(share));
  assert.equal(board.law(0), { nu: null, jumps: answer.outcome.value.jumps });
  assert.is(board.lawsTold, 1);
});

test('the variance of a day is that of the model, and told as such only of a fitted one', () => {
  const { desk, board, jobs, begin, follow } = aDesk();
  begin();
  follow(returnsOf(150, 22));
  const nowNs = 151e9;
  assert.ok(board.deviation(0, nowNs) > 0);
  assert.ok(Number.isNaN(board.dayDeviation(0, nowNs)), 'an average is no fit');
  const answer = calibrate(jobs[0] as CalibrationJob);
  assert.ok(answer.outcome.ok);
  desk.onAnswer(answer);
  follow([0]);
  const { parameters } = answer.outcome.value;
  const next = board.deviation(0, nowNs + 1e9) ** 2;
  const model = { variance: 'garch', innovations: { kind: 'normal' }, mean: 'constant' } as const;
  const wanted = varianceOver(model, parameters, next, 86_400);
  const found = board.dayDeviation(0, nowNs + 1e9) ** 2;
  assert.ok(Math.abs(found / wanted - 1) < 1e-9, `${found} ${wanted}`);
  assert.ok(Number.isNaN(board.dayDeviation(0, nowNs + 5e9)), 'and none when it is stale');
});

test('what cannot be fitted is answered with why, and a period ends once', () => {
  const returns = new Float64Array(200);
  const endsMs = returns.map((_, at) => (at + 1) * 60_000);
  const { outcome } = calibrate({
    ...{ instrument: 0, turn: 1, bucketMs: 86_400_000, periodMs: 60_000, model: aModel() },
    ...{ returns, endsMs },
  });
  assert.ok(!outcome.ok && outcome.error.kind === 'no-variance');
  const { desk, begin, follow, wait, market } = aDesk();
  begin();
  follow(returnsOf(5, 30));
  const { known } = market() ?? {};
  wait(0);
  desk.tick(START_MS, 0);
  assert.is(market()?.known, known);
});

test('settings that contradict each other are refused', () => {
  const pathOf = (settings: object): string => {
    const parsed = volatilitySection.safeParse(settings);
    return parsed.success ? 'ok' : (parsed.error.issues[0]?.path.join('.') ?? '');
  };
  assert.is(pathOf({}), 'ok');
  assert.is(pathOf({ staleSeconds: 30 }), 'staleSeconds');
  assert.is(pathOf({ returns: 400, returnsMin: 401 }), 'returnsMin');
  assert.is(pathOf({ seasonMinutes: 7 }), 'seasonMinutes');
  assert.is(pathOf({ shocks: 'normal', nu: 4 }), 'nu');
  assert.is(pathOf({ nu: 2 }), 'nu');
  const fixed = volatilitySection.parse({ nu: 4, variance: 'gjr' });
  assert.equal(modelOf(fixed), {
    ...{ variance: 'gjr', innovations: { kind: 't', nu: 4 }, mean: 'constant' },
  });
  assert.equal(modelOf(volatilitySection.parse({})).innovations, { kind: 't', nu: null });
});

test('the model of a calibration is written as people write it', () => {
  const texts = [{ shocks: 'normal' }, { nu: 4 }, { variance: 'egarch' }].map((settings) => {
    const { desk, jobs, events, follow, begin } = aDesk({ shocks: 't', ...settings });
    begin();
    follow(returnsOf(150, 14));
    const { instrument, turn } = jobs[0] as CalibrationJob;
    const profile = { bucketMs: 86_400_000, factors: Float64Array.of(1) };
    const parameters = { mu: 0, omega: 1e-9, alpha: 0.1, gamma: 0, beta: 0.8, nu: 4 };
    const value = {
      ...{ profile, parameters, next: 1e-8, persistence: 0.9, isStationary: true },
      ...{ logLikelihood: 1, observations: 150, robustErrors: [], held: [], jumps: null },
    };
    desk.onAnswer({ instrument, turn, outcome: ok(value) });
    return events[0]?.model;
  });
  assert.equal(texts, ['garch-normal', 'garch-t4', 'egarch-t']);
});

test.run();
