import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ALICE, aVenue, BOB, limitOrder, type Params } from '../../support/venue/client.ts';
import { NEW_YEAR } from '../../support/venue/fixtures.ts';

const marketOrder = (over: Params = {}): Params => ({
  symbol: 'BTCUSDT',
  side: 'BUY',
  type: 'MARKET',
  ...over,
});

/** Code and message of the refusal of an order of alice. */
function refusalOf(params: Params, opened = aVenue()): [number, string] {
  const { status, body } = opened.ask('POST', 'order', params, ALICE);
  assert.is(status, 400, JSON.stringify(body));
  return [body.code, body.msg];
}

test('an order is answered in the length that was asked for', () => {
  const { ask, crowd } = aVenue();
  crowd();
  const keys = (params: Params): number =>
    Object.keys(ask('POST', 'order', params, ALICE).body).length;
  assert.is(keys(limitOrder({ newOrderRespType: 'ACK' })), 5);
  assert.is(keys(limitOrder({ newOrderRespType: 'RESULT' })), 16);
  assert.is(keys(limitOrder()), 17, 'FULL is usual for limit orders');
  assert.is(keys(marketOrder({ quantity: '0.01' })), 17, 'and for market orders');
  const { timeInForce: _always, ...maker } = limitOrder({ type: 'LIMIT_MAKER' });
  assert.is(keys(maker), 5, 'ACK is usual for maker orders');
});

test('a market order tells its fills with fees', () => {
  const { ask, crowd } = aVenue();
  crowd();
  const { body } = ask('POST', 'order', marketOrder({ quantity: '0.7' }), ALICE);
  assert.is(body.status, 'FILLED');
  assert.equal([body.executedQty, body.cummulativeQuoteQty], ['0.70000000', '42000.90000000']);
  assert.equal(
    body.fills.map((fill: { tradeId: number }) => ({ ...fill, tradeId: fill.tradeId > 0 })),
    [
      {
        price: '60001.00000000',
        qty: '0.50000000',
        commission: '0.00020000',
        commissionAsset: 'BTC',
        tradeId: true,
      },
      {
        price: '60002.00000000',
        qty: '0.20000000',
        commission: '0.00008000',
        commissionAsset: 'BTC',
        tradeId: true,
      },
    ],
  );
});

test('a market order by quote amount tells what it was given and what it bought', () => {
  const { ask, crowd } = aVenue();
  crowd();
  const { body } = ask('POST', 'order', marketOrder({ quoteOrderQty: '100' }), ALICE);
  assert.equal(
    [body.origQuoteOrderQty, body.origQty, body.status],
    ['100.00000000', '0.00166000', 'FILLED'],
  );
});

test('an order is found by either id, also after its end, and by its owner alone', () => {
  const { ask } = aVenue();
  const placed = ask('POST', 'order', limitOrder({ newClientOrderId: 'mine' }), ALICE).body;
  const symbol = 'BTCUSDT';
  const byId = ask('GET', 'order', { symbol, orderId: placed.orderId }, ALICE).body;
  assert.equal([byId.clientOrderId, byId.status, byId.isWorking], ['mine', 'NEW', true]);
  assert.equal([byId.time, byId.updateTime, byId.workingTime], [NEW_YEAR, NEW_YEAR, NEW_YEAR]);
  const byClient = { symbol, origClientOrderId: 'mine' };
  assert.is(ask('GET', 'order', byClient, ALICE).body.orderId, placed.orderId);
  assert.is(ask('GET', 'order', byClient, BOB).body.code, -2013);
  ask('DELETE', 'order', byClient, ALICE);
  assert.is(ask('GET', 'order', byClient, ALICE).body.status, 'CANCELED');
  assert.is(ask('GET', 'order', { symbol }, ALICE).body.code, -1102);
  assert.is(ask('GET', 'order', { symbol: 'NONE', orderId: 1 }, ALICE).body.code, -1121);
});

test('a cancellation has a client id of its own', () => {
  const { ask } = aVenue();
  const symbol = 'BTCUSDT';
  ask('POST', 'order', limitOrder({ newClientOrderId: 'mine' }), ALICE);
  const named = { symbol, origClientOrderId: 'mine', newClientOrderId: 'cancel-1' };
  const { body } = ask('DELETE', 'order', named, ALICE);
  assert.equal(
    [body.status, body.origClientOrderId, body.clientOrderId],
    ['CANCELED', 'mine', 'cancel-1'],
  );
  const again = ask('DELETE', 'order', named, ALICE);
  assert.equal(
    [again.status, again.body.code, again.body.msg],
    [400, -2011, 'Unknown order sent.'],
  );
});

test('open orders are listed and canceled by market', () => {
  const { ask } = aVenue();
  ask('POST', 'order', limitOrder({ newClientOrderId: 'one' }), ALICE);
  ask('POST', 'order', limitOrder({ newClientOrderId: 'two' }), ALICE);
  const ether = limitOrder({ symbol: 'ETHUSDT', price: '2500', quantity: '0.1' });
  ask('POST', 'order', ether, ALICE);
  assert.is(ask('GET', 'openOrders', {}, ALICE).body.length, 3);
  assert.is(ask('GET', 'openOrders', { symbol: 'BTCUSDT' }, ALICE).body.length, 2);
  assert.is(ask('GET', 'openOrders', {}, BOB).body.length, 0);
  const canceled = ask('DELETE', 'openOrders', { symbol: 'BTCUSDT' }, ALICE).body;
  assert.equal(
    canceled.map((each: { origClientOrderId: string }) => each.origClientOrderId),
    ['one', 'two'],
  );
  assert.match(canceled[0].clientOrderId, /^[A-Za-z0-9]{22}$/);
  assert.is(ask('DELETE', 'openOrders', { symbol: 'BTCUSDT' }, ALICE).body.code, -2011);
  assert.is(ask('GET', 'openOrders', {}, ALICE).body.length, 1);
});

