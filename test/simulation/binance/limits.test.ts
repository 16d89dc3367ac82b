import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_LIMITS, RequestLimits } from '../../../src/simulation/binance/limits.ts';
import { ALICE, aSocket, aVenue, BOB, limitOrder } from '../../support/venue/client.ts';
import { NEW_YEAR } from '../../support/venue/fixtures.ts';

const few = { weightPerMinute: 100, ordersPerTenSeconds: 3, ordersPerDay: 1_000 };

test('every answer tells the weight that is used, and orders tell their count', () => {
  const { ask } = aVenue();
  assert.is(ask('GET', 'time').headers['x-mbx-used-weight-1m'], '1');
  assert.is(
    ask('GET', 'depth', { symbol: 'BTCUSDT', limit: 1000 }).headers['x-mbx-used-weight-1m'],
    '51',
  );
  const { headers } = ask('POST', 'order', limitOrder(), ALICE);
  assert.equal([headers['x-mbx-order-count-10s'], headers['x-mbx-order-count-1d']], ['1', '1']);
});

test('the weight of a depth request grows with its limit', () => {
  for (const [limit, weight] of [
    [5, 5],
    [100, 5],
    [101, 25],
    [500, 25],
    [1_000, 50],
    [5_000, 250],
  ]) {
    const { ask } = aVenue();
    const { headers } = ask('GET', 'depth', { symbol: 'BTCUSDT', limit: limit ?? 0 });
    assert.is(headers['x-mbx-used-weight-1m'], String(weight));
  }
});

test('above the limit the answer is 429 until the minute is over, then all is well', () => {
  const { ask, time } = aVenue({ limits: few });
  time.runUntil(NEW_YEAR + 12_300);
  for (let at = 0; at < 5; at += 1) assert.is(ask('GET', 'exchangeInfo').status, 200);
  const limited = ask('GET', 'time');
  assert.is(limited.status, 429);
  assert.is(limited.body.code, -1003);
  assert.match(limited.body.msg, /current limit is 100 request weight per 1 MINUTE/);
  assert.is(limited.headers['retry-after'], '48');
  time.runUntil(NEW_YEAR + 60_000);
  assert.is(ask('GET', 'time').status, 200);
});

test('who goes on at 429 is banned, for longer each time', () => {
  const { ask, time } = aVenue({ limits: few });
  const ban = (): number => {
    for (let at = 0; at < 20; at += 1) ask('GET', 'exchangeInfo');
    const banned = ask('GET', 'time');
    assert.is(banned.status, 418);
    assert.match(banned.body.msg, /IP banned until \d+/);
    return Number(banned.headers['retry-after']);
  };
  assert.is(ban(), 120);
  time.runUntil(NEW_YEAR + 119_000);
  assert.is(ask('GET', 'time').status, 418);
  time.runUntil(NEW_YEAR + 120_000);
  assert.is(ask('GET', 'time').status, 200);
  assert.is(ban(), 240);
});

test('who is forgiven may ask again at once', () => {
  const limits = new RequestLimits(few);
  for (let at = 0; at < 12; at += 1) limits.charge('a', 101, 0);
  assert.is(limits.charge('a', 1, 0).kind, 'banned');
  limits.forgive();
  assert.is(limits.charge('a', 100, 0).kind, 'taken');
  assert.is(limits.charge('a', 1, 0).kind, 'limited', 'it is the first offence again');
});

test('bans are counted, and the last one says when it ends', () => {
  const limits = new RequestLimits(few);
  assert.equal([limits.bans, limits.bannedUntilMs], [0, 0]);
  for (let at = 0; at < 12; at += 1) limits.charge('a', 101, 7);
  for (let at = 0; at < 11; at += 1) limits.charge('b', 101, 9);
  assert.equal([limits.bans, limits.bannedUntilMs], [2, 120_009]);
});

test('addresses are counted apart', () => {
  const limits = new RequestLimits(few);
  assert.is(limits.charge('a', 101, 0).kind, 'limited');
  assert.is(limits.charge('b', 100, 0).kind, 'taken');
  assert.is(limits.usedWeight('b', 0), 100);
  assert.is(limits.usedWeight('b', 60_000), 0);
});

test('unfilled orders count by account, in windows of the clock', () => {
  const { ask, time } = aVenue({ limits: { ...DEFAULT_LIMITS, ordersPerTenSeconds: 3 } });
  time.runUntil(NEW_YEAR + 4_000);
  for (let at = 0; at < 3; at += 1) {
    assert.is(ask('POST', 'order', limitOrder(), ALICE).status, 200);
  }
  const limited = ask('POST', 'order', limitOrder(), ALICE);
  assert.equal([limited.status, limited.body.code], [429, -1015]);
  assert.is(limited.headers['retry-after'], '6');
  assert.is(ask('POST', 'order', limitOrder(), BOB).status, 200, 'another account');
  time.runUntil(NEW_YEAR + 10_000);
  assert.is(ask('POST', 'order', limitOrder(), ALICE).status, 200);
});

test('an order that trades gives its count back, a maker more than a taker, once', () => {
  const { ask, crowd, exchange, market } = aVenue();
  crowd();
  const count = (): number =>
    ask('GET', 'rateLimit/order', {}, ALICE).body.map((use: { count: number }) => use.count)[0];
  for (let at = 0; at < 7; at += 1) {
    ask('POST', 'order', limitOrder({ price: 60_000, quantity: '0.02' }), ALICE);
  }
  assert.is(count(), 7);
  exchange.crowdTake(market, 'sell', 1_000 as never, null);
  assert.is(count(), 2, 'five for the first maker fill');
  exchange.crowdTake(market, 'sell', 1_000 as never, null);
  assert.is(count(), 2, 'the same order again gives nothing');
  ask('POST', 'order', { symbol: 'BTCUSDT', side: 'SELL', type: 'MARKET', quantity: '0.3' }, ALICE);
  assert.is(count(), 0, 'never below nothing');
});

test('a socket shares the weight of its address and is told its limits', () => {
  const venue = aVenue({ limits: few });
  const socket = aSocket(venue, '/ws-api/v3');
  const { rateLimits } = socket.call('exchangeInfo');
  assert.equal(rateLimits, [
    { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 100, count: 22 },
  ]);
  const placed = socket.call('order.place', limitOrder(), ALICE);
  assert.equal(
    placed.rateLimits.map((use: { rateLimitType: string; intervalNum: number; count: number }) => [
      use.rateLimitType,
      use.intervalNum,
      use.count,
    ]),
    [
      ['ORDERS', 10, 1],
      ['ORDERS', 1, 1],
      ['REQUEST_WEIGHT', 1, 23],
    ],
  );
  for (let at = 0; at < 4; at += 1) socket.call('exchangeInfo');
  const limited = socket.call('time');
  assert.is(limited.status, 429);
  assert.is(limited.error.data.retryAfter, NEW_YEAR + 60_000);
  assert.is(socket.call('userDataStream.subscribe.signature', {}, ALICE).status, 429);
  assert.is(socket.call('userDataStream.unsubscribe').status, 429);
  assert.is(aSocket(venue, '/ws').seen.session, null, 'a connection has a weight too');
});

test.run();
