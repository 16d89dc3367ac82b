import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { quoteAmount } from '../../../src/core/instrument.ts';
import type { Lots, Ticks } from '../../../src/core/units.ts';
import { freeBalance } from '../../../src/simulation/exchange/clearing.ts';
import { liquidationTicks } from '../../../src/simulation/perpetuals/margin.ts';
import { PerpetualClock } from '../../../src/simulation/perpetuals/perpetual-clock.ts';
import {
  FORCED_PREFIX,
  nextFundingMs,
  type PerpetualExchange,
} from '../../../src/simulation/perpetuals/perpetual-exchange.ts';
import { law } from '../../support/law.ts';
import {
  aContractOrder,
  aPerpetualExchange,
  lots,
  PERPETUAL,
  ticks,
} from '../../support/perpetuals/exchange.ts';
import { amount, byClientId, must } from '../../support/venue/fixtures.ts';
import { memoryRecords } from '../../support/venue/memory-records.ts';

const { instrument } = PERPETUAL;
const walletOf = (exchange: PerpetualExchange, name: string) =>
  freeBalance(exchange.openAccount(name), 'USDT');
const marginOf = (exchange: PerpetualExchange, name: string) =>
  exchange.accountMargin(exchange.openAccount(name), 'USDT');

/** Alice buys 0.1 from bob at 60,000. */
function aTrade(over: Parameters<typeof aPerpetualExchange>[0] = {}) {
  const made = aPerpetualExchange(over);
  must(made.exchange.place('bob', aContractOrder({ side: 'sell' })));
  must(made.exchange.place('alice', aContractOrder()));
  return made;
}

test('a trade opens a position each and moves nothing but fees', () => {
  const { exchange } = aTrade();
  assert.is(exchange.margin.position('alice', 'BTCUSDT').lots, 100);
  assert.is(exchange.margin.position('bob', 'BTCUSDT').lots, -100);
  assert.is(walletOf(exchange, 'alice'), amount('9997.6'), '4 bps of 6,000 for the taker');
  assert.is(walletOf(exchange, 'bob'), amount('9999.4'), '1 bp for the maker');
  assert.is(exchange.account('alice')?.balances.has('BTC'), false);
});

test('closing pays what was won or lost, exactly', () => {
  const { exchange } = aTrade();
  must(exchange.place('bob', aContractOrder({ price: '61000.5' })));
  const { trades } = must(
    exchange.place('alice', aContractOrder({ side: 'sell', price: '61000.5' })),
  );
  assert.is(trades[0]?.realised, amount('100.05'));
  assert.is(exchange.margin.position('alice', 'BTCUSDT').lots, 0);
  assert.is(walletOf(exchange, 'alice'), amount('10095.20998'));
});

test('an account that trades with itself books one side after the other', () => {
  const { exchange } = aTrade();
  must(exchange.place('alice', aContractOrder({ side: 'sell', price: '61000' })));
  const order = aContractOrder({ price: '61000', selfTradePrevention: 'none' });
  const { trades } = must(exchange.place('alice', order));
  assert.is(trades[0]?.realised, 0n, 'the sale has closed the position before');
  assert.is(exchange.margin.position('alice', 'BTCUSDT').lots, 100);
  assert.is(imbalance(exchange), 0n);
});

test('an order binds its margin, and the account cannot take that away', () => {
  const { exchange } = aPerpetualExchange();
  must(exchange.place('alice', aContractOrder({ quantity: '3' })));
  assert.is(marginOf(exchange, 'alice').initial, amount('9000'), '180,000 at 20 times');
  const refused = exchange.place('alice', aContractOrder({ quantity: '0.4' }));
  assert.is(refused.ok ? '' : refused.error.kind, 'insufficient-balance');
  assert.not.ok(exchange.transfer('alice', 'USDT', amount('-1001')).ok);
  assert.ok(exchange.transfer('alice', 'USDT', amount('-1000')).ok);
});

test('only what positions are settled in is margin', () => {
  const { exchange } = aPerpetualExchange();
  const refused = exchange.transfer('alice', 'BTC', amount('1'));
  assert.is(refused.ok ? '' : refused.error.kind, 'unknown-symbol');
});

test('orders of both sides bind what the worse of them would', () => {
  const { exchange } = aPerpetualExchange();
  must(exchange.place('alice', aContractOrder({ quantity: '1' })));
  must(exchange.place('alice', aContractOrder({ side: 'sell', price: '61000', quantity: '1' })));
  assert.is(marginOf(exchange, 'alice').initial, amount('3050'));
});

test('leverage can be set, and not so low that what is bound is not covered', () => {
  const { exchange } = aPerpetualExchange();
  must(exchange.place('alice', aContractOrder({ quantity: '1' })));
  assert.is(must(exchange.setLeverage('alice', 'BTCUSDT', 10)), true);
  assert.is(marginOf(exchange, 'alice').initial, amount('6000'));
  assert.is(must(exchange.setLeverage('alice', 'BTCUSDT', 5)), false);
  assert.is(exchange.margin.leverage('alice', 'BTCUSDT'), 10);
  assert.not.ok(exchange.setLeverage('alice', 'XRPUSDT', 5).ok);
  assert.not.ok(exchange.setLeverage('nobody', 'BTCUSDT', 5).ok);
});

