import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { COINBASE_LIMITS } from '../../../src/simulation/coinbase/facade.ts';
import { KEY_NAME } from '../../support/coinbase/keys.ts';
import { aCoinbaseVenue, BOB, OTHER_PEM, READER } from '../../support/coinbase/venue.ts';

const limit = (size: string, price: string, over: object = {}) => ({
  limit_limit_gtc: { base_size: size, limit_price: price, post_only: false, ...over },
});

function anOrder(over: object = {}) {
  return {
    client_order_id: 'c-1',
    product_id: 'BTC-USD',
    side: 'BUY',
    order_configuration: limit('0.01', '50000.00'),
    ...over,
  };
}

const at = (price: string | undefined, size: string | undefined) => ({
  order_configuration: limit(size as string, price as string),
});

const create = (venue: ReturnType<typeof aCoinbaseVenue>, over: object = {}, key = KEY_NAME) =>
  venue.ask('POST', 'orders', { body: anOrder(over), key }).body;

test('a request needs a token that is whole, fresh, signed by its key and made for it', () => {
  const venue = aCoinbaseVenue();
  const path = '/api/v3/brokerage/accounts';
  const statusOf = (token: string | null) => venue.raw('GET', path, { token })?.status;
  const uri = `GET venue.test${path}`;
  const good = venue.tokenOf(uri);
  assert.is(statusOf(good), 200);
  assert.is(statusOf(venue.tokenOf(`GET http://venue.test${path}`)), 200, 'the scheme left in');
  assert.is(statusOf(null), 401);
  assert.is(statusOf('a.b'), 401);
  assert.is(statusOf('e30.e30.AAAA'), 401, 'no algorithm');
  assert.is(statusOf(`${good}.more`), 401);
  assert.is(statusOf(`${good.slice(0, -4)}AAAA`), 401, 'another signature');
  assert.is(statusOf(venue.tokenOf(uri, KEY_NAME, OTHER_PEM)), 401, 'the key of another');
  assert.is(statusOf(venue.tokenOf(uri, 'nobody')), 401);
  assert.is(statusOf(venue.tokenOf(null)), 401, 'a token of a subscription');
  assert.is(statusOf(venue.tokenOf(`POST venue.test${path}`)), 401, 'another method');
  venue.time.runUntil(venue.time.clock.now() + 6_000);
  assert.is(statusOf(good), 401, 'six seconds later');
});

test('a key does no more than it may', () => {
  const venue = aCoinbaseVenue();
  assert.is(venue.ask('GET', 'accounts', { key: READER }).status, 200);
  const refused = venue.ask('POST', 'orders', { key: READER, body: anOrder() });
  assert.equal([refused.status, refused.body.error], [403, 'PERMISSION_DENIED']);
});

test('an order is shown under its name with what became of it', () => {
  const venue = aCoinbaseVenue();
  const { success, success_response: told } = create(venue);
  assert.ok(success);
  create(venue, { side: 'SELL', order_configuration: limit('0.004', '50000.00') }, BOB);
  const { order } = venue.ask('GET', `orders/historical/${told.order_id}`).body;
  assert.equal(
    [order.status, order.filled_size, order.number_of_fills, order.average_filled_price],
    ['OPEN', '0.00400000', '1', '50000'],
  );
  assert.equal([order.completion_percentage, order.total_fees], ['40', '0.02000000']);
  const { fills } = venue.ask('GET', 'orders/historical/fills').body;
  assert.equal([fills.length, fills[0].liquidity_indicator, fills[0].side], [1, 'MAKER', 'BUY']);
});

