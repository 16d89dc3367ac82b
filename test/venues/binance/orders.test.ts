import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ApprovedOrder } from '../../../src/risk/approved-order.ts';
import { binanceOrders } from '../../../src/venues/binance/orders.ts';
import { signature } from '../../../src/venues/binance/sign.ts';
import { aKey, SAMPLE_KEY_ID } from '../../support/binance/api-keys.ts';
import { anInstrument } from '../../support/trade/instruments.ts';
import { anOrder, type OrderParts } from '../../support/trade/orders.ts';

const instrument = anInstrument();
const orders = binanceOrders(aKey(), 5000);

function placed(parts: OrderParts): { params: Record<string, unknown>; [field: string]: unknown } {
  const order = anOrder({ ticks: 6_173_763, lots: 154_698, ...parts }) as ApprovedOrder;
  return JSON.parse(orders.place(order, instrument, 'r7', 1_700_000_000_000));
}

const always = {
  apiKey: SAMPLE_KEY_ID,
  newClientOrderId: 'desk-1-mm-1',
  newOrderRespType: 'ACK',
  quantity: '1.54698',
  recvWindow: 5000,
  selfTradePreventionMode: 'EXPIRE_TAKER',
  symbol: 'BTCUSDT',
  timestamp: 1_700_000_000_000,
};
const kinds: [name: string, parts: OrderParts, params: Record<string, unknown>][] = [
  [
    'a limit order',
    { side: 'buy' },
    { price: '61737.63', side: 'BUY', timeInForce: 'GTC', type: 'LIMIT' },
  ],
  [
    'an immediate-or-cancel order',
    { side: 'sell', timeInForce: 'ioc' },
    { price: '61737.63', side: 'SELL', timeInForce: 'IOC', type: 'LIMIT' },
  ],
  [
    'a fill-or-kill order',
    { timeInForce: 'fok' },
    { price: '61737.63', side: 'BUY', timeInForce: 'FOK', type: 'LIMIT' },
  ],
  [
    'a post-only order',
    { isPostOnly: true, side: 'sell' },
    { price: '61737.63', side: 'SELL', type: 'LIMIT_MAKER' },
  ],
  ['a market order', { kind: 'market', ticks: 0 }, { side: 'BUY', type: 'MARKET' }],
];
for (const [name, parts, params] of kinds) {
  test(`${name} has exactly the parameters that Binance wants, in alphabetical order`, () => {
    const { id, method, params: sent } = placed(parts);
    assert.equal([id, method], ['r7', 'order.place']);
    const { signature: _, ...signed } = sent;
    assert.equal(signed, { ...always, ...params });
    const names = Object.keys(signed);
    assert.equal(names, [...names].sort());
  });

  test(`${name} is signed over what is sent`, () => {
    const { signature: signed, ...sent } = placed(parts).params;
    const payload = Object.entries(sent).map(([field, value]) => `${field}=${value}`);
    assert.is(signed, signature(aKey(), payload.join('&')));
  });
}

test.run();
