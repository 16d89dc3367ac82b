import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lotsOf, ticksOf } from '../../../../src/core/units.ts';
import { keptBy } from '../../../../src/execution/native/native-orders.ts';
import type { Trigger } from '../../../../src/execution/order.ts';
import type { ApprovedOrder } from '../../../../src/risk/approved-order.ts';
import { binanceOrders } from '../../../../src/venues/binance/orders.ts';
import { signature } from '../../../../src/venues/binance/sign.ts';
import { aKey, SAMPLE_KEY_ID } from '../../../support/binance/api-keys.ts';
import { anInstrument } from '../../../support/trade/instruments.ts';
import { anOrder, type OrderParts } from '../../../support/trade/orders.ts';

const NOW = 1_700_000_000_000;
const instrument = anInstrument();
const orders = binanceOrders(aKey(), 5000);

function placed(parts: OrderParts): { method: string; params: Record<string, unknown> } {
  const order = anOrder({ ticks: 6_173_763, lots: 154_698, ...parts }) as ApprovedOrder;
  return JSON.parse(orders.place(order, instrument, 'r7', NOW));
}

const trigger = (kind: 'stop' | 'take-profit' | 'pair', ticks: number): Trigger => ({
  kind,
  ticks: ticksOf(ticks),
});
const trailing = (bips: number, ticks = 0): Trigger => ({
  kind: 'trailing-stop',
  ticks: ticksOf(ticks),
  bips,
});
const always = {
  apiKey: SAMPLE_KEY_ID,
  newOrderRespType: 'ACK',
  quantity: '1.54698',
  recvWindow: 5000,
  selfTradePreventionMode: 'EXPIRE_TAKER',
  symbol: 'BTCUSDT',
  timestamp: NOW,
};
const one = { ...always, newClientOrderId: 'desk-1-mm-1' };
const limit = { price: '61737.63', timeInForce: 'GTC' };
const market: OrderParts = { kind: 'market', ticks: 0 };
const sell: OrderParts = { side: 'sell' };

const singles: [name: string, parts: OrderParts, params: Record<string, unknown>][] = [
  [
    'a stop',
    { ...sell, ...market, trigger: trigger('stop', 6_000_000) },
    { side: 'SELL', type: 'STOP_LOSS', stopPrice: '60000.00' },
  ],
  [
    'a stop with a limit',
    { ...sell, trigger: trigger('stop', 6_200_000) },
    { ...limit, side: 'SELL', type: 'STOP_LOSS_LIMIT', stopPrice: '62000.00' },
  ],
  [
    'a take-profit',
    { ...market, trigger: trigger('take-profit', 5_900_000) },
    { side: 'BUY', type: 'TAKE_PROFIT', stopPrice: '59000.00' },
  ],
  [
    'a take-profit with a limit',
    { timeInForce: 'ioc', trigger: trigger('take-profit', 5_900_000) },
    {
      ...limit,
      timeInForce: 'IOC',
      side: 'BUY',
      type: 'TAKE_PROFIT_LIMIT',
      stopPrice: '59000.00',
    },
  ],
  [
    'a stop that follows the price at once',
    { ...sell, ...market, trigger: trailing(250) },
    { side: 'SELL', type: 'STOP_LOSS', trailingDelta: 250 },
  ],
  [
    'a stop that follows the price once that has come to a level in its favour',
    { ...sell, ...market, trigger: trailing(250, 6_300_000) },
    { side: 'SELL', type: 'TAKE_PROFIT', stopPrice: '63000.00', trailingDelta: 250 },
  ],
  [
    'an iceberg',
    { shownLots: lotsOf(20_000) },
    { ...limit, side: 'BUY', type: 'LIMIT', icebergQty: '0.20000' },
  ],
  [
    'an iceberg that never takes',
    { isPostOnly: true, shownLots: lotsOf(20_000) },
    { price: '61737.63', side: 'BUY', type: 'LIMIT_MAKER', icebergQty: '0.20000' },
  ],
  [
    'an iceberg behind a stop',
    { ...sell, trigger: trigger('stop', 6_200_000), shownLots: lotsOf(20_000) },
    {
      ...limit,
      side: 'SELL',
      type: 'STOP_LOSS_LIMIT',
      stopPrice: '62000.00',
      icebergQty: '0.20000',
    },
  ],
];
const pairs: [name: string, parts: OrderParts, params: Record<string, unknown>][] = [
  [
    'a pair to sell has its target above and its stop below',
    { ...sell, trigger: trigger('pair', 6_000_000) },
    {
      side: 'SELL',
      listClientOrderId: 'desk-1-mm-1.l',
      aboveClientOrderId: 'desk-1-mm-1',
      aboveType: 'LIMIT_MAKER',
      abovePrice: '61737.63',
      belowClientOrderId: 'desk-1-mm-1.s',
      belowType: 'STOP_LOSS',
      belowStopPrice: '60000.00',
    },
  ],
  [
    'a pair to buy has its target below and its stop above',
    { trigger: trigger('pair', 6_300_000), shownLots: lotsOf(20_000) },
    {
      side: 'BUY',
      listClientOrderId: 'desk-1-mm-1.l',
      aboveClientOrderId: 'desk-1-mm-1.s',
      aboveType: 'STOP_LOSS',
      aboveStopPrice: '63000.00',
      belowClientOrderId: 'desk-1-mm-1',
      belowType: 'LIMIT_MAKER',
      belowPrice: '61737.63',
      belowIcebergQty: '0.20000',
    },
  ],
];

function isSent(parts: OrderParts, method: string, params: Record<string, unknown>): void {
  const { method: asked, params: sent } = placed(parts);
  const { signature: signed, ...rest } = sent;
  assert.is(asked, method);
  assert.equal(rest, params);
  const names = Object.keys(rest);
  assert.equal(names, [...names].sort());
  const payload = names.map((name) => `${name}=${rest[name]}`).join('&');
  assert.is(signed, signature(aKey(), payload));
}

for (const [name, parts, params] of singles) {
  test(`${name} has exactly the parameters that Binance wants, signed`, () => {
    isSent(parts, 'order.place', { ...one, ...params });
    const order = anOrder({ ticks: 6_173_763, lots: 154_698, ...parts });
    assert.is(keptBy(orders.natives, order), null, 'what is encoded is kept');
  });
}

for (const [name, parts, params] of pairs) {
  test(`${name}, in one request`, () => {
    isSent(parts, 'orderList.place.oco', { ...always, ...params });
  });
}

test('ICE-02 an iceberg of more parts than the venue makes is not kept', () => {
  const iceberg = (shown: number) => anOrder({ lots: 1_000, shownLots: lotsOf(shown) });
  assert.is(keptBy(orders.natives, iceberg(100)), null, 'ICE-01: ten parts are ten');
  assert.equal(keptBy(orders.natives, iceberg(90)), {
    what: 'iceberg-parts',
    found: 12,
    limit: 10,
  });
});

test.run();
