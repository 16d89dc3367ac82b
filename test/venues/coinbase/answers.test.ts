import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HttpReply, NetFault } from '../../../src/core/env.ts';
import { err, ok } from '../../../src/core/result.ts';
import type { ApprovedAmendment, ApprovedOrder } from '../../../src/risk/approved-order.ts';
import { coinbaseOrders, preventionId } from '../../../src/venues/coinbase/orders.ts';
import { productsIn } from '../../../src/venues/coinbase/products.ts';
import { coinbaseQueries } from '../../../src/venues/coinbase/queries.ts';
import { replyIn } from '../../../src/venues/coinbase/rest.ts';
import { coinbaseSession } from '../../../src/venues/coinbase/session.ts';
import { tokenSigner } from '../../../src/venues/coinbase/sign.ts';
import type { Query, QueryFault } from '../../../src/venues/port.ts';
import { aFrame, aHeartbeat, BTC, bytesOf } from '../../support/coinbase/frames.ts';
import { KEY_NAME, SEC1 } from '../../support/coinbase/keys.ts';
import { anOrder, type OrderParts } from '../../support/trade/orders.ts';
import { must } from '../../support/venue/fixtures.ts';

const signer = must(tokenSigner(KEY_NAME, SEC1));
const access = { url: 'https://api.test', signer, timeoutMs: 1_000, lifeMs: 5_000 };
const queries = coinbaseQueries(access, [BTC]);
const NOW = Date.UTC(2026, 0, 2);

const reply = (body: unknown, status = 200, headers = {}): { ok: true; value: HttpReply } =>
  ok({ status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) });
const fault = (kind: NetFault['kind']) => err({ kind, url: '', detail: 'why' });

function faultOf<T>(query: Query<T>, body: unknown, status = 200): QueryFault {
  const answer = query.decode(reply(body, status));
  if (answer.ok) throw new Error(`it answers ${String(answer.value)}`);
  return answer.error;
}

const order = (over: object = {}) => ({
  order_id: 'o',
  product_id: 'BTC-USD',
  client_order_id: 'c',
  side: 'BUY',
  status: 'OPEN',
  filled_size: '0',
  order_configuration: { limit_limit_gtc: { base_size: '1', limit_price: '100.00' } },
  ...over,
});

test('what an order came to is definite only where the venue says so', () => {
  const kindOf = (outcome: Parameters<typeof replyIn>[0]) => {
    const { kind, ...rest } = replyIn(outcome);
    return 'code' in rest ? `${kind} ${rest.code}` : kind;
  };
  assert.is(kindOf(fault('refused')), 'refused 0');
  for (const kind of ['timeout', 'broken', 'too-large'] as const) {
    assert.is(kindOf(fault(kind)), 'unknown', kind);
  }
  assert.is(kindOf(reply({}, 401)), 'refused 401');
  assert.is(kindOf(reply({}, 429)), 'refused 429');
  assert.is(kindOf(reply({}, 502)), 'unknown');
  assert.is(kindOf(reply('<html>')), 'unknown');
  assert.is(kindOf(reply({})), 'unknown');
  const refused = (error: string) => ({ success: false, error_response: { error } });
  assert.is(kindOf(reply(refused('INSUFFICIENT_FUND'))), 'refused 400');
  assert.is(kindOf(reply(refused('UNKNOWN_FAILURE_REASON'))), 'unknown');
  assert.is(kindOf(reply(refused(''))), 'unknown');
  const checked = (preview_failure_reason: string) =>
    reply({
      success: false,
      error_response: { error: 'UNKNOWN_FAILURE_REASON', message: '', preview_failure_reason },
    });
  const stop = 'PREVIEW_STOP_PRICE_BELOW_LAST_TRADE_PRICE';
  assert.equal(replyIn(checked(stop)), {
    kind: 'refused',
    code: 400,
    reason: stop,
    retryAfterMs: 0,
  });
  assert.is(kindOf(checked('UNKNOWN_PREVIEW_FAILURE_REASON')), 'unknown');
  const done = { success: true, success_response: { order_id: 'x' } };
  assert.equal(replyIn(reply(done)), { kind: 'done', venueOrderId: 'x' });
  const result = (success: boolean) => ({
    results: [{ success, order_id: 'x', failure_reason: 'f' }],
  });
  assert.equal(replyIn(reply(result(true))), { kind: 'done', venueOrderId: 'x' });
  assert.is(kindOf(reply(result(false))), 'refused 404');
  assert.is(kindOf(reply({ results: [] })), 'unknown');
});

