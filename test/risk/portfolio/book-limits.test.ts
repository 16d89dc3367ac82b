import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { at, rowsOf } from '../../../src/math/matrix.ts';
import { attributed, tierOf } from '../../../src/risk/portfolio/attribution.ts';
import { correlatedPair } from '../../../src/risk/portfolio/correlation-exposure.ts';
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

test('a stop on the wrong side, numbers that are none and a desk without equity have no heat', () => {
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
const pairOf = (weights: readonly number[], asset: number, change: number, rho = RHO) =>
  correlatedPair(rho, Float64Array.from(weights), { asset, change, limit: 0.7 });

test('an order that enlarges a pair above 0.7 is named with the worst of its pairs', () => {
  assert.equal(pairOf([0, 100, 100], 0, 10), { asset: 0, other: 1, correlation: 0.9, limit: 0.7 });
  assert.is(pairOf([0, 0, 100], 0, 10)?.other, 2);
  assert.is(pairOf([0, 0, 100], 1, 10), null);
  assert.is(pairOf([50, 0, 0], 0, 10), null);
});

test('a hedge is a negative correlation, and what only shrinks enlarges nothing', () => {
  assert.is(pairOf([0, 100, 0], 0, -10), null);
  assert.is(pairOf([50, 100, 0], 0, -50), null);
  assert.is(pairOf([50, 100, 0], 0, -20), null);
  assert.is(pairOf([-50, -100, 0], 0, -10)?.other, 1);
  // Through zero to the other side: a new position, here a hedge, there a second of the same.
  assert.is(pairOf([50, 100, 0], 0, -60), null);
  assert.is(pairOf([-50, 100, 0], 0, 60)?.other, 1);
  const opposite = RHO.map((each) => -each);
  assert.is(pairOf([0, 100, 0], 0, -10, opposite)?.correlation, 0.9);
});

test('a correlation that is not known counts as one', () => {
  const unknown = RHO.map((each) => (each === 0.2 ? Number.NaN : each));
  assert.is(pairOf([0, 10, 0], 2, -5, unknown)?.correlation, 1);
  assert.throws(() => pairOf([0, 0], 0, 1), /each pair/);
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

const TIERS = [0, 1_000, 10_000].map((from) => ({
  from,
  leverageMax: 1,
  symbolMax: 0.05,
  symbolsMax: 10,
}));

test('a smaller tier holds at once, a larger one a little above and one at a time', () => {
  const tier = (equity: number, current: number): number => valueIn(tierOf(TIERS, equity, current));
  assert.equal([tier(999, 2), tier(1_000, 2), tier(-5, 2)], [0, 1, 0]);
  assert.equal([tier(1_049, 0), tier(1_050, 0), tier(50_000, 0), tier(50_000, 2)], [0, 1, 1, 2]);
  assert.is(errorIn(tierOf(TIERS, Number.NaN, 0)).kind, 'out-of-range');
  assert.throws(() => tierOf([], 1, 0), /begins at nothing/);
  assert.throws(() => tierOf(TIERS, 1, 3), /one of them/);
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
