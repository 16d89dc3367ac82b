import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { aFuturesVenue } from '../../support/futures/venues.ts';
import { ALICE, BOB, type Params } from '../../support/venue/client.ts';

const LIMIT = {
  ...{ symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC' },
  ...{ quantity: '0.1', price: '60000' },
};

function aTrade() {
  const opened = aFuturesVenue();
  const { ask, venue } = opened;
  assert.is(ask('POST', '/fapi/v1/order', LIMIT, BOB).status, 200);
  const sale = { ...LIMIT, side: 'SELL' };
  assert.is(ask('POST', '/fapi/v1/order', sale, ALICE).status, 200);
  venue.due.measure();
  const get = (path: string, params: Params = {}, isSigned = true) =>
    ask('GET', path, params, isSigned ? ALICE : null);
  return { ...opened, get };
}

test('an account sees its trades, orders, positions, brackets and settings', () => {
  const { get } = aTrade();
  const symbol = { symbol: 'BTCUSDT' };
  const [trade] = get('/fapi/v1/userTrades', symbol).body;
  assert.equal([trade.side, Number(trade.qty), trade.maker], ['SELL', 0.1, false]);
  assert.is(get('/fapi/v1/allOrders', { ...symbol, orderId: 1 }).body.length, 1);
  assert.is(get('/fapi/v2/positionRisk').body.length, 2, 'every market');
  assert.is(get('/fapi/v3/positionRisk').body.length, 1, 'where there is something');
  assert.is(Number(get('/fapi/v2/account').body.positions[0].positionAmt), -0.1);
  assert.ok(Number(get('/fapi/v2/balance').body[0].balance) > 0);
  assert.is(get('/fapi/v1/leverageBracket', symbol).body.symbol, 'BTCUSDT');
  assert.is(get('/fapi/v1/leverageBracket').body.length, 2);
  assert.is(get('/fapi/v1/symbolConfig', symbol).body[0].leverage, 20);
  assert.equal(get('/fapi/v1/positionSide/dual').body, { dualSidePosition: false });
  assert.equal(get('/fapi/v1/multiAssetsMargin').body, { multiAssetsMargin: false });
});

test('the market tells marks, funding, open interest, top traders and takers', () => {
  const { get, venue, time } = aTrade();
  const symbol = { symbol: 'BTCUSDT' };
  assert.is(Number(get('/fapi/v1/openInterest', symbol, false).body.openInterest), 0.1);
  assert.is(Number(get('/fapi/v1/premiumIndex', symbol, false).body.markPrice), 60_000);
  assert.is(get('/fapi/v1/premiumIndex', {}, false).body.length, 2);
  const period = { ...symbol, period: '5m' };
  const [top] = get('/futures/data/topLongShortPositionRatio', period, false).body;
  assert.is(Number(top.longAccount), 0.5, 'bob is long, alice is short');
  const [takers] = get('/futures/data/takerlongshortRatio', period, false).body;
  assert.is(Number(takers.sellVol), 0.1);
  venue.start();
  time.runUntil(venue.due.fundingMs + 1_000);
  const [paid] = get('/fapi/v1/fundingRate', symbol, false).body;
  assert.ok(Number(paid.fundingTime) > 0 && Number(paid.markPrice) === 60_000);
  const [income] = get('/fapi/v1/income', { incomeType: 'FUNDING_FEE' }).body;
  assert.ok(Number(income.income) !== 0 && income.asset === 'USDT');
});

test('what makes no sense is refused with the codes of the venue', () => {
  const { ask, get } = aTrade();
  const code = (method: string, path: string, params: Params) =>
    ask(method, `/fapi/v1/${path}`, params, ALICE).body.code;
  const refusals: [number, string, string, Params][] = [
    [-1121, 'POST', 'order', { ...LIMIT, symbol: 'XRPUSDT' }],
    [-1105, 'POST', 'order', { ...LIMIT, quantity: '' }],
    [-4014, 'POST', 'order', { ...LIMIT, price: '60000.05' }],
    [-4003, 'POST', 'order', { ...LIMIT, quantity: '5000' }],
    [-4131, 'POST', 'order', { ...LIMIT, quantity: '0.001', price: '3000' }],
    [-4061, 'POST', 'order', { ...LIMIT, positionSide: 'LONG' }],
    [-1115, 'POST', 'order', { ...LIMIT, timeInForce: 'GTD' }],
    [-4028, 'POST', 'leverage', { symbol: 'BTCUSDT', leverage: 500 }],
    [-4168, 'POST', 'marginType', { symbol: 'BTCUSDT', marginType: 'ISOLATED' }],
    [-4068, 'POST', 'positionSide/dual', { dualSidePosition: 'true' }],
    [-1130, 'POST', 'countdownCancelAll', { symbol: 'BTCUSDT', countdownTime: 900_000_000 }],
    [-2013, 'GET', 'openOrder', { symbol: 'BTCUSDT', orderId: 1 }],
    [-2013, 'PUT', 'order', { ...LIMIT, type: undefined as never, orderId: 99 }],
  ];
  const found: number[] = [];
  for (const [, method, path, params] of refusals) {
    const sent = Object.fromEntries(
      Object.entries(params).filter(([name, value]) => {
        return value !== undefined && !(method === 'PUT' && /^(type|timeInForce)$/.test(name));
      }),
    );
    found.push(code(method, path, sent));
  }
  assert.equal(
    found,
    refusals.map(([wanted]) => wanted),
  );
  assert.equal(get('/fapi/v9/nothing').status, 404);
  const test = ask('POST', '/fapi/v1/order/test', { ...LIMIT, price: '50000' }, ALICE);
  assert.equal([test.status, test.body], [200, {}]);
});

test('an API key alone opens, keeps and closes a listen key', () => {
  const { raw } = aFuturesVenue();
  const headers = { 'x-mbx-apikey': ALICE.apiKey };
  const listenKey = (method: string, with_ = headers as Record<string, string>) =>
    raw(method, '/fapi/v1/listenKey', '', with_);
  assert.is(listenKey('PUT')?.status, 400, 'there is none yet');
  const first = listenKey('POST')?.body;
  assert.is(listenKey('POST')?.body, first, 'one an account');
  assert.is(listenKey('PUT')?.status, 200);
  assert.is(listenKey('DELETE')?.status, 200);
  assert.is(listenKey('PUT')?.status, 400);
  assert.is(listenKey('POST', {})?.status, 401);
});

test.run();
