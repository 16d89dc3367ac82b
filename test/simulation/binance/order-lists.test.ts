import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  ALICE,
  aSocket,
  aVenue,
  BOB,
  CANCELER,
  limitOrder,
  type Params,
} from '../../support/venue/client.ts';
import { NEW_YEAR } from '../../support/venue/fixtures.ts';
import { printsAt } from '../../support/venue/prints.ts';

type Venue = ReturnType<typeof aVenue>;
const SYMBOL = 'BTCUSDT';

/** A pair to sell 0.01 BTC at 61,000, or at the market from 59,000 on, unless told otherwise. */
const sellPair = (over: Params = {}): Params => ({
  symbol: SYMBOL,
  side: 'SELL',
  quantity: '0.01',
  listClientOrderId: 'pair',
  aboveType: 'LIMIT_MAKER',
  aboveClientOrderId: 'target',
  abovePrice: '61000',
  belowType: 'STOP_LOSS',
  belowClientOrderId: 'stop',
  belowStopPrice: '59000',
  ...over,
});

function opened(over: Parameters<typeof aVenue>[0] = {}): Venue {
  const venue = aVenue(over);
  printsAt(venue, '60000.00');
  return venue;
}

const place = ({ ask }: Venue, params = sellPair()) => ask('POST', 'orderList/oco', params, ALICE);
const statusOf = ({ ask }: Venue, origClientOrderId: string): string =>
  ask('GET', 'order', { symbol: SYMBOL, origClientOrderId }, ALICE).body.status;
const statuses = (venue: Venue) => [statusOf(venue, 'target'), statusOf(venue, 'stop')];
const listOf = ({ ask }: Venue) =>
  ask('GET', 'orderList', { origClientOrderId: 'pair' }, ALICE).body;
const locked = ({ ask }: Venue, asset: string): string =>
  ask('GET', 'account', {}, ALICE).body.balances.find(
    (each: { asset: string }) => each.asset === asset,
  ).locked;
const ordersCounted = ({ ask }: Venue): number =>
  ask('GET', 'rateLimit/order', {}, ALICE).body[0].count;

test('OCO-01 a pair is two open orders, counts as two and locks one amount', () => {
  const venue = opened();
  const { status, body } = place(venue);
  assert.is(status, 200, JSON.stringify(body));
  assert.equal(
    [body.contingencyType, body.listStatusType, body.listOrderStatus, body.listClientOrderId],
    ['OCO', 'EXEC_STARTED', 'EXECUTING', 'pair'],
  );
  assert.equal([body.symbol, body.transactionTime], [SYMBOL, NEW_YEAR]);
  const names = (legs: { clientOrderId: string }[]) =>
    legs.map(({ clientOrderId }) => clientOrderId).sort();
  assert.equal(names(body.orders), ['stop', 'target']);
  assert.equal(names(body.orderReports), ['stop', 'target']);
  const stop = body.orderReports.find((leg: { type: string }) => leg.type === 'STOP_LOSS');
  assert.equal([stop.stopPrice, stop.workingTime], ['59000.00000000', -1]);
  assert.is(stop.orderListId, body.orderListId);
  assert.is(venue.ask('GET', 'openOrders', {}, ALICE).body.length, 2);
  assert.is(ordersCounted(venue), 2);
  assert.is(locked(venue, 'BTC'), '0.01000000');
});

test('OCO-02 a pair whose prices do not lie on either side of the last is refused', () => {
  const venue = opened();
  const wrong: Params[] = [
    { abovePrice: '59500' },
    { belowStopPrice: '60500' },
    { abovePrice: '60000' },
  ];
  for (const over of wrong) {
    const { body } = place(venue, sellPair(over));
    assert.equal(
      [body.code, body.msg],
      [-2010, 'The relationship of the prices for the orders is not correct.'],
    );
  }
  assert.is(venue.ask('GET', 'openOrders', {}, ALICE).body.length, 0);
  assert.is(locked(venue, 'BTC'), '0.00000000');
});

