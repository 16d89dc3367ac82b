import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Side } from '../../../src/execution/order.ts';
import { MarketDay } from '../../../src/risk/budgets/market-day.ts';
import { CovarianceSource } from '../../../src/risk/covariance/covariance-source.ts';
import { PortfolioWatch } from '../../../src/risk/portfolio/portfolio-watch.ts';
import { portfolioSection } from '../../../src/risk/portfolio/settings.ts';
import { PreTradeCheck } from '../../../src/risk/pre-trade.ts';
import { aBookDesk, apart, calm, MARKETS, MINUTE } from '../../support/risk/book-desks.ts';
import { anInstrument } from '../../support/trade/instruments.ts';
import { someLimits } from '../../support/trade/limits.ts';
import { anOrder } from '../../support/trade/orders.ts';
import { aPort } from '../../support/trade/watches.ts';

test('what is held in a market without a price refuses what increases, until there is one', () => {
  const { watch, check, sample, now } = aBookDesk();
  const fresh = new PreTradeCheck(MARKETS, someLimits(), 0);
  fresh.exposure(1).position = 1;
  const settings = portfolioSection.parse({});
  const day = new MarketDay(MARKETS, fresh.profit, null);
  const shelf = { port: aPort().port, settings, day, strategyOf: () => null } as const;
  const source = new CovarianceSource(MARKETS.length, null);
  const blind = new PortfolioWatch(
    {
      ...{ ...shelf, source, check: fresh, instruments: MARKETS },
      rung: 'none',
      journal: () => {},
    },
    0,
  );
  fresh.onQuote(0, 99, 101, 0);
  blind.sample(1e6, 0, 0);
  assert.is(blind.summary().unpriced, 'ETHUSDT');
  const order = anOrder({ lots: 1 });
  assert.equal(blind.gate.refuse(order, 1, 0), { kind: 'unpriced', instrument: 'ETHUSDT' });
  fresh.onQuote(1, 99, 101, 0);
  blind.sample(1e6, 0, 0);
  assert.is(blind.gate.refuse(order, 1, 0), null);
  assert.is(check.lastMidTicks(0), 100);
  sample(1e6);
  assert.is(watch.gate.refuse(order, 1, now()), null);
});

test('a market that is lost goes on weighing what it did', () => {
  const { watch, hold, quote, sample } = aBookDesk();
  hold(0, 10);
  quote(0, 0);
  sample(1e6);
  assert.ok((watch.summary().heat as number) > 0);
});

test('a broken price is not taken, and a covariance that grows old refuses', () => {
  const { ask, minutes } = aBookDesk();
  minutes(31, 1e9, calm);
  minutes(5, 1e9, (minute) => (minute % 2 === 0 ? [1_000_000, 1] : [0.000_001, 1]));
  assert.is(ask('buy', 1, 1), null);
  minutes(1, 1e9, () => [1_000_000, 1]);
  const age = { ageMs: 6 * MINUTE, limitMs: 5 * MINUTE };
  assert.equal(ask('buy', 1), { kind: 'stale-risk', word: 'covariance', ...age });
  minutes(1, 1e9, calm);
  assert.is(ask('buy', 1, 1), null);
});

test('words that are half a minute old refuse, and so does an old valuation', () => {
  const { watch, ask, sample, now } = aBookDesk();
  sample(1e6, 1_000);
  assert.is(ask('buy', 1, 0, now() + 30_000), null);
  const late = { ageMs: 30_001, limitMs: 30_000 };
  assert.equal(ask('buy', 1, 0, now() + 30_001), { kind: 'stale-risk', word: 'equity', ...late });
  watch.sample(Number.NaN, now(), now() + 30_001);
  assert.equal(ask('buy', 1, 0, now() + 30_001), { kind: 'stale-risk', word: 'equity', ...late });
  watch.sample(1e6, now() + 40_000, now());
  const found = ask('buy', 1, 0, now() + 30_001);
  assert.equal(found, { kind: 'stale-risk', word: 'portfolio', ...late });
});

test('an equity that is never told is old after half a minute', () => {
  const { ask } = aBookDesk();
  assert.is(ask('buy', 1, 0, 30_000), null);
  assert.is(ask('buy', 1, 0, 30_001)?.kind, 'stale-risk');
});

test('C04: what is held beside and moves alike is taken together, what hedges is not', () => {
  const { watch, hold, minutes } = aBookDesk();
  const share = { notional: 0, correlation: 0, otherNotional: 0 };
  const look = (side: Side): number[] => {
    watch.gate.beside(anOrder({ side }), 10_000, 0.7, share);
    assert.is(share.notional, 10_000);
    return [Math.round(share.correlation * 1e6) / 1e6, Math.round(share.otherNotional / 100)];
  };
  assert.equal(look('buy'), [0, 0], 'nothing else is held');
  hold(1, 200);
  assert.equal(look('buy'), [1, 200], 'what is not known counts as one');
  minutes(32, 1e9, calm);
  assert.ok((look('buy')[0] as number) > 0.99);
  assert.equal(look('sell'), [0, 0]);
  minutes(2_000, 1e9, apart);
  assert.equal(look('buy'), [0, 0]);
  assert.ok((look('sell')[0] as number) > 0.99);
});

test('C04: a market that never moved is not known to move on its own', () => {
  const { watch, hold, minutes } = aBookDesk();
  hold(1, 200);
  minutes(31, 1e9, (minute) => [minute % 2 === 0 ? 1.001 : 1 / 1.001, 1]);
  const share = { notional: 0, correlation: 0, otherNotional: 0 };
  watch.gate.beside(anOrder({ side: 'sell' }), 10_000, 0.7, share);
  assert.equal(share, { notional: 10_000, correlation: 1, otherNotional: 20_000 });
});

test('C04: one asset at two venues is one symbol, long here and short there', () => {
  const markets = [
    MARKETS[0] as (typeof MARKETS)[0],
    anInstrument({ index: 1, venue: 'kraken', symbol: 'BTC/USD', tick: '1', lot: '1' }),
  ];
  const { watch, hold, sample } = aBookDesk(markets);
  hold(1, -30);
  sample(1e6);
  const share = { notional: 0, correlation: 0, otherNotional: 0 };
  watch.gate.beside(anOrder({ side: 'buy' }), 1_000, 0.7, share);
  assert.equal(share, { notional: 4_000, correlation: 0, otherNotional: 0 });
});

test.run();
