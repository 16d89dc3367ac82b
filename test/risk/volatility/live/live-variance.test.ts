import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { forecastVariances } from '../../../../src/risk/volatility/forecast.ts';
import { VariancePath } from '../../../../src/risk/volatility/likelihood/recursion.ts';
import { LiveVariance, SHOCK_MAX } from '../../../../src/risk/volatility/live/live-variance.ts';
import { law } from '../../../support/law.ts';
import { aModel, MODELS, simulated, usual } from '../series.ts';

test('one step at a time is the filter of the whole series', () => {
  law(
    fc.property(fc.constantFrom(...MODELS), fc.nat(), (model, seed) => {
      const returns = simulated(model, 200, seed);
      const path = new VariancePath(model, returns);
      path.fill(usual(model));
      const live = new LiveVariance(model, usual(model), path.variances[0] as number);
      returns.forEach((value, at) => {
        const z = live.step(value);
        const h = path.variances[at] as number;
        assert.ok(Math.abs(z - (path.shocks[at] as number) / Math.sqrt(h)) < 1e-9);
        const next = path.variances[at + 1] as number;
        assert.ok(Math.abs(live.next - next) < 1e-12 * next, `${live.next} for ${next}`);
      });
    }),
    60,
  );
});

test('a period of which nothing is known goes where it is expected to go', () => {
  for (const model of [aModel(), aModel({ variance: 'gjr' })]) {
    const live = new LiveVariance(model, usual(model), 3);
    assert.ok(Number.isNaN(live.step(Number.NaN)));
    const [, second] = forecastVariances(model, usual(model), 3, 2) as [number, number];
    assert.ok(Math.abs(live.next - second) < 1e-15);
  }
  const model = aModel({ variance: 'egarch' });
  const live = new LiveVariance(model, usual(model), 3);
  live.skip();
  assert.ok(Math.abs(live.next - 3 ** 0.95) < 1e-12);
});

test('a wrong price counts as twenty standard deviations, is told whole, and is forgotten', () => {
  for (const model of MODELS) {
    const live = new LiveVariance(model, usual(model), 1);
    const z = live.step(1e6);
    assert.ok(z > 9e5);
    const held = new LiveVariance(model, usual(model), 1);
    held.step(0.05 + SHOCK_MAX);
    assert.ok(Math.abs(live.next - held.next) < 1e-9);
    for (let at = 0; at < 500; at += 1) live.step(0.05);
    assert.ok(live.next < 1.5, String(live.next));
  }
});

test('a variance never leaves the numbers that can be computed with', () => {
  const any = fc.oneof(
    fc.double(),
    fc.constantFrom(0, 1e300, -1e300, Number.NaN, Number.POSITIVE_INFINITY),
  );
  law(
    fc.property(fc.constantFrom(...MODELS), fc.array(any, { maxLength: 300 }), (model, values) => {
      const live = new LiveVariance(model, { ...usual(model), omega: 0 }, 1e-290);
      for (const value of values) {
        live.step(value);
        assert.ok(live.next > 0 && live.next < Number.POSITIVE_INFINITY);
      }
    }),
  );
});

test('a calibration takes over between two returns', () => {
  const live = new LiveVariance(aModel(), usual(aModel()), 1);
  const gjr = aModel({ variance: 'gjr' });
  live.adopt(gjr, usual(gjr), 2);
  assert.is(live.next, 2);
  live.step(0.05 - 1);
  assert.ok(Math.abs(live.next - (0.05 + 0.14 + 0.85 * 2)) < 1e-12);
  assert.throws(() => live.adopt(gjr, usual(gjr), 0), /variance/);
});

test.run();
