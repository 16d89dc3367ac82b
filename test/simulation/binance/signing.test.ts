import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  restPayload,
  signatureOf,
  socketPayload,
} from '../../../src/simulation/binance/signing.ts';
import { SAMPLE_KEY, SAMPLE_SECRET } from '../../support/venue/accounts.ts';
import {
  ALICE,
  aSocket,
  aVenue,
  CANCELER,
  limitOrder,
  READER,
  signedParams,
} from '../../support/venue/client.ts';

// Both payloads and signatures are those of Binance's documents.
const REST_FORM =
  'symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1' +
  '&recvWindow=5000&timestamp=1499827319559';
const REST_SIGNATURE = 'c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71';

test('the documented REST request has the documented signature, wherever it is carried', () => {
  assert.is(signatureOf(SAMPLE_SECRET, REST_FORM), REST_SIGNATURE);
  const cut = REST_FORM.indexOf('&quantity');
  const [query, body] = [REST_FORM.slice(0, cut), REST_FORM.slice(cut + 1)];
  assert.is(restPayload(`${REST_FORM}&signature=${REST_SIGNATURE}`, ''), REST_FORM);
  assert.is(restPayload('', `${REST_FORM}&signature=${REST_SIGNATURE}`), REST_FORM);
  assert.is(restPayload(query, `${body}&signature=x`), query + body, 'run together without &');
});

test('the documented ws-api request has the documented signature', () => {
  const params = {
    symbol: 'BTCUSDT',
    side: 'SELL',
    type: 'LIMIT',
    timeInForce: 'GTC',
    quantity: '0.01000000',
    price: '52000.00',
    newOrderRespType: 'ACK',
    recvWindow: '100',
    timestamp: '1645423376532',
    apiKey: SAMPLE_KEY,
    signature: 'anything',
  };
  assert.is(
    signatureOf(SAMPLE_SECRET, socketPayload(new Map(Object.entries(params)))),
    'cc15477742bd704c29492d96c7ead9414dfd8e0ec4a00f947bb5bb454ddbd08a',
  );
});

test('a request without a key, with an odd key and with an unknown key is not authorised', () => {
  const { ask, raw } = aVenue();
  const bare = raw('GET', '/api/v3/account', 'timestamp=1&signature=x');
  assert.is(bare?.status, 401);
  assert.match(bare?.body ?? '', /-2014/);
  const odd = { apiKey: 'white space', secret: 'x' };
  assert.is(ask('GET', 'account', {}, odd).body.code, -2014);
  assert.is(ask('GET', 'account', {}, { apiKey: 'nobody', secret: 'x' }).body.code, -2015);
  assert.is(ask('GET', 'account', {}, ALICE).status, 200);
});

test('a wrong signature is refused, its case does not matter', () => {
  const { ask, raw, time } = aVenue();
  const wrong = ask('GET', 'account', {}, { ...ALICE, secret: 'another' });
  assert.equal([wrong.status, wrong.body.code], [400, -1022]);
  const form = `timestamp=${time.clock.now()}`;
  const upper = signatureOf(ALICE.secret, form).toUpperCase();
  const headers = { 'x-mbx-apikey': ALICE.apiKey };
  assert.is(raw('GET', '/api/v3/account', `${form}&signature=${upper}`, headers)?.status, 200);
  const short = raw('GET', '/api/v3/account', `${form}&signature=ab`, headers);
  assert.match(short?.body ?? '', /-1022/);
});

test('a request is valid from a second ahead to its window behind', () => {
  const { ask, time } = aVenue();
  const now = time.clock.now();
  const code = (timestamp: number, recvWindow?: number): number =>
    ask('GET', 'account', { timestamp, ...(recvWindow && { recvWindow }) }, ALICE).body.code ?? 0;
  assert.is(code(now + 999), 0);
  assert.is(code(now + 1_000), -1021);
  assert.is(code(now - 5_000), 0);
  assert.is(code(now - 5_001), -1021);
  assert.is(code(now - 30_000, 60_000), 0);
  assert.is(code(now, 60_001), -1131);
});

test('timestamp and signature are mandatory', () => {
  const { raw, time } = aVenue();
  const headers = { 'x-mbx-apikey': ALICE.apiKey };
  const body = (query: string): string => raw('GET', '/api/v3/account', query, headers)?.body ?? '';
  assert.match(body('signature=x'), /-1102.*'timestamp'/);
  assert.match(body(`timestamp=${time.clock.now()}`), /-1102.*'signature'/);
});

test('a key may do what it was made for and no more', () => {
  const { ask } = aVenue();
  ask('POST', 'order', limitOrder({ newClientOrderId: 'mine' }), ALICE);
  assert.is(ask('GET', 'openOrders', {}, READER).body.length, 1);
  assert.is(ask('DELETE', 'order', { symbol: 'BTCUSDT', orderId: 1 }, READER).body.code, -2015);
  assert.is(ask('POST', 'order', limitOrder(), CANCELER).body.code, -2015);
  const cancel = { symbol: 'BTCUSDT', origClientOrderId: 'mine' };
  assert.is(ask('DELETE', 'order', cancel, CANCELER).status, 200);
});

test('a signature covers every parameter of a ws-api request, also those nobody reads', () => {
  const venue = aVenue();
  const socket = aSocket(venue, '/ws-api/v3');
  const now = venue.time.clock.now();
  const params = signedParams({ returnRateLimits: false }, ALICE, now);
  const good = socket.say({ id: 1, method: 'account.status', params });
  assert.is(good.status, 200);
  assert.is(good.rateLimits, undefined);
  const bad = socket.say({ id: 2, method: 'account.status', params: { ...params, recvWindow: 9 } });
  assert.is(bad.error.code, -1022);
});

test.run();
