/** What the simulated Kraken lets whom do, and what it answers when something is wrong. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { aKrakenClient, type Json } from '../../support/kraken/client.ts';
import { ALICE, CANCELER, READER } from '../../support/kraken/venue.ts';

const ORDER = { pair: 'XBTUSD', type: 'buy', ordertype: 'limit', volume: '0.01', price: '50000.0' };

test('a key may do what its right says and what stands below it', () => {
  const { ask } = aKrakenClient();
  assert.equal(ask('Balance', {}, READER).error, []);
  assert.equal(ask('CancelAll', {}, READER).error, ['EGeneral:Permission denied']);
  assert.equal(ask('CancelAll', {}, CANCELER).error, []);
  assert.equal(ask('AddOrder', ORDER, CANCELER).error, ['EGeneral:Permission denied']);
  assert.equal(ask('AddOrder', ORDER).error, []);
});

test('a nonce counts once, and signatures cover it', () => {
  const { ask, send } = aKrakenClient();
  const nonce = 1e9;
  assert.equal(ask('Balance', {}, ALICE, nonce).error, []);
  assert.equal(ask('Balance', {}, ALICE, nonce).error, ['EAPI:Invalid nonce']);
  assert.equal(ask('Balance', {}, ALICE, nonce - 1).error, ['EAPI:Invalid nonce']);
  const headers = { 'api-key': ALICE.apiKey, 'api-sign': 'AAAA' };
  const forged = send('POST', '/0/private/Balance', headers, `nonce=${nonce + 1}`);
  assert.equal(forged.error, ['EAPI:Invalid signature']);
  assert.equal(ask('Balance', {}, ALICE, nonce + 1).error, [], 'a forged call takes no nonce');
});

test('calls are counted by key and forgiven by time', () => {
  const { ask, time, venue } = aKrakenClient({ calls: { max: 3, decayPerSecond: 0.5 } });
  assert.equal(ask('TradesHistory').error, []);
  assert.equal(ask('Balance').error, []);
  assert.equal(ask('Balance').error, ['EAPI:Rate limit exceeded']);
  assert.equal(ask('Balance', {}, READER).error, []);
  time.runUntil(time.clock.now() + 2_000);
  assert.equal(ask('Balance').error, []);
  assert.equal(ask('Balance').error, ['EAPI:Rate limit exceeded']);
  venue.facade.forgive();
  assert.equal(ask('Balance').error, []);
});

test('what is asked wrongly is named', () => {
  const { ask, send } = aKrakenClient();
  const wrong: [over: Record<string, string>, error: string][] = [
    [{ pair: 'NONE' }, 'EQuery:Unknown asset pair'],
    [{ ordertype: 'settle-position' }, 'EGeneral:Invalid arguments:ordertype'],
    [{ type: 'hold' }, 'EGeneral:Invalid arguments:type'],
    [{ price: '50000.05' }, 'EOrder:Invalid price'],
    [{ volume: 'x' }, 'EGeneral:Invalid arguments:volume'],
    [{ volume: '0.00000001' }, 'EOrder:Cost minimum not met'],
    [{ volume: '9' }, 'EOrder:Insufficient funds'],
    [{ cl_ord_id: 'longer than eighteen letters' }, 'EGeneral:Invalid arguments:cl_ord_id'],
    [{ stptype: 'maybe' }, 'EGeneral:Invalid arguments:stptype'],
    [{ timeinforce: 'ever' }, 'EGeneral:Invalid arguments:timeinforce'],
    [{ deadline: 'soon' }, 'EGeneral:Invalid arguments:deadline'],
    [{ deadline: '2020-01-01T00:00:00Z' }, 'EService:Deadline elapsed'],
    [{ volume: '9', validate: 'true' }, 'EOrder:Insufficient funds'],
  ];
  for (const [over, error] of wrong) {
    assert.equal(ask('AddOrder', { ...ORDER, ...over }).error, [error], JSON.stringify(over));
  }
  assert.equal(ask('AddOrder', { ...ORDER, validate: 'true' }).error, []);
  assert.equal(ask('OpenOrders').result.open, {});
  assert.equal(ask('CancelOrder').error, ['EGeneral:Invalid arguments:txid']);
  assert.equal(ask('CancelOrder', { txid: 'OABC' }).error, ['EOrder:Unknown order']);
  assert.equal(ask('QueryOrders', { txid: 'OABC' }).error, ['EOrder:Unknown order']);
  assert.equal(ask('TradesHistory', { start: 'TABC' }).error, ['EGeneral:Invalid arguments:start']);
  assert.equal(ask('CancelAllOrdersAfter', { timeout: '-1' }).error, [
    'EGeneral:Invalid arguments:timeout',
  ]);
  assert.equal(ask('AddOrderBatch').error, ['EQuery:Unknown asset pair']);
  assert.equal(ask('CancelOrderBatch').error, ['EGeneral:Invalid arguments:orders']);
  for (const path of ['/0/public/Balance', '/0/private/Time', '/api/v3/ping']) {
    assert.equal(send('GET', path, {}).error, ['EGeneral:Unknown method']);
  }
  for (const query of ['Depth?pair=X', 'Trades?pair=X', 'OHLC?pair=X', 'AssetPairs?pair=X']) {
    assert.equal(send('GET', `/0/public/${query}`, {}).error, ['EQuery:Unknown asset pair']);
  }
  assert.equal(send('GET', '/0/public/Ticker?pair=X', {}).error, ['EQuery:Unknown asset pair']);
  assert.match(send('GET', '/0/public/OHLC?pair=XBTUSD&interval=7', {}).error[0], 'interval');
});

test('an order is amended under its client id and keeps that', () => {
  const { ask } = aKrakenClient();
  const placed = ask('AddOrder', { ...ORDER, cl_ord_id: 'mine' });
  const amended = ask('AmendOrder', {
    cl_ord_id: 'mine',
    limit_price: '49000.0',
    order_qty: '0.02',
  });
  const open = Object.entries(ask('OpenOrders', { cl_ord_id: 'mine' }).result.open) as Json;
  assert.match(amended.result.amend_id, /^T/);
  assert.is(open.length, 1);
  const [[id, order]] = open;
  assert.equal(
    [id, order.descr.price, order.vol],
    [placed.result.txid[0], '49000.0', '0.02000000'],
  );
  assert.equal(ask('AmendOrder', { cl_ord_id: 'mine', order_qty: '90' }).error, [
    'EOrder:Insufficient funds',
  ]);
  assert.equal(ask('AmendOrder', { cl_ord_id: 'mine', order_qty: '0' }).error, [
    'EGeneral:Invalid arguments:order_qty',
  ]);
  assert.equal(ask('AmendOrder', { cl_ord_id: 'other' }).error, ['EOrder:Unknown order']);
  assert.is(Object.keys(ask('OpenOrders').result.open).length, 1);
});

test('modes of a market let through what they say', () => {
  const { ask, venue } = aKrakenClient();
  const { state } = venue.facade;
  const tries = () => [
    ask('AddOrder', ORDER).error[0],
    ask('AddOrder', { ...ORDER, oflags: 'post' }).error[0],
    ask('AddOrder', { ...ORDER, ordertype: 'market' }).error[0],
  ];
  const refused = (mode: string) => `EService:Market in ${mode} mode`;
  state.setPair('BTC/USD', 'post_only');
  assert.equal(tries(), [refused('post_only'), undefined, refused('post_only')]);
  state.setPair('BTC/USD', 'limit_only');
  assert.equal(tries(), [undefined, undefined, refused('limit_only')]);
  state.setPair('BTC/USD', 'cancel_only');
  assert.equal(tries(), [refused('cancel_only'), refused('cancel_only'), refused('cancel_only')]);
  assert.is(ask('CancelAll').result.count, 3);
  state.setSystem('maintenance');
  assert.equal(tries(), ['EService:Unavailable', 'EService:Unavailable', 'EService:Unavailable']);
});

test('the sockets have their paths, and what is private stays there', () => {
  const { socket, tokenOf, time } = aKrakenClient();
  assert.not.ok(socket('/elsewhere').isOpen);
  const open = socket('/v2');
  time.runUntil(time.clock.now());
  assert.is(open.frames[0].channel, 'status');
  const token = tokenOf();
  const subscribe = (channel: string, more: object = {}) => ({
    method: 'subscribe',
    params: { channel, ...more },
    req_id: 3,
  });
  assert.not.ok(open.say(subscribe('executions', { token })).success);
  assert.is(open.say({ method: 'add_order', params: { token } }).error, 'EGeneral:Unknown method');
  const own = socket('/auth/v2');
  assert.is(own.say(subscribe('executions', { token: 'guess' })).error, 'ESession:Invalid session');
  own.say(subscribe('executions', { token }));
  assert.is(own.say(subscribe('executions', { token })).error, 'Already subscribed');
  const gone = { ...subscribe('executions', { token }), method: 'unsubscribe' };
  assert.ok(own.say(gone).success);
  assert.is(own.say(gone).error, 'Subscription Not Found');
});

test('a token that was never used is good for a quarter of an hour', () => {
  const { socket, tokenOf, time } = aKrakenClient();
  const token = tokenOf();
  time.runUntil(time.clock.now() + 900_001);
  const late = socket('/auth/v2').say({
    method: 'subscribe',
    params: { channel: 'balances', token },
  });
  assert.is(late.error, 'ESession:Invalid session');
});

test('subscriptions that make no sense are refused, each symbol for itself', () => {
  const { socket } = aKrakenClient();
  const { say, frames } = socket('/v2');
  const book = (symbol: string[], depth: number) =>
    say({ method: 'subscribe', params: { channel: 'book', symbol, depth } });
  assert.is(book(['BTC/USD'], 11).error, 'Subscription depth not supported');
  book(['BTC/USD', 'NOT/OURS'], 10);
  const answers = frames.filter(({ method }) => method === 'subscribe').slice(-2);
  assert.equal(
    answers.map(({ success, symbol, result }) => [success, symbol ?? result.symbol]),
    [
      [true, 'BTC/USD'],
      [false, 'NOT/OURS'],
    ],
  );
  assert.is(book(['BTC/USD'], 10).error, 'Already subscribed');
  const stop = {
    method: 'unsubscribe',
    params: { channel: 'book', symbol: ['BTC/USD'], depth: 10 },
  };
  assert.ok(say(stop).success);
  assert.is(say(stop).error, 'Subscription Not Found');
  assert.match(
    say({ method: 'subscribe', params: { channel: 'x', symbol: ['BTC/USD'] } }).error,
    'x',
  );
  assert.ok(say({ method: 'subscribe', params: { channel: 'instrument' } }));
  for (const text of ['', '{', '[]', '7', '{"method":"x","params":4}']) {
    assert.match(say(text).error, 'Malformed request');
  }
  assert.is(say({ method: 'ping', req_id: 9 }).method, 'pong');
});

test('orders of a batch stand or fall alone, over the socket too', () => {
  const { socket, tokenOf, ask } = aKrakenClient();
  const { say } = socket('/auth/v2');
  const token = tokenOf();
  const order = { order_type: 'limit', side: 'buy', order_qty: 0.01, limit_price: 50_000 };
  const batch = say({
    method: 'batch_add',
    params: { symbol: 'BTC/USD', token, orders: [order, { ...order, order_qty: 900 }] },
  });
  const [first, second] = batch.result.orders;
  assert.equal([first.success, second.success], [true, false]);
  assert.match(second.error, 'EOrder:');
  const few = say({ method: 'batch_add', params: { symbol: 'BTC/USD', token, orders: [order] } });
  assert.match(few.error, 'orders');
  const cancel = say({ method: 'batch_cancel', params: { token, orders: [first.order_id, 'O1'] } });
  assert.is(cancel.result.count, 1);
  const after = say({ method: 'cancel_all_orders_after', params: { token, timeout: 60 } });
  assert.ok(after.result.triggerTime > after.result.currentTime);
  assert.match(
    say({ method: 'cancel_all_orders_after', params: { token, timeout: -1 } }).error,
    'timeout',
  );
  assert.equal(ask('OpenOrders').result.open, {});
});

test.run();
