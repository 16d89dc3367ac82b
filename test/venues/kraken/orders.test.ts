import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ApprovedAmendment, ApprovedOrder } from '../../../src/risk/approved-order.ts';
import { krakenOrders } from '../../../src/venues/kraken/orders.ts';
import { krakenQueries } from '../../../src/venues/kraken/queries.ts';
import { krakenKeyOf, Nonces } from '../../../src/venues/kraken/sign.ts';
import { STRANGE } from '../../support/binance/strange.ts';
import {
  anAccess,
  BROKEN,
  errorOf,
  replyOf,
  resultOf,
  SAMPLE_SECRET,
} from '../../support/kraken/access.ts';
import { aPair } from '../../support/kraken/pairs.ts';
import { anOrder, type OrderParts } from '../../support/trade/orders.ts';

const NOW = 1_767_225_600_000;
const pair = aPair();
const token = { text: 'T' };
const order = (parts: OrderParts = {}) =>
  anOrder({ ticks: 600_001, lots: 1_000_000, ...parts }) as ApprovedOrder;
const place = (parts: OrderParts = {}): string =>
  String(krakenOrders(token, 5_000).place(order(parts), pair, '7', NOW));

test('a limit order has the digits of its grid, a deadline and a token', () => {
  assert.is(
    place(),
    '{"method":"add_order","params":{"order_type":"limit","side":"buy",' +
      '"order_qty":0.01000000,"symbol":"BTC/USD","limit_price":60000.1,"time_in_force":"gtc",' +
      '"cl_ord_id":"desk-1-mm-1","stp_type":"cancel_newest","fee_preference":"quote",' +
      '"deadline":"2026-01-01T00:00:05.000Z","token":"T"},"req_id":7}',
  );
});

test('post-only, immediate and market orders say so', () => {
  const params = (parts: OrderParts) => JSON.parse(place(parts)).params;
  assert.is(params({ isPostOnly: true }).post_only, true);
  assert.is(params({ timeInForce: 'ioc', side: 'sell' }).time_in_force, 'ioc');
  const market = params({ kind: 'market', ticks: 0 });
  assert.equal(
    [market.order_type, market.limit_price, market.time_in_force],
    ['market', undefined, undefined],
  );
});

test('an amendment names our id, both terms and, if the order is never to take, that', () => {
  const amend = (parts: OrderParts = {}): string => {
    const change = { wanted: order(parts), lots: 700_000 } as unknown as ApprovedAmendment;
    return String(krakenOrders(token, 5_000).amend(change, 'O1', pair, '9', NOW));
  };
  assert.is(
    amend({ isPostOnly: true }),
    '{"method":"amend_order","params":{"cl_ord_id":"desk-1-mm-1","order_qty":0.00700000,' +
      '"limit_price":60000.1,"post_only":true,"deadline":"2026-01-01T00:00:05.000Z",' +
      '"token":"T"},"req_id":9}',
  );
  assert.is(JSON.parse(amend()).params.post_only, undefined);
});

test('F20: nonces rise whatever the clock does, and leap ahead when they are refused', () => {
  const nonces = new Nonces();
  assert.is(nonces.next(1_000), 1_000_000);
  assert.is(nonces.next(999), 1_000_001);
  nonces.onRefused();
  assert.is(nonces.next(1_000), 2_000_002);
  nonces.onRefused();
  assert.is(nonces.next(1_000), 12_000_003);
  nonces.onTaken();
  nonces.onRefused();
  assert.is(nonces.next(1_000), 13_000_004);
  for (let refusals = 0; refusals < 20; refusals += 1) nonces.onRefused();
  assert.ok(nonces.next(1_000) < 20 * 86_400_000_000);
});