test('a limit that names no time is waited out for five seconds, and none for ever', () => {
  const wait = (headers: Record<string, string>) => {
    const outcome = replyIn(reply({}, 429, headers));
    return outcome.kind === 'refused' ? outcome.retryAfterMs : Number.NaN;
  };
  assert.equal([wait({}), wait({ 'retry-after': '2' })], [5_000, 2_000]);
  assert.is(wait({ 'retry-after': '999999999' }), 600_000);
});

test('an answer that makes no sense is no answer', () => {
  const sick: readonly (readonly [Query<unknown>, unknown, RegExp])[] = [
    [queries.serverTime(), { epochMillis: 'soon' }, /epochMillis/],
    [queries.openOrders(NOW), { orders: [], has_next: true }, /more than 1000 open orders/],
    [queries.openOrders(NOW), { orders: [order({ status: 'NEW' })] }, /status: found NEW/],
    [queries.openOrders(NOW), { orders: [order({ filled_size: 'x' })] }, /no decimal/],
    [queries.openOrders(NOW), { orders: [order({ order_configuration: {} })] }, /order_config/],
    [queries.order({ clientId: 'z' }, BTC, NOW), { orders: [], has_next: true }, /in a day/],
    [
      queries.order({ venueOrderId: 'z' }, BTC, NOW),
      { order: order({ product_id: 'DOGE-USD' }) },
      /not ours/,
    ],
    [queries.trades(BTC, '-1', NOW), { fills: [], cursor: 'on' }, /more than 1000 fills/],
    [queries.balances(NOW), { accounts: [], has_next: true }, /wallets/],
    [queries.balances(NOW), { accounts: [wallet('-1')] }, /below 0/],
    [queries.balances(NOW), { accounts: [wallet('1e5')] }, /wanted a decimal/],
    [queries.balances(NOW), { accounts: [{ ...wallet('1'), hold: {} }] }, /nothing/],
    [queries.cancelAllNow(BTC, NOW, []), 'no json', /./],
  ];
  for (const [query, body, wanted] of sick.slice(0, -1)) {
    const found = faultOf(query, body);
    assert.ok(found.kind === 'no-answer', JSON.stringify(body));
    assert.match(found.detail, wanted);
  }
  assert.is(must(queries.cancelAllNow(BTC, NOW, []).decode(reply('{}'))), 0);
  assert.is(faultOf(queries.balances(NOW), {}, 500).kind, 'no-answer');
  const silent = queries.balances(NOW).decode(fault('timeout'));
  assert.ok(!silent.ok && silent.error.kind === 'no-answer');
  const refused = faultOf(queries.order({ venueOrderId: 'z' }, BTC, NOW), {}, 403);
  assert.ok(refused.kind === 'refused' && refused.code === 403);
});

function wallet(value: string) {
  const amount = { value, currency: 'USD' };
  return { currency: 'USD', available_balance: amount, hold: { value: '0', currency: 'USD' } };
}

test('balances with more places than we keep are cut, and wallets of one asset added', () => {
  const accounts = [wallet('0.0000000199999999'), wallet('1'), wallet('0')];
  const balances = must(queries.balances(NOW).decode(reply({ accounts })));
  assert.equal([...balances], [['USD', 100_000_001n]]);
  const nothing = must(queries.balances(NOW).decode(reply({ accounts: [wallet('0')] })));
  assert.is(nothing.size, 0);
});

test('an order by amount of money has the size that it has filled', () => {
  const spent = order({
    order_configuration: { market_market_ioc: { quote_size: '100' } },
    filled_size: '0.5',
    status: 'FILLED',
  });
  const [found] = must(queries.openOrders(NOW).decode(reply({ orders: [spent] })));
  assert.equal([found?.kind, found?.lots, found?.ticks], ['market', 5e7, 0]);
});

