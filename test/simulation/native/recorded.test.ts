/** Orders that the venue keeps, in a market that is a recording. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Lots, Ticks } from '../../../src/core/units.ts';
import type { VenueTrigger } from '../../../src/simulation/exchange/orders.ts';
import { aRecordedMarket } from '../../support/replay/recorded.ts';

const at = (ticks: number, trail: VenueTrigger['trail'] = null): VenueTrigger => ({
  direction: 'falls-to',
  ticks: ticks as Ticks,
  reference: 'last',
  trail,
});
const MARKET = { type: 'market', timeInForce: 'ioc' } as const;

test('a print wakes a stop, which takes what the recording shows', () => {
  const { order, print, find } = aRecordedMarket();
  print('buy', ['100.10', '1']);
  order('sell', '', '50', { ...MARKET, trigger: at(9_985) });
  assert.equal(print('sell', ['99.90', '1']), []);
  assert.is(find('o1')?.isWaiting, true);
  assert.equal(print('sell', ['99.85', '1']), ['o1 50 at 99.90 taker']);
});

test('trades of accounts are no part of the recording, and wake nobody', () => {
  const { order, print, find } = aRecordedMarket();
  print('buy', ['100.10', '1']);
  order('sell', '', '50', { ...MARKET, trigger: at(9_985) });
  assert.equal(order('sell', '99.80', '150'), ['o2 100 at 99.90 taker', 'o2 50 at 99.80 taker']);
  assert.is(find('o1')?.isWaiting, true);
});

test('a trail follows the prints', () => {
  const { order, print } = aRecordedMarket();
  print('buy', ['100.10', '1']);
  order('sell', '', '5', { ...MARKET, trigger: at(0, { ticks: 20 as Ticks }) });
  assert.equal(print('buy', ['100.20', '1']), []);
  assert.equal(print('sell', ['100.01', '1']), []);
  assert.equal(print('sell', ['100.00', '1']), ['o1 5 at 99.90 taker']);
});

test('the next part of an iceberg waits behind all that its level shows then', () => {
  const { order, print, market } = aRecordedMarket();
  order('buy', '99.95', '60', { shownLots: 20 as Lots });
  assert.is(market.book.best('buy')?.lots, 20);
  assert.equal(print('sell', ['99.95', '20']), ['o1 20 at 99.95 maker']);
  assert.is(market.book.best('buy')?.lots, 20);
  order('buy', '99.95', '30');
  assert.equal(print('sell', ['99.95', '35']), ['o1 20 at 99.95 maker', 'o2 15 at 99.95 maker']);
  assert.equal(
    print('sell', ['99.95', '20']),
    ['o2 15 at 99.95 maker', 'o1 5 at 99.95 maker'],
    'the last part is behind',
  );
});

test('a print through an iceberg fills all of it, part by part', () => {
  const { order, print, find, exchange } = aRecordedMarket();
  order('buy', '99.95', '50', { shownLots: 20 as Lots });
  assert.equal(print('sell', ['99.80', '100']), [
    'o1 20 at 99.95 maker',
    'o1 20 at 99.95 maker',
    'o1 10 at 99.95 maker',
  ]);
  assert.is(find('o1')?.status, 'filled');
  assert.is(exchange.account('alice')?.open.size, 0);
});

test('an iceberg can be taken whole, and cancelled with its hidden parts', () => {
  const { order, exchange, market, find } = aRecordedMarket();
  order('buy', '99.95', '50', { shownLots: 20 as Lots });
  exchange.cancel('alice', { symbol: 'BTCUSDT', orderId: null, clientId: 'o1' });
  assert.is(market.book.size, 0);
  order('buy', '99.95', '50', { shownLots: 20 as Lots });
  order('sell', '99.95', '50', { ...MARKET, selfTradePrevention: 'none', ticks: 0 as Ticks });
  assert.is(find('o2')?.status, 'filled');
});

test('a bracket and a pair leave the recorded book when their stop is printed', () => {
  const { order, print, exchange, market, find } = aRecordedMarket();
  print('buy', ['100.10', '1']);
  order('sell', '100.15', '10', { bracket: { ticks: 9_985 as Ticks, limitTicks: 0 as Ticks } });
  const sale = { ...(find('o1') as NonNullable<ReturnType<typeof find>>) };
  const { bracket: _bracket, ...plain } = sale;
  const target = { ...plain, clientId: 'target' };
  const stop = { ...plain, ...MARKET, clientId: 'stop', ticks: 0 as Ticks, trigger: at(9_985) };
  const placed = exchange.placePair('alice', { target, stop, clientId: 'list' });
  assert.ok(placed.ok);
  assert.is(market.book.size, 2);
  assert.equal(print('sell', ['99.85', '1']), ['o1 10 at 99.90 taker', 'stop 10 at 99.90 taker']);
  assert.is(market.book.size, 0);
});

test.run();
