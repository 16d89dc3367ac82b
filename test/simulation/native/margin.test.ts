import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Ticks } from '../../../src/core/units.ts';
import { freeBalance } from '../../../src/simulation/exchange/clearing.ts';
import { restLots } from '../../../src/simulation/exchange/orders.ts';
import { PerpetualClock } from '../../../src/simulation/perpetuals/perpetual-clock.ts';
import type { PerpetualExchange } from '../../../src/simulation/perpetuals/perpetual-exchange.ts';
import { law } from '../../support/law.ts';
import {
  aContractOrder,
  aPerpetualExchange,
  lots,
  ticks,
} from '../../support/perpetuals/exchange.ts';
import { aMarket, amount, must } from '../../support/venue/fixtures.ts';
import { executions, standing } from '../../support/venue/native.ts';
import { nativeStep, runNative } from '../../support/venue/native-steps.ts';

const at = (
  price: string,
  reference: 'last' | 'mark' = 'last',
  direction: 'falls-to' | 'rises-to' = 'falls-to',
) => ({
  direction,
  ticks: ticks(price),
  reference,
  trail: null,
});

/** Alice is long 0.1 from 60,000; bids stand at 58,000. */
function aPosition() {
  const made = aPerpetualExchange();
  const { exchange, market, time } = made;
  must(exchange.place('bob', aContractOrder({ side: 'sell' })));
  must(exchange.place('alice', aContractOrder()));
  exchange.crowdRest(market, 'buy', ticks('58000'), lots('1'));
  const clock = new PerpetualClock(exchange, {
    clock: time.clock,
    timers: time.timers,
    periodMs: 8 * 3_600_000,
  });
  const mark = (price: string): void => {
    market.price.pinned = ticks(price);
    clock.measure();
  };
  const last = (price: string): void => {
    exchange.crowdRest(market, 'sell', ticks(price), lots('0.001'));
    exchange.crowdTake(market, 'buy', lots('0.001'), ticks(price));
  };
  const positionOf = (name: string) => exchange.margin.position(name, 'BTCUSDT').lots;
  return { ...made, mark, last, positionOf };
}

const aStopLoss = (over: Parameters<typeof aContractOrder>[0] = {}) =>
  aContractOrder({
    side: 'sell',
    type: 'market',
    timeInForce: 'ioc',
    isReduceOnly: true,
    trigger: at('59000'),
    ...over,
  });

test('a stop by the mark wakes when the mark is there, whatever was traded', () => {
  const { exchange, mark, last, positionOf } = aPosition();
  mark('60000');
  const order = aStopLoss({ trigger: at('59000', 'mark') });
  must(exchange.place('alice', order));
  last('58500');
  assert.is(standing(exchange, 'alice', order).isWaiting, true);
  mark('59000.1');
  assert.is(standing(exchange, 'alice', order).isWaiting, true);
  mark('59000');
  assert.is(standing(exchange, 'alice', order).status, 'filled');
  assert.is(positionOf('alice'), 0);
});

test('a stop by the last trade does not look at the mark', () => {
  const { exchange, mark, last, positionOf } = aPosition();
  const order = aStopLoss();
  must(exchange.place('alice', order));
  mark('58500');
  assert.is(standing(exchange, 'alice', order).isWaiting, true);
  last('58900');
  assert.is(positionOf('alice'), 0);
});

test('a mark that is there already refuses a stop', () => {
  const { exchange, mark } = aPosition();
  mark('59000');
  const order = aStopLoss({ trigger: at('59000', 'mark') });
  assert.is(exchange.wouldRefuse('alice', order)?.kind, 'would-trigger');
});

test('a stop waits without a position and without margin, and binds nothing', () => {
  const { exchange } = aPerpetualExchange();
  must(exchange.place('alice', aStopLoss()));
  const trigger = at('61000', 'last', 'rises-to');
  must(exchange.place('alice', aContractOrder({ quantity: '100', trigger })));
  const margin = exchange.accountMargin(exchange.openAccount('alice'), 'USDT');
  assert.is(margin.initial, 0n);
});

test('a reduce-only stop wakes with what there is to reduce, and never opens a position', () => {
  const { exchange, last, positionOf, events } = aPosition();
  const larger = aStopLoss({ quantity: '0.3' });
  const second = aStopLoss({ trigger: at('58950') });
  must(exchange.place('alice', larger));
  must(exchange.place('alice', second));
  last('58900');
  assert.is(standing(exchange, 'alice', larger).filledLots, lots('0.1'));
  assert.is(standing(exchange, 'alice', larger).status, 'filled');
  assert.equal(executions(events, second), ['new', 'triggered', 'expired']);
  assert.is(positionOf('alice'), 0);
});

test('a reduce-only stop waits on when its position is gone, for the next one', () => {
  const { exchange, positionOf } = aPosition();
  const order = aStopLoss({ trigger: at('57000') });
  must(exchange.place('alice', order));
  must(
    exchange.place('alice', aContractOrder({ side: 'sell', type: 'market', timeInForce: 'ioc' })),
  );
  assert.is(positionOf('alice'), 0);
  assert.is(standing(exchange, 'alice', order).isWaiting, true);
  assert.is(standing(exchange, 'alice', order).status, 'new');
});

test('an order that wakes without its margin expires', () => {
  const { exchange, last, events } = aPosition();
  const trigger = at('61000', 'last', 'rises-to');
  const order = aContractOrder({ quantity: '50', price: '61000', trigger });
  must(exchange.place('alice', order));
  last('61000');
  assert.equal(executions(events, order), ['new', 'triggered', 'expired']);
});