const fill = (over: object = {}) => ({
  trade_id: 't',
  order_id: 'o',
  trade_time: '2026-01-01T00:00:00.5Z',
  sequence_timestamp: '2026-01-01T00:00:00.5Z',
  price: '100.00',
  size: '0.5',
  commission: '0.05000000001',
  side: 'SELL',
  liquidity_indicator: 'TAKER',
  ...over,
});

test('a fill in money is turned into a quantity, and one off the grid is no answer', () => {
  const query = queries.trades(BTC, '-1', NOW);
  const [whole] = must(query.decode(reply({ fills: [fill()], cursor: '' })));
  assert.is(whole?.fill.fee, 5_000_000n);
  assert.equal([whole?.side, whole?.fill.isMaker, whole?.fill.lots], ['sell', false, 5e7]);
  const money = fill({ size: '50', size_in_quote: true });
  const [spent] = must(query.decode(reply({ fills: [money] })));
  assert.is(spent?.fill.lots, 5e7);
  for (const over of [{ price: '100.001' }, { size: '0' }, { trade_time: 'noon' }]) {
    assert.is(faultOf(query, { fills: [fill(over)] }).kind, 'no-answer', JSON.stringify(over));
  }
});

test('a page of trades begins at the time of the mark, and from the start without one', () => {
  const urlOf = (after: string | null) => queries.trades(BTC, after, NOW).request.url;
  assert.match(urlOf('1767225600500~t'), /start_sequence_timestamp=2025-12-31T23:59:55.500Z$/);
  assert.not.match(urlOf('-1'), /start_/);
  assert.match(urlOf(null), /limit=1$/);
});

test('every form of order is written as the venue wants it', () => {
  const sized = { base_size: '0.00000001', limit_price: '100.00' };
  const forms: readonly (readonly [OrderParts, object])[] = [
    [{ kind: 'market', ticks: 0 }, { market_market_ioc: { base_size: '0.00000001' } }],
    [{ isPostOnly: true }, { limit_limit_gtc: { ...sized, post_only: true } }],
    [{}, { limit_limit_gtc: { ...sized, post_only: false } }],
    [{ timeInForce: 'ioc' }, { sor_limit_ioc: sized }],
    [{ timeInForce: 'fok' }, { limit_limit_fok: sized }],
  ];
  const entry = coinbaseOrders(access);
  for (const [parts, wanted] of forms) {
    const order = anOrder({ ticks: 10_000, lots: BTC.lotsMin, ...parts }) as ApprovedOrder;
    const { body = '', line } = entry.place(order, BTC, '1', NOW);
    const { order_configuration } = JSON.parse(body);
    assert.equal([order_configuration, line], [wanted, 'at-once']);
  }
});

test('an amendment names the order by the id of the venue, and leaves like an order', () => {
  const wanted = anOrder({ ticks: 10_000, lots: 1 });
  const change = { wanted, lots: 3 } as unknown as ApprovedAmendment;
  const { url, body, line } = coinbaseOrders(access).amend(change, 'O-1', BTC, '1', NOW);
  assert.match(url, /brokerage\/orders\/edit$/);
  assert.equal(JSON.parse(body ?? ''), { order_id: 'O-1', price: '100.00', size: '0.00000003' });
  assert.is(line, 'at-once');
});

test('an edit that the venue took down is done, one that it refused says why', () => {
  const said = (errors: object, success = false) =>
    replyIn(ok({ status: 200, headers: {}, body: JSON.stringify({ success, errors }) }));
  assert.equal(said([], true), { kind: 'done', venueOrderId: '' });
  const refused = said([{ edit_failure_reason: 'ORDER_NOT_FOUND' }]);
  assert.equal(refused.kind === 'refused' && refused.reason, 'ORDER_NOT_FOUND');
  const other = said([{ edit_failure_reason: '', preview_failure_reason: 'PREVIEW_X' }]);
  assert.equal(other.kind === 'refused' && other.reason, 'PREVIEW_X');
  for (const errors of [[{}], [{ edit_failure_reason: 'UNKNOWN_EDIT_FAILURE_REASON' }], []]) {
    assert.is(said(errors).kind, 'unknown');
  }
});

test('self-trade prevention has one name a key, a UUID', () => {
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/;
  assert.match(preventionId(KEY_NAME), uuid);
  assert.is(preventionId(KEY_NAME), preventionId(KEY_NAME));
  assert.is.not(preventionId(KEY_NAME), preventionId('another'));
});

