import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  binaryEdgeShrinkage,
  binaryGrowth,
  binaryKelly,
  continuousKelly,
  edgeShrinkage,
  empiricalKelly,
  growthKept,
} from '../../../src/risk/sizing/kelly.ts';
import {
  atRisk,
  notionalFor,
  notionalShareOf,
  riskShareOf,
} from '../../../src/risk/sizing/shares.ts';
import { law } from '../../support/law.ts';
import { near } from '../../support/near.ts';
import { errorIn, normalReturns, valueIn } from '../../support/risk/samples.ts';

const aBet = fc.record({
  winChance: fc.double({ min: 0, max: 1, noNaN: true }),
  win: fc.double({ min: 0.01, max: 3, noNaN: true }),
  loss: fc.double({ min: 0.01, max: 1, noNaN: true }),
});

test('no other size of a bet grows faster, and none is negative', () => {
  law(
    fc.property(aBet, fc.double({ min: 0, max: 1, noNaN: true }), (bet, share) => {
      const { notional } = valueIn(binaryKelly(bet));
      assert.ok(notional >= 0);
      const best = binaryGrowth(bet, notional);
      if (best === null) return assert.is(bet.winChance, 1);
      const other = binaryGrowth(bet, (share / bet.loss) * 0.999999);
      assert.ok(other === null || other <= best + 1e-12);
    }),
  );
});

test('a small loss makes a bet large in notional and not in what it risks', () => {
  const size = valueIn(binaryKelly({ winChance: 0.55, win: 0.03, loss: 0.02 }));
  near(size.notional, 12.5);
  near(size.atRisk, 0.25);
  near(atRisk(notionalShareOf(12.5), 0.02), 0.25);
  near(notionalFor(riskShareOf(0.25), 0.02), 12.5);
});

test('a bet that can ruin has no growth, and one that cannot be lost has', () => {
  assert.is(binaryGrowth({ winChance: 0.5, win: 1, loss: 1 }, 1), null);
  near(binaryGrowth({ winChance: 1, win: 1, loss: 1 }, 1) as number, Math.log(2));
});

test('what is no bet is refused by name', () => {
  const bet = { winChance: 0.5, win: 1, loss: 1 };
  for (const [name, values] of [
    ['winChance', [-0.1, 1.1, Number.NaN]],
    ['win', [0, -1, Number.POSITIVE_INFINITY, Number.NaN]],
    ['loss', [0, -1, Number.POSITIVE_INFINITY, Number.NaN]],
  ] as const) {
    for (const value of values) {
      assert.is(errorIn(binaryKelly({ ...bet, [name]: value })).name, name);
      assert.is(errorIn(binaryEdgeShrinkage({ ...bet, [name]: value }, 10)).name, name);
    }
  }
});

test('an edge within one standard error is no edge, and a long record keeps nearly all', () => {
  const bet = { winChance: 0.55, win: 1, loss: 1 };
  const kept = (trials: number): number => valueIn(binaryEdgeShrinkage(bet, trials));
  assert.is(kept(98), 0);
  assert.ok(kept(101) > 0 && kept(101) < 0.05);
  near(kept(9_900), 0.99, 1e-9);
  assert.is(kept(1e12) < 1, true);
  const found = { squaredSharpe: 0.01, assets: 5, trials: 1_000 };
  near(valueIn(edgeShrinkage(found)), 0.5);
  assert.is(valueIn(edgeShrinkage({ ...found, squaredSharpe: 0 })), 0);
  assert.is(errorIn(edgeShrinkage({ ...found, trials: 0 })).name, 'trials');
  assert.is(errorIn(edgeShrinkage({ ...found, squaredSharpe: Number.NaN })).name, 'squaredSharpe');
});

test('the share of an edge never falls with more trials', () => {
  law(
    fc.property(
      aBet,
      fc.integer({ min: 1, max: 1e6 }),
      fc.integer({ min: 1, max: 1e6 }),
      (bet, a, b) => {
        const [few, many] = [Math.min(a, b), Math.max(a, b)].map((trials) =>
          valueIn(binaryEdgeShrinkage(bet, trials)),
        ) as [number, number];
        assert.ok(few <= many && few >= 0 && many <= 1);
      },
    ),
  );
});

test('a continuous edge is signed, and needs a volatility', () => {
  near(valueIn(continuousKelly({ mean: 0.1, rate: 0.02, volatility: 0.2 })), 2);
  near(valueIn(continuousKelly({ mean: -0.06, rate: 0.02, volatility: 0.2 })), -2);
  for (const volatility of [0, -1, Number.NaN, 1e-300]) {
    assert.is(errorIn(continuousKelly({ mean: 0.1, rate: 0, volatility })).name, 'volatility');
  }
});

test('a quarter of the optimum keeps 43.75 % of its excess growth', () => {
  assert.is(growthKept(0.25), 0.4375);
  assert.is(growthKept(2), 0);
});

test('no other size would have grown faster over past returns', () => {
  law(
    fc.property(
      fc.integer({ min: 0, max: 1e6 }),
      fc.double({ min: 0, max: 0.99 }),
      (seed, share) => {
        const returns = normalReturns(60, seed).map((each) => each + 0.001);
        const { optimum, meanOverVariance } = valueIn(empiricalKelly(returns));
        const growth = (f: number): number =>
          returns.reduce((sum, each) => sum + Math.log(1 + f * Math.expm1(each)), 0);
        const worst = -Math.expm1(Math.min(...returns));
        const other = share / worst;
        assert.ok(optimum >= 0 && optimum * worst < 1);
        assert.ok(growth(other) <= growth(optimum) + 1e-9);
        if (meanOverVariance < 0) assert.is(optimum, 0);
      },
    ),
  );
});

test('returns without a loss, without a spread or without numbers have no best size', () => {
  const found = errorIn(empiricalKelly([0.1, 0.2]));
  assert.is(found.kind, 'no-loss');
  near((found as { best: number }).best, Math.expm1(0.2));
  assert.is(errorIn(empiricalKelly([0.1])).kind, 'too-few');
  assert.is(errorIn(empiricalKelly([0.1, 0.1])).kind, 'no-variance');
  assert.is(errorIn(empiricalKelly([0.1, Number.NaN])).kind, 'not-finite');
  assert.is(errorIn(empiricalKelly([0.1, 1e6])).kind, 'not-finite');
});

test.run();
