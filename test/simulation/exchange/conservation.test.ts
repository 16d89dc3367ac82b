import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Amount, amountOf, type Lots, type Ticks } from '../../../src/core/units.ts';
import type { SelfTradePrevention } from '../../../src/simulation/book/match-plan.ts';
import type { RestingOrder } from '../../../src/simulation/book/order-book.ts';
import type { Exchange } from '../../../src/simulation/exchange/exchange.ts';
import type { FeeSchedule } from '../../../src/simulation/exchange/fees.ts';
import type { MarketState } from '../../../src/simulation/exchange/market-state.ts';
import type { OrderType } from '../../../src/simulation/exchange/orders.ts';
import type { ExchangeEvent } from '../../../src/simulation/exchange/port.ts';
import { aMarket, amount, anExchange, anOrder } from '../../support/venue/fixtures.ts';

/** Prices near one another, so that orders meet. */
const price = fc.integer({ min: 599_997, max: 600_003 }).map((n) => (n * 10) as Ticks);
const size = fc.integer({ min: 10, max: 60_000 }).map((n) => n as Lots);
const side = fc.constantFrom('buy' as const, 'sell' as const);
const trader = fc.constantFrom('alice', 'bob');

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('place' as const),
      trader,
      side,
      price,
      size,
      type: fc.constantFrom<OrderType>('limit', 'limit', 'limit-maker', 'market'),
      timeInForce: fc.constantFrom('gtc' as const, 'gtc' as const, 'ioc' as const, 'fok' as const),
      prevention: fc.constantFrom<SelfTradePrevention>(
        'none',
        'expire-taker',
        'expire-maker',
        'expire-both',
      ),
      isByQuote: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rest' as const), side, price, size }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('take' as const), side, size }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('cancel' as const), trader, nth: fc.nat(20) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel-all' as const), trader }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('transfer' as const),
      trader,
      asset: fc.constantFrom('USDT', 'BTC', 'BNB'),
      units: fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const schedule = fc.record({
  makerPpm: fc.integer({ min: -1000, max: 5000 }),
  takerPpm: fc.integer({ min: 0, max: 5000 }),
  discount: fc.option(
    fc.constant({ asset: 'BNB', keptPpm: 750_000, prices: new Map([['USDT', amount('600')]]) }),
  ),
});

function run(exchange: Exchange, market: MarketState, step: Step): void {
  switch (step.kind) {
    case 'place': {
      const isQuote = step.type === 'market' && step.isByQuote;
      exchange.place(
        step.trader,
        anOrder({
          side: step.side,
          type: step.type,
          timeInForce: step.type === 'limit' ? step.timeInForce : 'gtc',
          ticks: step.type === 'market' ? (0 as Ticks) : step.price,
          lots: isQuote ? (0 as Lots) : step.size,
          quote: amountOf(isQuote ? BigInt(step.size) * 100_000_000n : 0n),
          selfTradePrevention: step.prevention,
        }),
      );
      return;
    }
    case 'rest':
      exchange.crowdRest(market, step.side, step.price, step.size);
      return;
    case 'take':
      exchange.crowdTake(market, step.side, step.size, null);
      return;
    case 'cancel': {
      const open = [...(exchange.account(step.trader)?.open.values() ?? [])];
      const order = open[step.nth % Math.max(1, open.length)];
      if (order !== undefined) {
        exchange.cancel(step.trader, { symbol: 'BTCUSDT', orderId: order.orderId, clientId: null });
      }
      return;
    }
    case 'cancel-all':
      exchange.cancelAll(step.trader, 'BTCUSDT');
      return;
    case 'transfer':
      exchange.transfer(step.trader, step.asset, amountOf(step.units));
  }
}

function totalOf(exchange: Exchange, asset: string): bigint {
  const { accounts, crowd, fees } = exchange.clearing;
  let total = (crowd.get(asset) ?? 0n) + (fees.get(asset) ?? 0n);
  for (const { balances } of accounts.values()) {
    const balance = balances.get(asset);
    if (balance !== undefined) total += balance.free + balance.locked;
  }
  return total;
}

function lockedOf(exchange: Exchange, name: string, asset: string): bigint {
  let locked = 0n;
  for (const order of exchange.account(name)?.open.values() ?? []) {
    if ((order.side === 'buy' ? 'USDT' : 'BTC') === asset) locked += order.held;
  }
  return locked;
}

