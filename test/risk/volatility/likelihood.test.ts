import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { GarchLikelihood } from '../../../src/risk/volatility/likelihood/garch-likelihood.ts';
import {
  logLikelihood,
  SCORES,
  scoresOf,
} from '../../../src/risk/volatility/likelihood/likelihood.ts';
import { PathLikelihood } from '../../../src/risk/volatility/likelihood/path-likelihood.ts';
import { VariancePath } from '../../../src/risk/volatility/likelihood/recursion.ts';
import {
  estimatedOf,
  PARAMETERS,
  type VolatilityParameters,
} from '../../../src/risk/volatility/model.ts';
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
    const gradient = new Float64Array(SCORES);
    logLikelihood(path, usual(model), gradient);
    const places = estimatedOf(model).map((parameter) => PARAMETERS.indexOf(parameter));
    const scores = scoresOf(path, usual(model), places);
    places.forEach((place, row) => {
      const sum = (scores[row] as Float64Array).reduce((whole, score) => whole + score, 0);
      assert.ok(Math.abs(sum - (gradient[place] as number)) < 1e-9, PARAMETERS[place]);
    });
  });
}

test('the likelihood of garch in one pass is that of its path, with gradient and scores', () => {
  const model = aModel();
  const returns = simulated(model, 300, 9);
  const [fast, path] = [new GarchLikelihood(returns), new PathLikelihood(model, returns, 0)];
  const near = (one: ArrayLike<number>, other: ArrayLike<number>): void => {
    for (let at = 0; at < one.length; at += 1) {
      const [found, wanted] = [one[at] as number, other[at] as number];
      assert.ok(Math.abs(found - wanted) <= 1e-9 * (1 + Math.abs(wanted)), `${found} ${wanted}`);
    }
  };
  const range = (min: number, max: number) => fc.double({ min, max, noNaN: true });
  const point = fc.record({
    ...{ mu: range(-1, 1), omega: range(1e-6, 2), alpha: range(0, 0.5), beta: range(0, 0.999) },
    ...{ gamma: fc.constant(0), nu: fc.constant(null) },
  });
  law(
    fc.property(point, (parameters) => {
      const [one, other] = [new Float64Array(SCORES), new Float64Array(SCORES)];
      near([fast.value(parameters, one)], [path.value(parameters, other)]);
      near(one, other);
      near(fast.moments(parameters).scores.cells, path.curvature(parameters).cells);
      near(fast.variances(parameters), path.variances(parameters));
    }),
  );
  const { cells } = fast.curvature(usual(model));
  assert.equal([cells[1], cells[2], cells[6]], [0, 0, 0]);
  assert.ok((cells[0] as number) > 0 && cells[8] === cells[13]);
});

test('the likelihood of garch in one pass has no value where variances leave the doubles', () => {
  const fast = new GarchLikelihood(Float64Array.of(1, -1, 2, 1));
  const gradient = new Float64Array(SCORES);
  const usualOnes = { mu: 0, gamma: 0, nu: null };
  for (const omega of [1e300, 1e-300, Number.NaN]) {
    assert.ok(Number.isNaN(fast.value({ ...usualOnes, omega, alpha: 0, beta: 0 }, gradient)));
  }
});

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
