import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Ticks } from '../../../src/core/units.ts';
import { leftOf } from '../../../src/simulation/book/order-book.ts';
import type { Exchange } from '../../../src/simulation/exchange/exchange.ts';
import type { FeeSchedule } from '../../../src/simulation/exchange/fees.ts';
import type { MarketState } from '../../../src/simulation/exchange/market-state.ts';
import { isBetter, wakesAt } from '../../../src/simulation/exchange/matching/trail.ts';
import { restLots, type VenueOrder } from '../../../src/simulation/exchange/orders.ts';
import { law } from '../../support/law.ts';
import { aMarket, anExchange } from '../../support/venue/fixtures.ts';
import { memoryRecords } from '../../support/venue/memory-records.ts';
import { nativeStep, runNative } from '../../support/venue/native-steps.ts';

const schedule = fc.record({
  makerPpm: fc.integer({ min: -1000, max: 5000 }),
  takerPpm: fc.integer({ min: 0, max: 5000 }),
  discount: fc.constant(null),
  isOnNotional: fc.constantFrom(undefined, true as const),
});
const steps = fc.array(nativeStep, { minLength: 20, maxLength: 70 });

const ordersOf = (exchange: Exchange): VenueOrder[] =>
  [...exchange.clearing.accounts.values()].flatMap(({ open, ended }) => [
    ...ended.values(),
    ...open.values(),
  ]);

/** Every asset is with somebody, and what is locked is locked for an order. */
function checkMoney({ clearing }: Exchange): void {
  for (const asset of ['USDT', 'BTC']) {
    let total = (clearing.crowd.get(asset) ?? 0n) + (clearing.fees.get(asset) ?? 0n);
    for (const { name, balances, open } of clearing.accounts.values()) {
      const { free, locked } = balances.get(asset) ?? { free: 0n, locked: 0n };
      total += free + locked;
      let held = 0n;
      for (const order of open.values()) {
        if ((order.side === 'buy' ? 'USDT' : 'BTC') === asset) held += order.held;
      }
      assert.is(locked, held, `${name}'s locked ${asset} are its orders'`);
    }
    assert.is(total, clearing.transfers.get(asset) ?? 0n, `${asset} is conserved`);
  }
}

/** What waits is not in the book, what works is, and whatever has a price to wait for waits. */
function checkPlaces(exchange: Exchange, market: MarketState): void {
  let waiting = 0;
  for (const order of ordersOf(exchange)) {
    const resting = market.book.find(order.orderId);
    const isOpen = order.status === 'new' || order.status === 'partially-filled';
    const isWaiting = isOpen && order.isWaiting === true;
    const works = isOpen && !isWaiting;
    assert.is(resting !== null, works, `order ${order.orderId} is where it should be`);
    if (resting !== null) assert.is(leftOf(resting), restLots(order));
    const hasLimb = works && order.bracket !== undefined && order.wokenMs === undefined;
    assert.is(market.waiting.has(order.orderId), isWaiting || hasLimb);
    if (isWaiting || hasLimb) waiting += 1;
  }
  assert.is(market.waiting.size, waiting, 'nobody else waits');
}

/** The last price has woken everybody whom it has reached. */
function checkPrices(exchange: Exchange, market: MarketState): void {
  const last = market.priceOf('last');
  if (last === null) return;
  for (const order of ordersOf(exchange)) {
    const { trigger, side, markTicks, orderId } = order;
    if (trigger === undefined || !market.waiting.has(orderId)) continue;
    const { trail } = trigger;
    if (trail !== null && markTicks !== undefined) {
      assert.not.ok(isBetter(side, last, markTicks), 'the trail has followed');
      const stop = wakesAt(side, trail, markTicks);
      assert.ok(side === 'sell' ? last > stop : last < stop, 'the trail is not reached');
    } else if (trigger.ticks > 0) {
      const { direction, ticks: at } = trigger;
      assert.ok(direction === 'rises-to' ? last < at : last > at, 'the trigger is not reached');
    }
  }
}

