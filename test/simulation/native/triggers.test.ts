import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Ticks } from '../../../src/core/units.ts';
import { BOOK_ORDERS_MAX } from '../../../src/simulation/book/order-book.ts';
import { DEFAULT_FEES } from '../../../src/simulation/exchange/fees.ts';
import {
  amount,
  anExchange,
  anOrder,
  byClientId,
  lots,
  must,
  ticks,
} from '../../support/venue/fixtures.ts';
import { aStop, executions, standing, walk, when } from '../../support/venue/native.ts';

const balanceOf = ({ exchange }: ReturnType<typeof anExchange>, asset: string, name = 'alice') => {
  const { free, locked } = exchange.account(name)?.balances.get(asset) ?? {};
  return [free, locked];
};

test('a stop waits outside of the book with its balance locked', () => {
  const opened = anExchange();
  const { exchange, market } = opened;
  walk(exchange, market, '60000.00');
  const order = aStop({ quantity: '0.5' });
  const placed = must(exchange.place('alice', order));
  assert.is(placed.order.isWaiting, true);
  assert.is(market.book.size, 0);
  assert.equal(market.depth('sell', 10), []);
  assert.equal(balanceOf(opened, 'BTC'), [amount('9.5'), amount('0.5')]);
  assert.equal(executions(opened.events, order), ['new']);
});

test('a stop of a sale wakes at its price or below it, and not above', () => {
  for (const [price, status] of [
    ['59000.01', 'new'],
    ['59000.00', 'filled'],
    ['58999.99', 'filled'],
  ] as const) {
    const { exchange, market, events } = anExchange();
    exchange.crowdRest(market, 'buy', ticks('50000.00'), lots('1'));
    walk(exchange, market, '60000.00');
    const order = aStop();
    must(exchange.place('alice', order));
    walk(exchange, market, price);
    assert.is(standing(exchange, 'alice', order).status, status, price);
    if (status === 'filled') {
      assert.equal(executions(events, order), ['new', 'triggered', 'trade']);
      assert.is(standing(exchange, 'alice', order).isWaiting, false);
    }
  }
});

test('a purchase that waits for a rise wakes there, and rests at its limit', () => {
  const opened = anExchange();
  const { exchange, market } = opened;
  walk(exchange, market, '60000.00');
  const order = anOrder({ price: '60500.00', trigger: when('rises-to', '61000.00') });
  must(exchange.place('alice', order));
  assert.is(balanceOf(opened, 'USDT')[1], amount('605'));
  walk(exchange, market, '60999.99');
  assert.is(market.book.size, 0);
  walk(exchange, market, '61000.00');
  assert.equal(
    market.depth('buy', 1).map((level) => [level.ticks, level.lots]),
    [[ticks('60500.00'), lots('0.01')]],
  );
  assert.is(balanceOf(opened, 'USDT')[1], amount('605'));
  must(exchange.cancel('alice', byClientId(order)));
  assert.equal(balanceOf(opened, 'USDT'), [amount('100000'), 0n]);
});

test('a target of a sale wakes on the way up', () => {
  const { exchange, market } = anExchange();
  exchange.crowdRest(market, 'buy', ticks('50000.00'), lots('1'));
  walk(exchange, market, '60000.00');
  const order = aStop({ trigger: when('rises-to', '61000.00') });
  must(exchange.place('alice', order));
  walk(exchange, market, '58000.00', '61000.00');
  assert.is(standing(exchange, 'alice', order).status, 'filled');
});

test('a stop whose price is reached already is refused', () => {
  const { exchange, market } = anExchange();
  walk(exchange, market, '59000.00');
  assert.equal(exchange.place('alice', aStop()), {
    ok: false,
    error: { kind: 'would-trigger', ticks: ticks('59000.00'), last: ticks('59000.00') },
  });
});

test('before the first trade nothing is reached, and a stop may wait', () => {
  const { exchange } = anExchange();
  assert.is(must(exchange.place('alice', aStop())).order.isWaiting, true);
});