test('a reduce-only order is refused without a position, and never larger than it', () => {
  const { exchange } = aTrade();
  const reducing = { side: 'sell', isReduceOnly: true, price: '61000' } as const;
  const flat = exchange.place('carol', aContractOrder(reducing));
  assert.is(flat.ok, false);
  const wrong = exchange.place('alice', aContractOrder({ isReduceOnly: true }));
  assert.is(wrong.ok ? '' : wrong.error.kind, 'not-reducing');
  const { order } = must(exchange.place('alice', aContractOrder({ ...reducing, quantity: '5' })));
  assert.is(order.lots, 100);
});

test('a reduce-only order ends when there is nothing left to reduce', () => {
  const { exchange } = aTrade();
  const order = aContractOrder({ side: 'sell', isReduceOnly: true, price: '61000' });
  must(exchange.place('alice', order));
  must(exchange.place('bob', aContractOrder()));
  must(exchange.place('alice', aContractOrder({ side: 'sell', type: 'market' })));
  assert.is(exchange.margin.position('alice', 'BTCUSDT').lots, 0);
  assert.is(exchange.find('alice', byClientId(order))?.status, 'expired');
});

test('an order is given another price and size, and trades when they cross', () => {
  const { exchange, events } = aPerpetualExchange();
  const order = aContractOrder();
  must(exchange.place('alice', order));
  must(exchange.place('bob', aContractOrder({ side: 'sell', price: '60100' })));
  const change = { ticks: ticks('59000'), lots: lots('0.2') };
  const amended = must(exchange.amend('alice', byClientId(order), change));
  assert.equal([amended.order.ticks, amended.order.lots], [590_000, 200]);
  assert.ok(events.some((event) => event.kind === 'executed' && event.execution === 'amended'));
  const crossing = { ticks: ticks('60100'), lots: lots('0.2') };
  const { trades } = must(exchange.amend('alice', byClientId(order), crossing));
  assert.is(trades[0]?.lots, 100);
  const refusals = [
    exchange.amend('alice', byClientId(order), { ...crossing, lots: lots('100') }),
    exchange.amend('alice', byClientId(order), { ...crossing, ticks: 0 as Ticks }),
    exchange.amend('alice', { ...byClientId(order), clientId: 'none' }, crossing),
  ].map((result) => (result.ok ? '' : result.error.kind));
  assert.equal(refusals, ['insufficient-balance', 'filter', 'unknown-order']);
  const filledSoFar = { ...crossing, lots: lots('0.1') };
  const ended = must(exchange.amend('alice', byClientId(order), filledSoFar));
  assert.is(ended.order.status, 'canceled', 'a size that has filled ends the order');
});

test('longs pay a funding rate above 0 to shorts, to the last unit', () => {
  const { exchange, market, time, events } = aTrade();
  market.price.pinned = ticks('60000');
  market.price.sample(time.clock.now());
  assert.is(market.price.mark?.rate, 10_000, 'the interest alone: no premium');
  const before = [walletOf(exchange, 'alice'), walletOf(exchange, 'bob')];
  exchange.payFunding('BTCUSDT');
  const paid = amount('0.6');
  assert.is(walletOf(exchange, 'alice'), (before[0] as bigint) - paid);
  assert.is(walletOf(exchange, 'bob'), (before[1] as bigint) + paid);
  assert.is(events.filter(({ kind }) => kind === 'funded').length, 2);
  assert.is(exchange.margin.incomes('alice')[0]?.amount, -paid);
});

test('funding is paid at whole periods of the clock', () => {
  assert.is(nextFundingMs(1_767_225_600_000, 28_800_000), 1_767_254_400_000);
  const { exchange, market, time } = aTrade();
  market.price.pinned = ticks('60000');
  const { clock, timers } = time;
  const due = new PerpetualClock(exchange, { clock, timers, periodMs: 60_000 });
  let told = 0;
  due.listen(() => {
    told += 1;
  });
  due.start();
  time.runUntil(clock.now() + 59_000);
  assert.is(exchange.margin.incomes('alice').length, 0);
  time.runUntil(clock.now() + 2_000);
  assert.is(exchange.margin.incomes('alice').length, 1);
  assert.is(due.fundingMs, clock.now() - (clock.now() % 60_000) + 60_000);
  due.stop();
  const heard = told;
  time.runUntil(clock.now() + 5_000);
  assert.is(told, heard);
});

