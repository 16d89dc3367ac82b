import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HttpReply } from '../../../src/core/env.ts';
import { err, ok } from '../../../src/core/result.ts';
import { binanceQueries } from '../../../src/venues/binance/queries.ts';
import { signature } from '../../../src/venues/binance/sign.ts';
import type { HttpOutcome, Query } from '../../../src/venues/port.ts';
import { aKey, SAMPLE_KEY_ID } from '../../support/binance/api-keys.ts';
import { STRANGE } from '../../support/binance/strange.ts';
import { law } from '../../support/law.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

const NOW = 1_700_000_000_000;
const instrument = anInstrument();
const access = { url: 'https://venue', key: aKey(), receiveWindowMs: 5000, timeoutMs: 2000 };
const queries = binanceQueries(access, [instrument]);
const every = {
  serverTime: queries.serverTime(),
  order: queries.order({ clientId: 'desk-1-mm-1' }, instrument, NOW),
  openOrders: queries.openOrders(NOW),
  trades: queries.trades(instrument, '41', NOW),
  balances: queries.balances(NOW),
};

const replyOf = (body: unknown, status = 200, headers: HttpReply['headers'] = {}): HttpOutcome =>
  ok({ status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) });
const answered = <T>(query: Query<T>, body: unknown, status = 200) =>
  query.decode(replyOf(body, status));

const signedPaths: [name: keyof typeof every, path: string][] = [
  ['order', '/api/v3/order?symbol=BTCUSDT&origClientOrderId=desk-1-mm-1&'],
  ['openOrders', '/api/v3/openOrders?'],
  ['trades', '/api/v3/myTrades?symbol=BTCUSDT&fromId=42&limit=1000&'],
  ['balances', '/api/v3/account?omitZeroBalances=false&'],
];
for (const [name, path] of signedPaths) {
  test(`${name} is a signed GET with the key in its header and a time limit`, () => {
    const { method, url, headers, timeoutMs } = every[name].request;
    const [, query = '', signed] = /\?(.*)&signature=(.*)$/.exec(url) ?? [];
    assert.equal([method, timeoutMs], ['GET', 2000]);
    assert.equal(headers, { 'X-MBX-APIKEY': SAMPLE_KEY_ID });
    assert.ok(url.startsWith(`https://venue${path}recvWindow=5000&timestamp=${NOW}&signature=`));
    assert.is(signed, signature(aKey(), query));
  });
}

test('an order may be asked for by the id of the venue', () => {
  const { url } = queries.order({ venueOrderId: '77' }, instrument, NOW).request;
  assert.match(url, /\?symbol=BTCUSDT&orderId=77&/);
});

test('the time is asked for without a signature', () => {
  assert.is(every.serverTime.request.url, 'https://venue/api/v3/time');
  assert.equal(answered(every.serverTime, { serverTime: 5 }), ok(5));
});

test('cancels are signed requests of the order socket', () => {
  const names = ['apiKey', 'recvWindow', 'symbol', 'timestamp'];
  const one = JSON.parse(
    queries.cancel({ clientId: 'desk-1-mm-1', venueOrderId: '' }, instrument, 'r1', NOW),
  );
  const all = JSON.parse(queries.cancelAll(instrument, 'r2', NOW));
  assert.equal([one.id, one.method], ['r1', 'order.cancel']);
  assert.equal([all.id, all.method], ['r2', 'openOrders.cancelAll']);
  assert.is(one.params.origClientOrderId, 'desk-1-mm-1');
  for (const { params } of [one, all]) {
    const { signature: signed, ...sent } = params;
    const fields = Object.keys(sent).filter((field) => field !== 'origClientOrderId');
    assert.equal(fields, names);
    const payload = Object.entries(sent).map(([field, value]) => `${field}=${value}`);
    assert.is(signed, signature(aKey(), payload.join('&')));
  }
});

test('everything of an instrument can be cancelled over REST too', () => {
  const all = queries.cancelAllNow(instrument, NOW, []);
  const { method, url, headers } = all.request;
  assert.equal([method, headers], ['DELETE', { 'X-MBX-APIKEY': SAMPLE_KEY_ID }]);
  assert.ok(url.startsWith('https://venue/api/v3/openOrders?symbol=BTCUSDT&recvWindow=5000&'));
  assert.equal(answered(all, [{ orderId: 1 }, { orderId: 2 }]), ok(2));
});