test('an edited order keeps its name, what has filled of it, and one line on the socket', () => {
  const venue = aCoinbaseVenue();
  const { order_id } = create(venue).success_response;
  create(venue, { side: 'SELL', order_configuration: limit('0.004', '50000.00') }, BOB);
  const socket = venue.dial();
  socket.subscribe('user', [], venue.tokenOf(null));
  const before = socket.frames.length;
  const edit = (body: object) => venue.ask('POST', 'orders/edit', { body }).body;
  assert.ok(edit({ order_id, price: '50001.00', size: '0.02' }).success);
  const told = socket.frames.slice(before);
  assert.is(told.length, 1, 'neither an end nor a beginning');
  const [update] = told[0].events[0].orders;
  assert.equal(
    [update.order_id, update.status, update.limit_price, update.cumulative_quantity],
    [order_id, 'OPEN', '50001.00', '0.00400000'],
  );
  assert.is(update.leaves_quantity, '0.01600000');
  const { orders } = venue.ask('GET', 'orders/historical/batch', {
    query: 'order_status=OPEN',
  }).body;
  assert.equal(
    orders.map((order: { order_id: string }) => order.order_id),
    [order_id],
  );
  const reasons = [
    [{ order_id: 'nobody' }, 'ORDER_NOT_FOUND'],
    [{ order_id, size: '0.003' }, 'CANNOT_EDIT_TO_BELOW_FILLED_SIZE'],
    [{ order_id, size: '0' }, 'INVALID_EDITED_SIZE'],
    [{ order_id, price: '1.001' }, 'INVALID_EDITED_PRICE'],
  ] as const;
  for (const [body, reason] of reasons) {
    assert.is(edit(body).errors[0].edit_failure_reason, reason);
  }
  const canceled = venue.ask('POST', 'orders/batch_cancel', { body: { order_ids: [order_id] } });
  assert.ok(canceled.body.results[0].success);
  assert.is(edit({ order_id }).errors[0].edit_failure_reason, 'ORDER_IS_FULLY_FILLED');
});

test('an edit that the venue cannot carry out leaves the order as it was, and says so', () => {
  const venue = aCoinbaseVenue();
  const { order_id } = create(venue).success_response;
  const { body } = venue.ask('POST', 'orders/edit', { body: { order_id, size: '100' } });
  assert.is(body.errors[0].edit_failure_reason, 'INSUFFICIENT_FUND');
  const { order } = venue.ask('GET', `orders/historical/${order_id}`).body;
  assert.is(order.status, 'OPEN');
  assert.is(order.order_configuration.limit_limit_gtc.base_size, '0.01000000');
});

test('what is wrong with an order is named', () => {
  const venue = aCoinbaseVenue();
  const errorOf = (over: object) => {
    const body = create(venue, over);
    return body.error ?? body.error_response.error;
  };
  assert.is(errorOf({ product_id: 'DOGE-USD' }), 'INVALID_ARGUMENT');
  assert.is(errorOf({ side: 'UP' }), 'INVALID_ARGUMENT');
  assert.is(errorOf({ client_order_id: '' }), 'INVALID_ARGUMENT');
  assert.is(errorOf({ order_configuration: {} }), 'INVALID_ARGUMENT');
  assert.is(errorOf({ order_configuration: { limit_limit_gtc: {} } }), 'INVALID_ARGUMENT');
  assert.is(errorOf({ order_configuration: { market_market_ioc: {} } }), 'INVALID_ARGUMENT');
  const odd = { order_configuration: limit('0.01', '50000.001') };
  assert.is(errorOf(odd), 'INVALID_ARGUMENT');
  for (const name of ['twap_limit_gtd', 'trigger_bracket_gtd', 'invented']) {
    const configuration = { order_configuration: { [name]: {} } };
    assert.is(errorOf(configuration), 'UNSUPPORTED_ORDER_CONFIGURATION');
  }
  const exits = { trigger_bracket_gtc: { limit_price: '60000', stop_trigger_price: '40000' } };
  const attached = { attached_order_configuration: exits };
  assert.is(errorOf(attached), 'UNSUPPORTED_ORDER_CONFIGURATION', 'not an entry without exits');
  assert.is(errorOf({ order_configuration: limit('100', '50000.00') }), 'INSUFFICIENT_FUND');
  const spend = { order_configuration: { market_market_ioc: { quote_size: '100' } } };
  assert.is(errorOf(spend), 'UNKNOWN_FAILURE_REASON', 'nobody sells');
  venue.facade.board.setStatus('BTC-USD', 'offline');
  assert.is(errorOf({}), 'INVALID_PRODUCT_ID');
});

