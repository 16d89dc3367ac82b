import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MarketDay } from '../../../src/risk/budgets/market-day.ts';
import { LivePortfolio } from '../../../src/risk/portfolio/live-portfolio.ts';
import { Profit } from '../../../src/risk/profit.ts';
import { law } from '../../support/law.ts';
import { near } from '../../support/near.ts';
import { aBookDesk, calm, MARKETS } from '../../support/risk/book-desks.ts';
import { covarianceOf, someWeights } from '../../support/risk/samples.ts';

const BTC = 'binance:BTCUSDT';

test('a strategy that has used up its part of the value at risk is refused what adds to it', () => {
  const budgets = { strategies: { mm: { valueAtRiskFraction: 0.01 } } };
  const { ask, hold, sample } = aBookDesk(MARKETS, { budgets });
  sample(1e6);
  assert.is(ask('buy', 600), null);
  const refused = ask('buy', 1_000);
  assert.ok(refused?.kind === 'risk-budget');
  assert.equal(
    [refused.scope, refused.what, refused.limit],
    ['strategy:mm', 'value-at-risk', 0.01],
  );
  assert.ok(refused.measured > 0.01);
  assert.is(ask('buy', 1_000, 1), null, 'the other market is of no strategy');
  hold(0, 2_000);
  sample(1e6);
  assert.is(ask('sell', 500), null, 'what takes from it passes');
});

test('a hedge of the rest of the book uses up nothing', () => {
  const budgets = { symbols: { [BTC]: { valueAtRiskFraction: 0.000_1 } } };
  const { ask, hold, minutes } = aBookDesk(MARKETS, { budgets });
  minutes(31, 1e6, calm);
  assert.is(ask('sell', 100)?.kind, 'risk-budget');
  hold(1, 1_000);
  assert.is(ask('sell', 100), null);
  assert.is(ask('buy', 100)?.kind, 'risk-budget');
});

test('what is open in the other markets of a venue counts, whichever of it fills', () => {
  const budgets = { venues: { binance: { valueAtRiskFraction: 0.01 } } };
  const { ask, rest, sample } = aBookDesk(MARKETS, { budgets });
  sample(1e6);
  assert.is(ask('buy', 500), null);
  rest('sell', 400, 1);
  assert.is(ask('buy', 500)?.kind, 'risk-budget');
});

test('what has lost its budget of the day may only shrink, until the next day', () => {
  const budgets = { strategies: { mm: { dailyLossFraction: 0.01 } } };
  const { check, day, ask, hold, sample } = aBookDesk(MARKETS, { budgets });
  sample(990_000);
  check.profit.setBooked(0, -9_900);
  assert.is(ask('buy', 1), null);
  check.profit.setBooked(0, -10_000);
  assert.equal(ask('buy', 1), {
    ...{ kind: 'risk-budget', scope: 'strategy:mm', what: 'daily-loss' },
    ...{ measured: 0.01, limit: 0.01 },
  });
  assert.is(ask('buy', 1, 1), null);
  check.profit.setBooked(0, Number.NaN);
  assert.is(ask('buy', 1)?.kind, 'risk-budget', 'a loss that is no number is not small');
  check.profit.setBooked(0, -10_000);
  day.open(1);
  assert.is(ask('buy', 1), null);
  hold(0, 0);
});

test('budgets are taken over at once, and shown with what is used of them', () => {
  const { watch, check, hold, ask, sample, adopt } = aBookDesk();
  hold(0, 100);
  sample(1e6);
  assert.equal(watch.summary().budgets, []);
  adopt({ budgets: { venues: { binance: { dailyLossFraction: 0.5 } }, strategies: { mm: {} } } });
  check.profit.setUnrealised(1, -4_000);
  check.profit.setBooked(0, -6_000);
  const [strategy, venue] = watch.summary().budgets;
  assert.equal([strategy?.scope, strategy?.valueAtRiskMax], ['strategy:mm', null]);
  near(strategy?.valueAtRisk as number, watch.summary().valueAtRisk99 as number, 1e-9);
  assert.equal([venue?.scope, venue?.lossTodayMax], ['venue:binance', 0.5]);
  near(venue?.lossToday as number, 10_000 / 1_010_000);
  assert.is(ask('buy', 1), null);
});

test('the parts of all markets are the whole, before an order and after it', () => {
  law(
    fc.property(
      fc.integer({ min: 0, max: 1e6 }),
      fc.double({ min: -9, max: 9, noNaN: true }),
      (seed, change) => {
        const book = new LivePortfolio(5);
        book.accept(covarianceOf(5, seed), 0);
        for (const [asset, weight] of someWeights(5, seed).entries()) book.fill(asset, weight);
        for (const moved of [0, change]) {
          const parts = [
            [0, 2],
            [1, 3, 4],
          ].map((group) => book.componentWith(group, 2, moved));
          near((parts[0] as number) + (parts[1] as number), book.sdWith(2, moved), 1e-9, 1e-12);
        }
      },
    ),
  );
  assert.is(new LivePortfolio(2).componentWith([0, 1], 0, 1), 0);
});

test('a restart forgives no loss of the day, and a market that is new begins now', () => {
  const profit = new Profit(2);
  const before = new MarketDay(MARKETS, profit, null);
  profit.setBooked(0, -5);
  const opened = before.open(20);
  profit.setBooked(0, -12);
  assert.is(before.lossOf(0), 7);
  const after = new MarketDay(MARKETS, profit, { ...opened, profits: `{"${BTC}":-5}` });
  assert.equal([after.lossOf(0), after.lossOf(1)], [7, 0]);
  assert.equal(JSON.parse(opened.profits), { [BTC]: -5, 'binance:ETHUSDT': 0 });
});

test.run();
