/** Orders that wait, as the venue's server takes and tells them. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { KEY_NAME } from '../../support/coinbase/keys.ts';
import { aCoinbaseVenue, BOB } from '../../support/coinbase/venue.ts';

type Venue = ReturnType<typeof aCoinbaseVenue>;

const [UP, DOWN] = ['STOP_DIRECTION_STOP_UP', 'STOP_DIRECTION_STOP_DOWN'];
const stopLimit = (stop_price: string, limit_price: string, stop_direction = DOWN) => ({
  stop_limit_stop_limit_gtc: { base_size: '0.01', limit_price, stop_price, stop_direction },
});
const bracket = (limit_price: string, stop_trigger_price: string, over: object = {}) => ({
  trigger_bracket_gtc: { base_size: '0.01', limit_price, stop_trigger_price, ...over },
});

let orders = 0;
function place(venue: Venue, side: 'BUY' | 'SELL', order_configuration: object, key = KEY_NAME) {
  orders += 1;
  const client_order_id = `c-${orders}`;
  const body = { client_order_id, product_id: 'BTC-USD', side, order_configuration };
  return venue.ask('POST', 'orders', { body, key }).body;
}

/** The last price comes here: bob's order on one side meets alice's on the other. */
function tradeAt(venue: Venue, limit_price: string, base_size = '0.0001'): void {
  const configuration = { limit_limit_gtc: { base_size, limit_price } };
  for (const [side, key] of [
    ['BUY', KEY_NAME],
    ['SELL', BOB],
  ] as const) {
    assert.ok(place(venue, side, configuration, key).success);
  }
}

function aTradedVenue(price = '50000.00'): Venue {
  const venue = aCoinbaseVenue();
  tradeAt(venue, price);
  return venue;
}

const reasonOf = (body: ReturnType<typeof place>): string =>
  body.error_response?.preview_failure_reason ?? body.error ?? 'taken';

test('a stop that would wake at once, or could not trade then, is refused by name', () => {
  const venue = aTradedVenue();
  const sell = (stop: string, limit: string, way: string | undefined) =>
    reasonOf(place(venue, 'SELL', stopLimit(stop, limit, way)));
  const buy = (stop: string, limit: string, way: string | undefined) =>
    reasonOf(place(venue, 'BUY', stopLimit(stop, limit, way)));
  const above = 'PREVIEW_STOP_PRICE_ABOVE_LAST_TRADE_PRICE';
  const below = 'PREVIEW_STOP_PRICE_BELOW_LAST_TRADE_PRICE';
  assert.equal([sell('50000.01', '1.00', DOWN), sell('50000.00', '1.00', DOWN)], [above, above]);
  assert.equal([buy('49999.99', '60000.00', UP), sell('50000.00', '1.00', UP)], [below, below]);
  assert.is(sell('49000.00', '49000.01', DOWN), 'PREVIEW_STOP_PRICE_BELOW_LIMIT_PRICE');
  assert.is(buy('51000.00', '50999.99', UP), 'PREVIEW_STOP_PRICE_ABOVE_LIMIT_PRICE');
  assert.is(sell('49000.001', '1.00', DOWN), 'PREVIEW_INVALID_STOP_PRICE_PRECISION');
  assert.is(sell('0', '1.00', DOWN), 'PREVIEW_INVALID_STOP_PRICE_PRECISION');
  assert.is(sell('49000.00', '1.00', 'SIDEWAYS'), 'INVALID_ARGUMENT');
  const unsized = { stop_limit_stop_limit_gtc: { stop_price: '1', stop_direction: DOWN } };
  assert.is(reasonOf(place(venue, 'SELL', unsized)), 'INVALID_ARGUMENT');
});

test('a bracket sells with its limit above the price and its stop below, or is refused', () => {
  const venue = aTradedVenue();
  const reason = (limit: string, stop: string, side: 'BUY' | 'SELL' = 'SELL', over: object = {}) =>
    reasonOf(place(venue, side, bracket(limit, stop, over)));
  assert.is(reason('49000.00', '51000.00', 'BUY'), 'PREVIEW_INVALID_BRACKET_ORDER_SIDE');
  assert.is(reason('51000.00', '51000.00'), 'PREVIEW_INVALID_BRACKET_PRICES');
  assert.is(reason('50000.00', '49000.00'), 'PREVIEW_INVALID_BRACKET_LIMIT_PRICE');
  assert.is(reason('51000.00', '50000.00'), 'PREVIEW_INVALID_BRACKET_STOP_TRIGGER_PRICE');
  assert.is(reason('51000.00', '1.001'), 'PREVIEW_INVALID_STOP_TRIGGER_PRICE_PRECISION');
  const inQuote = reason('51000.00', '49000.00', 'SELL', { quote_size: '10' });
  assert.is(inQuote, 'PREVIEW_QUOTE_SIZE_NOT_ALLOWED_FOR_BRACKET');
  assert.is(reason('51000.00', 49_000 as never), 'INVALID_ARGUMENT');
  assert.is(reason(51_000 as never, '49000.00'), 'INVALID_ARGUMENT');
});

test('before the first trade nothing can wait for the price', () => {
  const venue = aCoinbaseVenue();
  for (const wanted of [stopLimit('49000.00', '48000.00'), bracket('51000.00', '49000.00')]) {
    assert.is(reasonOf(place(venue, 'SELL', wanted)), 'PREVIEW_MISSING_MARKET_TRADE_DATA');
  }
});

const get = (venue: Venue, name: string) =>
  venue.ask('GET', `orders/historical/${name}`).body.order;