test('an order is looked for among the open ones, then among the closed', () => {
  const queries = krakenQueries(anAccess(), token, [pair]);
  const question = queries.order({ clientId: 'ours' }, pair, NOW);
  assert.match(question.request.url, 'OpenOrders');
  const none = question.decode(resultOf({ open: {} }));
  assert.equal(none, { ok: true, value: { kind: 'not-found' } });
  const further = question.followUp?.({ kind: 'not-found' });
  assert.match(further?.request.url ?? '', 'ClosedOrders');
  const closed = {
    O1: {
      cl_ord_id: 'ours',
      status: 'canceled',
      descr: { pair: 'XBTUSD', type: 'sell', ordertype: 'limit', price: '60000.1' },
      vol: '0.02',
      vol_exec: '0.01',
    },
  };
  const found = further?.decode(resultOf({ closed }));
  assert.ok(found?.ok && found.value.kind === 'found');
  assert.equal(found.value.order, {
    clientId: 'ours',
    venueOrderId: 'O1',
    symbol: 'BTC/USD',
    side: 'sell',
    kind: 'limit',
    ticks: 600_001,
    lots: 2_000_000,
    filledLots: 1_000_000,
    state: 'canceled',
  } as never);
  assert.is(question.followUp?.(found.value), null);
  const byVenue = queries.order({ venueOrderId: 'O9' }, pair, NOW);
  assert.equal(byVenue.decode(errorOf('EOrder:Unknown order')), none);
});

test('replies that are late, broken, throttled or refused are faults of their kinds', () => {
  const queries = krakenQueries(anAccess(), token, [pair]);
  const kindOf = (outcome: Parameters<ReturnType<typeof queries.balances>['decode']>[0]) => {
    const answer = queries.balances(NOW).decode(outcome);
    return answer.ok ? 'ok' : answer.error.kind;
  };
  assert.is(kindOf(BROKEN), 'no-answer');
  assert.is(kindOf(replyOf('<html>', { status: 502 })), 'no-answer');
  assert.is(kindOf(replyOf('<html>')), 'no-answer');
  assert.is(kindOf(replyOf('', { status: 429, headers: { 'retry-after': '3' } })), 'throttled');
  assert.is(kindOf(errorOf('EAPI:Rate limit exceeded')), 'throttled');
  assert.is(kindOf(errorOf('EService:Busy')), 'no-answer');
  assert.is(kindOf(errorOf('EAPI:Invalid key')), 'refused');
  assert.is(kindOf(resultOf({ ZUSD: '-1' })), 'no-answer');
  assert.is(kindOf(resultOf({ ZUSD: '0', 'XBT.F': '1', XXBT: '2' })), 'ok');
});

test('a refused nonce makes the next one leap, an answer does not', () => {
  const key = krakenKeyOf('key', SAMPLE_SECRET);
  const queries = krakenQueries(anAccess({ key }), token, [pair]);
  const nonceOf = () => {
    const question = queries.openOrders(NOW);
    return { question, nonce: Number(new URLSearchParams(question.request.body).get('nonce')) };
  };
  const first = nonceOf();
  first.question.decode(errorOf('EAPI:Invalid nonce'));
  const second = nonceOf();
  assert.ok(second.nonce - first.nonce > 1_000_000);
  second.question.decode(resultOf({ open: {} }));
  assert.is(nonceOf().nonce, second.nonce + 1);
});

test('strange replies are faults of every question of a desk, and never throw', () => {
  const queries = krakenQueries(anAccess(), token, [pair]);
  const questions = [
    queries.openOrders(NOW),
    queries.balances(NOW),
    queries.order({ clientId: 'a' }, pair, NOW),
    queries.order({ venueOrderId: 'a' }, pair, NOW),
    queries.trades(pair, '-1', NOW),
    queries.cancelAllNow(pair, NOW, []),
    queries.serverTime(),
  ];
  const described = { pair: 'XBTUSD', type: 'buy', ordertype: 'limit', price: '1.0' };
  for (const question of questions) {
    for (const strange of STRANGE) {
      for (const result of [
        strange,
        { open: strange, closed: strange, trades: strange, orders: strange, count: strange },
        { open: { O: strange }, trades: { T: strange }, orders: [strange], O: strange, count: 1 },
        { open: { O: { status: strange, vol: strange, descr: { ...described, price: strange } } } },
      ]) {
        question.decode(resultOf(result));
      }
    }
  }
});

test.run();