test('a preview says what an order would cost, or why it would not be taken', () => {
  const venue = aCoinbaseVenue();
  const preview = (over: object = {}) => {
    const { client_order_id: _, ...body } = anOrder(over);
    return venue.ask('POST', 'orders/preview', { body, key: READER }).body;
  };
  const told = preview();
  assert.equal([told.errs, told.base_size, told.quote_size], [[], '0.01000000', '500.00000000']);
  // Taking costs 5 bps, and that much is held whatever becomes of it.
  assert.equal([told.commission_total, told.order_total], ['0.25000003', '500.25000003']);
  assert.is(preview({ side: 'SELL' }).order_total, '499.74999997');
  for (const [price, size] of [
    ['50000.00', '0.01'],
    ['50100.00', '0.02'],
  ]) {
    create(venue, { client_order_id: `b-${price}`, side: 'SELL', ...at(price, size) }, BOB);
  }
  const { best_bid, best_ask } = preview();
  assert.equal([best_bid, best_ask], ['', '50000.00']);
  const market = (terms: object) => preview({ order_configuration: { market_market_ioc: terms } });
  assert.is(market({ base_size: '0.02' }).quote_size, '1001.00000000');
  const spent = market({ quote_size: '751' });
  assert.equal([spent.base_size, spent.quote_size], ['0.01500998', '750.99999800']);
  const errs = (over: object) => preview(over).errs;
  const post = { limit_limit_gtc: { base_size: '1', limit_price: '50000.00', post_only: true } };
  assert.equal(errs({ order_configuration: post }), ['PREVIEW_INVALID_LIMIT_PRICE_POST_ONLY']);
  assert.equal(errs(at('50000.00', '100')), ['PREVIEW_INSUFFICIENT_FUND']);
  assert.equal(errs({ order_configuration: {} }), ['INVALID_ARGUMENT']);
  assert.is(preview({ side: 'UP' }).error, 'INVALID_ARGUMENT');
  const { orders } = venue.ask('GET', 'orders/historical/batch').body;
  assert.equal(orders, [], 'nothing was placed');
});

test('lists are paged by a cursor, newest first, and ask for what makes sense', () => {
  const venue = aCoinbaseVenue();
  const names = ['c-1', 'c-2', 'c-3'];
  for (const client_order_id of names) create(venue, { client_order_id });
  const page = (query: string) => venue.ask('GET', 'orders/historical/batch', { query });
  const first = page('limit=2').body;
  const told = (list: { client_order_id: string }[]) => list.map((each) => each.client_order_id);
  assert.equal([told(first.orders), first.has_next], [['c-3', 'c-2'], true]);
  const second = page(`limit=2&cursor=${first.cursor}`).body;
  assert.equal([told(second.orders), second.has_next, second.cursor], [['c-1'], false, '']);
  assert.equal(page('start_date=2100-01-01T00:00:00Z').body.orders, []);
  assert.equal(page('product_ids=ETH-USD').body.orders, []);
  for (const query of ['limit=0', 'limit=x', 'start_date=noon']) {
    assert.is(page(query).status, 400, query);
  }
  const fills = (query: string) => venue.ask('GET', 'orders/historical/fills', { query });
  assert.is(fills('limit=0').status, 400);
  const many = { order_ids: Array.from({ length: 101 }, () => 'x') };
  assert.is(venue.ask('POST', 'orders/batch_cancel', { body: many }).status, 400);
  assert.is(venue.ask('POST', 'orders/batch_cancel', { body: { order_ids: 1 } }).status, 400);
});

