import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { OPEN_ORDERS_MAX } from '../../../src/simulation/exchange/market-rules.ts';
import type { ExchangeEvent } from '../../../src/simulation/exchange/port.ts';
import {
  aCrowd,
  amount,
  anExchange,
  anOrder,
  byClientId,
  lots,
  must,
  ticks,
} from '../../support/venue/fixtures.ts';

const kinds = (events: readonly ExchangeEvent[]): string[] =>
  events.map((event) => (event.kind === 'executed' ? event.execution : event.kind));

const balance = (
  exchange: ReturnType<typeof anExchange>['exchange'],
  name: string,
  asset: string,
) => exchange.account(name)?.balances.get(asset);

test('a limit order rests, is told of, and locks what it may cost', () => {
  const { exchange, market, events } = anExchange();
  const { order, trades } = must(exchange.place('alice', anOrder()));
  assert.is(order.status, 'new');
  assert.equal(trades, []);
  assert.equal(kinds(events), ['new', 'level-changed', 'balances-changed']);
  assert.equal(balance(exchange, 'alice', 'USDT'), {
    free: amount('99400'),
    locked: amount('600'),
  });
  assert.is(market.depth('buy', 1)[0]?.lots, lots('0.01'));
});

test('a crossing order takes the better prices first, and its rest waits at its limit', () => {
  const { exchange, market, events } = anExchange();
  aCrowd(exchange, market);
  events.length = 0;
  const { order, trades } = must(
    exchange.place('alice', anOrder({ price: '60002.00', quantity: '1.2' })),
  );
  assert.equal(
    trades.map((trade) => trade.ticks),
    [ticks('60001.00'), ticks('60002.00')],
  );
  assert.is(order.status, 'partially-filled');
  assert.is(order.filledLots, lots('1'));
  assert.is(order.filledQuote, amount('60001.50'));
  // The rest of 0.2 BTC is locked at the limit; what was saved on the first level is free again.
  assert.equal(balance(exchange, 'alice', 'USDT'), {
    free: amount('27998.10'),
    locked: amount('12000.40'),
  });
  // Bought 1 BTC and paid 4 bps of it.
  assert.is(balance(exchange, 'alice', 'BTC')?.free, amount('10.9996'));
  assert.equal(kinds(events), [
    'new',
    'traded',
    'level-changed',
    'trade',
    'traded',
    'level-changed',
    'trade',
    'level-changed',
    'balances-changed',
  ]);
});

test('earlier orders of one price trade first, and a partial fill keeps its place', () => {
  const { exchange } = anExchange();
  const first = must(exchange.place('alice', anOrder({ quantity: '0.02' }))).order;
  const second = must(exchange.place('bob', anOrder({ quantity: '0.02' }))).order;
  const take = (quantity: string) =>
    must(exchange.place('bob', anOrder({ side: 'sell', type: 'market', quantity })));
  take('0.01');
  take('0.01');
  const reference = { symbol: 'BTCUSDT', clientId: null };
  assert.is(exchange.find('alice', { ...reference, orderId: first.orderId })?.status, 'filled');
  assert.is(exchange.find('bob', { ...reference, orderId: second.orderId })?.status, 'new');
});

test('a post-only order that would take is refused, and nothing changes', () => {
  const { exchange, market, events } = anExchange();
  aCrowd(exchange, market);
  events.length = 0;
  const order = anOrder({ type: 'limit-maker', price: '60001.00' });
  const placed = exchange.place('alice', order);
  assert.equal(placed, {
    ok: false,
    error: { kind: 'would-take', ticks: ticks('60001.00'), opposite: ticks('60001.00') },
  });
  assert.equal(kinds(events), ['rejected']);
  assert.is(balance(exchange, 'alice', 'USDT')?.locked, 0n);
  assert.ok(exchange.place('alice', { ...order, ticks: ticks('60000.99') }).ok);
});

test('immediate-or-cancel fills what it can and expires the rest', () => {
  const { exchange, market, events } = anExchange();
  aCrowd(exchange, market);
  events.length = 0;
  const order = anOrder({ timeInForce: 'ioc', price: '60001.00', quantity: '0.7' });
  const placed = must(exchange.place('alice', order));
  assert.is(placed.order.status, 'expired');
  assert.is(placed.order.filledLots, lots('0.5'));
  assert.is(kinds(events).at(-2), 'expired');
  assert.is(balance(exchange, 'alice', 'USDT')?.locked, 0n);
});

test('fill-or-kill fills all or nothing', () => {
  const { exchange, market } = anExchange();
  aCrowd(exchange, market);
  const fok = { timeInForce: 'fok', price: '60003.00' } as const;
  const killed = must(exchange.place('alice', anOrder({ ...fok, quantity: '1.50001' })));
  assert.equal([killed.order.status, killed.trades.length], ['expired', 0]);
  assert.is(market.depth('sell', 1)[0]?.lots, lots('0.5'));
  const filled = must(exchange.place('alice', anOrder({ ...fok, quantity: '1.5' })));
  assert.equal([filled.order.status, filled.trades.length], ['filled', 3]);
});