test('OCO-03 a target that fills has its stop expire', () => {
  const venue = opened();
  place(venue);
  venue.exchange.crowdTake(venue.market, 'buy', 1_000 as never, null);
  assert.equal(statuses(venue), ['FILLED', 'EXPIRED']);
  assert.equal([listOf(venue).listOrderStatus, locked(venue, 'BTC')], ['ALL_DONE', '0.00000000']);
});

test('a target that trades a part has its stop expire, and the list goes on', () => {
  const venue = opened();
  place(venue);
  venue.exchange.crowdTake(venue.market, 'buy', 400 as never, null);
  assert.equal(statuses(venue), ['PARTIALLY_FILLED', 'EXPIRED']);
  assert.equal([listOf(venue).listOrderStatus, locked(venue, 'BTC')], ['EXECUTING', '0.00600000']);
});

test('a stop that wakes has its target expire', () => {
  const venue = opened();
  place(venue);
  venue.exchange.crowdRest(venue.market, 'buy', 5_850_000 as never, 1_000 as never);
  printsAt(venue, '59000.00');
  assert.equal(statuses(venue), ['EXPIRED', 'FILLED']);
  assert.is(listOf(venue).listOrderStatus, 'ALL_DONE');
});

test('a pair to buy is the other way round, and a stop may have a limit', () => {
  const venue = opened();
  const params: Params = {
    ...{ symbol: SYMBOL, side: 'BUY', quantity: '0.01', newOrderRespType: 'RESULT' },
    ...{ aboveType: 'STOP_LOSS_LIMIT', abovePrice: '61500', aboveStopPrice: '61000' },
    ...{ aboveTimeInForce: 'GTC', belowType: 'LIMIT_MAKER', belowPrice: '59000' },
  };
  const { body } = place(venue, params);
  assert.equal(
    body.orderReports
      .map(({ type, price }: { type: string; price: string }) => [type, price])
      .sort(),
    [
      ['LIMIT_MAKER', '59000.00000000'],
      ['STOP_LOSS_LIMIT', '61500.00000000'],
    ],
  );
  assert.match(body.listClientOrderId, /^[A-Za-z0-9]{22}$/);
  assert.is(place(venue, { ...params, newOrderRespType: 'ACK' }).status, 200);
});

test('a pair may wait on both sides, for a profit and for a loss', () => {
  const venue = opened();
  const { abovePrice: _none, ...rest } = sellPair();
  const params = { ...rest, aboveType: 'TAKE_PROFIT', aboveStopPrice: '61000' };
  const { body } = place(venue, params);
  const types = body.orderReports.map(({ type }: { type: string }) => type);
  assert.equal(types.sort(), ['STOP_LOSS', 'TAKE_PROFIT']);
  venue.exchange.crowdRest(venue.market, 'buy', 6_090_000 as never, 1_000 as never);
  printsAt(venue, '61000.00');
  assert.equal(statuses(venue), ['FILLED', 'EXPIRED']);
  const [trade] = venue.ask('GET', 'myTrades', { symbol: SYMBOL }, ALICE).body;
  assert.equal([trade.price, trade.orderListId], ['60900.00000000', body.orderListId]);
});

test('a list is canceled as a whole, by its own name, that of a leg, or with everything', () => {
  const symbol = SYMBOL;
  const ways: [path: string, params: Params][] = [
    ['orderList', { symbol, listClientOrderId: 'pair', newClientOrderId: 'away' }],
    ['order', { symbol, origClientOrderId: 'target', newClientOrderId: 'away' }],
    ['order', { symbol, origClientOrderId: 'stop', newClientOrderId: 'away' }],
  ];
  for (const [path, params] of ways) {
    const venue = opened();
    const { orderListId } = place(venue).body;
    const { body } = venue.ask('DELETE', path, params, CANCELER);
    assert.equal(
      [body.orderListId, body.listStatusType, body.listOrderStatus],
      [orderListId, 'ALL_DONE', 'ALL_DONE'],
    );
    for (const leg of body.orderReports) {
      assert.equal([leg.status, leg.clientOrderId], ['CANCELED', 'away']);
    }
    assert.equal([statuses(venue), locked(venue, 'BTC')], [['CANCELED', 'CANCELED'], '0.00000000']);
  }
  const venue = opened();
  const { orderListId } = place(venue).body;
  venue.ask('POST', 'order', limitOrder({ newClientOrderId: 'alone' }), ALICE);
  const { body } = venue.ask('DELETE', 'openOrders', { symbol }, ALICE);
  assert.equal(
    body.map((each: { orderListId: number; orders?: unknown[] }) => [
      each.orderListId,
      each.orders?.length,
    ]),
    [
      [orderListId, 2],
      [-1, undefined],
    ],
  );
});