test('that there was nothing to cancel is an answer, and nothing else is', () => {
  const all = queries.cancelAllNow(instrument, NOW, []);
  assert.equal(answered(all, { code: -2011, msg: 'Unknown order sent.' }, 400), ok(0));
  for (const silence of [replyOf({ code: -2015 }, 401), replyOf('', 503), replyOf('{}')]) {
    assert.is(all.decode(silence).ok, false);
  }
});

const venueOrder = {
  symbol: 'BTCUSDT',
  orderId: 77,
  clientOrderId: 'desk-1-mm-1',
  status: 'PARTIALLY_FILLED',
  side: 'SELL',
  type: 'LIMIT_MAKER',
  price: '60000.00000000',
  origQty: '0.00100000',
  executedQty: '0.00040000',
};
const states: [status: string, state: string][] = [
  ['NEW', 'open'],
  ['PENDING_NEW', 'open'],
  ['PARTIALLY_FILLED', 'open'],
  ['PENDING_CANCEL', 'open'],
  ['FILLED', 'filled'],
  ['CANCELED', 'canceled'],
  ['REJECTED', 'rejected'],
  ['EXPIRED', 'expired'],
  ['EXPIRED_IN_MATCH', 'expired'],
];
test('an order is found in each of its states', () => {
  for (const [status, state] of states) {
    const order = {
      clientId: 'desk-1-mm-1',
      venueOrderId: '77',
      symbol: 'BTCUSDT',
      state,
      side: 'sell',
      kind: 'limit',
      ticks: 6_000_000,
      lots: 100,
      filledLots: 40,
    };
    const found = answered(every.order, { ...venueOrder, status });
    assert.equal(found, ok({ kind: 'found', order }));
  }
});

test('an order that does not exist is an answer, any other refusal is not', () => {
  const missing = answered(every.order, { code: -2013, msg: 'Order does not exist.' }, 400);
  assert.equal(missing, ok({ kind: 'not-found' }));
  const body = '{"code":-1022,"msg":"Signature for this request is not valid."}';
  const refused = err({ kind: 'refused', code: -1022, detail: body });
  assert.equal(answered(every.order, body, 400), refused);
  assert.is(answered(every.openOrders, { code: -2013 }, 400).ok, false);
});

test('an order that is off our grid is found, rounded down', () => {
  const odd = { ...venueOrder, price: '60000.009', origQty: '0.001009', type: 'MARKET' };
  const found = answered(every.order, odd);
  assert.ok(found.ok && found.value.kind === 'found');
  const { ticks, lots, kind } = found.value.order;
  assert.equal([ticks, lots, kind], [6_000_000, 100, 'market']);
});

test('the latest trade alone is asked for without an id', () => {
  assert.match(queries.trades(instrument, null, NOW).request.url, /symbol=BTCUSDT&limit=1&/);
});

test('open orders are those of our instruments', () => {
  const found = answered(every.openOrders, [venueOrder, { ...venueOrder, symbol: 'LTCBTC' }]);
  assert.ok(found.ok);
  assert.equal(
    found.value.map(({ symbol }) => symbol),
    ['BTCUSDT'],
  );
});

const venueTrade = {
  id: 28_457,
  orderId: 77,
  price: '60000.00000000',
  qty: '0.00040000',
  quoteQty: '24.00000000',
  commission: '0.00000030',
  commissionAsset: 'BNB',
  time: NOW,
  isBuyer: true,
  isMaker: false,
};

test('trades are read as fills with their side', () => {
  const found = answered(every.trades, [venueTrade, { ...venueTrade, isBuyer: false }]);
  assert.ok(found.ok);
  assert.equal(
    found.value.map(({ side }) => side),
    ['buy', 'sell'],
  );
  const [first] = found.value;
  assert.equal([first?.venueOrderId, first?.symbol], ['77', 'BTCUSDT']);
  assert.equal(first?.fill, {
    tradeId: '28457',
    ticks: 6_000_000,
    lots: 40,
    quote: 2_400_000_000n,
    fee: 30n,
    feeAsset: 'BNB',
    isMaker: false,
    venueMs: NOW,
  });
});

test('a balance is what is free and what is locked, and zero is absent', () => {
  const balances = [
    { asset: 'BTC', free: '1.00000000', locked: '0.50000000' },
    { asset: 'BNB', free: '0.00000000', locked: '0.00000000' },
  ];
  const found = answered(every.balances, { balances });
  assert.ok(found.ok);
  assert.equal([...found.value], [['BTC', 150_000_000n]]);
});

