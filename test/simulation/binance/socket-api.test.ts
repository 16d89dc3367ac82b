import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CONNECTIONS_MAX } from '../../../src/simulation/binance/connections.ts';
import { sharedPath } from '../../support/shared.ts';
import {
  ALICE,
  aSocket,
  aVenue,
  BOB,
  CANCELER,
  limitOrder,
  READER,
} from '../../support/venue/client.ts';
import { amount, NEW_YEAR } from '../../support/venue/fixtures.ts';

const SUBSCRIBE = 'userDataStream.subscribe.signature';

/** A connection that hears what happens to alice. */
function listening() {
  const opened = aVenue();
  opened.crowd();
  const socket = aSocket(opened, '/ws-api/v3');
  const { result } = socket.call(SUBSCRIBE, {}, ALICE);
  assert.equal(result, { subscriptionId: 0 });
  socket.frames.length = 0;
  const reports = () =>
    socket.frames.flatMap(({ event }) => (event?.e === 'executionReport' ? [event] : []));
  return { ...opened, socket, reports };
}

test('requests are answered with their own id, of any kind that is allowed', () => {
  const opened = aVenue();
  const socket = aSocket(opened, '/ws-api/v3');
  for (const id of [1, 'a-1', null]) {
    const answer = socket.say({ id, method: 'time' });
    assert.equal([answer.id, answer.status, answer.result.serverTime], [id, 200, NEW_YEAR]);
  }
  assert.is(socket.say({ id: 2, method: 'v3/ping' }).status, 200);
});

test('what is no request is refused without an id', () => {
  const socket = aSocket(aVenue(), '/ws-api/v3');
  for (const odd of [
    '{',
    '[]',
    '1',
    { method: 'time' },
    { id: 1 },
    { id: 1, method: 'time', params: [] },
  ]) {
    const answer = socket.say(odd);
    assert.equal([answer.id, answer.status, answer.error.code], [null, 400, -1135]);
  }
  assert.is(socket.call('order.guess').error.code, -1020);
});

test('orders are placed, looked up and canceled', () => {
  const opened = aVenue();
  opened.crowd();
  const socket = aSocket(opened, '/ws-api/v3');
  const placed = socket.call('order.place', limitOrder({ newClientOrderId: 'mine' }), ALICE);
  assert.equal([placed.status, placed.result.status], [200, 'NEW']);
  const reference = { symbol: 'BTCUSDT', origClientOrderId: 'mine' };
  assert.is(socket.call('order.status', reference, READER).result.clientOrderId, 'mine');
  assert.is(socket.call('openOrders.status', {}, READER).result.length, 1);
  assert.is(socket.call('order.cancel', reference, CANCELER).result.status, 'CANCELED');
  const missing = socket.call('order.cancel', reference, CANCELER);
  assert.equal([missing.status, missing.error.code], [400, -2011]);
  socket.call('order.place', limitOrder(), ALICE);
  const all = socket.call('openOrders.cancelAll', { symbol: 'BTCUSDT' }, CANCELER);
  assert.is(all.result[0].status, 'CANCELED');
  assert.is(socket.call('account.status', {}, READER).result.balances.length, 3);
  assert.equal(socket.call('myTrades', { symbol: 'BTCUSDT' }, READER).result, []);
  assert.is(socket.call('depth', { symbol: 'BTCUSDT', limit: 1 }).result.bids.length, 1);
  assert.is(
    socket.call('exchangeInfo', { symbols: ['ETHUSDT'] as never }).result.symbols.length,
    1,
  );
});

