import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Result } from '../../../src/core/result.ts';
import { rngOf } from '../../../src/core/rng.ts';
import {
  christoffersenTest,
  conditionalCoverageTest,
  kupiecTest,
  shortfallTest,
} from '../../../src/risk/regulatory/backtest.ts';
import {
  capitalCharge,
  liquidityShortfall,
  trafficLight,
} from '../../../src/risk/regulatory/capital.ts';
import { normalRisk } from '../../../src/risk/value-at-risk/parametric.ts';
import { law } from '../../support/law.ts';
import { near } from '../../support/near.ts';
import { errorIn, valueIn } from '../../support/risk/samples.ts';

const nameIn = (result: Result<unknown, unknown>): unknown =>
  (errorIn(result) as { name: string }).name;

test('as many exceptions as were promised are no evidence, and both ways from there it grows', () => {
  const at = (exceptions: number): number => valueIn(kupiecTest(1_000, exceptions, 0.01)).statistic;
  near(at(10), 0, 0, 1e-9);
  assert.ok(at(0) > at(5) && at(5) > at(10) && at(15) > at(10) && at(30) > at(15));
  assert.ok(valueIn(kupiecTest(1_000, 30, 0.01)).p < 1e-4);
  near(valueIn(kupiecTest(5, 5, 0.5)).statistic, 10 * Math.log(2));
});

test('a right model is doubted in about one run of twenty', () => {
  const rng = rngOf(12);
  let doubted = 0;
  for (let run = 0; run < 500; run += 1) {
    const hits = Array.from({ length: 500 }, () => rng.next() < 0.05);
    const exceptions = hits.filter(Boolean).length;
    if (valueIn(kupiecTest(500, exceptions, 0.05)).p < 0.05) doubted += 1;
  }
  // Four standard errors around 25 of 500.
  assert.ok(doubted > 5 && doubted < 45, `${doubted}`);
});

test('exceptions that come in runs are found, scattered ones are not', () => {
  const spread = Array.from({ length: 500 }, (_, day) => day % 25 === 0);
  const runs = Array.from({ length: 500 }, (_, day) => day % 125 < 5);
  assert.ok(valueIn(christoffersenTest(runs)).p < 1e-6);
  assert.ok(valueIn(christoffersenTest(spread)).p > 0.1);
  assert.ok(valueIn(conditionalCoverageTest(runs, 0.04)).p < 1e-6);
  const both = valueIn(conditionalCoverageTest(spread, 0.04));
  const often = valueIn(kupiecTest(499, 19, 0.04)).statistic;
  near(both.statistic, often + valueIn(christoffersenTest(spread)).statistic);
});

test('independence cannot be tested without both kinds of days', () => {
  const never = errorIn(christoffersenTest([false, false, false]));
  assert.equal(never, { kind: 'one-kind', transitions: { n00: 2, n01: 0, n10: 0, n11: 0 } });
  assert.is(errorIn(christoffersenTest([true, true])).kind, 'one-kind');
  assert.is(errorIn(christoffersenTest([true])).kind, 'too-few');
  assert.is(errorIn(conditionalCoverageTest([true], 0.1)).kind, 'too-few');
  assert.is(nameIn(conditionalCoverageTest([true, false, true], 0)), 'chance');
});

test('transitions are counted from each day to the next', () => {
  law(
    fc.property(fc.array(fc.boolean(), { minLength: 2, maxLength: 60 }), (hits) => {
      const tested = christoffersenTest(hits);
      const error = tested.ok ? null : tested.error;
      const counts = tested.ok
        ? tested.value.transitions
        : (error as { transitions: { n00: number; n01: number; n10: number; n11: number } })
            .transitions;
      assert.is(counts.n00 + counts.n01 + counts.n10 + counts.n11, hits.length - 1);
      assert.is(counts.n01 + counts.n11, hits.slice(1).filter(Boolean).length);
      assert.is(counts.n10 + counts.n11, hits.slice(0, -1).filter(Boolean).length);
      if (tested.ok) assert.ok(tested.value.statistic >= 0 && tested.value.p <= 1);
    }),
  );
});