const faulty: [name: keyof typeof every, body: unknown, said: RegExp][] = [
  ['serverTime', {}, /^serverTime: found undefined/],
  ['order', { ...venueOrder, status: 'ASLEEP' }, /^status: found ASLEEP, wanted a known one$/],
  ['order', { ...venueOrder, status: 'constructor' }, /^status: found constructor/],
  ['order', { ...venueOrder, symbol: 'LTCBTC' }, /^symbol: LTCBTC is not ours$/],
  ['order', { ...venueOrder, executedQty: 'x' }, /^BTCUSDT: a price or quantity that is no/],
  ['order', { ...venueOrder, side: 'HOLD' }, /^side: found HOLD/],
  ['openOrders', {}, /^open orders: found object/],
  ['openOrders', [5], /^order: found number/],
  ['trades', [{ ...venueTrade, isBuyer: 'yes' }], /^isBuyer: found string/],
  ['trades', [{ ...venueTrade, isMaker: null }], /^isMaker: found null/],
  ['balances', {}, /^balances: found undefined/],
  ['balances', { balances: [{ asset: 'BTC', free: 1 }] }, /^free: found number/],
  [
    'balances',
    { balances: [{ asset: 'BTC', free: '-1.5', locked: '0' }] },
    /^free: found -1.5, wanted 0 or more/,
  ],
];
for (const [name, body, said] of faulty) {
  test(`${name} with ${JSON.stringify(body)} is no answer`, () => {
    const found = answered(every[name] as Query<unknown>, body);
    assert.ok(!found.ok && found.error.kind === 'no-answer');
    assert.match(found.error.detail, said);
  });
}

test('silence in every form is no answer, so nothing is concluded from it', () => {
  const fault = err({ kind: 'timeout' as const, url: 'u', detail: 'no reply within 5 ms' });
  const silences: [outcome: HttpOutcome, said: RegExp][] = [
    [fault, /^timeout: no reply within 5 ms$/],
    [replyOf('[]', 500), /^status 500$/],
    [replyOf('[]', 101), /^status 101$/],
    [replyOf('[]', 302), /^status 302$/],
    [replyOf('[]', 206), /^status 206$/],
    [replyOf('<html>', 403), /^status 403, .*JSON/],
    [replyOf({}, 404), /^status 404, code: found undefined/],
    [replyOf('[', 200), /JSON/],
  ];
  for (const [outcome, said] of silences) {
    const found = every.openOrders.decode(outcome);
    assert.ok(!found.ok && found.error.kind === 'no-answer');
    assert.match(found.error.detail, said);
  }
});

test('a venue that wants to be left alone says for how long, up to its longest ban', () => {
  for (const [header, retryAfterMs] of [
    ['7', 7000],
    ['0', 60_000],
    ['-5', 60_000],
    ['soon', 60_000],
    ['1e999', 259_200_000],
    [undefined, 60_000],
  ] as const) {
    const headers: HttpReply['headers'] = header === undefined ? {} : { 'retry-after': header };
    for (const status of [429, 418]) {
      const found = every.openOrders.decode(replyOf('', status, headers));
      const throttled = { kind: 'throttled', retryAfterMs, detail: `status ${status}` };
      const ban = status === 418 ? { isBan: true } : {};
      assert.equal(found, err({ ...throttled, ...ban }), header);
    }
  }
});

test('no reply whatever makes a decoder throw', () => {
  const values = fc.oneof(fc.constantFrom(...STRANGE), fc.jsonValue());
  const spoiled = (good: object, wrap: (one: object) => unknown) =>
    fc
      .tuple(fc.constantFrom(...Object.keys(good)), values)
      .map(([field, value]) => JSON.stringify(wrap({ ...good, [field]: value })));
  const balance = { asset: 'BTC', free: '1', locked: '0' };
  const body = fc.oneof(
    fc.string(),
    fc.json(),
    spoiled({ code: -1, msg: 'x' }, (one) => one),
    spoiled(venueOrder, (one) => one),
    spoiled(venueOrder, (one) => [one]),
    spoiled(venueTrade, (one) => [one]),
    spoiled(balance, (one) => ({ balances: [one] })),
  );
  const status = fc.constantFrom(200, 200, 200, 400, 429, 503);
  law(
    fc.property(body, status, fc.string(), (text, code, retryAfter) => {
      for (const query of Object.values(every)) {
        const reply = replyOf(text, code, { 'retry-after': retryAfter });
        const found = (query as Query<unknown>).decode(reply);
        assert.type(found.ok, 'boolean');
      }
    }),
    2000,
  );
});

test.run();