test('a new order is reported with all its fields, then the balances it changed', () => {
  const { socket } = listening();
  socket.call('order.place', limitOrder({ newClientOrderId: 'mine' }), ALICE);
  const [report, position, answer] = socket.frames;
  assert.is(report.subscriptionId, 0);
  assert.equal(
    { ...report.event, i: 0, I: 0 },
    {
      e: 'executionReport',
      E: NEW_YEAR,
      s: 'BTCUSDT',
      c: 'mine',
      S: 'BUY',
      o: 'LIMIT',
      f: 'GTC',
      q: '0.01000000',
      p: '50000.00000000',
      P: '0.00000000',
      F: '0.00000000',
      g: -1,
      C: '',
      x: 'NEW',
      X: 'NEW',
      r: 'NONE',
      i: 0,
      l: '0.00000000',
      z: '0.00000000',
      L: '0.00000000',
      n: '0',
      N: null,
      T: NEW_YEAR,
      t: -1,
      I: 0,
      w: true,
      m: false,
      M: false,
      O: NEW_YEAR,
      Z: '0.00000000',
      Y: '0.00000000',
      Q: '0.00000000',
      W: NEW_YEAR,
      V: 'NONE',
    },
  );
  assert.equal(position.event, {
    e: 'outboundAccountPosition',
    E: NEW_YEAR,
    u: NEW_YEAR,
    B: [{ a: 'USDT', f: '99500.00000000', l: '500.00000000' }],
  });
  assert.is(answer.result.clientOrderId, 'mine');
});

test('a trade is reported with price, quantity, fee and what it came to', () => {
  const { ask, reports, socket } = listening();
  ask('POST', 'order', limitOrder({ price: 60_001, quantity: '0.6' }), ALICE);
  const [fresh, trade] = reports();
  assert.equal([fresh.x, fresh.X], ['NEW', 'NEW']);
  assert.equal(
    [trade.x, trade.X, trade.l, trade.L, trade.z, trade.Y, trade.Z, trade.m, trade.w],
    [
      'TRADE',
      'PARTIALLY_FILLED',
      '0.50000000',
      '60001.00000000',
      '0.50000000',
      '30000.50000000',
      '30000.50000000',
      false,
      true,
    ],
  );
  assert.equal([trade.n, trade.N, trade.t > 0], ['0.00020000', 'BTC', true]);
  const { event } = socket.frames.at(-1);
  assert.equal(
    event.B.map(({ a }: { a: string }) => a),
    ['USDT', 'BTC'],
  );
});

test('a trade without a fee names a fee asset all the same', () => {
  const fees = { makerPpm: 0, takerPpm: 0, discount: null };
  const opened = aVenue({ fees });
  opened.crowd();
  const socket = aSocket(opened, '/ws-api/v3');
  socket.call(SUBSCRIBE, {}, ALICE);
  opened.ask('POST', 'order', limitOrder({ price: 60_001 }), ALICE);
  const trade = socket.frames.find(({ event }) => event?.x === 'TRADE').event;
  assert.equal([trade.n, trade.N], ['0.00000000', 'BTC']);
});

test('a maker hears of its trades too', () => {
  const { ask, reports, exchange, market } = listening();
  ask('POST', 'order', limitOrder({ price: 60_000 }), ALICE);
  exchange.crowdTake(market as never, 'sell', 1_000 as never, null);
  const trade = reports().at(-1);
  assert.equal([trade.X, trade.m, trade.n, trade.w], ['FILLED', true, '0.00000100', false]);
});

test('a cancellation is reported under its own id, with the id of what it canceled', () => {
  const { ask, reports } = listening();
  ask('POST', 'order', limitOrder({ newClientOrderId: 'mine' }), ALICE);
  const cancel = { symbol: 'BTCUSDT', origClientOrderId: 'mine', newClientOrderId: 'cancel-1' };
  ask('DELETE', 'order', cancel, ALICE);
  const report = reports().at(-1);
  assert.equal(
    [report.x, report.X, report.c, report.C],
    ['CANCELED', 'CANCELED', 'cancel-1', 'mine'],
  );
  ask('POST', 'order', limitOrder({ newClientOrderId: 'other' }), ALICE);
  const answer = ask('DELETE', 'openOrders', { symbol: 'BTCUSDT' }, ALICE).body;
  assert.equal([reports().at(-1).c, reports().at(-1).C], [answer[0].clientOrderId, 'other']);
});

