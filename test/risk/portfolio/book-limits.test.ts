import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { at, rowsOf } from '../../../src/math/matrix.ts';
import { attributed } from '../../../src/risk/portfolio/attribution.ts';
import { correlatedExposure } from '../../../src/risk/portfolio/correlation-exposure.ts';
import {
  factorRisk,
  fitFactorModel,
  modelCovariance,
} from '../../../src/risk/portfolio/factor-model.ts';
import { concentrationOf, heatOf } from '../../../src/risk/portfolio/heat.ts';
import { portfolioSpread } from '../../../src/risk/value-at-risk/portfolio-risk.ts';
import { law } from '../../support/law.ts';
import { near } from '../../support/near.ts';
import { covarianceOf, errorIn, normalReturns, valueIn } from '../../support/risk/samples.ts';

const HELD = {
  symbol: 'BTCUSDT',
  notional: -1_000,
  stopDistance: 0.05,
  cost: 0.002,
  expectedShortfall: 0.2,
};

test('heat is what the stops lose with costs, and the shortfall where there is none', () => {
  const { heat, parts } = valueIn(heatOf([HELD, { ...HELD, stopDistance: null }], 10_000));
  near(parts[0] as number, 0.0052);
  near(parts[1] as number, 0.0202);
  near(heat, 0.0254);
  assert.is(valueIn(heatOf([], 1)).heat, 0);
});

test('a stop on the wrong side, no number and no equity have no heat', () => {
  for (const changed of [
    { stopDistance: -0.1 },
    { notional: Number.NaN },
    { cost: 1e308, notional: 1e308 },
  ]) {
    assert.is(errorIn(heatOf([{ ...HELD, ...changed }], 1)).name, 'BTCUSDT');
  }
  for (const equity of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.is(errorIn(heatOf([], equity)).name, 'equity');
    assert.is(errorIn(concentrationOf([], equity)).name, 'equity');
  }
});

test('concentration adds what is long here and short there', () => {
  const held = [
    { symbol: 'A', notional: 300 },
    { symbol: 'A', notional: -200 },
    { symbol: 'B', notional: 50 },
  ];
  const shares = valueIn(concentrationOf(held, 10_000));
  near(shares.get('A') as number, 0.05);
  near(shares.get('B') as number, 0.005);
  const wrong = [{ symbol: 'C', notional: Number.NaN }];
  assert.is(errorIn(concentrationOf(wrong, 1)).name, 'C');
});

const RHO = new Float64Array([1, 0.9, 0.75, 0.9, 1, 0.2, 0.75, 0.2, 1]);
/** The highest correlation above 0.7 and the notional beside, of positions before a change. */
function besides(
  positions: readonly number[],
  asset: number,
  change: number,
  parts: { readonly rho?: Float64Array; readonly without?: readonly number[] } = {},
): readonly number[] {
  const target = { correlation: Number.NaN, otherNotional: Number.NaN };
  const { rho = RHO, without = [] } = parts;
  const after = (positions[asset] ?? 0) + change;
  const order = { asset, after, limit: 0.7, without };
  correlatedExposure(rho, Float64Array.from(positions), order, target);
  return [target.correlation, target.otherNotional];
}

test('everything that moves as one with what an order enlarges is taken together', () => {
  assert.equal(besides([0, 100, 50], 0, 10), [0.9, 150]);
  assert.equal(besides([0, 0, 100], 0, 10), [0.75, 100]);
  assert.equal(besides([0, 0, 100], 1, 10), [0, 0]);
  assert.equal(besides([50, 0, 0], 0, 10), [0, 0]);
  assert.equal(besides([0, 100, 50], 0, 10, { without: [1] }), [0.75, 50]);
});

test('a hedge is a negative correlation, and what only shrinks enlarges nothing', () => {
  assert.equal(besides([0, 100, 0], 0, -10), [0, 0]);
  assert.equal(besides([50, 100, 0], 0, -50), [0, 0]);
  assert.equal(besides([50, 100, 0], 0, -20), [0, 0]);
  assert.equal(besides([-50, -100, 0], 0, -10), [0.9, 100]);
  // Through zero to the other side: a new position, here a hedge, there a second of the same.
  assert.equal(besides([50, 100, 0], 0, -60), [0, 0]);
  assert.equal(besides([-50, 100, 0], 0, 60), [0.9, 100]);
  const rho = RHO.map((each) => -each);
  assert.equal(besides([0, 100, 0], 0, -10, { rho }), [0.9, 100]);
});