test('an order that wakes and rests binds its margin from then on', () => {
  const { exchange, market, last, mark } = aPosition();
  mark('60000');
  const bound = () => exchange.accountMargin(exchange.openAccount('alice'), 'USDT').initial;
  const order = aContractOrder({ quantity: '0.2', trigger: at('61000', 'last', 'rises-to') });
  must(exchange.place('alice', order));
  assert.is(bound(), amount('300'), 'the position alone, at 20 times');
  last('61000');
  assert.is(market.best('buy')?.ticks, ticks('60000'));
  assert.is(bound(), amount('900'));
});

test('a trail follows the mark where it is asked to', () => {
  const { exchange, mark, positionOf } = aPosition();
  mark('60000');
  const trail = { bips: 100 } as const;
  const order = aStopLoss({ trigger: { ...at('60000', 'mark'), ticks: 0 as never, trail } });
  must(exchange.place('alice', order));
  mark('61000');
  mark('60390.1');
  assert.is(positionOf('alice'), lots('0.1'));
  mark('60390');
  assert.is(positionOf('alice'), 0);
});

test('a stop wakes before its account is liquidated at the same mark', () => {
  const { exchange, mark, events } = aPosition();
  exchange.transfer('alice', 'USDT', amount('-9600'));
  const order = aStopLoss({ trigger: at('57000', 'mark') });
  must(exchange.place('alice', order));
  mark('56000');
  assert.is(standing(exchange, 'alice', order).status, 'filled');
  const forced = events.filter(
    (event) => event.kind === 'executed' && event.order.clientId.startsWith('autoclose'),
  );
  assert.is(forced.length, 0);
});

test('a liquidation ends what waits, pairs among it', () => {
  const { exchange, mark } = aPosition();
  exchange.transfer('alice', 'USDT', amount('-9600'));
  const target = aContractOrder({ side: 'sell', price: '61000', isReduceOnly: true });
  const stop = aStopLoss({ trigger: at('50000') });
  must(exchange.placePair('alice', { target, stop, clientId: 'list' }));
  mark('55000');
  assert.is(exchange.account('alice')?.open.size, 0);
  assert.is(standing(exchange, 'alice', stop).status, 'canceled');
});

test('a reduce-only pair outlives no position', () => {
  const { exchange, market } = aPosition();
  const target = aContractOrder({ side: 'sell', price: '61000', isReduceOnly: true });
  const stop = aStopLoss({ trigger: at('57000') });
  must(exchange.placePair('alice', { target, stop, clientId: 'list' }));
  must(
    exchange.place('alice', aContractOrder({ side: 'sell', type: 'market', timeInForce: 'ioc' })),
  );
  assert.is(standing(exchange, 'alice', target).status, 'expired');
  assert.is(standing(exchange, 'alice', stop).status, 'expired');
  assert.is(market.waiting.size, 0);
});

/** Deposits less wallets, crowd and fees, insurance, and what open positions cost. */
function imbalance({ margin, clearing }: PerpetualExchange): bigint {
  let sum = -(clearing.transfers.get('USDT') ?? 0n) - (margin.insurance.get('USDT') ?? 0n);
  sum += (clearing.crowd.get('USDT') ?? 0n) + (clearing.fees.get('USDT') ?? 0n);
  for (const account of clearing.accounts.values()) sum += freeBalance(account, 'USDT');
  for (const name of [...clearing.accounts.keys(), null]) {
    const { lots: held, cost } = margin.position(name, 'BTCUSDT');
    sum -= held > 0 ? cost : -cost;
  }
  return sum;
}

test('on margin nothing that waits, hides or ends another makes or loses money', () => {
  const mark = fc.option(fc.integer({ min: -60, max: 60 }));
  const steps = fc.array(fc.tuple(nativeStep, fc.boolean(), mark), { maxLength: 60 });
  law(
    fc.property(steps, (all) => {
      const { exchange, market, time } = aPerpetualExchange({ markets: [aMarket()] });
      const positionOf = (name: string) => exchange.margin.position(name, 'BTCUSDT').lots;
      for (const [step, isReduceOnly, away] of all) {
        runNative(exchange, market, step, (order) => ({
          ...order,
          ...(isReduceOnly && { isReduceOnly }),
          ...(order.trigger &&
            away !== null && { trigger: { ...order.trigger, reference: 'mark' } }),
        }));
        if (away !== null) {
          market.price.pinned = (6_000_000 + away) as Ticks;
          market.price.sample(time.clock.now());
          exchange.marked('BTCUSDT');
          exchange.liquidate();
        }
        assert.is(imbalance(exchange), 0n);
        for (const name of ['alice', 'bob']) {
          const account = exchange.openAccount(name);
          for (const order of account.open.values()) {
            if (order.isReduceOnly !== true || order.isWaiting === true) continue;
            const reducible = order.side === 'sell' ? positionOf(name) : -positionOf(name);
            assert.ok(restLots(order) <= reducible, 'what rests to reduce finds a position');
          }
        }
        for (const { orderId } of [...exchange.openAccount('alice').open.values()].filter(
          ({ isWaiting }) => isWaiting === true,
        )) {
          assert.is(market.book.find(orderId), null);
        }
      }
    }),
    100,
  );
});

test.run();