const product = (over: object = {}) => ({
  product_id: 'BTC-USD',
  product_type: 'SPOT',
  status: 'online',
  trading_disabled: false,
  base_currency_id: 'BTC',
  quote_currency_id: 'USD',
  price_increment: '0.01',
  quote_increment: '0.01',
  base_increment: '0.00000001',
  base_min_size: '0.00000001',
  base_max_size: '3400',
  quote_min_size: '1',
  alias: '',
  ...over,
});

test('products become instruments in the order in which they were asked for', () => {
  const products = [product(), product({ product_id: 'ETH-USD', base_currency_id: 'ETH' })];
  const found = must(productsIn(JSON.stringify({ products }), 'cb', ['ETH-USD', 'BTC-USD'], 3));
  assert.equal(
    found.map(({ symbol, index, tickSize, notionalMin }) => [symbol, index, tickSize, notionalMin]),
    [
      ['ETH-USD', 3, 0.01, 100_000_000n],
      ['BTC-USD', 4, 0.01, 100_000_000n],
    ],
  );
});

test('a product that cannot be traded is named with what was found', () => {
  for (const [over, wanted] of [
    [{ product_id: 'X-Y' }, /BTC-USD: not traded on cb/],
    [{ status: 'delisted' }, /found status delisted/],
    [{ trading_disabled: true }, /trading disabled/],
    [{ product_type: 'FUTURE' }, /found FUTURE/],
    [{ price_increment: '0' }, /BTC-USD.tick: found 0/],
    [{ base_min_size: 5 }, /base_min_size: found number/],
  ] as const) {
    const found = productsIn(JSON.stringify({ products: [product(over)] }), 'cb', ['BTC-USD']);
    assert.ok(!found.ok);
    assert.match(found.error, wanted);
  }
});

test('the private socket ends at a gap, and passes over what was told twice', () => {
  const session = coinbaseSession('wss://user', signer, 5_000, [BTC]);
  const decode = (frame: object | string) => session.decode(bytesOf(frame));
  assert.is(session.begin(''), 'wss://user');
  assert.is(session.ping('1'), null);
  session.subscribe('s', NOW);
  const user = (sequence: number, over: object) => {
    const told = { client_order_id: 'c', order_id: 'o', product_id: 'BTC-USD', status: 'OPEN' };
    const one = { ...told, cumulative_quantity: '0', ...over };
    return aFrame('user', sequence, { type: 'update', orders: [one] });
  };
  assert.is(decode(user(0, {})).kind, 'reports');
  assert.is(decode(user(0, {})).kind, 'other');
  assert.is(decode(aHeartbeat(1, 1)).kind, 'other');
  assert.is(
    decode(aFrame('subscriptions', 2, { subscriptions: { heartbeats: [] } })).kind,
    'other',
  );
  assert.is(decode(aFrame('futures_balance_summary', 3, {})).kind, 'other');
  assert.equal(decode(user(4, { product_id: 'DOGE-USD' })), { kind: 'reports', reports: [] });
  const ended = (over: object) => {
    const frame = decode(user(5, over));
    session.begin('');
    decode(aHeartbeat(4, 1));
    return frame.kind === 'reports' ? frame.reports[0] : frame;
  };
  const end = { kind: 'ended', clientId: 'c' };
  assert.equal(ended({ status: 'EXPIRED' }), { ...end, how: 'expired', reason: 'expired' });
  const failed = { status: 'FAILED', reject_Reason: 'no funds' };
  assert.equal(ended(failed), { ...end, how: 'rejected', reason: 'no funds' });
  assert.is(decode(user(5, { cumulative_quantity: '?' })).kind, 'malformed');
  assert.is(decode(aHeartbeat(6, 9)).kind, 'closing');
  assert.is(decode(aHeartbeat(9, 10)).kind, 'closing');
  assert.is(decode('{').kind, 'malformed');
  const refused = decode({ type: 'error', message: 'authentication failure' });
  assert.ok(refused.kind === 'reply' && refused.outcome.kind === 'refused');
  assert.equal([refused.requestId, refused.outcome.code], ['s', session.clockRefusedCode]);
});

test.run();
