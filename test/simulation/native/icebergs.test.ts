import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Lots, Ticks } from '../../../src/core/units.ts';
import { planMatch } from '../../../src/simulation/book/match-plan.ts';
import { leftOf, OrderBook } from '../../../src/simulation/book/order-book.ts';
import {
  anExchange,
  anOrder,
  BTCUSDT,
  byClientId,
  lots,
  must,
  ticks,
} from '../../support/venue/fixtures.ts';
import { memoryRecords } from '../../support/venue/memory-records.ts';
import { standing } from '../../support/venue/native.ts';

const anIceberg = (over: Parameters<typeof anOrder>[0] = {}) =>
  anOrder({ side: 'sell', price: '60000.00', quantity: '0.25', shownLots: lots('0.1'), ...over });

test('the book shows a part of an iceberg, and holds all of it', () => {
  const { exchange, market } = anExchange();
  const order = anIceberg();
  must(exchange.place('alice', order));
  assert.is(market.best('sell')?.lots, lots('0.1'));
  assert.is(exchange.account('alice')?.balances.get('BTC')?.locked, 25_000_000n);
  must(exchange.cancel('alice', byClientId(order)));
  assert.is(market.book.size, 0);
  assert.is(exchange.account('alice')?.balances.get('BTC')?.locked, 0n);
});

test('a part that has traded comes back behind the others of its price', () => {
  const { exchange, market } = anExchange();
  const iceberg = anIceberg();
  const other = anOrder({ side: 'sell', price: '60000.00', quantity: '0.1' });
  must(exchange.place('alice', iceberg));
  must(exchange.place('bob', other));
  exchange.crowdTake(market, 'buy', lots('0.05'), null);
  const queue = () =>
    market.queue('sell', ticks('60000.00')).map(({ owner, lots: left }) => [owner, left]);
  assert.equal(queue(), [
    ['alice', lots('0.05')],
    ['bob', lots('0.1')],
  ]);
  exchange.crowdTake(market, 'buy', lots('0.05'), null);
  assert.equal(queue(), [
    ['bob', lots('0.1')],
    ['alice', lots('0.1')],
  ]);
});

test('one order that takes more than is shown takes the others before the hidden parts', () => {
  const { exchange, market, events } = anExchange();
  must(exchange.place('alice', anIceberg()));
  must(exchange.place('bob', anOrder({ side: 'sell', price: '60000.00', quantity: '0.1' })));
  exchange.crowdTake(market, 'buy', lots('0.33'), ticks('60000.00'));
  const trades = events.flatMap((event) => (event.kind === 'traded' ? [event.trade.lots] : []));
  assert.equal(trades, [lots('0.1'), lots('0.1'), lots('0.1'), lots('0.03')]);
  assert.is(market.best('sell')?.lots, lots('0.02'));
});

test('icebergs of one price take turns, part by part', () => {
  const book = new OrderBook(BTCUSDT.ticksMax);
  const at = { side: 'sell', ticks: 1_000 as Ticks } as const;
  book.add({ ...at, orderId: 1, owner: 'a', lots: 25 as Lots, shownLots: 10 as Lots });
  book.add({ ...at, orderId: 2, owner: 'b', lots: 12 as Lots, shownLots: 5 as Lots });
  const plan = planMatch(BTCUSDT, book, {
    side: 'buy',
    owner: null,
    limitTicks: null,
    lots: 100,
    quoteMax: null,
    selfTradePrevention: 'none',
  });
  const steps = plan.steps.map(({ maker, lots: taken }) => [maker.orderId, taken]);
  assert.equal(steps, [
    [1, 10],
    [2, 5],
    [1, 10],
    [2, 5],
    [1, 5],
    [2, 2],
  ]);
  for (const { maker, lots: taken } of plan.steps) book.fill(maker, taken);
  assert.is(book.size, 0);
});

test('a quote amount buys parts that are hidden as far as it goes', () => {
  const { exchange } = anExchange();
  must(exchange.place('bob', anIceberg({ quantity: '0.003', shownLots: lots('0.001') })));
  const quote = 150_00000000n as never;
  const placed = must(exchange.place('alice', anOrder({ type: 'market', quote })));
  assert.is(placed.order.filledLots, lots('0.0025'));
});

test('all of an iceberg ends when it meets its own account', () => {
  const { exchange, market } = anExchange();
  const order = anIceberg();
  must(exchange.place('alice', order));
  must(exchange.place('alice', anOrder({ selfTradePrevention: 'expire-maker' })));
  const { status, preventedLots } = standing(exchange, 'alice', order);
  assert.equal([status, preventedLots], ['expired-in-match', lots('0.25')]);
  assert.is(market.best('sell'), null);
});

test('an iceberg that shows more than is left shows all', () => {
  const book = new OrderBook(BTCUSDT.ticksMax);
  const order = { orderId: 1, owner: 'a', side: 'buy', ticks: 5 as Ticks } as const;
  const resting = book.add({ ...order, lots: 7 as Lots, shownLots: 9 as Lots });
  assert.equal([resting.lots, leftOf(resting)], [7, 7]);
  book.remove(resting);
  assert.is(book.best('buy'), null);
});

test('a part that is no size of the market, or a market order, is refused', () => {
  const { exchange } = anExchange();
  const refusal = (over: Parameters<typeof anOrder>[0]) =>
    exchange.wouldRefuse('alice', anIceberg(over));
  for (const shownLots of [0 as Lots, Number.NaN as Lots, lots('0.26')]) {
    const failed = { kind: 'filter', filter: 'LOT_SIZE', found: shownLots };
    assert.equal(refusal({ shownLots }), failed);
  }
  assert.is(refusal({ type: 'market' })?.kind, 'not-offered');
});

test('after a restart an iceberg rests with what is left of it', () => {
  const records = memoryRecords();
  const first = anExchange({ records });
  const order = anIceberg();
  must(first.exchange.place('alice', order));
  first.exchange.crowdTake(first.market, 'buy', lots('0.13'), null);
  assert.is(first.market.best('sell')?.lots, lots('0.07'));
  const { exchange, market } = anExchange({ records });
  assert.is(market.best('sell')?.lots, lots('0.1'), 'a whole part again');
  exchange.crowdTake(market, 'buy', lots('0.12'), null);
  assert.is(standing(exchange, 'alice', order).status, 'filled');
});

test.run();
