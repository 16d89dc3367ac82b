import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Ticks } from '../../../src/core/units.ts';
import {
  amount,
  anExchange,
  anOrder,
  byClientId,
  lots,
  must,
  ticks,
} from '../../support/venue/fixtures.ts';
import { memoryRecords } from '../../support/venue/memory-records.ts';
import { executions, standing, walk, when } from '../../support/venue/native.ts';

let lists = 0;

/** Sells 1 BTC at 61,000, or at any price once it has fallen to 59,000. */
function aPair(over: Parameters<typeof anOrder>[0] = {}) {
  lists += 1;
  const sale = { side: 'sell', quantity: '1', ...over } as const;
  return {
    target: anOrder({ ...sale, price: '61000.00' }),
    stop: anOrder({
      ...sale,
      type: 'market',
      timeInForce: 'ioc',
      trigger: when('falls-to', '59000.00'),
    }),
    clientId: `list-${lists}`,
  };
}

/** Buys 1 BTC at 59,000, or at 61,500 at most once it has risen to 61,000. */
function aPurchase() {
  const { clientId } = aPair();
  const trigger = when('rises-to', '61000.00');
  return {
    target: anOrder({ quantity: '1', price: '59000.00' }),
    stop: anOrder({ quantity: '1', price: '61500.00', trigger }),
    clientId,
  };
}

function opened(over: Parameters<typeof anExchange>[0] = {}) {
  const made = anExchange(over);
  walk(made.exchange, made.market, '60000.00');
  const balance = (asset: string) => made.exchange.account('alice')?.balances.get(asset);
  return { ...made, balance };
}

test('two orders are placed under one list, with one lock of the dearer', () => {
  const sale = opened();
  const pair = aPair();
  const { listId, target, stop } = must(sale.exchange.placePair('alice', pair));
  assert.is(sale.balance('BTC')?.locked, amount('1'));
  assert.equal(
    [target.order.pairedId, stop.order.pairedId],
    [stop.order.orderId, target.order.orderId],
  );
  assert.is(target.order.listId, listId);
  for (const list of [{ listId }, { listClientId: pair.clientId }]) {
    assert.is(sale.exchange.findPair('alice', list)?.stop.clientId, pair.stop.clientId);
  }
  const purchase = opened();
  must(purchase.exchange.placePair('alice', aPurchase()));
  assert.is(purchase.balance('USDT')?.locked, amount('61500'));
});

test('a target that trades in part ends the stop, and goes on alone', () => {
  const { exchange, market, events, balance } = opened();
  const pair = aPair();
  must(exchange.placePair('alice', pair));
  exchange.crowdTake(market, 'buy', lots('0.4'), null);
  const { status, filledLots } = standing(exchange, 'alice', pair.target);
  assert.equal([status, filledLots], ['partially-filled', lots('0.4')]);
  assert.equal(executions(events, pair.stop), ['new', 'expired']);
  assert.is(balance('BTC')?.locked, amount('0.6'));
  walk(exchange, market, '58000.00');
  assert.is(standing(exchange, 'alice', pair.target).status, 'partially-filled');
});

test('a stop that wakes ends the target, and sells', () => {
  const { exchange, market, events, balance } = opened();
  exchange.crowdRest(market, 'buy', ticks('58000.00'), lots('2'));
  const pair = aPair();
  must(exchange.placePair('alice', pair));
  walk(exchange, market, '59000.00');
  assert.equal(executions(events, pair.target), ['new', 'expired']);
  assert.equal(executions(events, pair.stop), ['new', 'triggered', 'trade']);
  assert.is(standing(exchange, 'alice', pair.stop).filledQuote, amount('58000'));
  assert.is(balance('BTC')?.locked, 0n);
  assert.is(market.best('sell'), null);
});

test('what is locked for a purchase passes from one to the other', () => {
  const target = opened();
  const first = aPurchase();
  must(target.exchange.placePair('alice', first));
  target.exchange.crowdTake(target.market, 'sell', lots('0.5'), null);
  assert.is(standing(target.exchange, 'alice', first.target).held, amount('29500'));
  assert.is(target.balance('USDT')?.locked, amount('29500'));
  const stop = opened();
  const second = aPurchase();
  must(stop.exchange.placePair('alice', second));
  walk(stop.exchange, stop.market, '61000.00');
  assert.is(stop.market.best('buy')?.ticks, ticks('61500.00'));
  assert.is(stop.balance('USDT')?.locked, amount('61500'));
});

test('cancelling one cancels both, and all of them at once too', () => {
  for (const leg of ['target', 'stop'] as const) {
    const { exchange, events, balance } = opened();
    const pair = aPair();
    must(exchange.placePair('alice', pair));
    must(exchange.cancel('alice', byClientId(pair[leg])));
    for (const order of [pair.target, pair.stop]) {
      assert.equal(executions(events, order), ['new', 'canceled']);
    }
    assert.equal(balance('BTC'), { free: amount('10'), locked: 0n });
  }
  const { exchange } = opened();
  must(exchange.placePair('alice', aPair()));
  const ended = must(exchange.cancelAll('alice', 'BTCUSDT'));
  assert.equal(
    ended.map(({ status }) => status),
    ['canceled', 'canceled'],
  );
});

test('a target that meets its own account ends with its stop', () => {
  const { exchange } = opened();
  const pair = aPair();
  must(exchange.placePair('alice', pair));
  must(
    exchange.place('alice', anOrder({ price: '61000.00', selfTradePrevention: 'expire-maker' })),
  );
  assert.is(standing(exchange, 'alice', pair.target).status, 'expired-in-match');
  assert.is(standing(exchange, 'alice', pair.stop).status, 'expired');
});

