/** Our signed requests against those that an unmodified ccxt 4.5.84 signs. */
import type ccxt from 'ccxt';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ApprovedOrder } from '../../src/risk/approved-order.ts';
import { binanceOrders } from '../../src/venues/binance/orders.ts';
import { binanceQueries } from '../../src/venues/binance/queries.ts';
import { binanceSession } from '../../src/venues/binance/session.ts';
import { aKey, SAMPLE_KEY_ID, SAMPLE_SECRET } from '../support/binance/api-keys.ts';
import { anInstrument } from '../support/trade/instruments.ts';
import { anOrder, type OrderParts } from '../support/trade/orders.ts';

const NOW = 1_700_000_000_000;
const WINDOW_MS = 5000;
const instrument = anInstrument();
const orders = binanceOrders(aKey(), WINDOW_MS);
const access = { url: 'https://venue', key: aKey(), receiveWindowMs: WINDOW_MS, timeoutMs: 1 };
const queries = binanceQueries(access, [instrument]);
const session = binanceSession('wss://venue', aKey(), WINDOW_MS, [instrument]);

type Params = Record<string, string | number>;
/** The part of ccxt that signs; its own types leave it out. */
type Signer = InstanceType<typeof ccxt.pro.binance> & { signParams(params: Params): Params };

// The whole package takes two seconds to import; this class alone takes half of one.
const path = new URL('./src/pro/binance.js', import.meta.resolve('ccxt')).href;
const Binance = (await import(path)).default as typeof ccxt.pro.binance;
const exchange = new Binance({ apiKey: SAMPLE_KEY_ID, secret: SAMPLE_SECRET }) as Signer;
exchange.nonce = () => NOW;
// Its own window would replace ours.
exchange.options['recvWindow'] = undefined;

/** What ccxt makes of the same parameters: it adds key, time and signature itself. */
function signedByCcxt(params: Params): Params {
  const { apiKey: _, timestamp: __, signature: ___, ...plain } = params;
  return exchange.signParams(plain);
}

const place = (parts: OrderParts): string => {
  const order = anOrder({ ticks: 6_173_763, lots: 154_698, ...parts }) as ApprovedOrder;
  return orders.place(order, instrument, 'r1', NOW);
};
const requests: [name: string, text: string][] = [
  ['a limit order', place({})],
  ['an immediate-or-cancel sale', place({ side: 'sell', timeInForce: 'ioc' })],
  ['a post-only order', place({ isPostOnly: true })],
  ['a market order', place({ kind: 'market', ticks: 0 })],
  [
    'a cancel',
    queries.cancel({ clientId: 'desk-1-mm-1', venueOrderId: '' }, instrument, 'r1', NOW),
  ],
  ['a cancel of everything', queries.cancelAll(instrument, 'r1', NOW)],
  ['a subscription', session.subscribe('r1', NOW)[0] as string],
];
for (const [name, text] of requests) {
  test(`${name} is what ccxt would sign for the same parameters and time`, () => {
    const { params } = JSON.parse(text) as { params: Params };
    assert.equal(params, signedByCcxt(params));
    assert.is(JSON.stringify(params), JSON.stringify(signedByCcxt(params)));
  });
}

test('the limit order that ccxt itself would place is ours, parameter for parameter', () => {
  exchange.setMarkets([
    {
      ...{ id: 'BTCUSDT', symbol: 'BTC/USDT', base: 'BTC', quote: 'USDT', type: 'spot' },
      ...{ baseId: 'BTC', quoteId: 'USDT', spot: true, active: true, contract: false },
      precision: { amount: 0.00001, price: 0.01 },
      limits: { amount: {}, price: {}, cost: {}, leverage: {} },
      info: { orderTypes: ['LIMIT', 'MARKET'] },
    },
  ] as never);
  const { params } = JSON.parse(place({})) as { params: Params };
  const asked = exchange.createOrderRequest('BTC/USDT', 'limit', 'buy', 1.54698, 61_737.63, {
    clientOrderId: params['newClientOrderId'],
    selfTradePreventionMode: 'EXPIRE_TAKER',
    newOrderRespType: 'ACK',
  }) as Params;
  assert.equal(signedByCcxt({ ...asked, recvWindow: WINDOW_MS }), params);
});

test.run();