test('an order that wakes may wake others, and each works once', () => {
  const { exchange, market, events } = anExchange();
  for (const price of ['59000.00', '58000.00', '57000.00']) {
    exchange.crowdRest(market, 'buy', ticks(price), lots('0.01'));
  }
  walk(exchange, market, '60000.00');
  const stops = ['59500.00', '59000.00', '58000.00'].map((price) =>
    aStop({ trigger: when('falls-to', price) }),
  );
  for (const order of stops) must(exchange.place('alice', order));
  walk(exchange, market, '59500.00');
  const sold = stops.map((order) => standing(exchange, 'alice', order));
  assert.equal(
    sold.map(({ status, filledQuote }) => [status, filledQuote]),
    [
      ['filled', amount('590')],
      ['filled', amount('580')],
      ['filled', amount('570')],
    ],
  );
  assert.is(events.filter((event) => event.kind === 'executed').length, 9);
});

test('orders that one price wakes work in the order in which they were placed', () => {
  const { exchange, market } = anExchange();
  exchange.crowdRest(market, 'buy', ticks('58000.00'), lots('0.01'));
  exchange.crowdRest(market, 'buy', ticks('57000.00'), lots('0.01'));
  walk(exchange, market, '60000.00');
  const first = aStop({ trigger: when('falls-to', '59000.00') });
  const second = aStop({ trigger: when('falls-to', '59500.00') });
  must(exchange.place('bob', first));
  must(exchange.place('alice', second));
  walk(exchange, market, '58500.00');
  assert.is(standing(exchange, 'bob', first).filledQuote, amount('580'));
  assert.is(standing(exchange, 'alice', second).filledQuote, amount('570'));
});

test('a purchase at any price buys what its account can pay for, and the rest expires', () => {
  const opened = anExchange();
  const { exchange, market } = opened;
  exchange.crowdRest(market, 'sell', ticks('80000.00'), lots('2'));
  walk(exchange, market, '60000.00');
  const order = anOrder({
    type: 'market',
    quantity: '1.6',
    trigger: when('rises-to', '61000.00'),
  });
  must(exchange.place('alice', order));
  assert.is(balanceOf(opened, 'USDT')[1], amount('97600'));
  walk(exchange, market, '61000.00');
  const { status, filledLots } = standing(exchange, 'alice', order);
  assert.is(status, 'expired');
  assert.is(filledLots, lots('1.25'));
  assert.equal(balanceOf(opened, 'USDT'), [0n, 0n]);
});

test('fees on top never let such a purchase overdraw', () => {
  const fees = { ...DEFAULT_FEES, isOnNotional: true } as const;
  const opened = anExchange({ fees });
  const { exchange, market } = opened;
  exchange.crowdRest(market, 'sell', ticks('80000.00'), lots('2'));
  walk(exchange, market, '60000.00');
  const trigger = when('rises-to', '61000.00');
  const order = anOrder({ type: 'market', quantity: '1.6', trigger });
  must(exchange.place('alice', order));
  walk(exchange, market, '61000.00');
  const [free = 0n, locked] = balanceOf(opened, 'USDT');
  assert.is(locked, 0n);
  assert.ok(free >= 0n && free < amount('1'), `${free} left of 100000`);
});

test('a stop that finds nobody expires, and what it held is free', () => {
  const opened = anExchange();
  const { exchange, market, events } = opened;
  walk(exchange, market, '60000.00');
  const order = aStop();
  must(exchange.place('alice', order));
  walk(exchange, market, '58000.00');
  assert.equal(executions(events, order), ['new', 'triggered', 'expired']);
  assert.equal(balanceOf(opened, 'BTC'), [amount('10'), 0n]);
});

test('a fill-or-kill order that wakes fills in full or not at all', () => {
  const { exchange, market } = anExchange();
  exchange.crowdRest(market, 'buy', ticks('58500.00'), lots('0.005'));
  walk(exchange, market, '60000.00');
  const trigger = when('falls-to', '59000.00');
  const order = anOrder({ side: 'sell', price: '58000.00', timeInForce: 'fok', trigger });
  must(exchange.place('alice', order));
  walk(exchange, market, '58900.00');
  const { status, filledLots } = standing(exchange, 'alice', order);
  assert.equal([status, filledLots], ['expired', 0]);
});

