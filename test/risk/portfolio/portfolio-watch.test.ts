import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Side } from '../../../src/execution/order.ts';
import { CovarianceSource } from '../../../src/risk/covariance/covariance-source.ts';
import { PortfolioWatch } from '../../../src/risk/portfolio/portfolio-watch.ts';
import { PreTradeCheck } from '../../../src/risk/pre-trade.ts';
import { anInstrument } from '../../support/trade/instruments.ts';
import { someLimits } from '../../support/trade/limits.ts';
import { anOrder } from '../../support/trade/orders.ts';
import { aPort } from '../../support/trade/watches.ts';

const MINUTE = 60_000;
const MARKETS = [
  anInstrument({ tick: '1', lot: '1' }),
  anInstrument({ index: 1, symbol: 'ETHUSDT', base: 'ETH', tick: '1', lot: '1' }),
];
/** Deviations of a day's loss at 99 %: unit-variance t with four degrees (quant.md, 3). */
const T4_AT_99 = 2.6495;

/** Two markets at 10,000; a lot is worth as much. */
function aDesk(markets = MARKETS) {
  const { port, found } = aPort();
  const check = new PreTradeCheck(markets, someLimits(), 0);
  const watch = new PortfolioWatch(
    port,
    markets,
    check,
    new CovarianceSource(markets.length, null),
    0,
  );
  const mids = markets.map(() => 10_000);
  let nowMs = 0;
  const quote = (at: number, mid: number): void => {
    mids[at] = mid;
    check.onQuote(at, mid - 1, mid + 1, nowMs * 1e6);
  };
  for (const { index } of markets) quote(index, 10_000);
  watch.sample(Number.NaN, 0);
  const ask = (side: Side, worst: number, at = 0, atMs = nowMs) =>
    watch.refuse(anOrder({ side, instrument: at }), worst, atMs);
  /** So many minutes; each returns what both markets move by, as factors. */
  const minutes = (count: number, equity: number, moves: (minute: number) => number[]): void => {
    for (let minute = 0; minute < count; minute += 1) {
      nowMs += MINUTE;
      for (const [at, by] of moves(minute).entries())
        quote(at, Math.round((mids[at] as number) * by));
      watch.sample(equity, nowMs);
    }
  };
  return { watch, check, found, ask, minutes, quote, now: () => nowMs };
}

const calm = (minute: number): number[] => (minute % 2 === 0 ? [1.001, 1.001] : [0.999, 0.999]);
const apart = (minute: number): number[] => (minute % 2 === 0 ? [1.001, 0.999] : [0.999, 1.001]);

test('C22: while the equity is not known nothing is measured, and nothing refused', () => {
  const { watch, ask, found } = aDesk();
  assert.is(ask('buy', 1e12), null);
  assert.equal(found, []);
  const { valueAtRisk95, valueAtRisk99, shortfall, heat } = watch.summary();
  assert.equal([valueAtRisk95, valueAtRisk99, shortfall, heat], [null, null, null, null]);
});

test('C22: of one unknown market four percent a day are assumed, under fat tails', () => {
  const { watch, ask, now } = aDesk([MARKETS[0] as (typeof MARKETS)[0]]);
  watch.sample(100_000, now());
  const most = (0.03 * 100_000) / (0.04 * T4_AT_99);
  assert.is(ask('buy', most * 0.999), null);
  const refused = ask('sell', most * 1.001);
  assert.ok(refused?.kind === 'control' && refused.name === 'value-at-risk');
  assert.ok(refused.measured > 0.03 && refused.measured < 0.0301);
  assert.is(refused.limit, 0.03);
});

test('C22: before it is known how they move, markets are assumed to move as one', () => {
  const { watch, check, ask, now } = aDesk();
  const most = (0.03 * 100_000) / (0.04 * T4_AT_99);
  check.exposure(1).position = -1;
  watch.sample(100_000, now());
  // 10,000 are short in the other market, and hedge nothing: 2 (a² + b²) is at least (a + b)².
  const beside = Math.sqrt((most * most) / 2 - 1e8);
  assert.is(ask('buy', beside * 0.999), null);
  assert.is.not(ask('buy', beside * 1.001), null);
});