test('a list is found by either id, among all and among those that are open', () => {
  const venue = opened();
  const { orderListId } = place(venue).body;
  const asked = (path: string, params: Params = {}, key = ALICE) =>
    venue.ask('GET', path, params, key).body;
  assert.is(asked('orderList', { orderListId }).listClientOrderId, 'pair');
  assert.is(listOf(venue).orderListId, orderListId);
  assert.equal([asked('openOrderList').length, asked('allOrderList').length], [1, 1]);
  assert.equal([asked('openOrderList', {}, BOB), asked('allOrderList', {}, BOB)], [[], []]);
  assert.is(asked('orderList', { orderListId }, BOB).code, -2018);
  assert.is(asked('orderList').code, -1102);
  assert.equal(asked('allOrderList', { fromId: orderListId + 1 }), []);
  assert.is(asked('allOrderList', { startTime: NEW_YEAR, limit: 5 }).length, 1);
  assert.equal(asked('allOrderList', { endTime: NEW_YEAR - 1 }), []);
  assert.is(asked('allOrderList', { fromId: 0, startTime: 0 }).code, -1106);
  venue.ask('DELETE', 'orderList', { symbol: SYMBOL, orderListId }, ALICE);
  assert.equal([asked('openOrderList'), asked('allOrderList').length], [[], 1]);
  assert.is(asked('order', { symbol: SYMBOL, origClientOrderId: 'stop' }).orderListId, orderListId);
});

test('a list that is over, or that nobody knows, cannot be canceled', () => {
  const venue = opened();
  const cancel = (params: Params) =>
    venue.ask('DELETE', 'orderList', { symbol: SYMBOL, ...params }, ALICE).body.code;
  place(venue);
  venue.exchange.crowdTake(venue.market, 'buy', 1_000 as never, null);
  assert.is(cancel({ listClientOrderId: 'pair' }), -2011);
  assert.is(cancel({ listClientOrderId: 'other' }), -2011);
  assert.is(cancel({}), -1102);
  assert.is(cancel({ symbol: 'ETHUSDT', listClientOrderId: 'pair' }), -2011);
});