test('the shortfall of a right model passes, that of one with half the spread does not', () => {
  const rng = rngOf(3);
  const losses = Array.from({ length: 2_000 }, () => rng.normal());
  const judged = (sd: number): { statistic: number; zone: string } => {
    const forecast = valueIn(normalRisk({ mean: 0, sd }, 0.975));
    return valueIn(
      shortfallTest(
        losses.map((loss) => ({ loss, ...forecast })),
        0.025,
      ),
    );
  };
  assert.is(judged(1).zone, 'green');
  assert.ok(Math.abs(judged(1).statistic) < 0.5);
  assert.is(judged(0.8).zone, 'yellow');
  assert.is(judged(0.5).zone, 'red');
});

test('forecasts and counts that are none are refused by name', () => {
  const fine = { loss: 1, valueAtRisk: 1, expectedShortfall: 2 };
  const wrong = [
    { expectedShortfall: 0 },
    { expectedShortfall: Number.NaN },
    { loss: Number.NaN },
    { valueAtRisk: Number.POSITIVE_INFINITY },
  ];
  for (const changed of wrong) {
    assert.is(nameIn(shortfallTest([fine, { ...fine, ...changed }], 0.1)), 'expectedShortfall');
  }
  assert.is(nameIn(shortfallTest([], 0.1)), 'observations');
  assert.is(nameIn(shortfallTest([fine], 1)), 'chance');
  assert.is(nameIn(kupiecTest(0, 0, 0.1)), 'observations');
  assert.is(nameIn(kupiecTest(2.5, 0, 0.1)), 'observations');
  for (const exceptions of [-1, 11, 1.5]) {
    assert.is(nameIn(kupiecTest(10, exceptions, 0.1)), 'exceptions');
  }
  for (const chance of [0, 1, Number.NaN]) assert.is(nameIn(kupiecTest(10, 1, chance)), 'chance');
});

const WINDOW = { observations: 250, chance: 0.01 };

test('the traffic light turns at the exceptions that Basel prints, and stays red', () => {
  const zones = Array.from({ length: 13 }, (_, at) => valueIn(trafficLight(at, WINDOW)).zone);
  assert.equal(zones.indexOf('yellow'), 5);
  assert.equal(zones.indexOf('red'), 10);
  const far = valueIn(trafficLight(300, WINDOW));
  assert.equal([far.zone, far.baselAddon, far.frtbAddon], ['red', 1, 0.5]);
  assert.is(far.cumulative, 1);
});

test('windows and exceptions that are none are refused by name', () => {
  assert.is(nameIn(trafficLight(-1, WINDOW)), 'exceptions');
  assert.is(nameIn(trafficLight(0.5, WINDOW)), 'exceptions');
  assert.is(nameIn(trafficLight(100_001, WINDOW)), 'exceptions');
  assert.is(nameIn(trafficLight(1, { ...WINDOW, observations: 0 })), 'observations');
  for (const chance of [0, 1, Number.NaN]) {
    assert.is(nameIn(trafficLight(1, { ...WINDOW, chance })), 'chance');
  }
});

const CHARGED = {
  valueAtRisk: 10,
  valueAtRiskAverage: 1,
  stressed: 1,
  stressedAverage: 10,
  exceptions: 10,
};

test('capital is the larger of the last figure and of the multiplied average', () => {
  assert.equal(valueIn(capitalCharge(CHARGED)), { multiplier: 4, capital: 50, frtbMultiplier: 2 });
  assert.is(nameIn(capitalCharge({ ...CHARGED, stressed: -1 })), 'stressed');
  assert.is(nameIn(capitalCharge({ ...CHARGED, valueAtRisk: Number.NaN })), 'valueAtRisk');
  assert.is(nameIn(capitalCharge({ ...CHARGED, exceptions: -1 })), 'exceptions');
});

test('a shortfall over longer horizons weighs by the root of the days that are added', () => {
  near(valueIn(liquidityShortfall([3])), 3);
  near(valueIn(liquidityShortfall([0, 0, 1])), Math.sqrt(2));
  assert.is(valueIn(liquidityShortfall([])), 0);
  assert.is(nameIn(liquidityShortfall([1, 2, 3, 4, 5, 6])), 'shortfalls');
  assert.is(nameIn(liquidityShortfall([1, Number.POSITIVE_INFINITY])), 'shortfalls[1]');
});

test.run();
