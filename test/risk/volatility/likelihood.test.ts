import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { logLikelihood, SCORES, scoresOf } from '../../../src/risk/volatility/likelihood.ts';
import { PARAMETERS, type VolatilityParameters } from '../../../src/risk/volatility/model.ts';
import { VariancePath } from '../../../src/risk/volatility/recursion.ts';
import { law } from '../../support/law.ts';
import { aModel, MODELS, simulated, usual } from './series.ts';

const between = (min: number, max: number): fc.Arbitrary<number> =>
  fc.double({ min, max, noNaN: true });

/** Points at which every model has a likelihood. */
const point = fc.record({
  mu: between(-0.5, 0.5),
  omega: between(0.01, 0.5),
  alpha: between(0.01, 0.3),
  gamma: between(0, 0.2),
  beta: between(0.3, 0.95),
  nu: between(2.5, 60),
});

for (const model of MODELS) {
  const name = `${model.variance} ${model.innovations.kind}`;
  const path = new VariancePath(model, simulated(model, 150, 7), 0.01);
  const scratch = new Float64Array(SCORES);
  const at = (parameters: VolatilityParameters): number => logLikelihood(path, parameters, scratch);

  test(`the gradient of ${name} is that of differences, to a millionth`, () => {
    law(
      fc.property(point, ({ nu, ...rest }) => {
        const gamma = model.variance === 'garch' ? 0 : rest.gamma;
        const parameters = { ...rest, gamma, nu: model.innovations.kind === 't' ? nu : null };
        const gradient = new Float64Array(SCORES);
        logLikelihood(path, parameters, gradient);
        const scale = gradient.reduce((most, slope) => Math.max(most, Math.abs(slope)), 1);
        PARAMETERS.forEach((parameter, index) => {
          const value = parameters[parameter];
          if (value === null || (parameter === 'gamma' && model.variance === 'garch')) {
            assert.is(gradient[index], 0);
            return;
          }
          const by = 1e-5 * Math.max(Math.abs(value), 0.1);
          const up = at({ ...parameters, [parameter]: value + by });
          const down = at({ ...parameters, [parameter]: value - by });
          const slope = (up - down) / (2 * by);
          const off = Math.abs(slope - (gradient[index] as number));
          // The second term is what the third derivative of a kink rounded to 0.01 leaves.
          const limit = model.variance === 'egarch' ? 1e-4 : 1e-6;
          assert.ok(off <= limit * scale, `${parameter}: ${gradient[index]} for ${slope}`);
        });
      }),
      60,
    );
  });

  test(`the scores of ${name} add up to its gradient`, () => {
    const [gradient, scores] = [new Float64Array(SCORES), new Float64Array(150 * SCORES)];
    logLikelihood(path, usual(model), gradient);
    scoresOf(path, usual(model), scores);
    for (let parameter = 0; parameter < SCORES; parameter += 1) {
      let sum = 0;
      for (let row = 0; row < 150; row += 1) sum += scores[row * SCORES + parameter] as number;
      assert.ok(Math.abs(sum - (gradient[parameter] as number)) < 1e-9, PARAMETERS[parameter]);
    }
  });
}

test('a likelihood is the sum of its densities, however large or small the variances', () => {
  for (const scale of [1e-60, 1, 1e60]) {
    const returns = simulated(aModel(), 400, 3).map((value) => value * scale);
    for (const nu of [null, 5]) {
      const parameters = { ...usual(aModel()), mu: 0, omega: 0.05 * scale ** 2, nu };
      const path = new VariancePath(aModel(), returns);
      const found = logLikelihood(path, parameters, new Float64Array(SCORES));
      const unscaled = new VariancePath(aModel(), simulated(aModel(), 400, 3));
      const wanted = logLikelihood(
        unscaled,
        { ...parameters, omega: 0.05 },
        new Float64Array(SCORES),
      );
      assert.ok(Math.abs(found + 400 * Math.log(scale) - wanted) < 1e-8, `${scale} ${nu}`);
    }
  }
});

test('variances that cannot be have no likelihood', () => {
  const returns = simulated(aModel(), 120, 5);
  for (const nu of [null, 4]) {
    const gradient = new Float64Array(SCORES);
    const path = new VariancePath(aModel(), returns);
    const negative = { ...usual(aModel()), omega: -10, nu };
    assert.ok(Number.isNaN(logLikelihood(path, negative, gradient)));
    const egarch = new VariancePath({ variance: 'egarch' }, returns);
    const growing = { ...usual(aModel()), omega: 900, nu };
    assert.ok(Number.isNaN(logLikelihood(egarch, growing, gradient)));
  }
  const calm = new VariancePath(aModel(), Float64Array.of(1e150, 0, 0));
  const far = { ...usual(aModel()), mu: 0, nu: 2.1, alpha: 0, beta: 0, omega: 1e-150 };
  assert.ok(Number.isNaN(logLikelihood(calm, far, new Float64Array(SCORES))));
});

test('the shock of a return that is the mean turns neither way', () => {
  const path = new VariancePath({ variance: 'egarch' }, Float64Array.of(0, 1, -1));
  const gradient = new Float64Array(SCORES);
  const parameters = { mu: 0, omega: 0, alpha: 0.2, gamma: 0.1, beta: 0.9, nu: null };
  assert.ok(Number.isFinite(logLikelihood(path, parameters, gradient)));
  assert.ok(gradient.every((slope) => Number.isFinite(slope)));
});

test.run();