test('an expiry is reported with its reason, a prevented match with both orders', () => {
  const { ask, reports } = listening();
  ask('POST', 'order', limitOrder({ timeInForce: 'IOC' }), ALICE);
  const expired = reports().at(-1);
  assert.equal(
    [expired.x, expired.X, expired.eR],
    ['EXPIRED', 'EXPIRED', 'INSUFFICIENT_LIQUIDITY'],
  );
  const resting = ask('POST', 'order', limitOrder({ price: 60_000 }), ALICE).body;
  const mode = { price: 60_000, side: 'SELL', selfTradePreventionMode: 'EXPIRE_MAKER' };
  const taker = ask('POST', 'order', limitOrder(mode), ALICE).body;
  const ended = reports().find(({ X }) => X === 'EXPIRED_IN_MATCH');
  assert.equal(
    [ended.i, ended.x, ended.A, ended.B, ended.U, ended.v],
    [resting.orderId, 'TRADE_PREVENTION', '0.01000000', '0.01000000', taker.orderId, ended.v],
  );
});

test('deposits and withdrawals are told', () => {
  const { exchange, socket } = listening();
  exchange.transfer('alice', 'USDT', amount('-12.5'));
  assert.equal(
    socket.frames.map(({ event }) => event),
    [
      { e: 'balanceUpdate', E: NEW_YEAR, a: 'USDT', d: '-12.50000000', T: NEW_YEAR },
      {
        e: 'outboundAccountPosition',
        E: NEW_YEAR,
        u: NEW_YEAR,
        B: [{ a: 'USDT', f: '99987.50000000', l: '0.00000000' }],
      },
    ],
  );
});

test('an account hears of itself alone, on every connection, until it leaves', () => {
  const { ask, socket, ...opened } = listening();
  const bobs = aSocket(opened, '/ws-api/v3');
  bobs.call(SUBSCRIBE, {}, BOB);
  bobs.frames.length = 0;
  ask('POST', 'order', limitOrder(), ALICE);
  assert.equal(bobs.frames, []);
  assert.is(socket.frames.length, 2);
  assert.equal(socket.call(SUBSCRIBE, {}, READER).result, { subscriptionId: 1 });
  socket.frames.length = 0;
  ask('POST', 'order', limitOrder(), ALICE);
  assert.equal(
    socket.frames.map(({ subscriptionId }) => subscriptionId),
    [0, 1, 0, 1],
  );
  assert.is(socket.call('userDataStream.unsubscribe', { subscriptionId: 0 }).status, 200);
  socket.frames.length = 0;
  ask('POST', 'order', limitOrder(), ALICE);
  assert.is(socket.frames.length, 2);
  socket.call('userDataStream.unsubscribe');
  socket.frames.length = 0;
  ask('POST', 'order', limitOrder(), ALICE);
  assert.equal(socket.frames, []);
});

test('a subscription needs a signature, and a connection has a bounded number', () => {
  const socket = aSocket(aVenue(), '/ws-api/v3');
  assert.is(socket.call(SUBSCRIBE).error.code, -2014);
  assert.is(socket.call(SUBSCRIBE, { surplus: 1 }, ALICE).error.code, -1104);
  assert.is(socket.call('userDataStream.unsubscribe', { subscriptionId: 'x' }).error.code, -1100);
  for (let at = 0; at < 16; at += 1) assert.is(socket.call(SUBSCRIBE, {}, ALICE).status, 200);
  assert.is(socket.call(SUBSCRIBE, {}, ALICE).error.code, -1191);
});

test('the number of connections is bounded, and one that closes makes room', () => {
  const opened = aVenue();
  const sockets = Array.from({ length: CONNECTIONS_MAX }, () => aSocket(opened, '/ws'));
  assert.is(aSocket(opened, '/ws').seen.session, null);
  sockets[0]?.seen.session?.closed();
  assert.ok(aSocket(opened, '/ws').seen.session !== null);
  assert.is(opened.venue.facade.connections, CONNECTIONS_MAX);
});