test('an order that wakes does not trade with its own account when it is told not to', () => {
  const { exchange, market } = anExchange();
  walk(exchange, market, '60000.00');
  must(exchange.place('alice', anOrder({ price: '58500.00' })));
  const order = aStop({ selfTradePrevention: 'expire-taker' });
  must(exchange.place('alice', order));
  walk(exchange, market, '58900.00');
  assert.is(standing(exchange, 'alice', order).status, 'expired-in-match');
});

test('in a halted market nobody wakes; the first trade after it wakes who is due', () => {
  const { exchange, market } = anExchange();
  exchange.crowdRest(market, 'buy', ticks('50000.00'), lots('1'));
  walk(exchange, market, '60000.00');
  const order = aStop();
  must(exchange.place('alice', order));
  market.isOpen = false;
  walk(exchange, market, '58000.00');
  assert.is(standing(exchange, 'alice', order).isWaiting, true);
  market.isOpen = true;
  walk(exchange, market, '58500.00');
  assert.is(standing(exchange, 'alice', order).status, 'filled');
});

test('an order that wakes to a full book has no place in it, and expires', () => {
  const { exchange, market, events } = anExchange();
  walk(exchange, market, '60000.00');
  const order = anOrder({ price: '50000.00', trigger: when('falls-to', '59000.00') });
  must(exchange.place('alice', order));
  const resting = { owner: null, side: 'buy', ticks: ticks('100.00'), lots: lots('1') } as const;
  for (let id = 1; id < BOOK_ORDERS_MAX; id += 1) market.book.add({ ...resting, orderId: -id });
  exchange.crowdRest(market, 'buy', ticks('59000.00'), lots('2'));
  exchange.crowdTake(market, 'sell', lots('1'), null);
  assert.equal(executions(events, order), ['new', 'triggered', 'expired']);
});

test('five orders with a trigger may be open in a market, and no more', () => {
  const { exchange } = anExchange();
  for (let count = 0; count < 5; count += 1) must(exchange.place('alice', aStop()));
  assert.equal(exchange.place('alice', aStop()), {
    ok: false,
    error: { kind: 'filter', filter: 'MAX_NUM_ALGO_ORDERS', found: 5 },
  });
  must(exchange.cancelAll('alice', 'BTCUSDT'));
  must(exchange.place('alice', aStop()));
});

test('a stop that makes no sense is refused by name', () => {
  const { exchange } = anExchange();
  const refusal = (over: Parameters<typeof aStop>[0]) => exchange.wouldRefuse('alice', aStop(over));
  const off = { ...when('falls-to', '59000.00'), ticks: Number.NaN as Ticks };
  const never = { ...when('falls-to', '59000.00'), ticks: 0 as Ticks };
  const marked = when('falls-to', '59000.00', { reference: 'mark' });
  assert.is((refusal({ trigger: off }) as { filter: string }).filter, 'PRICE_FILTER');
  assert.is((refusal({ trigger: never }) as { filter: string }).filter, 'PRICE_FILTER');
  assert.is(refusal({ trigger: marked })?.kind, 'not-offered');
  assert.is(refusal({ type: 'limit-maker', price: '60000.00' })?.kind, 'not-offered');
  assert.is(refusal({ quote: amount('100') })?.kind, 'not-offered');
  assert.is(refusal({ quantity: '11' })?.kind, 'insufficient-balance');
});

test('an order that waits cannot be amended', () => {
  const { exchange } = anExchange();
  const order = aStop();
  must(exchange.place('alice', order));
  const change = { ticks: ticks('58000.00'), lots: lots('0.005') };
  const amended = exchange.amend('alice', byClientId(order), change);
  assert.is(!amended.ok && amended.error.kind, 'not-amendable');
});

test.run();