test('a market order by quantity walks the levels; what the book lacks expires', () => {
  const { exchange, market } = anExchange();
  aCrowd(exchange, market);
  const placed = must(
    exchange.place('bob', anOrder({ side: 'sell', type: 'market', quantity: '2' })),
  );
  assert.is(placed.order.status, 'expired');
  assert.is(placed.order.filledLots, lots('1.5'));
  assert.equal(
    placed.trades.map((trade) => trade.ticks),
    [ticks('59999.00'), ticks('59998.00'), ticks('59997.00')],
  );
  assert.equal(balance(exchange, 'bob', 'BTC'), { free: amount('8.5'), locked: 0n });
  const again = must(exchange.place('bob', anOrder({ side: 'sell', type: 'market' })));
  assert.equal([again.order.status, again.order.filledLots], ['expired', 0]);
});

test('a market order by quote amount spends as much as whole lots allow, and no more', () => {
  const { exchange, market } = anExchange();
  aCrowd(exchange, market);
  const order = anOrder({ type: 'market', quote: amount('30001') });
  const placed = must(exchange.place('alice', order));
  // 0.5 BTC at 60,001 cost 30,000.50; the 0.50 left do not buy a lot of 0.60.
  assert.is(placed.order.status, 'filled');
  assert.is(placed.order.filledQuote, amount('30000.50'));
  const next = must(
    exchange.place('alice', { ...order, clientId: 'next', quote: amount('30001') }),
  );
  assert.is(next.order.filledLots, lots('0.5'));
  assert.is(next.order.filledQuote, amount('30001'));
  const lacking = exchange.place('alice', {
    ...order,
    side: 'sell',
    clientId: 'x',
    quote: amount('5'),
  });
  assert.ok(lacking.ok);
});

test('a market order by quote amount in an empty book is refused', () => {
  const { exchange } = anExchange();
  const placed = exchange.place('alice', anOrder({ type: 'market', quote: amount('100') }));
  assert.equal(placed, { ok: false, error: { kind: 'no-liquidity', symbol: 'BTCUSDT' } });
});

test('an order is checked against the balance with its true cost', () => {
  const { exchange, market } = anExchange();
  aCrowd(exchange, market);
  const poor = exchange.place('alice', anOrder({ price: '59000.00', quantity: '1.69492' }));
  assert.equal(poor, {
    ok: false,
    error: {
      kind: 'insufficient-balance',
      asset: 'USDT',
      free: amount('100000'),
      wanted: amount('100000.28'),
    },
  });
  const all = must(exchange.place('alice', anOrder({ type: 'market', quantity: '1.5' })));
  assert.is(all.order.status, 'filled');
  const more = exchange.place('bob', anOrder({ side: 'sell', quantity: '10.00001' }));
  assert.is(more.ok ? '' : more.error.kind, 'insufficient-balance');
});

test('a client id is taken as long as its order is open', () => {
  const { exchange } = anExchange();
  const order = anOrder({ clientId: 'mine' });
  must(exchange.place('alice', order));
  assert.equal(exchange.place('alice', order), {
    ok: false,
    error: { kind: 'duplicate-client-id', clientId: 'mine' },
  });
  assert.ok(exchange.place('bob', order).ok, 'another account may use it');
  must(exchange.cancel('alice', byClientId(order)));
  const second = must(exchange.place('alice', order)).order;
  assert.is(exchange.find('alice', byClientId(order))?.orderId, second.orderId);
});

test('a cancel releases the hold and leaves the book; a second one finds nothing', () => {
  const { exchange, market, events } = anExchange();
  const order = anOrder({ side: 'sell', quantity: '0.3' });
  must(exchange.place('alice', order));
  assert.is(balance(exchange, 'alice', 'BTC')?.locked, amount('0.3'));
  events.length = 0;
  const canceled = must(exchange.cancel('alice', byClientId(order)));
  assert.is(canceled.status, 'canceled');
  assert.equal(kinds(events), ['canceled', 'level-changed', 'balances-changed']);
  assert.equal(balance(exchange, 'alice', 'BTC'), { free: amount('10'), locked: 0n });
  assert.equal(market.depth('sell', 9), []);
  const again = exchange.cancel('alice', byClientId(order));
  assert.is(again.ok ? '' : again.error.kind, 'unknown-order');
});