test('a correlation that is not known counts as one', () => {
  const rho = RHO.map((each) => (each === 0.2 ? Number.NaN : each));
  assert.equal(besides([0, 10, 0], 2, -5, { rho }), [1, 10]);
  assert.throws(() => besides([0, 0], 0, 1), /each pair/);
});

const BOOK = [
  { strategy: 'mm', symbol: 'A', venue: 'x', asset: 0, notional: 100 },
  { strategy: 'mm', symbol: 'B', venue: 'x', asset: 1, notional: -50 },
  { strategy: 'trend', symbol: 'A', venue: 'y', asset: 0, notional: 70 },
];

test('the parts of every dimension add up to the risk of the book', () => {
  law(
    fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
      const covariance = covarianceOf(2, seed);
      for (const by of ['strategy', 'symbol', 'venue'] as const) {
        const { sd, parts } = valueIn(attributed(covariance, BOOK, by));
        near(
          [...parts.values()].reduce((a, b) => a + b, 0),
          sd,
          1e-10,
        );
        assert.is(parts.size, 2);
      }
    }),
    50,
  );
  assert.is(errorIn(attributed(covarianceOf(2, 1), [], 'venue')).kind, 'flat');
  assert.throws(() => attributed(covarianceOf(1, 1), BOOK, 'venue'), /an asset/);
});

const FACTORS = [normalReturns(200, 1), normalReturns(200, 2)];
const LOADED = [
  [1, 0.5],
  [-0.4, 2],
  [0, 0],
];

function assetsOf(noise: number): number[][] {
  return LOADED.map(([one, other], asset) => {
    const rest = normalReturns(200, 10 + asset, noise);
    return rest.map(
      (each, row) =>
        0.001 +
        (one as number) * (FACTORS[0]?.[row] as number) +
        (other as number) * (FACTORS[1]?.[row] as number) +
        each,
    );
  });
}

test('a factor model finds the loadings that made the returns', () => {
  const { loadings, specific } = valueIn(fitFactorModel(assetsOf(0.001), FACTORS));
  rowsOf(loadings).forEach((line, asset) => {
    line.forEach((loading, factor) => {
      near(loading, LOADED[asset]?.[factor] as number, 0, 0.04);
    });
    near(specific[asset] as number, 1e-6, 0.35);
  });
});

test('the factors and the rest add up to the variance of the covariance that they imply', () => {
  const model = valueIn(fitFactorModel(assetsOf(0.01), FACTORS));
  const weights = [100, -30, 20];
  const { variance, contributions, specific, exposures } = factorRisk(model, weights);
  const spread = valueIn(portfolioSpread(modelCovariance(model), weights));
  near(Math.sqrt(variance), spread.sd, 1e-10);
  near(
    contributions.reduce((a, b) => a + b, specific),
    variance,
  );
  near(
    exposures[0] as number,
    weights.reduce((sum, w, a) => sum + w * at(model.loadings, a, 0), 0),
  );
  assert.throws(() => factorRisk(model, [1]), /a weight for each asset/);
});

test('factors that are one, too many, or of other rows are refused', () => {
  const assets = assetsOf(0.01);
  const [one] = FACTORS as [number[], number[]];
  assert.is(errorIn(fitFactorModel(assets, [one, one])).kind, 'collinear');
  assert.is(errorIn(fitFactorModel(assets, [])).kind, 'no-freedom');
  const short = assets.map((column) => column.slice(0, 3));
  const few = FACTORS.map((column) => column.slice(0, 3));
  assert.equal(errorIn(fitFactorModel(short, few)), { kind: 'no-freedom', rows: 3, factors: 2 });
  assert.is(errorIn(fitFactorModel(short, FACTORS)).kind, 'ragged');
});

test.run();