test('a trial order is checked and not placed', () => {
  const { ask } = aVenue();
  assert.equal(ask('POST', 'order/test', limitOrder(), ALICE).body, {});
  assert.is(ask('POST', 'order/test', limitOrder({ quantity: '9' }), ALICE).body.code, -2010);
  assert.is(ask('POST', 'order/test', limitOrder({ side: 'UP' }), ALICE).body.code, -1117);
  assert.is(ask('GET', 'openOrders', {}, ALICE).body.length, 0);
});

test('the exchange refuses with the codes and words of Binance', () => {
  const opened = aVenue();
  opened.crowd();
  const refused = (over: Params): [number, string] => refusalOf(limitOrder(over), opened);
  assert.equal(refused({ price: '50000.001' }), [-1013, 'Filter failure: PRICE_FILTER']);
  assert.equal(refused({ quantity: '0.000015' }), [-1013, 'Filter failure: LOT_SIZE']);
  assert.equal(refused({ quantity: '0.00001' }), [-1013, 'Filter failure: NOTIONAL']);
  assert.equal(refused({ quantity: '10' }), [
    -2010,
    'Account has insufficient balance for requested action.',
  ]);
  const { timeInForce: _always, ...maker } = limitOrder({ type: 'LIMIT_MAKER', price: 60_001 });
  assert.equal(refusalOf(maker, opened), [-2010, 'Order would immediately match and take.']);
  opened.ask('POST', 'order', limitOrder({ newClientOrderId: 'twice' }), ALICE);
  assert.equal(refused({ newClientOrderId: 'twice' }), [-2010, 'Duplicate order sent.']);
});

test('an empty book refuses orders by quote amount, and lets those by quantity expire', () => {
  const opened = aVenue();
  assert.equal(refusalOf(marketOrder({ quoteOrderQty: '100' }), opened), [
    -2010,
    'Order book liquidity is less than symbol minimum quantity.',
  ]);
  const { body } = opened.ask('POST', 'order', marketOrder({ quantity: '1' }), ALICE);
  assert.equal([body.status, body.executedQty], ['EXPIRED', '0.00000000']);
});

test('a malformed order is refused with the name of the mistake', () => {
  const code = (over: Params): number => refusalOf(limitOrder(over))[0];
  assert.is(code({ side: 'UP' }), -1117);
  assert.is(code({ type: 'ODD' }), -1116);
  assert.is(code({ timeInForce: 'GTD' }), -1115);
  assert.is(code({ symbol: 'NONE' }), -1121);
  assert.is(code({ price: '-1' }), -1100);
  assert.is(code({ price: '1e5' }), -1100);
  assert.is(code({ price: '50000.000000001' }), -1111);
  assert.is(code({ quantity: '' }), -1105);
  assert.is(code({ newClientOrderId: 'with space' }), -1100);
  assert.is(code({ newClientOrderId: 'x'.repeat(37) }), -1100);
  assert.is(code({ selfTradePreventionMode: 'DECREMENT' }), -1130);
  assert.is(code({ newOrderRespType: 'LONG' }), -1130);
  assert.is(code({ quoteOrderQty: '5' }), -1106);
  assert.is(code({ surplus: 'x' }), -1104);
  for (const name of ['side', 'type', 'timeInForce', 'quantity', 'price']) {
    const { [name]: _left, ...rest } = limitOrder();
    assert.is(refusalOf(rest)[0], -1102, name);
  }
});

test('a market order has a quantity or a quote amount, and no price', () => {
  assert.is(refusalOf(marketOrder())[0], -1102);
  assert.is(refusalOf(marketOrder({ quantity: '1', quoteOrderQty: '1' }))[0], -1106);
  assert.is(refusalOf(marketOrder({ quantity: '1', price: '1' }))[0], -1106);
  assert.is(refusalOf(marketOrder({ quantity: '1', timeInForce: 'GTC' }))[0], -1106);
});

test('prevented self-trades are told in the answer', () => {
  const { ask } = aVenue();
  const resting = ask('POST', 'order', limitOrder(), ALICE).body;
  const sell = { side: 'SELL', selfTradePreventionMode: 'EXPIRE_BOTH' };
  const { body } = ask('POST', 'order', limitOrder(sell), ALICE);
  assert.is(body.status, 'EXPIRED_IN_MATCH');
  assert.is(body.preventedQuantity, '0.01000000');
  assert.equal(body.preventedMatches, [
    {
      preventedMatchId: body.preventedMatchId,
      makerOrderId: resting.orderId,
      price: '50000.00000000',
      takerPreventedQuantity: '0.01000000',
      makerPreventedQuantity: '0.01000000',
    },
  ]);
});

test('an order whose id nobody gave gets one that can be used', () => {
  const { ask } = aVenue();
  const { clientOrderId } = ask('POST', 'order', limitOrder(), ALICE).body;
  assert.match(clientOrderId, /^[A-Za-z0-9]{22}$/);
  const reference = { symbol: 'BTCUSDT', origClientOrderId: clientOrderId };
  assert.is(ask('DELETE', 'order', reference, ALICE).status, 200);
});

test.run();
