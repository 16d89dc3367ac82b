import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { at } from '../../../src/math/matrix.ts';
import { type AllocationCase, allocate } from '../../../src/risk/sizing/allocation.ts';
import { STANDING_TAIL } from '../../../src/risk/value-at-risk/tail-factors.ts';
import { law } from '../../support/law.ts';
import { near } from '../../support/near.ts';
import { covarianceOf, errorIn, matrixOf, valueIn } from '../../support/risk/samples.ts';
import { aCase, aModel, someSizing } from '../../support/risk/sizing-desks.ts';

const DEFAULTS = someSizing();
const sizesOf = (markets: readonly AllocationCase[], ...of: [number?, number?]) =>
  valueIn(allocate(aModel(markets, ...of), DEFAULTS));

test('a strategy of which nothing is proven begins with its starting share', () => {
  for (const count of [1, 2, 5]) {
    for (const each of sizesOf(Array(count).fill(aCase()), 0.01)) {
      near(each.notional, 0.025, 1e-9);
      assert.is(each.rule, 'starting');
    }
  }
});

test('each regime scales the size, and the start with it', () => {
  const sizes = sizesOf([aCase({ regime: 'volatile' })]);
  near(sizes[0]?.notional ?? 0, 0.0125, 1e-9);
  assert.is(sizes[0]?.rule, 'starting');
  const none = someSizing({ regimeScale: { turbulent: 0 } });
  const halted = valueIn(allocate(aModel([aCase({ regime: 'turbulent' })]), none));
  assert.equal([halted[0]?.notional, halted[0]?.rule], [0, 'minimum']);
});

test('a proven edge grows to the Kelly fraction of it', () => {
  // The start is 0.025/0.25 of σ² a day; a quarter of (1e-5 + 4e-5)/0.0004 is 3.125 %.
  const [size] = sizesOf([aCase({ supportedEdge: 1e-5 })]);
  near(size?.notional ?? 0, (0.25 * (4e-5 + 1e-5)) / 4e-4, 1e-9);
  near(size?.kelly ?? 0, (4e-5 + 1e-5) / 4e-4, 1e-9);
  near(size?.atRisk ?? 0, (size?.notional ?? 0) * 0.02 * STANDING_TAIL.shortfall, 1e-9);
  assert.is(size?.rule, 'kelly-fraction');
});

test('a proven loss ends in nothing', () => {
  const sizes = sizesOf([aCase({ supportedEdge: -1 }), aCase()], 0.01, 0);
  assert.equal([sizes[0]?.notional, sizes[0]?.rule], [0, 'no-edge']);
  near(sizes[1]?.notional ?? 0, 0.025, 1e-9);
});

const BOUND: [rule: string, settings: Record<string, unknown>, market: Partial<AllocationCase>][] =
  [
    ['symbol', {}, {}],
    ['liquidity', {}, { liquidityMax: 0.03 }],
    ['volatility-target', { volatilityTarget: 0.0006 }, {}],
    ['value-at-risk-95', { valueAtRisk95Max: 0.001 }, {}],
    ['value-at-risk-99', { valueAtRisk99Max: 0.001 }, {}],
    ['leverage', { leverageMax: 0.03 }, {}],
  ];
for (const [rule, settings, market] of BOUND) {
  test(`a sure edge is held to ${rule}`, () => {
    const case1 = aCase({ supportedEdge: 1, ...market });
    const [size] = valueIn(allocate(aModel([case1]), someSizing(settings)));
    assert.is(size?.rule, rule);
    const cap = rule === 'leverage' ? 0.03 : size?.caps[rule as 'symbol'];
    near(size?.notional ?? 0, cap ?? 0, 1e-9);
  });
}

test('everything together is held to the value at risk of the desk', () => {
  const sizes = sizesOf(Array(6).fill(aCase({ supportedEdge: 1 })), 0.04, 1);
  for (const { rule, notional } of sizes) {
    assert.is(rule, 'desk-value-at-risk');
    assert.ok(notional < 0.05);
  }
  const total = sizes.reduce((sum, { notional }) => sum + notional, 0);
  assert.ok(total * 0.04 * STANDING_TAIL.at99 <= DEFAULTS.valueAtRisk99Max * 1.01);
  assert.ok(total * 0.04 * STANDING_TAIL.at99 >= DEFAULTS.valueAtRisk99Max * 0.95);
});

test('what is below the minimum is not taken at all', () => {
  const little = valueIn(allocate(aModel([aCase()]), someSizing({ startingFraction: 0.0049 })));
  assert.equal([little[0]?.notional, little[0]?.rule], [0, 'minimum']);
  const [size] = sizesOf([aCase({ liquidityMax: 0.0049 })]);
  assert.equal([size?.notional, size?.atRisk, size?.rule], [0, 0, 'minimum']);
  near(sizesOf([aCase({ liquidityMax: 0.005 })])[0]?.notional ?? 0, 0.005, 1e-9);
  assert.is(sizesOf([aCase({ liquidityMax: 0 })])[0]?.rule, 'minimum');
});