test('connections are pinged, and cut when they do not answer for a minute', () => {
  const opened = aVenue();
  const [mute, lively] = [aSocket(opened, '/ws'), aSocket(opened, '/ws-api/v3')];
  for (let at = 1; at <= 4; at += 1) {
    opened.time.runUntil(NEW_YEAR + at * 20_000);
    lively.seen.session?.pong();
  }
  assert.is(mute.seen.closed?.code, 1006);
  assert.is(lively.seen.closed, null);
  assert.is(lively.seen.pings, 4);
});

test('a connection is warned ten minutes before its day is over, and then closed', () => {
  const opened = aVenue();
  const socket = aSocket(opened, '/ws-api/v3');
  for (let at = 1; at <= 3 * 60 * 24; at += 1) {
    opened.time.runUntil(NEW_YEAR + at * 20_000);
    socket.seen.session?.pong();
    if (at === 3 * 60 * 23) assert.equal(socket.frames, []);
  }
  assert.equal(socket.frames, [{ event: { e: 'serverShutdown', E: NEW_YEAR + 85_800_000 } }]);
  assert.is(socket.seen.closed?.code, 1001);
  assert.is(opened.time.pending, 0, 'the heartbeat ends with the last connection');
});

const fixtures = sharedPath('data', 'market', 'fixtures', 'nautilus', 'binance', 'spot');
if (fixtures !== null) {
  const keysOf = (name: string): string[] => {
    const document = JSON.parse(readFileSync(`${fixtures}/${name}.json`, 'utf8'));
    return Object.keys(document.event ?? (Array.isArray(document) ? document[0] : document)).sort();
  };
  const sorted = (value: object): string[] => Object.keys(value).sort();

  test('events have the keys of recorded ones', () => {
    const { ask, exchange, reports, socket } = listening();
    ask('POST', 'order', limitOrder({ newClientOrderId: 'mine' }), ALICE);
    assert.equal(sorted(reports()[0]), keysOf('user_data_json/execution_report_wrapped'));
    assert.equal(sorted(socket.frames[1].event), keysOf('user_data_json/account_position_wrapped'));
    exchange.transfer('alice', 'USDT', amount('1'));
    const update = socket.frames.find(({ event }) => event?.e === 'balanceUpdate').event;
    assert.equal(sorted(update), keysOf('user_data_json/balance_update_wrapped'));
    ask('POST', 'order', limitOrder({ timeInForce: 'IOC' }), ALICE);
    const expired = new Set(sorted(reports().at(-1)));
    assert.equal(
      keysOf('user_data_json/execution_report_expired').filter((key) => !expired.has(key)),
      [],
    );
  });

  test('answers have the keys of recorded ones', () => {
    const { ask, crowd } = aVenue();
    crowd();
    ask('POST', 'order', limitOrder(), ALICE);
    ask('POST', 'order', limitOrder({ price: 60_001 }), ALICE);
    const symbol = 'BTCUSDT';
    const keys = (path: string, key: typeof ALICE | null = null): string[] => {
      const { body } = ask('GET', path, { symbol }, key);
      return sorted(Array.isArray(body) ? body[0] : body);
    };
    assert.equal(keys('depth'), keysOf('http_json/depth_response'));
    assert.equal(keys('avgPrice'), keysOf('http_json/avg_price_response'));
    assert.equal(keys('ticker/bookTicker'), keysOf('http_json/book_ticker_response'));
    assert.equal(keys('ticker/24hr'), keysOf('http_json/ticker_24hr_response'));
    assert.equal(keys('openOrders', ALICE), keysOf('http_json/open_orders_response'));
    assert.equal(keys('myTrades', ALICE), keysOf('http_json/account_trades_response'));
    const [kline] = ask('GET', 'klines', { symbol, interval: '1m' }).body;
    assert.is(kline.length, keysOf('http_json/klines_response').length);
    const document = JSON.parse(
      readFileSync(`${fixtures}/http_json/exchange_info_response.json`, 'utf8'),
    );
    const described = ask('GET', 'exchangeInfo').body;
    assert.equal(sorted(described.symbols[0]), sorted(document.symbols[0]));
  });
}

test.run();