test('who cannot carry a position loses it, at the price that was foretold', () => {
  const { exchange, market, time, events } = aPerpetualExchange();
  must(exchange.place('bob', aContractOrder({ side: 'sell', quantity: '3' })));
  must(exchange.place('alice', aContractOrder({ quantity: '3' })));
  must(exchange.place('alice', aContractOrder({ price: '50000', quantity: '0.001' })));
  market.price.pinned = ticks('60000');
  market.price.sample(time.clock.now());
  const account = exchange.openAccount('alice');
  const position = exchange.margin.position('alice', 'BTCUSDT');
  const own = exchange.symbolMargin(account, 'BTCUSDT');
  const foretold = liquidationTicks(instrument, position, marginOf(exchange, 'alice'), own);
  const at = (price: number) => {
    market.price.pinned = price as Ticks;
    market.price.sample(time.clock.now());
    exchange.liquidate();
    return exchange.margin.position('alice', 'BTCUSDT').lots;
  };
  must(exchange.place('bob', aContractOrder({ price: '56500', quantity: '2' })));
  assert.is(at(Math.ceil(foretold) + 1), 3_000);
  assert.is(at(Math.floor(foretold)), 1_000, 'bob takes two of three');
  assert.equal([...account.open.keys()], [], 'orders are cancelled first');
  const forced = events.find(
    (event) => event.kind === 'executed' && event.order.clientId.startsWith(FORCED_PREFIX),
  );
  assert.ok(forced);
  must(exchange.place('bob', aContractOrder({ price: '50000', quantity: '1' })));
  assert.is(at(ticks('50000')), 0, 'what found no market is tried again');
  assert.is(walletOf(exchange, 'alice'), 0n, 'a wallet never falls below 0');
  assert.ok((exchange.margin.insurance.get('USDT') ?? 0n) > 0n);
});

test('positions, leverage and insurance survive the process', () => {
  const records = memoryRecords();
  const { exchange, market, time } = aTrade({ records });
  must(exchange.setLeverage('alice', 'BTCUSDT', 7));
  market.price.sample(time.clock.now());
  exchange.payFunding('BTCUSDT');
  const wallet = walletOf(exchange, 'alice');
  for (const isCleanEnd of [false, true]) {
    if (isCleanEnd) exchange.close();
    const again = aPerpetualExchange({ records }).exchange;
    assert.is(walletOf(again, 'alice'), wallet);
    assert.equal(
      again.margin.position('bob', 'BTCUSDT'),
      exchange.margin.position('bob', 'BTCUSDT'),
    );
    assert.is(again.margin.leverage('alice', 'BTCUSDT'), 7);
    if (!isCleanEnd) again.close();
  }
});

/** Deposits = wallets + crowd + fees − insurance − what open positions cost (short: brought in). */
function imbalance(exchange: PerpetualExchange): bigint {
  const { margin, clearing } = exchange;
  let sum = -(clearing.transfers.get('USDT') ?? 0n) - (margin.insurance.get('USDT') ?? 0n);
  sum += (clearing.crowd.get('USDT') ?? 0n) + (clearing.fees.get('USDT') ?? 0n);
  for (const { name } of clearing.accounts.values()) sum += walletOf(exchange, name);
  for (const name of [...clearing.accounts.keys(), null]) {
    const { lots: held, cost } = margin.position(name, 'BTCUSDT');
    sum -= held > 0 ? cost : -cost;
  }
  return sum;
}

test('no sequence of trades, funding and liquidations makes or loses money', () => {
  const step = fc.record({
    who: fc.constantFrom('alice', 'bob', 'crowd'),
    side: fc.constantFrom('buy' as const, 'sell' as const),
    price: fc.integer({ min: 500_000, max: 700_000 }),
    size: fc.integer({ min: 1, max: 3_000 }),
    isReduceOnly: fc.boolean(),
    after: fc.constantFrom('nothing', 'fund', 'mark'),
  });
  const property = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const { exchange, market, time } = aPerpetualExchange();
    for (const { who, side, price, size, isReduceOnly, after } of steps) {
      const at = price as Ticks;
      if (who === 'crowd') {
        exchange.crowdTake(market, side, size as Lots, at);
        exchange.crowdRest(market, side, at, size as Lots);
      } else {
        const reduce = isReduceOnly ? { isReduceOnly } : {};
        const parts = { side, ticks: at, lots: size as Lots, ...reduce };
        exchange.place(who, aContractOrder(parts as never));
      }
      if (after !== 'nothing') {
        market.price.pinned = after === 'mark' ? at : null;
        market.price.sample(time.clock.now());
        if (after === 'fund') exchange.payFunding('BTCUSDT');
        exchange.liquidate();
      }
      assert.is(imbalance(exchange), 0n);
    }
    let open = exchange.margin.position(null, 'BTCUSDT').lots as number;
    for (const name of ['alice', 'bob']) open += exchange.margin.position(name, 'BTCUSDT').lots;
    assert.is(open, 0, 'for each contract that is long one is short');
  });
  law(property, 150);
});

test('the worth of a position at its entry is what it cost', () => {
  const { exchange } = aTrade();
  const { cost, lots: held } = exchange.margin.position('alice', 'BTCUSDT');
  assert.is(cost, quoteAmount(instrument, ticks('60000'), held));
  assert.is(marginOf(exchange, 'alice').unrealised, 0n);
});

test.run();