const named = (body: ReturnType<typeof place>): string => body.success_response.order_id;
const limit = (limit_price: string, base_size: string) => ({
  limit_limit_gtc: { base_size, limit_price },
});

test('the stop of a bracket sells what it has from 5 % below its trigger', () => {
  const venue = aTradedVenue();
  const name = named(place(venue, 'SELL', bracket('51000.00', '49000.00')));
  place(venue, 'BUY', limit('46550.00', '0.004'), BOB);
  place(venue, 'BUY', limit('46549.99', '1'), BOB);
  tradeAt(venue, '49000.00');
  const order = get(venue, name);
  assert.equal([order.status, order.filled_size], ['OPEN', '0.00400000'], 'and not a cent lower');
  assert.equal([order.order_type, order.trigger_status], ['BRACKET', 'STOP_TRIGGERED']);
  const terms = { base_size: '0.01000000', limit_price: '51000.00' };
  assert.equal(order.order_configuration, {
    trigger_bracket_gtc: { ...terms, stop_trigger_price: '49000.00' },
  });
  const { asks } = venue.ask('GET', 'product_book', { query: 'product_id=BTC-USD' }).body.pricebook;
  assert.equal(asks, [{ price: '46550.00', size: '0.00600000' }]);
});

test('as soon as a bracket has traded at its limit its stop is off', () => {
  const venue = aTradedVenue();
  const name = named(place(venue, 'SELL', bracket('51000.00', '49000.00')));
  place(venue, 'BUY', limit('51000.00', '0.004'), BOB);
  place(venue, 'BUY', limit('48000.00', '1'), BOB);
  tradeAt(venue, '49000.00');
  tradeAt(venue, '48500.00');
  const order = get(venue, name);
  assert.equal([order.status, order.filled_size], ['OPEN', '0.00400000']);
  assert.is(order.trigger_status, 'STOP_PENDING');
  const { asks } = venue.ask('GET', 'product_book', { query: 'product_id=BTC-USD' }).body.pricebook;
  assert.equal(asks, [{ price: '51000.00', size: '0.00600000' }]);
  place(venue, 'BUY', limit('51000.00', '0.006'), BOB);
  assert.is(get(venue, name).status, 'FILLED');
});

test('a stop that is due and a limit that trades first: the stop is off all the same', () => {
  const venue = aTradedVenue();
  // It wakes before the bracket, at the same trade, and buys up to the limit of the bracket.
  const buysUp = stopLimit('49000.00', '51000.00', DOWN);
  assert.ok(place(venue, 'BUY', buysUp, BOB).success);
  const name = named(place(venue, 'SELL', bracket('51000.00', '49000.00', { base_size: '0.02' })));
  place(venue, 'BUY', limit('48000.00', '1'), BOB);
  tradeAt(venue, '49000.00');
  const order = get(venue, name);
  assert.equal([order.status, order.filled_size], ['OPEN', '0.01000000']);
  assert.is(order.average_filled_price, '51000');
});

test('what waits is shown to its owner alone, held, told on the socket and not edited', () => {
  const venue = aTradedVenue();
  const socket = venue.dial();
  socket.subscribe('user', [], venue.tokenOf(null));
  const name = named(place(venue, 'SELL', stopLimit('49000.00', '48000.00')));
  const told = () => socket.of('user').at(-1).events[0].orders[0];
  const words = ({ order_type, status, trigger_status, stop_price, limit_price }: never) => [
    ...[order_type, status, trigger_status],
    ...[stop_price, limit_price],
  ];
  const waits = ['Stop Limit', 'OPEN', 'STOP_PENDING', '49000.00', '48000.00'];
  assert.equal(words(told() as never), waits);
  assert.is(told().outstanding_hold_amount, '0.01000000');
  const { asks } = venue.ask('GET', 'product_book', { query: 'product_id=BTC-USD' }).body.pricebook;
  assert.equal(asks, []);
  const edited = venue.ask('POST', 'orders/edit', { body: { order_id: name, size: '0.02' } }).body;
  assert.is(edited.errors[0].edit_failure_reason, 'ONLY_LIMIT_ORDER_EDITS_SUPPORTED');
  const later = venue.dial();
  later.subscribe('user', [], venue.tokenOf(null));
  const [snapshot] = later.of('user');
  assert.equal(words(snapshot.events[0].orders[0] as never), waits);
  tradeAt(venue, '49000.00');
  const woken = ['Stop Limit', 'OPEN', 'STOP_TRIGGERED', '49000.00', '48000.00'];
  assert.equal(words(told() as never), woken);
  const body = { order_ids: [name] };
  assert.ok(venue.ask('POST', 'orders/batch_cancel', { body }).body.results[0].success);
  assert.equal(get(venue, name).trigger_status, 'STOP_TRIGGERED');
  assert.is(get(venue, name).status, 'CANCELLED');
});

test('a preview says of a stop what placing it would', () => {
  const venue = aTradedVenue();
  const preview = (order_configuration: object) =>
    venue.ask('POST', 'orders/preview', {
      body: { product_id: 'BTC-USD', side: 'SELL', order_configuration },
    }).body;
  assert.equal(preview(stopLimit('49000.00', '48000.00')).errs, []);
  assert.is(preview(bracket('51000.00', '49000.00')).quote_size, '510.00000000');
  const above = 'PREVIEW_STOP_PRICE_ABOVE_LAST_TRADE_PRICE';
  assert.equal(preview(stopLimit('50000.00', '48000.00')).errs, [above]);
});

test.run();
