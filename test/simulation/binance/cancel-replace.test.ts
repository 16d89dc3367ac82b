import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ALICE, aSocket, aVenue, limitOrder, type Params } from '../../support/venue/client.ts';

type Venue = ReturnType<typeof aVenue>;

const replacement = (over: Params = {}): Params =>
  limitOrder({
    cancelReplaceMode: 'STOP_ON_FAILURE',
    cancelOrigClientOrderId: 'old',
    newClientOrderId: 'new',
    price: '51000',
    ...over,
  });
const replaced = ({ ask }: Venue, over: Params = {}) =>
  ask('POST', 'order/cancelReplace', replacement(over), ALICE);
const placed = ({ ask }: Venue, over: Params = {}) =>
  ask('POST', 'order', limitOrder({ newClientOrderId: 'old', ...over }), ALICE).body;
const openIds = ({ ask }: Venue): string[] =>
  ask('GET', 'openOrders', {}, ALICE).body.map(
    ({ clientOrderId }: { clientOrderId: string }) => clientOrderId,
  );

test('one order is canceled and another placed, and both are told', () => {
  const venue = aVenue();
  const { orderId } = placed(venue);
  const { status, body } = replaced(venue, { cancelNewClientOrderId: 'cancel-1' });
  assert.equal([status, body.cancelResult, body.newOrderResult], [200, 'SUCCESS', 'SUCCESS']);
  const { cancelResponse: gone, newOrderResponse: come } = body;
  assert.equal(
    [gone.orderId, gone.origClientOrderId, gone.clientOrderId, gone.status],
    [orderId, 'old', 'cancel-1', 'CANCELED'],
  );
  assert.equal([come.clientOrderId, come.price, come.status], ['new', '51000.00000000', 'NEW']);
  assert.equal(openIds(venue), ['new']);
});

test('an order that could not be canceled is not replaced, and the try counts as an order', () => {
  const venue = aVenue();
  const before = venue.ask('GET', 'rateLimit/order', {}, ALICE).body[0].count;
  const { status, body } = replaced(venue);
  assert.equal([status, body.code, body.msg], [400, -2022, 'Order cancel-replace failed.']);
  assert.equal(body.data, {
    cancelResult: 'FAILURE',
    newOrderResult: 'NOT_ATTEMPTED',
    cancelResponse: { code: -2011, msg: 'Unknown order sent.' },
    newOrderResponse: null,
  });
  assert.equal(openIds(venue), []);
  assert.is(venue.ask('GET', 'rateLimit/order', {}, ALICE).body[0].count, before + 1);
});

test('with leave to fail the new order is placed all the same', () => {
  const venue = aVenue();
  const { status, body } = replaced(venue, { cancelReplaceMode: 'ALLOW_FAILURE' });
  assert.equal([status, body.code], [409, -2021]);
  assert.is(body.msg, 'Order cancel-replace partially failed.');
  assert.equal([body.data.cancelResult, body.data.newOrderResult], ['FAILURE', 'SUCCESS']);
  assert.is(body.data.newOrderResponse.clientOrderId, 'new');
  assert.equal(openIds(venue), ['new']);
});

test('an order may be gone and the other one refused', () => {
  const venue = aVenue();
  placed(venue);
  const { status, body } = replaced(venue, { quantity: '9' });
  assert.equal([status, body.code], [409, -2021]);
  assert.equal([body.data.cancelResult, body.data.newOrderResult], ['SUCCESS', 'FAILURE']);
  assert.equal(body.data.newOrderResponse, {
    code: -2010,
    msg: 'Account has insufficient balance for requested action.',
  });
  assert.equal(openIds(venue), []);
});

test('both may fail', () => {
  const { body, status } = replaced(aVenue(), {
    quantity: '9',
    cancelReplaceMode: 'ALLOW_FAILURE',
  });
  assert.equal([status, body.code], [400, -2022]);
  assert.equal([body.data.cancelResult, body.data.newOrderResult], ['FAILURE', 'FAILURE']);
});

test('an order that breaks a rule of the market costs no other its place', () => {
  const venue = aVenue();
  placed(venue);
  const { body } = replaced(venue, { quantity: '0.00001' });
  assert.equal([body.code, body.msg], [-1013, 'Filter failure: NOTIONAL']);
  assert.equal(openIds(venue), ['old']);
});

test('an order is replaced only in the state that was named', () => {
  const venue = aVenue();
  placed(venue);
  const { body } = replaced(venue, { cancelRestrictions: 'ONLY_PARTIALLY_FILLED' });
  const reason = { code: -2011, msg: 'Order was not canceled due to cancel restrictions.' };
  assert.equal(body.data.cancelResponse, reason);
  assert.equal(openIds(venue), ['old']);
  assert.is(replaced(venue, { cancelRestrictions: 'ONLY_NEW' }).status, 200);
});

test('whoever may place no more orders replaces nothing, or cancels alone', () => {
  const limits = { weightPerMinute: 6_000, ordersPerTenSeconds: 1, ordersPerDay: 100 };
  const venue = aVenue({ limits });
  placed(venue);
  assert.equal([replaced(venue).status, openIds(venue)], [429, ['old']]);
  const { body } = replaced(venue, { orderRateLimitExceededMode: 'CANCEL_ONLY' });
  assert.equal([body.code, body.data.newOrderResponse.code], [-2021, -1015]);
  assert.equal(openIds(venue), []);
});

test('what is wrong with the request is named before anything is done', () => {
  const venue = aVenue();
  placed(venue);
  const code = (over: Params): number => replaced(venue, over).body.code;
  assert.is(code({ cancelReplaceMode: 'PERHAPS' }), -1130);
  assert.is(code({ cancelRestrictions: 'ONLY_OLD' }), -1130);
  assert.is(code({ orderRateLimitExceededMode: 'HOPE' }), -1130);
  assert.is(code({ cancelOrigClientOrderId: 'with space' }), -1100);
  const { cancelOrigClientOrderId: _none, ...unnamed } = replacement();
  assert.is(venue.ask('POST', 'order/cancelReplace', unnamed, ALICE).body.code, -1102);
  assert.equal(openIds(venue), ['old']);
});

test('the WebSocket API answers alike, with what became of the parts', () => {
  const venue = aVenue();
  placed(venue);
  const socket = aSocket(venue, '/ws-api/v3');
  const { status, error } = socket.call(
    'order.cancelReplace',
    replacement({ quantity: '9', returnRateLimits: false }),
    ALICE,
  );
  assert.equal([status, error.code, error.data.newOrderResult], [409, -2021, 'FAILURE']);
});

test('a plain cancellation is held to the state that was named', () => {
  const venue = aVenue();
  placed(venue);
  const cancel = (cancelRestrictions: string) => {
    const named = { symbol: 'BTCUSDT', origClientOrderId: 'old', cancelRestrictions };
    return venue.ask('DELETE', 'order', named, ALICE).body;
  };
  assert.is(cancel('ONLY_PARTIALLY_FILLED').code, -2011);
  assert.is(cancel('ONLY_OLD').code, -1145);
  assert.is(cancel('ONLY_NEW').status, 'CANCELED');
});

test.run();
