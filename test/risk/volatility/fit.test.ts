import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../../src/core/rng.ts';
import { Coordinates } from '../../../src/risk/volatility/coordinates.ts';
import {
  fitVolatility,
  GRADIENT_MAX,
  type VolatilityFit,
} from '../../../src/risk/volatility/fit.ts';
import type { VolatilityModel, VolatilityParameters } from '../../../src/risk/volatility/model.ts';
import { standardErrors } from '../../../src/risk/volatility/standard-errors.ts';
import { law } from '../../support/law.ts';
import { aModel, MODELS, STUDENT, seriesOf, simulated, usual } from './series.ts';

function fitted(returns: ArrayLike<number>, model: VolatilityModel): VolatilityFit {
  const fit = fitVolatility(returns, model);
  assert.ok(fit.ok, JSON.stringify(fit));
  return fit.value;
}

function isNear(found: number, wanted: number, relative: number, what: string): void {
  const off = Math.abs(found - wanted);
  assert.ok(off <= relative * Math.abs(wanted), `${what}: ${found} for ${wanted}`);
}

test('the benchmark of Fiorentini, Calzolari and Panattoni is met to nine digits', () => {
  const { parameters, logLikelihood } = fitted(seriesOf('dem2gbp.csv'), aModel());
  isNear(parameters.mu, -0.0061904083799, 1e-9, 'mu');
  isNear(parameters.omega, 0.0107613978518, 1e-9, 'omega');
  isNear(parameters.alpha, 0.15313406182, 1e-9, 'alpha');
  isNear(parameters.beta, 0.805973670305, 1e-9, 'beta');
  isNear(logLikelihood, -1106.607881041288, 1e-12, 'log likelihood');
});

test('the outer product gives the standard errors that gretl prints', () => {
  const { errors } = fitted(seriesOf('dem2gbp.csv'), aModel());
  const wanted = [0.00843359318743, 0.00132297488661, 0.0139737904488, 0.0165604007245];
  wanted.forEach((error, at) => {
    isNear(errors.outerProduct?.[at] as number, error, 1e-5, String(at));
  });
});

test('a variance without a long run is fitted and said to be so', () => {
  const fit = fitted(seriesOf('dem2gbp.csv'), aModel({ innovations: STUDENT }));
  assert.is(fit.isStationary, false);
  assert.is(fit.longRunVariance, null);
  assert.ok(fit.persistence > 1.009 && fit.persistence < 1.0095);
});

test('the answer to a rise that ends at zero is held there and has no standard error', () => {
  const fit = fitted(seriesOf('ret_SMI.csv'), aModel({ variance: 'gjr' }));
  assert.equal(fit.held, ['alpha']);
  assert.is(fit.parameters.alpha, 0);
  assert.equal(fit.errors.names, ['mu', 'omega', 'alpha', 'gamma', 'beta']);
  assert.is(fit.errors.hessian[2], null);
  assert.ok((fit.errors.robust[3] as number) > 0);
});

for (const model of MODELS) {
  const name = `${model.variance} ${model.innovations.kind}`;

  test(`a fit of ${name} finds what made the returns, within four standard errors`, () => {
    const fit = fitted(simulated(model, 4_000, 11), model);
    const wanted = usual(model);
    fit.errors.names.forEach((parameter, at) => {
      const found = fit.parameters[parameter] as number;
      const error = fit.errors.robust[at] as number;
      const off = Math.abs(found - (wanted[parameter] as number)) / error;
      assert.ok(off < 4, `${parameter}: ${found} ± ${error} for ${wanted[parameter]}`);
    });
    assert.ok(fit.gradientMax < GRADIENT_MAX);
  });

  test(`the unit of the returns does not matter to ${name}`, () => {
    const returns = simulated(model, 800, 5);
    const plain = fitted(returns, model);
    law(
      fc.property(fc.double({ min: -8, max: 8, noNaN: true }), (power) => {
        const unit = 10 ** power;
        const scaled = fitted(
          returns.map((value) => value * unit),
          model,
        );
        const wanted = inUnit(model, plain.parameters, unit);
        for (const parameter of plain.errors.names) {
          const [found, right] = [scaled.parameters[parameter], wanted[parameter]] as number[];
          const off = Math.abs((found as number) - (right as number));
          assert.ok(off <= 1e-6 * (Math.abs(right as number) + 1e-3), `${parameter} ${found}`);
        }
        const likelihood = plain.logLikelihood - returns.length * Math.log(unit);
        assert.ok(Math.abs(scaled.logLikelihood - likelihood) < 1e-7 * Math.abs(likelihood) + 1e-7);
        const at = plain.errors.names.indexOf('beta');
        isNear(
          scaled.errors.hessian[at] as number,
          plain.errors.hessian[at] as number,
          1e-3,
          'error',
        );
      }),
      2,
    );
  });
}

function inUnit(
  { variance }: VolatilityModel,
  parameters: VolatilityParameters,
  unit: number,
): VolatilityParameters {
  const { mu, omega, beta } = parameters;
  const scaled =
    variance === 'egarch' ? omega + (1 - beta) * 2 * Math.log(unit) : omega * unit ** 2;
  return { ...parameters, mu: mu * unit, omega: scaled };
}

