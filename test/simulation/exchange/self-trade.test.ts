import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Exchange } from '../../../src/simulation/exchange/exchange.ts';
import { amount, anExchange, anOrder, lots, must, ticks } from '../../support/venue/fixtures.ts';

const balance = (exchange: Exchange, name: string, asset: string) =>
  exchange.account(name)?.balances.get(asset);

test('self-trade prevention: none lets an account trade with itself, to no gain but fees', () => {
  const { exchange } = anExchange();
  must(exchange.place('alice', anOrder()));
  const sold = must(exchange.place('alice', anOrder({ side: 'sell' })));
  assert.is(sold.order.status, 'filled');
  // Maker buys 0.01 BTC at 1 bp, taker sells it at 4 bps of 600 USDT.
  assert.is(balance(exchange, 'alice', 'BTC')?.free, amount('9.999999'));
  assert.is(balance(exchange, 'alice', 'USDT')?.free, amount('99999.76'));
});

test('self-trade prevention: expire-taker ends the incoming order at its own resting one', () => {
  const { exchange, events } = anExchange();
  must(exchange.place('bob', anOrder({ price: '60001.00' })));
  const resting = must(exchange.place('alice', anOrder())).order;
  events.length = 0;
  const order = anOrder({ side: 'sell', quantity: '0.03', selfTradePrevention: 'expire-taker' });
  const placed = must(exchange.place('alice', order));
  assert.is(placed.order.status, 'expired-in-match');
  assert.is(placed.order.filledLots, lots('0.01'));
  assert.is(placed.order.preventedLots, lots('0.02'));
  assert.equal(placed.prevented, [
    {
      preventedMatchId: placed.order.preventedMatchId,
      makerOrderId: resting.orderId,
      ticks: ticks('60000.00'),
      makerLots: 0,
      takerLots: lots('0.02'),
    },
  ]);
  assert.is(exchange.account('alice')?.open.size, 1);
  assert.is(balance(exchange, 'alice', 'BTC')?.locked, 0n);
  const ends = events.flatMap((event) => (event.kind === 'executed' ? [event] : []));
  assert.is(ends.at(-1)?.execution, 'trade-prevention');
  assert.is(ends.at(-1)?.counterOrderId, resting.orderId);
});

test('self-trade prevention: expire-maker ends the resting ones and goes on', () => {
  const { exchange, market } = anExchange();
  const resting = must(exchange.place('alice', anOrder())).order;
  must(exchange.place('bob', anOrder({ price: '59999.00' })));
  const order = anOrder({
    side: 'sell',
    price: '59999.00',
    quantity: '0.03',
    selfTradePrevention: 'expire-maker',
  });
  const placed = must(exchange.place('alice', order));
  assert.is(placed.order.status, 'partially-filled');
  assert.is(placed.trades[0]?.ticks, ticks('59999.00'));
  const { orderId } = resting;
  const ended = exchange.find('alice', { symbol: 'BTCUSDT', orderId, clientId: null });
  assert.is(ended?.status, 'expired-in-match');
  assert.is(ended?.preventedLots, lots('0.01'));
  assert.is(balance(exchange, 'alice', 'USDT')?.locked, 0n);
  assert.is(market.depth('sell', 1)[0]?.lots, lots('0.02'));
});

test('self-trade prevention: expire-both ends both in one match', () => {
  const { exchange, market } = anExchange();
  must(exchange.place('alice', anOrder({ quantity: '0.02' })));
  const order = anOrder({ side: 'sell', selfTradePrevention: 'expire-both' });
  const placed = must(exchange.place('alice', order));
  assert.is(placed.order.status, 'expired-in-match');
  assert.is(placed.prevented.length, 1);
  assert.is(placed.prevented[0]?.makerLots, lots('0.02'));
  assert.is(placed.prevented[0]?.takerLots, lots('0.01'));
  assert.equal([market.depth('buy', 1), market.depth('sell', 1)], [[], []]);
  assert.is(exchange.account('alice')?.open.size, 0);
});

test('a fill-or-kill order does not count what prevention takes from it', () => {
  const { exchange, market } = anExchange();
  must(exchange.place('alice', anOrder({ quantity: '0.02' })));
  must(exchange.place('bob', anOrder({ quantity: '0.01' })));
  const order = anOrder({
    side: 'sell',
    quantity: '0.02',
    timeInForce: 'fok',
    selfTradePrevention: 'expire-maker',
  });
  const placed = must(exchange.place('alice', order));
  assert.equal([placed.order.status, placed.prevented.length], ['expired', 0]);
  assert.is(market.depth('buy', 1)[0]?.lots, lots('0.03'));
});

test.run();