/** What must hold after every operation, whatever it was. */
function check(exchange: Exchange, market: MarketState): void {
  for (const asset of ['USDT', 'BTC', 'BNB']) {
    const transferred = exchange.clearing.transfers.get(asset) ?? 0n;
    assert.is(totalOf(exchange, asset), transferred, `${asset} is conserved`);
    for (const name of ['alice', 'bob']) {
      const balance = exchange.account(name)?.balances.get(asset);
      const locked: Amount = balance?.locked ?? amountOf(0n);
      assert.is(
        locked,
        lockedOf(exchange, name, asset),
        `${name}'s locked ${asset} are its orders'`,
      );
    }
  }
  const [bid, ask] = [market.book.best('buy'), market.book.best('sell')];
  assert.ok(bid === null || ask === null || bid.ticks < ask.ticks, 'the book is not crossed');
  let resting = 0;
  for (const level of [...market.depth('buy', 1_000), ...market.depth('sell', 1_000)]) {
    let queued = 0;
    for (let at: RestingOrder | null = level.first; at !== null; at = at.next) {
      queued += at.lots;
      resting += 1;
    }
    assert.is(level.lots, queued, 'a level is the sum of its queue');
  }
  assert.is(resting, market.book.size, 'every order stands in a queue');
  for (const { open } of exchange.clearing.accounts.values()) {
    for (const order of open.values()) {
      assert.is(market.book.find(order.orderId)?.lots, order.lots - order.filledLots);
    }
  }
}

test('money is conserved, holds match orders and the book is not crossed, whatever happens', () => {
  fc.assert(
    fc.property(schedule, fc.array(step, { maxLength: 60 }), (fees, steps) => {
      const { exchange, market } = anExchange({ fees: fees as FeeSchedule });
      exchange.transfer('alice', 'BNB', amount('1'));
      for (const each of steps) {
        run(exchange, market, each);
        check(exchange, market);
      }
    }),
    { numRuns: 150 },
  );
});

test('amounts that do not fit 10^-8 are conserved too', () => {
  const markets = [aMarket({ tick: '0.00001', lot: '0.00001', notionalMin: '0.0001' })];
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { exchange, market } = anExchange({ markets });
      for (const each of steps) {
        run(exchange, market, each);
        check(exchange, market);
      }
    }),
    { numRuns: 50 },
  );
});

test('trades follow the displayed book: never more than shown, best price and oldest first', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { exchange, market, events: seen } = anExchange();
      for (const each of steps) {
        const before = new Map<string, number>();
        for (const shown of ['buy', 'sell'] as const) {
          for (const level of market.depth(shown, 1_000)) {
            before.set(`${shown} ${level.ticks}`, level.lots);
          }
        }
        seen.length = 0;
        run(exchange, market, each);
        follow(seen, before);
      }
    }),
    { numRuns: 100 },
  );
});

/** Replays the trades of one operation against the levels that were shown before it. */
function follow(seen: readonly ExchangeEvent[], before: Map<string, number>): void {
  let last = { ticks: 0, makerOrderId: 0 };
  for (const event of seen) {
    if (event.kind !== 'traded') continue;
    const { ticks, lots, takerSide, makerOrderId } = event.trade;
    const key = `${takerSide === 'buy' ? 'sell' : 'buy'} ${ticks}`;
    const left = (before.get(key) ?? 0) - lots;
    assert.ok(left >= 0, 'no more is traded than was shown');
    before.set(key, left);
    if (last.ticks === ticks) assert.ok(makerOrderId > last.makerOrderId, 'oldest first');
    else if (last.ticks > 0)
      assert.ok(takerSide === 'buy' ? ticks > last.ticks : ticks < last.ticks);
    last = { ticks, makerOrderId };
  }
}

test('prevention never lets an account trade with itself', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { exchange, market, events: seen } = anExchange();
      for (const each of steps) {
        seen.length = 0;
        run(exchange, market, each);
        if (each.kind !== 'place' || each.prevention === 'none') continue;
        for (const event of seen) {
          if (event.kind !== 'executed' || event.trade === null) continue;
          const isOwn = event.order.account === each.trader;
          assert.ok(!(isOwn && event.trade.isMaker), 'own resting orders do not trade');
        }
      }
    }),
    { numRuns: 100 },
  );
});

test.run();