test('standard errors cover what made the returns as often as they say', () => {
  const model = aModel();
  const wanted = usual(model);
  let [tried, within] = [0, 0];
  for (let seed = 1; seed <= 40; seed += 1) {
    const fit = fitVolatility(simulated(model, 1_500, seed), model);
    if (!fit.ok) continue;
    for (const parameter of ['mu', 'alpha', 'beta'] as const) {
      const at = fit.value.errors.names.indexOf(parameter);
      const off = Math.abs((fit.value.parameters[parameter] as number) - wanted[parameter]);
      tried += 1;
      if (off <= 1.96 * (fit.value.errors.hessian[at] as number)) within += 1;
    }
  }
  assert.ok(tried >= 110, `${tried} of 120 converged`);
  // 95 % of 120, less four standard errors of a share.
  assert.ok(within / tried > 0.95 - 4 * Math.sqrt((0.95 * 0.05) / tried), `${within} of ${tried}`);
});

test('a search that leaves too much for Newton is taken to its own end', () => {
  const random = rngOf(8);
  const returns = Float64Array.from({ length: 100 }, () => random.normal());
  const fit = fitted(returns, aModel());
  assert.ok(fit.gradientMax < GRADIENT_MAX);
});

test('scores that say nothing leave their standard errors out', () => {
  const nothing = { rows: 6, columns: 6, cells: new Float64Array(36) };
  const errors = standardErrors({
    ...{ names: ['omega'], hessian: Float64Array.of(4) },
    ...{ scores: nothing, information: null },
    slopes: { rows: 6, columns: 1, cells: Float64Array.of(0, 1, 0, 0, 0, 0) },
    unscaling: new Coordinates(aModel(), { centre: 0, spread: 1 }).unscaling(),
  });
  assert.is(errors.outerProduct, null);
  assert.equal(errors.hessian, [0.5]);
  assert.equal(errors.robust, [null]);
});

test('a mean that is known to be zero is not estimated', () => {
  const fit = fitted(simulated(aModel(), 500, 2), aModel({ mean: 'zero' }));
  assert.is(fit.parameters.mu, 0);
  assert.equal(fit.errors.names, ['omega', 'alpha', 'beta']);
});

test('degrees of freedom that are given are kept', () => {
  const innovations = { kind: 't', nu: 4 } as const;
  const fit = fitted(seriesOf('ret_DAX.csv'), aModel({ innovations }));
  assert.is(fit.parameters.nu, 4);
  assert.not(fit.errors.names.includes('nu'));
  const bad = fitVolatility(seriesOf('ret_DAX.csv'), aModel({ innovations: { kind: 't', nu: 2 } }));
  assert.equal(bad, { ok: false, error: { kind: 'bad-nu', found: 2, min: 2.05 } });
});

test('normal shocks hold the tail at its thinnest, or leave it with a wide error', () => {
  const fit = fitted(simulated(aModel(), 3_000, 8), aModel({ innovations: STUDENT }));
  assert.ok((fit.parameters.nu as number) > 20, String(fit.parameters.nu));
});

test('what is no series of returns is a tagged error', () => {
  const returns = Array.from(simulated(aModel(), 500, 4));
  const kindOf = (bad: ArrayLike<number>): string => {
    const fit = fitVolatility(bad, aModel());
    return fit.ok ? 'ok' : fit.error.kind;
  };
  assert.is(kindOf([1]), 'too-short');
  assert.is(kindOf(returns.slice(0, 99)), 'too-short');
  assert.is(kindOf(new Float64Array(200_001)), 'too-long');
  assert.is(kindOf(new Float64Array(500)), 'no-variance');
  assert.is(kindOf(new Float64Array(500).fill(0.1)), 'no-variance');
  assert.is(kindOf(new Float64Array(500).fill(1e300)), 'no-variance');
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.equal(fitVolatility(returns.with(17, value), aModel()), {
      ok: false,
      error: { kind: 'not-finite', at: 17, found: value },
    });
  }
  assert.is(kindOf(returns.map((value) => value * 1e-200)), 'not-finite');
  assert.is(kindOf(returns.map((value) => value * 1e200)), 'not-finite');
});

test('a price a million times too large is found, there and back', () => {
  const returns = Array.from(simulated(aModel(), 1_000, 4), (value) => value / 1_000);
  const bad = returns.with(400, Math.log(1e6)).with(401, -Math.log(1e6));
  const fit = fitVolatility(bad, aModel());
  assert.ok(!fit.ok && fit.error.kind === 'dominant-return');
  assert.ok(fit.error.at === 400 || fit.error.at === 401);
  assert.ok(fit.error.share > 0.99);
});

test('every series has a fit whose gradient is zero, or a tagged error', () => {
  const shape = fc.record({
    seed: fc.nat(),
    zeros: fc.double({ min: 0, max: 0.95, noNaN: true }),
    tail: fc.double({ min: 1, max: 6, noNaN: true }),
    model: fc.constantFrom(...MODELS),
  });
  law(
    fc.property(shape, ({ seed, zeros, tail, model }) => {
      const random = rngOf(seed);
      const returns = Array.from({ length: 150 }, () => {
        const value = random.normal();
        return random.next() < zeros ? 0 : Math.sign(value) * Math.abs(value) ** tail;
      });
      const fit = fitVolatility(returns, model);
      if (!fit.ok) return assert.ok(fit.error.kind.length > 0);
      const { parameters, gradientMax, logLikelihood } = fit.value;
      assert.ok(gradientMax < GRADIENT_MAX && Number.isFinite(logLikelihood));
      assert.ok(
        Object.values(parameters).every((value) => value === null || Number.isFinite(value)),
      );
      assert.ok(fit.value.variances.every((h) => h > 0 && Number.isFinite(h)));
    }),
    60,
  );
});

test('a variance that never changes has no single fit', () => {
  const returns = Float64Array.from({ length: 400 }, (_, at) => (at % 2 === 0 ? 1 : -1));
  const fit = fitVolatility(returns, aModel());
  assert.ok(!fit.ok && fit.error.kind === 'not-identified', JSON.stringify(fit));
});

test.run();