/** Both of a pair are open until one trades or wakes, and together they fill no more than one. */
function checkPairs(exchange: Exchange): void {
  const lists = new Map<number, VenueOrder[]>();
  for (const order of ordersOf(exchange)) {
    if (order.listId === undefined) continue;
    lists.set(order.listId, [...(lists.get(order.listId) ?? []), order]);
  }
  for (const [listId, legs] of lists) {
    const [target, stop] = legs;
    assert.ok(target !== undefined && stop !== undefined, 'a pair is two');
    assert.ok(target.filledLots + stop.filledLots <= target.lots, `list ${listId} fills once`);
    assert.ok(target.filledLots === 0 || stop.filledLots === 0, 'one of them alone trades');
    const isBegun = legs.some((leg) => leg.filledLots > 0 || leg.wokenMs !== undefined);
    const open = legs.filter(({ status }) => status === 'new' || status === 'partially-filled');
    assert.ok(isBegun ? open.length < 2 : open.length !== 1, 'they go on and end together');
  }
}

function check(exchange: Exchange, market: MarketState): void {
  checkMoney(exchange);
  checkPlaces(exchange, market);
  checkPrices(exchange, market);
  checkPairs(exchange);
}

test('money, places, prices and pairs hold after every step', () => {
  law(
    fc.property(schedule, steps, (fees, all) => {
      const { exchange, market } = anExchange({ fees: fees as FeeSchedule });
      for (const step of all) {
        runNative(exchange, market, step);
        check(exchange, market);
      }
    }),
    150,
  );
});

test('amounts that do not fit 10^-8 are conserved too', () => {
  const markets = [aMarket({ tick: '0.00001', lot: '0.00001', notionalMin: '0.0001' })];
  law(
    fc.property(schedule, steps, (fees, all) => {
      const { exchange, market } = anExchange({ markets, fees: fees as FeeSchedule });
      for (const step of all) {
        runNative(exchange, market, step);
        checkMoney(exchange);
      }
    }),
    60,
  );
});

test('a trail only ever moves to the better, and never back', () => {
  law(
    fc.property(steps, (all) => {
      const { exchange, market } = anExchange();
      const marks = new Map<number, Ticks>();
      for (const step of all) {
        runNative(exchange, market, step);
        for (const { orderId, side, markTicks } of ordersOf(exchange)) {
          const before = marks.get(orderId);
          if (markTicks === undefined) assert.is(before, undefined, 'a mark is not lost');
          else if (before !== undefined) assert.not.ok(isBetter(side, before, markTicks));
          if (markTicks !== undefined) marks.set(orderId, markTicks);
        }
      }
    }),
    60,
  );
});

test('a venue that starts again has what waited, with its marks, and goes on alike', () => {
  law(
    fc.property(steps, steps, (before, after) => {
      const records = memoryRecords();
      const first = anExchange({ records });
      for (const step of before) runNative(first.exchange, first.market, step);
      const second = anExchange({ records });
      assert.equal(truthOf(second.exchange), truthOf(first.exchange));
      checkMoney(second.exchange);
      checkPlaces(second.exchange, second.market);
      for (const step of after) {
        runNative(second.exchange, second.market, step);
        check(second.exchange, second.market);
      }
    }),
    60,
  );
});

test('wherever the process was killed, a start finds money and places in order', () => {
  law(
    fc.property(steps, fc.nat(), (all, cut) => {
      const records = memoryRecords();
      const first = anExchange({ records });
      for (const step of all) runNative(first.exchange, first.market, step);
      const kept = [...records.payloads.keys()].slice(0, 1 + (cut % records.payloads.size));
      for (const at of records.payloads.keys()) {
        if (!kept.includes(at)) records.payloads.delete(at);
      }
      const { exchange, market } = anExchange({ records });
      checkMoney(exchange);
      for (const order of ordersOf(exchange)) {
        const isOpen = exchange.account(order.account)?.open.has(order.orderId) === true;
        const isThere = market.book.find(order.orderId) !== null;
        assert.is(isThere || market.waiting.has(order.orderId), isOpen);
      }
    }),
    60,
  );
});

/** Everything about the accounts that must survive, as plain values. */
function truthOf(exchange: Exchange): unknown {
  const { accounts, crowd, fees, transfers } = exchange.clearing;
  return {
    accounts: [...accounts].map(([name, { balances, open, ended, trades }]) => ({
      name,
      balances: [...balances].sort(),
      open: [...open.values()].sort((one, other) => one.orderId - other.orderId),
      ended: [...ended.values()],
      trades: [...trades.values()],
    })),
    house: [[...crowd].sort(), [...fees].sort(), [...transfers].sort()],
  };
}

test.run();