test('an order is found by either id, by both when they agree, and only by its owner', () => {
  const { exchange } = anExchange();
  const order = anOrder({ clientId: 'one' });
  const { orderId } = must(exchange.place('alice', order)).order;
  const find = (account: string, id: number | null, clientId: string | null, symbol = 'BTCUSDT') =>
    exchange.find(account, { symbol, orderId: id, clientId })?.clientId ?? null;
  assert.is(find('alice', orderId, null), 'one');
  assert.is(find('alice', null, 'one'), 'one');
  assert.is(find('alice', orderId, 'one'), 'one');
  assert.is(find('alice', orderId, 'two'), null);
  assert.is(find('bob', orderId, null), null);
  assert.is(find('alice', orderId, null, 'ETHUSDT'), null);
  assert.is(find('carol', orderId, null), null);
});

test('cancel-all takes every open order of that market, and says so when there is none', () => {
  const { exchange } = anExchange();
  const placed = ['59000.00', '58000.00', '57000.00'].map((price) =>
    must(exchange.place('alice', anOrder({ price }))),
  );
  must(exchange.place('bob', anOrder()));
  const canceled = must(exchange.cancelAll('alice', 'BTCUSDT'));
  assert.equal(
    canceled.map(({ orderId }) => orderId),
    placed.map(({ order }) => order.orderId),
  );
  assert.is(exchange.account('alice')?.open.size, 0);
  assert.is(exchange.account('bob')?.open.size, 1);
  const none = exchange.cancelAll('alice', 'BTCUSDT');
  assert.is(none.ok ? '' : none.error.kind, 'unknown-order');
});

test('an account has a bounded number of open orders', () => {
  const { exchange } = anExchange();
  for (let at = 0; at < OPEN_ORDERS_MAX; at += 1) {
    must(exchange.place('alice', anOrder({ quantity: '0.0001' })));
  }
  assert.equal(exchange.place('alice', anOrder({ quantity: '0.0001' })), {
    ok: false,
    error: { kind: 'filter', filter: 'MAX_NUM_ORDERS', found: OPEN_ORDERS_MAX },
  });
});

test('money moves in and out, never below nothing', () => {
  const { exchange, events } = anExchange();
  assert.ok(exchange.transfer('alice', 'USDT', amount('-100000')).ok);
  assert.equal(kinds(events), ['transferred', 'balances-changed']);
  const more = exchange.transfer('alice', 'USDT', amount('-0.00000001'));
  assert.is(more.ok ? '' : more.error.kind, 'insufficient-balance');
  const nobody = exchange.transfer('carol', 'USDT', amount('1'));
  assert.is(nobody.ok ? '' : nobody.error.kind, 'unknown-account');
});

test('unknown markets and accounts are refused by name', () => {
  const { exchange } = anExchange();
  assert.equal(exchange.wouldRefuse('alice', anOrder({ symbol: 'XRPUSDT' })), {
    kind: 'unknown-symbol',
    symbol: 'XRPUSDT',
  });
  assert.equal(exchange.wouldRefuse('carol', anOrder()), {
    kind: 'unknown-account',
    account: 'carol',
  });
  assert.is(exchange.wouldRefuse('alice', anOrder()), null);
});

test('the crowd rests only where it does not cross, and finds its own orders', () => {
  const { exchange, market } = anExchange();
  const id = exchange.crowdRest(market, 'buy', ticks('60000.00'), lots('1'));
  assert.ok(id > 0);
  assert.is(exchange.crowdRest(market, 'sell', ticks('60000.00'), lots('1')), 0);
  assert.is(exchange.crowdRest(market, 'buy', 0 as never, lots('1')), 0);
  assert.is(exchange.crowdTake(market, 'sell', lots('3'), ticks('60000.01')), 0);
  assert.is(exchange.crowdTake(market, 'sell', lots('0.4'), null), lots('0.4'));
  assert.ok(exchange.crowdCancel(market, id));
  assert.not.ok(exchange.crowdCancel(market, id));
});

test('a listener may not operate the exchange it listens to', () => {
  const { exchange } = anExchange();
  exchange.listen(() => exchange.place('bob', anOrder()));
  assert.throws(() => exchange.place('alice', anOrder()), /does not operate/);
});

test('each change of a level takes the next update id and tells the new size', () => {
  const { exchange, market, events } = anExchange();
  aCrowd(exchange, market);
  must(exchange.place('alice', anOrder({ price: '60002.00', quantity: '0.8' })));
  const changes = events.flatMap((event) => (event.kind === 'level-changed' ? [event] : []));
  changes.forEach(({ updateId }, at) => {
    assert.is(updateId, 1 + at);
  });
  assert.is(market.updateId, changes.length);
  assert.equal(
    changes.slice(-2).map(({ ticks: at, lots: left }) => [at, left]),
    [
      [ticks('60001.00'), 0],
      [ticks('60002.00'), lots('0.2')],
    ],
  );
});

test.run();