test('C22: what was seen for half an hour counts: a hedge is one', () => {
  const { watch, check, ask, minutes } = aDesk();
  minutes(31, 100_000, calm);
  assert.ok(watch.summary().isSeeded);
  const alone = 0.001 * Math.sqrt(1440) * T4_AT_99;
  const most = (0.03 * 100_000) / alone;
  assert.is.not(ask('buy', most * 1.02), null);
  check.exposure(1).position = -2;
  minutes(1, 100_000, calm);
  assert.is(ask('buy', most + 15_000), null, 'a short of 20,000 that moves as one with it');
});

test('C22: an order that lowers the risk passes whatever the risk is', () => {
  const { watch, check, ask, minutes } = aDesk();
  minutes(31, 100_000, calm);
  check.exposure(1).position = -50;
  minutes(1, 100_000, calm);
  assert.ok((watch.summary().valueAtRisk99 as number) > 0.03);
  assert.is(ask('buy', 100_000), null);
  assert.is.not(ask('sell', 100_000), null);
});

test('C22: a desk beyond its value at risk is reduced, and is fine when it is within', () => {
  const { check, found, minutes } = aDesk();
  check.exposure(0).position = 5;
  minutes(1, 100_000, calm);
  assert.equal(found, ['C22 desk reduced']);
  check.exposure(0).position = 0;
  minutes(1, 100_000, calm);
  assert.is(found.at(-1), 'C22 desk fine');
});

test('open orders count on the side that makes the larger position', () => {
  const { watch, check, now } = aDesk();
  const { order } = { order: anOrder({ side: 'sell', lots: 3 }) };
  check.exposure(0).reserve(order);
  check.exposure(0).position = 1;
  watch.sample(1e6, now());
  const sd = Math.sqrt(2) * 0.04 * 20_000;
  assert.ok(Math.abs((watch.summary().valueAtRisk99 as number) - (sd * T4_AT_99) / 1e6) < 1e-5);
});

test('a market that was never priced weighs nothing, and a lost one what it did', () => {
  const { watch, check, quote, now } = aDesk();
  check.exposure(0).position = 1;
  quote(0, 0);
  watch.sample(1e6, now());
  assert.ok((watch.summary().heat as number) > 0);
  const fresh = new PreTradeCheck(MARKETS, someLimits(), 0);
  fresh.exposure(0).position = 1;
  const blind = new PortfolioWatch(aPort().port, MARKETS, fresh, new CovarianceSource(2, null), 0);
  blind.sample(1e6, 0);
  assert.is(blind.summary().heat, 0);
});

test('a broken price is not taken, and a covariance that grows old refuses', () => {
  const { ask, minutes, now } = aDesk();
  minutes(31, 1e9, calm);
  minutes(5, 1e9, (minute) => (minute % 2 === 0 ? [1_000_000, 1] : [0.000_001, 1]));
  assert.is(ask('buy', 1), null);
  minutes(1, 1e9, () => [1_000_000, 1]);
  assert.equal(ask('buy', 1), { kind: 'stale-risk', ageMs: 6 * MINUTE, limitMs: 5 * MINUTE });
  minutes(1, 1e9, calm);
  assert.is(ask('buy', 1), null, String(now()));
});

test('C04: what is held beside and moves alike is taken together, what hedges is not', () => {
  const { watch, check, minutes } = aDesk();
  const share = { correlation: 0, otherNotional: 0 };
  const look = (side: Side): number[] => {
    watch.correlated(anOrder({ side }), 10_000, 0.7, share);
    return [Math.round(share.correlation * 1e6) / 1e6, Math.round(share.otherNotional / 100)];
  };
  assert.equal(look('buy'), [0, 0], 'nothing else is held');
  check.exposure(1).position = 2;
  minutes(1, 1e9, calm);
  assert.equal(look('buy'), [1, 200], 'what is not known counts as one');
  minutes(31, 1e9, calm);
  assert.ok((look('buy')[0] as number) > 0.99);
  assert.equal(look('sell'), [0, 0]);
  minutes(2_000, 1e9, apart);
  assert.equal(look('buy'), [0, 0]);
  assert.ok((look('sell')[0] as number) > 0.99);
});

test('C04: a market that never moved is not known to move on its own', () => {
  const { watch, check, minutes } = aDesk();
  check.exposure(1).position = 2;
  minutes(31, 1e9, (minute) => [minute % 2 === 0 ? 1.001 : 0.999, 1]);
  const share = { correlation: 0, otherNotional: 0 };
  watch.correlated(anOrder({ side: 'sell' }), 10_000, 0.7, share);
  assert.equal(share, { correlation: 1, otherNotional: 20_000 });
});

test.run();
