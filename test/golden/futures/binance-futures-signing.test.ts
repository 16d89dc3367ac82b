/** Our signed futures requests against those that an unmodified ccxt 4.5.84 signs. */
import { createHmac } from 'node:crypto';
import type ccxt from 'ccxt';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HttpRequest } from '../../../src/core/env.ts';
import { ticksOf } from '../../../src/core/units.ts';
import type { OrderAnswer } from '../../../src/execution/reconciliation.ts';
import type { ApprovedAmendment, ApprovedOrder } from '../../../src/risk/approved-order.ts';
import { futuresAccount } from '../../../src/venues/binance/futures/account.ts';
import { futuresOrders } from '../../../src/venues/binance/futures/orders.ts';
import { futuresQueries } from '../../../src/venues/binance/futures/queries.ts';
import { futuresSession } from '../../../src/venues/binance/futures/session.ts';
import type { Query } from '../../../src/venues/port.ts';
import { aKey, SAMPLE_KEY_ID, SAMPLE_SECRET } from '../../support/binance/api-keys.ts';
import { anInstrument } from '../../support/trade/instruments.ts';
import { anOrder, type OrderParts } from '../../support/trade/orders.ts';

const NOW = 1_700_000_000_000;
const WINDOW_MS = 5_000;
const instrument = anInstrument({ tick: '0.10', lot: '0.001' });
const HOST = 'https://fapi.binance.com';
const access = { url: HOST, key: aKey(), receiveWindowMs: WINDOW_MS, timeoutMs: 1 };
const orders = futuresOrders(aKey(), WINDOW_MS);
const queries = futuresQueries(access, [instrument]);
const session = futuresSession('wss://venue/ws-fapi/v1', access, [instrument]);

type Params = Record<string, string | number>;
type Signed = { url: string; method: string; body?: string; headers?: Record<string, string> };
/** The part of ccxt that signs; its own types leave it out. */
interface Signer {
  nonce: () => number;
  readonly options: Record<string, unknown>;
  signParams(params: Params): Params;
  sign(path: string, api: string, method: string, params: Params): Signed;
}

const path = new URL('./src/pro/binanceusdm.js', import.meta.resolve('ccxt')).href;
const BinanceUsdm = (await import(path)).default as typeof ccxt.pro.binanceusdm;
const exchange = new BinanceUsdm({
  apiKey: SAMPLE_KEY_ID,
  secret: SAMPLE_SECRET,
}) as never as Signer;
exchange.nonce = () => NOW;
// Its own window would replace ours.
exchange.options['recvWindow'] = undefined;

function signedByCcxt(params: Params): Params {
  const { apiKey: _, timestamp: __, signature: ___, ...plain } = params;
  return exchange.signParams(plain);
}

const place = (parts: OrderParts): string => {
  const order = anOrder({ ticks: 617_376, lots: 1_546, ...parts }) as ApprovedOrder;
  return orders.place(order, instrument, 'r1', NOW);
};
const stop = { trigger: { kind: 'stop', ticks: ticksOf(610_000) } } as const;
const profit = { trigger: { kind: 'take-profit', ticks: ticksOf(620_000) } } as const;
const trailing = {
  trigger: { kind: 'trailing-stop', ticks: ticksOf(620_000), bips: 125 },
} as const;
const change = {
  wanted: anOrder({ side: 'sell', ticks: 617_376, lots: 3 }),
  lots: 5,
} as unknown as ApprovedAmendment;
const names = { clientId: 'desk-1-mm-1', venueOrderId: '' };
const requests: [name: string, text: string][] = [
  ['a limit order', place({})],
  ['an immediate-or-cancel sale', place({ side: 'sell', timeInForce: 'ioc' })],
  ['a post-only order', place({ isPostOnly: true })],
  ['a reduce-only order', place({ side: 'sell', isReduceOnly: true })],
  ['a market order', place({ kind: 'market', ticks: 0 })],
  ['a reduce-only market order', place({ kind: 'market', ticks: 0, isReduceOnly: true })],
  ['a stop', place({ kind: 'market', ticks: 0, side: 'sell', isReduceOnly: true, ...stop })],
  ['a stop that becomes a limit order', place({ side: 'sell', ...stop })],
  ['a take-profit', place({ kind: 'market', ticks: 0, side: 'sell', ...profit })],
  ['a take-profit that becomes a limit order', place({ side: 'sell', ...profit })],
  ['a trailing stop', place({ kind: 'market', ticks: 0, side: 'sell', ...trailing })],
  ['an amendment', orders.amend(change, '7', instrument, 'r1', NOW)],
  ['a cancel', queries.cancel(names, instrument, 'r1', NOW) as string],
  [
    'a cancel of a stop',
    queries.cancel({ ...names, isWaiting: true }, instrument, 'r1', NOW) as string,
  ],
  ['a subscription', session.subscribe('r1', NOW)[0] as string],
];
for (const [name, text] of requests) {
  test(`${name} is what ccxt would sign for the same parameters and time`, () => {
    const { params } = JSON.parse(text) as { params: Params };
    assert.is(JSON.stringify(params), JSON.stringify(signedByCcxt(params)));
  });
}

const account = futuresAccount(access);
/** What is asked when the matching engine does not know an order. */
const furtherOf = (query: Query<OrderAnswer>): HttpRequest =>
  query.followUp?.({ kind: 'not-found' })?.request as HttpRequest;
const questions: [api: string, request: HttpRequest][] = [
  ['fapiPrivate', queries.openOrders(NOW).request],
  ['fapiPrivate', queries.order({ clientId: 'desk-1-mm-1' }, instrument, NOW).request],
  ['fapiPrivate', furtherOf(queries.order({ clientId: 'desk-1-mm-1' }, instrument, NOW))],
  ['fapiPrivate', queries.cancelAllWaiting?.(instrument, '', NOW) as HttpRequest],
  ['fapiPrivate', queries.trades(instrument, '41', NOW).request],
  ['fapiPrivateV3', queries.balances(NOW).request],
  ['fapiPrivate', queries.cancelAllNow(instrument, NOW, []).request],
  ['fapiPrivate', account.isHedged(NOW).request],
  ['fapiPrivate', account.isMultiAsset(NOW).request],
  ['fapiPrivate', account.settings(NOW).request],
  ['fapiPrivateV3', account.positions(NOW).request],
];
for (const [api, { method, url, headers }] of questions) {
  test(`${method} ${new URL(url).pathname} is signed by ccxt to the same address`, () => {
    const { pathname, search } = new URL(url);
    const route = pathname.replace(/^\/fapi\/v\d\//, '');
    const ours = search.slice(1).split('&');
    const isOurs = (each: string) => !/^(timestamp|signature)=/.test(each);
    const params = Object.fromEntries(ours.filter(isOurs).map((each) => each.split('=')));
    const theirs = exchange.sign(route, api, method, params as Params);
    assert.is(new URL(theirs.url).pathname, pathname);
    // ccxt puts the time first; the signature covers whatever order was chosen.
    const sorted = (text: string) =>
      new URL(text).search
        .slice(1)
        .split('&')
        .filter((each) => !each.startsWith('signature='))
        .sort();
    assert.equal(sorted(url), sorted(theirs.url));
    const payload = search.slice(1, search.indexOf('&signature='));
    assert.is(
      ours.at(-1),
      `signature=${createHmac('sha256', SAMPLE_SECRET).update(payload).digest('hex')}`,
    );
    assert.equal(headers, { 'X-MBX-APIKEY': SAMPLE_KEY_ID });
    assert.is(theirs.headers?.['X-MBX-APIKEY'], SAMPLE_KEY_ID);
  });
}

test.run();