test('markets that move against each other are no hedge', () => {
  const edges = [aCase({ supportedEdge: 1e-5 }), aCase({ supportedEdge: 1e-5 })];
  const [against] = sizesOf(edges, 0.02, -0.6);
  const [along] = sizesOf(edges, 0.02, 0.6);
  near(against?.notional ?? 0, along?.notional ?? 1, 1e-9);
});

test('a market that is the twin of another can be sized, and so can three that cannot be', () => {
  assert.is(sizesOf([aCase(), aCase()], 0.01, 1)[0]?.rule, 'starting');
  const rows = [
    [1, 0.9, -0.9],
    [0.9, 1, 0.9],
    [-0.9, 0.9, 1],
  ].map((row) => row.map((cell) => cell * 1e-4));
  const model = { markets: [aCase(), aCase(), aCase()], covariance: matrixOf(rows) };
  const sizes = valueIn(allocate({ ...model, tail: STANDING_TAIL }, DEFAULTS));
  assert.ok(sizes.every(({ rule }) => rule === 'starting'));
});

test('what is no number is named, and so is a market that does not vary', () => {
  const fault = (market: Partial<AllocationCase>) =>
    errorIn(allocate(aModel([aCase(), aCase(market)]), DEFAULTS));
  assert.equal(fault({ supportedEdge: Number.NaN }), {
    ...{ kind: 'no-number', name: 'supportedEdge', market: 1 },
  });
  assert.equal(fault({ liquidityMax: Number.POSITIVE_INFINITY }), {
    ...{ kind: 'no-number', name: 'liquidityMax', market: 1 },
  });
  const endless = aModel([aCase({ supportedEdge: 1.79e308 })], 1.2e154);
  assert.is(errorIn(allocate(endless, DEFAULTS)).kind, 'not-finite');
  assert.is(errorIn(allocate(aModel([aCase()], 0), DEFAULTS)).kind, 'no-variance');
  assert.is(errorIn(allocate(aModel([aCase()], Number.NaN), DEFAULTS)).kind, 'not-finite');
});

const aMarket = fc.record({
  supportedEdge: fc.double({ min: -1e-3, max: 1e-2, noNaN: true }),
  liquidityMax: fc.double({ min: 0, max: 1, noNaN: true }),
  regime: fc.constantFrom('calm', 'volatile', 'turbulent'),
}) as fc.Arbitrary<AllocationCase>;
const someMarkets = fc.tuple(
  fc.array(aMarket, { minLength: 1, maxLength: 5 }),
  fc.integer({ min: 0, max: 1e9 }),
);

test('sizes are never negative, never above a cap, never more than the desk may risk', () => {
  law(
    fc.property(someMarkets, ([markets, seed]) => {
      const covariance = covarianceOf(markets.length, seed);
      const sizes = valueIn(allocate({ markets, covariance, tail: STANDING_TAIL }, DEFAULTS));
      let sum = 0;
      let variance = 0;
      sizes.forEach(({ notional, caps, atRisk }, row) => {
        assert.ok(notional === 0 || notional >= DEFAULTS.notionalMin);
        for (const cap of Object.values(caps)) assert.ok(notional <= cap * (1 + 1e-9));
        assert.ok(Number.isFinite(atRisk) && atRisk >= 0);
        sum += notional;
        sizes.forEach((other, column) => {
          variance += notional * other.notional * Math.max(0, at(covariance, row, column));
        });
      });
      assert.ok(sum <= DEFAULTS.leverageMax * (1 + 1e-9));
      const sd = Math.sqrt(variance);
      assert.ok(sd * STANDING_TAIL.at99 <= DEFAULTS.valueAtRisk99Max * 1.02);
      assert.ok(sd * STANDING_TAIL.at95 <= DEFAULTS.valueAtRisk95Max * 1.02);
    }),
  );
});

test('no size falls when its own edge rises', () => {
  law(
    fc.property(
      someMarkets,
      fc.nat({ max: 4 }),
      fc.double({ min: 0, max: 1e-3, noNaN: true }),
      ([markets, seed], which, more) => {
        const covariance = covarianceOf(markets.length, seed);
        const chosen = which % markets.length;
        const better = markets.map((market, row) =>
          row === chosen ? { ...market, supportedEdge: market.supportedEdge + more } : market,
        );
        const sizeOf = (cases: readonly AllocationCase[]) =>
          valueIn(allocate({ markets: cases, covariance, tail: STANDING_TAIL }, DEFAULTS))[chosen]
            ?.notional ?? Number.NaN;
        assert.ok(sizeOf(better) >= sizeOf(markets) - 1e-9);
      },
    ),
  );
});

test('the order of the markets does not matter', () => {
  law(
    fc.property(someMarkets, ([markets, seed]) => {
      const covariance = covarianceOf(markets.length, seed);
      const size = markets.length;
      const back = { ...covariance, cells: covariance.cells.slice().reverse() };
      const run = (cases: readonly AllocationCase[], of: typeof covariance) =>
        valueIn(allocate({ markets: cases, covariance: of, tail: STANDING_TAIL }, DEFAULTS));
      const one = run(markets, covariance);
      const other = run([...markets].reverse(), back);
      one.forEach(({ notional }, row) => {
        near(other[size - 1 - row]?.notional ?? Number.NaN, notional, 1e-6, 1e-9);
      });
    }),
    100,
  );
});

test.run();