test('what is public is there without a token, and with one', () => {
  const venue = aCoinbaseVenue();
  for (const path of ['products', 'products/BTC-USD', 'products/BTC-USD/ticker']) {
    assert.is(venue.ask('GET', `market/${path}`, { key: null }).status, 200, path);
    assert.is(venue.ask('GET', path).status, 200, path);
    assert.is(venue.ask('GET', path, { key: null }).status, 401, path);
  }
  const book = (query: string) => venue.ask('GET', 'market/product_book', { key: null, query });
  create(venue);
  assert.equal(book('product_id=BTC-USD').body.pricebook.bids, [
    { price: '50000.00', size: '0.01000000' },
  ]);
  assert.is(book('product_id=X').status, 404);
  assert.is(book('product_id=BTC-USD&limit=-1').status, 400);
  const candles = (query: string, product = 'BTC-USD') =>
    venue.ask('GET', `market/products/${product}/candles`, { key: null, query }).status;
  assert.equal([candles('granularity=ONE_HOUR'), candles('granularity=AGE')], [200, 400]);
  assert.equal([candles('start=x'), candles('', 'X-Y')], [400, 404]);
  const get = (path: string, query = '') => venue.ask('GET', path, { query }).status;
  assert.equal([get('products/X-Y'), get('products/X-Y/ticker')], [404, 404]);
  assert.is(get('products/BTC-USD/ticker', 'limit=0'), 400);
  assert.equal([get('best_bid_ask'), get('key_permissions'), get('nowhere')], [200, 200, 404]);
  const futures = venue.ask('GET', 'products', { query: 'product_type=FUTURE' }).body;
  assert.equal(futures.products, []);
  assert.is(venue.raw('GET', '/elsewhere')?.status, 404);
  assert.is(venue.raw('POST', '/v2/time')?.status, 404);
});

test('who asks too much is told so, and nothing is done', () => {
  const venue = aCoinbaseVenue(COINBASE_LIMITS);
  const statuses = Array.from({ length: 31 }, () => venue.ask('GET', 'accounts').status);
  assert.equal([statuses[29], statuses[30]], [200, 429]);
  assert.is(venue.ask('GET', 'time', { key: null }).status, 200, 'counted apart');
  venue.facade.forgive();
  assert.is(venue.ask('GET', 'accounts').status, 200);
});

test('under maintenance nothing is answered', () => {
  const venue = aCoinbaseVenue();
  venue.facade.isInMaintenance = true;
  assert.is(venue.ask('GET', 'accounts').status, 503);
  assert.not(venue.dial().isOpen);
});

test('faults that were ordered come between a request and its answer', () => {
  const venue = aCoinbaseVenue();
  const { faults } = venue.facade;
  const path = '/api/v3/brokerage/time';
  let answered = 0;
  const request = { method: 'GET', path, query: '', headers: {}, body: '', address: 'a' };
  for (const kind of ['slow-request', 'slow-reply'] as const) {
    faults.planRequests('time', { kind, delayMs: 50 }, 1);
    venue.facade.handleHttp(request, () => {
      answered += 1;
    });
  }
  assert.is(answered, 0);
  venue.time.runUntil(venue.time.clock.now() + 50);
  assert.is(answered, 2);
  faults.planRequests('time', { kind: 'lost', isExecuted: false }, 1);
  assert.is(venue.raw('GET', path), null);
  faults.planRequests('time', { kind: 'garbage', isExecuted: false }, 1);
  assert.match(venue.raw('GET', path)?.body ?? '', /<html>/);
  const status = { kind: 'status', status: 500, retryAfterSeconds: 0, isExecuted: true } as const;
  faults.planRequests('*', status, 1);
  assert.is(venue.raw('GET', path)?.status, 500);
});

test.run();