test('legs that make no pair are refused with the code of what is wrong', () => {
  const refused = (params: Params): number => place(opened(), params).body.code;
  const buy = {
    ...{ symbol: SYMBOL, side: 'BUY', quantity: '0.01', belowType: 'LIMIT_MAKER' },
    ...{ belowPrice: '59000', aboveType: 'STOP_LOSS', aboveStopPrice: '61000' },
  };
  const twoMakers = {
    ...{ symbol: SYMBOL, side: 'SELL', quantity: '0.01', abovePrice: '61000' },
    ...{ aboveType: 'LIMIT_MAKER', belowType: 'LIMIT_MAKER', belowPrice: '59000' },
  };
  const turned = (side: string): Params => ({
    ...{ symbol: SYMBOL, side, quantity: '0.01' },
    ...(side === 'SELL'
      ? { belowType: 'LIMIT_MAKER', belowPrice: '59000', aboveType: 'STOP_LOSS' }
      : { aboveType: 'LIMIT_MAKER', abovePrice: '61000', belowType: 'STOP_LOSS' }),
    ...(side === 'SELL' ? { aboveStopPrice: '61000' } : { belowStopPrice: '59000' }),
  });
  assert.is(refused(sellPair({ aboveType: 'LIMIT' })), -1158);
  assert.is(refused(sellPair({ aboveType: 'ODD' })), -1116);
  assert.is(refused(twoMakers), -1168);
  assert.is(refused(turned('BUY')), -1165);
  assert.is(refused(turned('SELL')), -1166);
  assert.is(refused({ ...buy, aboveType: 'TAKE_PROFIT' }), -1198);
  assert.is(refused(sellPair({ belowType: 'TAKE_PROFIT' })), -1199);
  const { belowPrice: _lower, ...unpriced } = buy;
  const twoStops = { ...unpriced, belowType: 'STOP_LOSS', belowStopPrice: '59000' };
  assert.is(refused(twoStops), -1196);
  const { abovePrice: _upper, ...lower } = sellPair();
  assert.is(refused({ ...lower, aboveType: 'STOP_LOSS', aboveStopPrice: '61000' }), -1197);
  assert.is(refused(sellPair({ belowPrice: '58000' })), -1106);
  assert.is(refused(sellPair({ quantity: '' })), -1105);
  assert.is(refused(sellPair({ side: 'UP' })), -1117);
  assert.is(refused(sellPair({ symbol: 'NONE' })), -1121);
  assert.is(refused(sellPair({ surplus: 1 })), -1104);
});

test('a pair needs room for two orders', () => {
  const limits = { weightPerMinute: 6_000, ordersPerTenSeconds: 1, ordersPerDay: 100 };
  assert.is(place(opened({ limits })).body.code, -1015);
});

test('the stream tells of both legs, then of their list, then of the balances', () => {
  const venue = opened();
  const socket = aSocket(venue, '/ws-api/v3');
  socket.call('userDataStream.subscribe.signature', {}, ALICE);
  const told = () =>
    socket.frames.splice(0).flatMap(({ event }) => {
      if (event === undefined) return [];
      return [[event.e, event.x ?? event.L, event.e === 'listStatus' ? event.C : event.c]];
    });
  told();
  const { orderListId } = place(venue).body;
  const began = told();
  assert.equal(began.slice(-2), [
    ['listStatus', 'EXECUTING', 'pair'],
    ['outboundAccountPosition', undefined, undefined],
  ]);
  assert.equal(
    began.slice(0, -2).sort(),
    [
      ['executionReport', 'NEW', 'stop'],
      ['executionReport', 'NEW', 'target'],
    ],
    'both legs first',
  );
  venue.exchange.crowdTake(venue.market, 'buy', 400 as never, null);
  const traded = told();
  assert.not.ok(
    traded.some(([kind]) => kind === 'listStatus'),
    'the list goes on',
  );
  assert.ok(traded.some(([, what, name]) => what === 'EXPIRED' && name === 'stop'));
  venue.ask('DELETE', 'orderList', { symbol: SYMBOL, orderListId }, ALICE);
  const done = told();
  assert.equal(
    done.map(([kind, what]) => [kind, what]),
    [
      ['executionReport', 'CANCELED'],
      ['listStatus', 'ALL_DONE'],
      ['outboundAccountPosition', undefined],
    ],
  );
});

test('pairs are placed, asked for and canceled over the WebSocket API alike', () => {
  const venue = opened();
  const socket = aSocket(venue, '/ws-api/v3');
  const call = (method: string, params: Params = {}) => socket.call(method, params, ALICE).result;
  const { orderListId } = call('orderList.place.oco', sellPair());
  assert.is(call('orderList.status', { orderListId }).listClientOrderId, 'pair');
  assert.is(call('openOrderLists.status').length, 1);
  assert.is(call('orderList.cancel', { symbol: SYMBOL, orderListId }).listOrderStatus, 'ALL_DONE');
  assert.equal([call('openOrderLists.status'), call('allOrderLists').length], [[], 1]);
});

test.run();
