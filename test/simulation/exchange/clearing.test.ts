import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BOOK_ORDERS_MAX } from '../../../src/simulation/book/order-book.ts';
import { Clearing, DEFAULT_RETENTION } from '../../../src/simulation/exchange/clearing.ts';
import { RecordLost, VenueLog } from '../../../src/simulation/exchange/venue-log.ts';
import { amount, anExchange, anOrder, BTCUSDT, ticks } from '../../support/venue/fixtures.ts';
import { memoryRecords } from '../../support/venue/memory-records.ts';

const aClearing = (): Clearing => new Clearing(() => BTCUSDT, DEFAULT_RETENTION);
const venueMs = 0 as never;

test('a balance below nothing is a bug, not a state', () => {
  const overdrawn = { account: 'alice', asset: 'BTC', amount: amount('-1'), venueMs };
  assert.throws(() => aClearing().apply({ kind: 'transferred', ...overdrawn }), /-100000000 free/);
});

test('the end of an order that is not open is a bug', () => {
  const end = { account: 'alice', orderId: 7, status: 'canceled' as const, venueMs };
  const prevention = { preventedLots: 0 as never, preventedMatchId: -1 };
  assert.throws(
    () => aClearing().apply({ kind: 'order-ended', ...end, ...prevention }),
    /meets the open order 7/,
  );
});

test('counters and prices are none of its business', () => {
  const clearing = aClearing();
  clearing.apply({ kind: 'numbers-reserved', name: 'order', end: 5 });
  clearing.apply({ kind: 'price-anchored', symbol: 'BTCUSDT', ticks: ticks('1.00') });
  assert.is(clearing.accounts.size, 0);
});

test('a full book refuses orders that would rest', () => {
  const { exchange, market } = anExchange();
  for (let at = 0; at < BOOK_ORDERS_MAX; at += 1) {
    exchange.crowdRest(market, 'buy', (1 + (at % 100)) as never, 1 as never);
  }
  assert.is(exchange.crowdRest(market, 'buy', ticks('1.00'), 1 as never), 0);
  assert.equal(exchange.wouldRefuse('alice', anOrder()), {
    kind: 'filter',
    filter: 'EXCHANGE_MAX_NUM_ORDERS',
    found: BOOK_ORDERS_MAX,
  });
  assert.is(exchange.wouldRefuse('alice', anOrder({ side: 'sell', type: 'market' })), null);
});

test('older records stay when a snapshot could not be synced', () => {
  const records = memoryRecords();
  const log = new VenueLog(records, aClearing(), 10);
  log.record({ kind: 'price-anchored', symbol: 'BTCUSDT', ticks: ticks('1.00') });
  records.sync = () => {
    records.appendsLeft = -1;
  };
  assert.throws(
    () => log.snapshot(),
    (thrown: unknown) => thrown instanceof RecordLost,
  );
  assert.ok(records.payloads.has(0));
});

test.run();
