/** What the simulated Kraken takes, refuses and tells of orders that wait or hide. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lotsOf, ticksOf } from '../../../../src/core/units.ts';
import type { MarketState } from '../../../../src/simulation/exchange/market-state.ts';
import { aKrakenClient, type Json } from '../../../support/kraken/client.ts';

function aPlace() {
  const client = aKrakenClient();
  const { venue, ask, socket, tokenOf } = client;
  const market = venue.exchange.markets.get('BTC/USD') as MarketState;
  const trade = (ticks: number): void => {
    venue.exchange.crowdRest(market, 'sell', ticksOf(ticks), lotsOf(1));
    venue.exchange.crowdTake(market, 'buy', lotsOf(1), null);
  };
  trade(600_000);
  const token = tokenOf();
  const { say, frames } = socket('/auth/v2');
  say({ method: 'subscribe', params: { channel: 'executions', token } });
  const base = { order_type: 'stop-loss', side: 'sell', order_qty: 0.01, symbol: 'BTC/USD', token };
  return {
    ...{ ask, trade },
    send: (params: object): Json => say({ method: 'add_order', params: { ...base, ...params } }),
    /** What the channel has told of the last order that it told of. */
    told: (): Json => frames.filter(({ channel }) => channel === 'executions').at(-1)?.data[0],
    /** The open order as REST has it. */
    open: (): Json => Object.values(ask('OpenOrders').result.open)[0],
  };
}

test('a trailing stop tells what it follows, where it wakes, and then its limit', () => {
  const { send, told, open, trade } = aPlace();
  const limited = { order_type: 'trailing-stop-limit', limit_price_type: 'quote' };
  send({ ...limited, triggers: { price: 1_000, price_type: 'quote' }, limit_price: -50 });
  const { limit_price, limit_price_type, stop_price, triggers } = told();
  assert.equal([limit_price, limit_price_type, stop_price], [-50, 'quote', 59_000]);
  assert.equal(
    [triggers.price, triggers.price_type, triggers.status, triggers.peak_price],
    [1_000, 'quote', 'untriggered', 60_000],
  );
  trade(610_000);
  assert.equal(
    [open().stopprice, open().limitprice, open().misc],
    ['60000.0', '0.00000', ''],
    'it has followed',
  );
  trade(600_000);
  assert.equal([open().limitprice, open().misc, open().trigger], ['59950.0', 'stopped', 'last']);
  assert.equal([told().exec_type, told().order_type], ['status', 'trailing-stop-limit']);
  assert.equal([told().limit_price, told().limit_price_type], [59_950, undefined]);
  assert.match(told().triggers.timestamp, /^2026/);
});

test('a limit may be so many per cent away, and a trail too', () => {
  const { send, told, open } = aPlace();
  const limited = { order_type: 'trailing-stop-limit', limit_price_type: 'pct', limit_price: -1 };
  send({ ...limited, triggers: { price: 5, price_type: 'pct' } });
  assert.equal([told().limit_price, told().limit_price_type], [-1, 'pct']);
  assert.equal([told().triggers.price, told().triggers.price_type], [5, 'pct']);
  const { descr } = open();
  assert.equal([descr.price, descr.price2], ['+5.0000%', '-1.0000%']);
});

test('a stop that follows before anybody has traded says no price yet', () => {
  const { ask } = aKrakenClient();
  const trailing = { ordertype: 'trailing-stop', price: '+5%', type: 'sell', volume: '0.01' };
  assert.equal(ask('AddOrder', { ...trailing, pair: 'XBTUSD' }).error, []);
  const [open] = Object.values(ask('OpenOrders').result.open) as Json[];
  assert.is(open.stopprice, '0.0');
});

test('an iceberg says what it shows, and a size that is none is named', () => {
  const { ask, send, told, open } = aPlace();
  const iceberg = { order_type: 'iceberg', limit_price: 61_000 };
  assert.ok(send({ ...iceberg, order_qty: 0.15, display_qty: 0.01 }).success);
  assert.equal([told().order_type, told().display_qty], ['iceberg', 0.01]);
  assert.equal([open().descr.ordertype, open().vol], ['iceberg', '0.15000000']);
  const refused = (display_qty: unknown) =>
    send({ ...iceberg, order_qty: 0.15, display_qty }).error;
  assert.is(refused('some'), 'EGeneral:Invalid arguments:displayvol');
  assert.is(refused(0.009), 'EGeneral:Invalid arguments:displayvol');
  assert.is(refused(0.000_000_001), 'EGeneral:Invalid arguments:displayvol');
  assert.is(refused(0.2), 'EOrder:Order minimum not met');
  const limit = { pair: 'XBTUSD', type: 'sell', ordertype: 'limit', volume: '1', price: '61000' };
  const plain = ask('AddOrder', { ...limit, displayvol: '0.5' });
  assert.equal(plain.error, ['EGeneral:Invalid arguments:displayvol']);
});

test('an order that waits is given no other terms', () => {
  const { ask, send, open } = aPlace();
  const { result } = send({ triggers: { price: 58_000 }, cl_ord_id: 'stop' });
  const amended = ask('AmendOrder', { txid: result.order_id, order_qty: '0.02' });
  assert.equal(amended.error, ['EGeneral:Invalid arguments']);
  assert.is(open().vol, '0.01000000');
});

test('a stop that nobody could pay for is refused, and one that names no price', () => {
  const { send } = aPlace();
  assert.is(
    send({ order_qty: 90, triggers: { price: 58_000 } }).error,
    'EOrder:Insufficient funds',
  );
  assert.is(send({}).error, 'EGeneral:Invalid arguments:triggers');
  const mark = send({ triggers: { price: 58_000, reference: 'mark' } });
  assert.is(mark.error, 'EGeneral:Invalid arguments:triggers');
});

test.run();