test('a target that takes at once has no stop any more', () => {
  const { exchange, market } = opened();
  exchange.crowdRest(market, 'buy', ticks('60500.00'), lots('0.3'));
  const pair = aPair();
  const target = { ...pair.target, ticks: ticks('60400.00') };
  const { target: begun, stop } = must(exchange.placePair('alice', { ...pair, target }));
  assert.is(begun.order.filledLots, lots('0.3'));
  assert.is(stop.order.status, 'expired');
});

test('one price that reaches both lets the target trade alone', () => {
  const { exchange, market } = opened();
  const pair = aPair();
  must(exchange.placePair('alice', pair));
  exchange.crowdRest(market, 'sell', ticks('58000.00'), lots('0.1'));
  // The same order takes below the stop and then from the target.
  exchange.crowdTake(market, 'buy', lots('0.6'), null);
  assert.is(standing(exchange, 'alice', pair.target).filledLots, lots('0.5'));
  assert.is(standing(exchange, 'alice', pair.stop).status, 'expired');
});

test('two triggers make a pair as well', () => {
  const { exchange, market } = opened();
  const { stop, clientId } = aPair();
  const target = anOrder({
    side: 'sell',
    quantity: '1',
    price: '60900.00',
    trigger: when('rises-to', '61000.00'),
  });
  must(exchange.placePair('alice', { target, stop, clientId }));
  walk(exchange, market, '61000.00');
  assert.is(standing(exchange, 'alice', stop).status, 'expired');
  assert.is(market.best('sell')?.ticks, ticks('60900.00'));
});

test('a pair survives a restart, linked as it was', () => {
  const records = memoryRecords();
  const first = opened({ records });
  const pair = aPair();
  must(first.exchange.placePair('alice', pair));
  const { exchange, market } = anExchange({ records });
  exchange.crowdTake(market, 'buy', lots('1'), null);
  assert.is(standing(exchange, 'alice', pair.target).status, 'filled');
  assert.is(standing(exchange, 'alice', pair.stop).status, 'expired');
});

test('two orders that are no pair are refused, and neither is placed', () => {
  const { exchange, events } = opened();
  const pair = aPair();
  const { target, stop } = pair;
  const { trigger: _trigger, ...plain } = stop;
  const kindOf = (wrong: Partial<typeof pair>) => {
    const placed = exchange.placePair('alice', { ...pair, ...wrong });
    return placed.ok ? 'placed' : placed.error.kind;
  };
  assert.is(kindOf({ stop: plain }), 'not-a-pair');
  assert.is(kindOf({ stop: { ...stop, side: 'buy' } }), 'not-a-pair');
  assert.is(kindOf({ stop: { ...stop, lots: lots('0.5') } }), 'not-a-pair');
  assert.is(kindOf({ target: { ...target, ticks: ticks('60000.00') } }), 'not-a-pair');
  assert.is(kindOf({ stop: { ...stop, trigger: when('falls-to', '60000.00') } }), 'not-a-pair');
  assert.is(kindOf({ stop: { ...stop, clientId: target.clientId } }), 'duplicate-client-id');
  assert.is(
    kindOf({ target: { ...target, lots: 0 as never }, stop: { ...stop, lots: 0 as never } }),
    'filter',
  );
  const off = { ...when('falls-to', '59000.00'), ticks: Number.NaN as Ticks };
  assert.is.not(kindOf({ stop: { ...stop, trigger: off } }), 'placed');
  assert.is(kindOf({ target: { ...target, symbol: 'NONE' } }), 'unknown-symbol');
  assert.is(exchange.account('alice')?.open.size, 0);
  assert.is(events.filter(({ kind }) => kind === 'rejected').length, 18);
  must(exchange.placePair('alice', pair));
  const again = { ...aPair(), clientId: pair.clientId };
  const twice = exchange.placePair('alice', again);
  assert.is(!twice.ok && twice.error.kind, 'duplicate-client-id');
});

test('before the first trade the two are measured by each other', () => {
  const { exchange } = anExchange();
  const pair = aPair();
  const crossed = { ...pair, target: { ...pair.target, ticks: ticks('58000.00') } };
  const refused = exchange.placePair('alice', crossed);
  assert.equal(!refused.ok && refused.error, {
    kind: 'not-a-pair',
    found: 'target 5800000, last none, stop 5900000',
    wanted: 'stop < last < target',
  });
  must(exchange.placePair('alice', pair));
});

test('the stop of a pair may follow the price from the beginning', () => {
  const { exchange, market } = opened();
  exchange.crowdRest(market, 'buy', ticks('58000.00'), lots('2'));
  const pair = aPair();
  const stop = { ...pair.stop, trigger: when('falls-to', '0', { trail: { bips: 100 } }) };
  must(exchange.placePair('alice', { ...pair, stop }));
  walk(exchange, market, '60900.00', '60291.00');
  assert.is(standing(exchange, 'alice', stop).status, 'filled');
  assert.is(standing(exchange, 'alice', pair.target).status, 'expired');
});

test('a list that nobody placed is not found', () => {
  const { exchange } = opened();
  assert.is(exchange.findPair('alice', { listId: 1 }), null);
  assert.is(exchange.findPair('nobody', { listId: 1 }), null);
});

test.run();
